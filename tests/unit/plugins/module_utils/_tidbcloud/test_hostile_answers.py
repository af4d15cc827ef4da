# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever JSON comes from the API's address becomes an object of the domain or an ApiError, fit for a sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.answers import read_answer
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import (
    Failure,
    Request,
    Unreadable,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.ids import answered_id
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.transport import Answer
from tests.support.hostile_texts import HOSTILE
from tests.support.tidbcloud_answers import CLUSTER, CONNECTION

ODD: tuple[object, ...] = (None, True, False, 0, -1, 10**30, 1e300, float("nan"), "", [], {}, *HOSTILE)
RIGHT = ("10", "20", "30", 10, "vpce-1", "ACTIVE", "DISCOVERED", "aws-us-east-1", 4000, "4000")
TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
SCALARS = st.sampled_from([*ODD, *RIGHT]) | TEXTS | st.integers()
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2)
FIELDS = sorted({*CLUSTER, *CONNECTION, "serviceName", "serviceDnsName", "state", "availableZones", "servicePlan"})
PAGING = ["clusters", "privateEndpointConnections", "nextPageToken", "totalSize"]
GROUP = {"tidbNodeGroupId": VALUES, "endpoints": VALUES, "isDefaultGroup": VALUES, "displayName": VALUES}
SETTING = st.fixed_dictionaries(
    {}, optional={"tidbNodeGroups": VALUES | st.lists(st.fixed_dictionaries({}, optional=GROUP))}
)
OBJECTS = st.dictionaries(st.sampled_from([*FIELDS, *PAGING]), VALUES | SETTING, max_size=6)
LISTS = st.fixed_dictionaries({}, optional={key: st.lists(OBJECTS, max_size=3) | VALUES for key in PAGING})


def texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from texts(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def ports(value: t.Any) -> t.Iterator[t.Any]:
    yield value.port
    for group in getattr(value, "node_groups", ()):
        yield group.port


@given(OBJECTS)
@settings(max_examples=500)
@example({"port": "9" * 5000, "clusterId": "1\n", "regionId": "aws-../../evil"})
@example({"port": 10**4999})
def test_any_object_becomes_one_of_the_domain_that_is_fit_for_a_sentence(answer: dict[str, t.Any]) -> None:
    cluster, service = shapes.cluster(answer, "10"), shapes.endpoint_service(answer, "20")
    registration = shapes.registration(answer, "10", "20", "vpce-1")
    plan = shapes.service_plan(answer)
    for text in texts([cluster, service, registration, plan, shapes.registration(answer, "-", "-")]):
        assert text.isprintable()
        assert len(text) <= 300
    assert all(port is None or 1 <= port <= 65535 for port in [*ports(cluster), *ports(registration)])
    assert answered_id(cluster.cluster_id)
    assert answered_id(service.node_group_id)
    for field in ("cluster_id", "node_group_id", "private_endpoint_connection_id", "project_id"):
        value = getattr(registration, field)
        assert value is None or answered_id(value)


class FakeSession:
    """A session whose every answer is the same text, read as a real one is."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked = 0

    def call(self, method: str, path: str, *_args: object, kind: t.Any, **_options: object) -> dict[str, t.Any]:
        self.asked += 1
        request = Request(method, path, f"https://tidb.example{path}", "tidb.example", "tidbcloud_api_url")
        answer = read_answer(request, Answer(200, {}, self.content), kind)
        if isinstance(answer, Failure):
            raise answer.error
        return answer

    def get(self, path: str, *args: object, **options: t.Any) -> dict[str, t.Any]:
        return self.call("GET", path, *args, **options)

    def post(self, path: str, *args: object, **options: t.Any) -> dict[str, t.Any]:
        return self.call("POST", path, *args, **options)

    def delete(self, path: str, *args: object, **options: t.Any) -> dict[str, t.Any]:
        return self.call("DELETE", path, *args, **options)


CALLS: list[t.Callable[[TidbCloud], object]] = [
    lambda tidb: tidb.get_cluster("10"),
    lambda tidb: tidb.get_service_plan("10"),
    lambda tidb: tidb.list_clusters(),
    lambda tidb: tidb.get_service("10", "20"),
    lambda tidb: tidb.list_registrations("10", "20"),
    lambda tidb: tidb.get_registration("10", "20", "30"),
    lambda tidb: tidb.register_endpoint("10", "20", "vpce-1"),
    lambda tidb: tidb.terminate_registration("10", "20", "30"),
]


def play(content: bytes) -> list[ApiError]:
    errors = []
    for call in CALLS:
        try:
            call(TidbCloud(t.cast(Session, FakeSession(content))))
        except ApiError as error:
            errors.append(error)
    return errors


@given(VALUES | OBJECTS | LISTS)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_is_read_or_is_an_api_error_with_a_printable_sentence(answer: object) -> None:
    for error in play(json.dumps(answer).encode()):
        assert str(error).isprintable()
        assert len(str(error)) < 1000


@given(st.binary(max_size=200))
@example(b"\xff\xfe{}")
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_are_read_or_are_an_api_error(content: bytes) -> None:
    with contextlib.suppress(ApiError):
        TidbCloud(t.cast(Session, FakeSession(content))).list_clusters()
    assert len(play(content)) >= len(CALLS) - 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"clusters":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>Sign in</body></html>',
        b'  <!DOCTYPE html><html lang="en">',
        b"",
        b"null",
        b"{}",
        b'{"status": "ok", "data": []}',
        b'{"clusters": [], "clusters": null}',
    ],
    ids=["deep lists", "deep objects", "deep rows", "XHTML", "HTML", "nothing", "null", "{}", "portal", "twice"],
)
def test_what_the_api_does_not_answer_is_unreadable_and_names_the_option(content: bytes) -> None:
    errors = play(content)
    # Only DELETE may get an empty answer, or an empty object.
    assert len(errors) == len(CALLS) - (content in (b"", b"{}"))
    for error in errors:
        assert isinstance(error, Unreadable)
        assert "tidbcloud_api_url" in str(error)
        assert error.ambiguous == (not str(error).startswith("GET"))


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 5000, "1e999", "NaN", "-Infinity", "1" + "0" * 400 + ".5"])
def test_a_number_that_the_api_cannot_mean_is_null(digits: str) -> None:
    content = f'{{"clusterId": "10", "port": {digits}, "state": {digits}}}'.encode()
    cluster = TidbCloud(t.cast(Session, FakeSession(content))).get_cluster("10")
    assert cluster is not None
    assert (cluster.port, cluster.state) == (None, None)


@pytest.mark.parametrize("port", [0, -1, 65536, 10**30, "65536", "٤٠٠٠", "4 0", "", True, 4000.0, [4000]], ids=repr)
def test_what_is_not_a_port_is_null(port: object) -> None:
    assert shapes.cluster({"port": port}, "10").port is None


@pytest.mark.parametrize("region", ["aws-../../evil", "aws-us-east-1.evil.example", "us east", "x" * 64, "aws-US\n"])
def test_a_region_that_would_be_another_host_is_null(region: str) -> None:
    assert shapes.cluster({"regionId": region}, "10").region is None


@pytest.mark.parametrize("port", [1, 65535, "4000"])
def test_a_port_may_be_a_text(port: object) -> None:
    assert shapes.cluster({"port": port}, "10").port == int(str(port))
