# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's TiDB Cloud against the published specification: it must not invent a path, a status or a field.

The specification is not part of this project. It is looked for in the directory that TIDBCLOUD_SPECIFICATIONS names,
else in ../shared/reference/specs beside the checkout; without it these tests are skipped.
"""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from tests.sandbox.tidbcloud.seed import CLUSTER_IDS, SECOND_PROJECT
from tests.support.tidbcloud_sandbox import DEDICATED, SERVERLESS, World

CHECKOUT = Path(__file__).resolve().parents[2]
DIRECTORY = Path(os.environ.get("TIDBCLOUD_SPECIFICATIONS") or CHECKOUT.parent / "shared" / "reference" / "specs")
FILES = {
    DEDICATED: "tidbcloud-dedicated-v1beta1.swagger.json",
    SERVERLESS: "tidbcloud-serverless-v1beta1-cluster.swagger.json",
}
pytestmark = pytest.mark.skipif(
    not all((DIRECTORY / name).is_file() for name in FILES.values()),
    reason=f"the TiDB Cloud specification is not in {DIRECTORY}: set TIDBCLOUD_SPECIFICATIONS",
)

ENDPOINT = "vpce-0a1b2c3d4e5f60718"
GROUP = "/clusters/{clusterId}/tidbNodeGroups/{tidbNodeGroupId}"
# The calls of the sandbox by their names in the request log; path parameters differ in name only.
CALLS = {
    "ListClusters": (DEDICATED, "get", "/clusters"),
    "GetCluster": (DEDICATED, "get", "/clusters/{clusterId}"),
    "ListTidbNodeGroups": (DEDICATED, "get", "/clusters/{clusterId}/tidbNodeGroups"),
    "GetTidbNodeGroup": (DEDICATED, "get", GROUP),
    "GetPrivateLinkService": (DEDICATED, "get", f"{GROUP}/privateLinkService"),
    "CreatePrivateEndpointConnection": (DEDICATED, "post", f"{GROUP}/privateEndpointConnections"),
    "ListPrivateEndpointConnections": (DEDICATED, "get", f"{GROUP}/privateEndpointConnections"),
    "GetPrivateEndpointConnection": (DEDICATED, "get", f"{GROUP}/privateEndpointConnections/{{id}}"),
    "DeletePrivateEndpointConnection": (DEDICATED, "delete", f"{GROUP}/privateEndpointConnections/{{id}}"),
    "GetServerlessCluster": (SERVERLESS, "get", "/clusters/{clusterId}"),
}


@functools.cache
def _specification(host: str) -> dict[str, Any]:
    specification: dict[str, Any] = json.loads((DIRECTORY / FILES[host]).read_text())
    return specification


def _unnamed(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "{}", path)


def _operation(call: str) -> dict[str, Any]:
    host, method, wanted = CALLS[call]
    for path, operations in _specification(host)["paths"].items():
        if _unnamed(path) == _unnamed(wanted) and method in operations:
            operation: dict[str, Any] = operations[method]
            return operation
    raise LookupError(f"The specification has no {method} {wanted}.")


def _as_json_schema(part: Any) -> Any:
    """Swagger 2.0 as JSON Schema: objects have no other fields, x-nullable means null, formats stay as they are."""
    if isinstance(part, list):
        return [_as_json_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    schema = {key: _as_json_schema(value) for key, value in part.items() if key not in ("default", "example")}
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    if schema.pop("x-nullable", False):
        schema["type"] = [schema["type"], "null"]
    return schema


def _check(answer: requests.Response, call: str) -> None:
    """The status is documented for the call, and the body fits the schema documented for that status."""
    responses = _operation(call)["responses"]
    documented = responses.get(str(answer.status_code), responses["default"])
    schema = {**_as_json_schema(documented["schema"]), "definitions": _definitions(CALLS[call][0])}
    # Without checking the schema itself, which takes longer than all of these tests.
    jsonschema.Draft4Validator(schema).validate(answer.json())


@functools.cache
def _definitions(host: str) -> dict[str, Any]:
    definitions = {name: _as_json_schema(schema) for name, schema in _specification(host)["definitions"].items()}
    # `required` is about requests; an answer may lack any field.
    for definition in definitions.values():
        definition.pop("required", None)
    # Of the details of an error, the specification describes no field but "@type".
    definitions["protobufAny"] = {"type": "object"}
    return definitions


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("call", CALLS)
def test_every_call_of_the_sandbox_is_in_the_specification(call: str) -> None:
    assert "200" in _operation(call)["responses"]


def test_the_sandbox_has_every_documented_call_of_private_endpoints() -> None:
    wanted = {
        (method, _unnamed(path))
        for path, operations in _specification(DEDICATED)["paths"].items()
        if "privateEndpointConnections" in path or "privateLinkService" in path
        for method in operations
    }
    assert wanted <= {(method, _unnamed(path)) for host, method, path in CALLS.values() if host == DEDICATED}


def test_the_sandbox_has_no_call_but_these(world: World) -> None:
    rules = [*world.cloud.dedicated.url_map.iter_rules(), *world.cloud.serverless.url_map.iter_rules()]
    served = {(rule.endpoint, _unnamed(re.sub(r"<([^>]+)>", r"{\1}", rule.rule))) for rule in rules}
    wanted = {(call, f"/v1beta1{_unnamed(path)}") for call, (_method, _model, path) in CALLS.items()}
    assert served - {("static", "/static/{}")} == wanted


@pytest.mark.parametrize("role", [role for role in CLUSTER_IDS if role != "starter"])
def test_the_answers_about_a_cluster_are_as_specified(world: World, role: str) -> None:
    cluster = f"/clusters/{CLUSTER_IDS[role]}"
    for _turn in range(2):
        _check(world.get(cluster), "GetCluster")
        _check(world.get(f"{cluster}/tidbNodeGroups", {"pageSize": 1}), "ListTidbNodeGroups")
        _check(world.get(world.group_path(role)), "GetTidbNodeGroup")
        _check(world.get(f"{world.group_path(role)}/privateLinkService"), "GetPrivateLinkService")
        # Once more with what was being created.
        world.clock.advance(60)


def test_the_lists_of_clusters_are_as_specified(world: World) -> None:
    _check(world.get("/clusters", {"pageSize": 2}), "ListClusters")
    _check(world.get("/clusters", {"projectId": SECOND_PROJECT}), "ListClusters")
    _check(world.get("/clusters", {"projectId": "1"}), "ListClusters")


@pytest.mark.parametrize("has_id", [True, False])
def test_a_registration_is_as_specified_in_every_state(has_id: bool) -> None:
    world = World(discovered_has_id=has_id)
    world.request_endpoint(ENDPOINT)
    seen = []

    def look() -> None:
        answer = world.get(world.connections("main"))
        _check(answer, "ListPrivateEndpointConnections")
        for row in answer.json()["privateEndpointConnections"]:
            seen.append(row["endpointState"])
            if "privateEndpointConnectionId" in row:
                path = f"{world.connections('main')}/{row['privateEndpointConnectionId']}"
                _check(world.get(path), "GetPrivateEndpointConnection")

    look()
    created = world.register(ENDPOINT)
    _check(created, "CreatePrivateEndpointConnection")
    look()
    world.clock.advance(60)
    look()
    _check(world.terminate(created.json()["privateEndpointConnectionId"]), "DeletePrivateEndpointConnection")
    look()
    world.clock.advance(60)
    world.register(ENDPOINT)
    world.clock.advance(60)
    look()
    assert seen == ["DISCOVERED", "PENDING", "ACTIVE", "DELETING", "FAILED"]


def test_a_starter_cluster_is_as_specified(world: World) -> None:
    answer = world.client.get(f"{SERVERLESS}/v1beta1/clusters/{CLUSTER_IDS['starter']}")
    _check(answer, "GetServerlessCluster")


def test_errors_are_as_specified(world: World) -> None:
    world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    refusals = [
        (400, world.register(ENDPOINT), "CreatePrivateEndpointConnection"),
        (400, world.register(ENDPOINT, "paused"), "CreatePrivateEndpointConnection"),
        (404, world.terminate("1"), "DeletePrivateEndpointConnection"),
        (404, world.get("/clusters/1"), "GetCluster"),
        (404, world.get(f"{world.group_path('service-absent')}/privateLinkService"), "GetPrivateLinkService"),
        (400, world.get("/clusters", {"pageToken": "none"}), "ListClusters"),
        (401, world.new_client(private_key="wrong-private-key").get(f"{DEDICATED}/v1beta1/clusters"), "ListClusters"),
    ]
    for status in (429, 500):
        world.faults.add({"api": "tidbcloud", "call": "ListClusters", "kind": "status", "value": status})
        refusals.append((status, world.get("/clusters"), "ListClusters"))
    world.settings.change({"rate_limit": 1})
    refusals.append((429, world.get("/clusters"), "ListClusters"))
    for status, answer, call in refusals:
        assert answer.status_code == status
        assert answer.json()["message"]
        _check(answer, call)


def test_a_field_that_the_specification_does_not_have_is_noticed(world: World) -> None:
    answer = world.get(f"/clusters/{CLUSTER_IDS['main']}")
    answer._content = json.dumps(answer.json() | {"tier": "dedicated"}).encode()
    with pytest.raises(jsonschema.ValidationError, match="tier"):
        _check(answer, "GetCluster")
