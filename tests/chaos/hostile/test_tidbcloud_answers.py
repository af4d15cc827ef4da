# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of TiDB Cloud, as bytes: from the fields that the API has, mutated, or anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.answers import read_answer
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import Failure, Request
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.transport import Answer
from tests.chaos.hostile.odd import assert_fit, hostile_texts, values

RIGHT = ("10", "20", "30", "vpce-0a1b2c3d4e5f60718", "ACTIVE", "DISCOVERED", "DELETING", "aws", "aws-us-east-1", 4000)
known = st.sampled_from(RIGHT) | values
GROUP = ("tidbNodeGroupId", "displayName", "isDefaultGroup", "state", "endpoints")
END = ("host", "port", "connectionType")
CLUSTER = ("clusterId", "displayName", "cloudProvider", "regionId", "state", "port", "labels", "name")
SERVICE = (
    "tidbNodeGroupId",
    "name",
    "serviceName",
    "serviceDnsName",
    "state",
    "availableZones",
    "regionId",
    "cloudProvider",
)
CONNECTION = (
    "name",
    "privateEndpointConnectionId",
    "endpointId",
    "endpointState",
    "message",
    "host",
    "port",
    "clusterId",
    "clusterDisplayName",
    "tidbNodeGroupId",
    "labels",
    "regionId",
    "cloudProvider",
    "privateLinkServiceName",
    "privateLinkServiceState",
    "accountId",
)


def an_object(*fields: str, **inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={**dict.fromkeys(fields, known), **inner})


cluster = an_object(
    *CLUSTER, tidbNodeSetting=values | an_object(tidbNodeGroups=values | st.lists(an_object(*GROUP), max_size=3))
)
connection = an_object(*CONNECTION)
paging = {"nextPageToken": st.sampled_from(["", "a", "b"]) | values, "totalSize": values}
errors = an_object("code", "message", "details", error=values | an_object("code", "message"))
objects = st.one_of(
    cluster,
    connection,
    an_object(*SERVICE),
    errors,
    an_object(clusters=values | st.lists(cluster | values, max_size=3), **paging),
    an_object(privateEndpointConnections=values | st.lists(connection | values, max_size=3), **paging),
    values,
)


def as_bytes(value: object) -> bytes:
    # JSON that Python writes: with NaN, infinite numbers and lone surrogates.
    try:
        return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    except ValueError:
        return b'{"port": 1' + b"0" * 4999 + b"}"


bodies = st.one_of(
    objects.map(as_bytes),
    st.tuples(objects.map(as_bytes), st.integers(0, 200)).map(lambda both: both[0][: both[1]]),
    st.binary(max_size=40),
    hostile_texts.map(lambda text: text.encode(errors="surrogatepass")),
    st.sampled_from([b"", b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b"<html></html>"]),
)
answers = st.builds(
    Answer,
    st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503, 999]),
    st.dictionaries(
        st.sampled_from(["Retry-After", "X-Debug-Trace-Id", "WWW-Authenticate", "Content-Type"]), hostile_texts
    ),
    bodies,
)
CALLS: dict[str, Callable[[TidbCloud], object]] = {
    "cluster": lambda tidb: tidb.get_cluster("10"),
    "cluster in the list": lambda tidb: tidb.listed_cluster("10"),
    "service plan": lambda tidb: tidb.get_service_plan("10"),
    "clusters": lambda tidb: tidb.list_clusters(),
    "service": lambda tidb: tidb.get_service("10", "20"),
    "registrations": lambda tidb: tidb.list_registrations("10", "20"),
    "registration": lambda tidb: tidb.get_registration("10", "20", "30"),
    "register": lambda tidb: tidb.register_endpoint("10", "20", RIGHT[3]),
    "terminate": lambda tidb: tidb.terminate_registration("10", "20", "30"),
}


class FakeSession:
    """A session that always gets the same answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def _call(self, method: str, path: str, *_args: object, kind: Any = None, **_options: object) -> dict[str, Any]:
        request = Request(method, path, f"https://tidb.example{path}", "tidb.example", "tidbcloud_api_url")
        found = read_answer(request, self._answer, *([kind] if kind else []))
        if isinstance(found, Failure):
            raise found.error
        return found

    def get(self, path: str, *args: object, **options: object) -> dict[str, Any]:
        return self._call("GET", path, *args, **options)

    def post(self, path: str, *args: object, **options: object) -> dict[str, Any]:
        return self._call("POST", path, *args, **options)

    def delete(self, path: str, *args: object, **options: object) -> dict[str, Any]:
        return self._call("DELETE", path, *args, **options)


@given(st.sampled_from(sorted(CALLS)), answers)
def test_any_answer_becomes_objects_or_a_sentence(name: str, answer: Answer) -> None:
    try:
        found = CALLS[name](TidbCloud(FakeSession(answer)))  # type: ignore[arg-type]
    except PrivateLinkError as error:
        assert_fit(str(error))
    else:
        repr(found)
