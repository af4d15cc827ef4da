# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.sandbox.tidbcloud.seed import CLUSTER_IDS
from tests.support.tidbcloud_sandbox import DEDICATED, SERVERLESS, World


def test_one_answer_tells_provider_region_state_port_and_default_group(world: World) -> None:
    cluster = world.get(f"/clusters/{CLUSTER_IDS['main']}").json()
    wanted = ("cloudProvider", "regionId", "state", "port")
    assert [cluster[name] for name in wanted] == ["aws", "aws-us-east-1", "ACTIVE", 4000]
    (group,) = cluster["tidbNodeSetting"]["tidbNodeGroups"]
    assert (group["tidbNodeGroupId"], group["isDefaultGroup"]) == (world.group("main")[1].id, True)


def test_ids_are_strings_of_nineteen_digits(world: World) -> None:
    ids = [*CLUSTER_IDS.values(), world.group("main")[1].id, world.cloud.estate.ids.new()]
    assert all(isinstance(one, str) and one.isdigit() and len(one) == 19 and int(one) > 2**53 for one in ids)


def test_the_private_host_of_a_group_appears_with_the_service(world: World) -> None:
    def hosts() -> list[str | None]:
        (group,) = world.get(f"/clusters/{CLUSTER_IDS['service-creating']}/tidbNodeGroups").json()["tidbNodeGroups"]
        return [endpoint.get("host") for endpoint in group["endpoints"]]

    assert hosts() == [None]
    world.clock.advance(world.settings.service_creating)
    (host,) = hosts()
    assert host is not None
    assert host.startswith("privatelink-")


@pytest.mark.parametrize("role", ["starter", "none"])
def test_a_cluster_of_another_tier_or_none_is_not_found(world: World, role: str) -> None:
    answer = world.get(f"/clusters/{CLUSTER_IDS.get(role, '1379661944646400000')}")
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_a_starter_cluster_is_known_to_its_own_api_with_its_plan(world: World) -> None:
    answer = world.client.get(f"{SERVERLESS}/v1beta1/clusters/{CLUSTER_IDS['starter']}").json()
    assert (answer["servicePlan"], answer["clusterPlan"]) == ("Starter", "STARTER")


def test_a_dedicated_cluster_is_not_known_to_the_other_api(world: World) -> None:
    answer = world.client.get(f"{SERVERLESS}/v1beta1/clusters/{CLUSTER_IDS['main']}")
    assert answer.status_code == 404


def test_a_service_that_was_never_begun_is_not_found(world: World) -> None:
    answer = world.get(f"{world.group_path('service-absent')}/privateLinkService")
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_a_service_on_another_provider_has_no_zones(world: World) -> None:
    service = world.get(f"{world.group_path('google')}/privateLinkService").json()
    assert (service["cloudProvider"], "availableZones" in service) == ("gcp", False)


def test_every_answer_has_a_trace_id_of_its_own(world: World) -> None:
    answers = [world.get("/clusters"), world.get("/clusters/1"), world.get("/nothing")]
    assert len({answer.headers["X-Debug-Trace-Id"] for answer in answers}) == 3


def test_an_unknown_path_and_an_unknown_method_are_errors_of_the_documented_shape(world: World) -> None:
    for answer in (world.get("/nothing"), world.client.put(f"{DEDICATED}/v1beta1/clusters")):
        assert answer.status_code in (404, 405)
        assert answer.json().keys() == {"code", "message", "details"}


def test_every_request_is_logged_under_the_name_of_its_call(world: World) -> None:
    world.request_endpoint("vpce-0a1b2c3d4e5f60718")
    connection_id = world.register("vpce-0a1b2c3d4e5f60718").json()["privateEndpointConnectionId"]
    world.get("/clusters", {"pageSize": 5})
    world.get(f"/clusters/{CLUSTER_IDS['main']}")
    world.get(f"/clusters/{CLUSTER_IDS['main']}/tidbNodeGroups")
    world.get(world.group_path("main"))
    world.get(f"{world.group_path('main')}/privateLinkService")
    world.rows()
    world.get(f"{world.connections('main')}/{connection_id}")
    world.terminate(connection_id)
    world.client.get(f"{SERVERLESS}/v1beta1/clusters/{CLUSTER_IDS['starter']}")
    entries = world.log.entries()
    assert [(entry.call, entry.status, entry.error) for entry in entries] == [
        ("CreatePrivateEndpointConnection", 401, "challenge"),
        ("CreatePrivateEndpointConnection", 200, None),
        ("ListClusters", 200, None),
        ("GetCluster", 200, None),
        ("ListTidbNodeGroups", 200, None),
        ("GetTidbNodeGroup", 200, None),
        ("GetPrivateLinkService", 200, None),
        ("ListPrivateEndpointConnections", 200, None),
        ("GetPrivateEndpointConnection", 200, None),
        ("DeletePrivateEndpointConnection", 200, None),
        # One auth object keeps its nonce for every host.
        ("GetServerlessCluster", 200, None),
    ]
    assert entries[1].detail["endpointId"] == "vpce-0a1b2c3d4e5f60718"
    assert entries[2].detail == {"pageSize": "5"}
