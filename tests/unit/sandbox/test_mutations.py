# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each mutation makes of an answer of either cloud."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.sandbox import fault_kinds, mutations, trees, wire
from tests.sandbox.answer import Answer, answer
from tests.sandbox.faults import Fault
from tests.sandbox.mutations import HOSTILE, UNKNOWN, mutated
from tests.sandbox.pages import paged, remembered

ROW: dict[str, Any] = {
    "endpointId": "vpce-0a1b2c3d4e5f60718",
    "endpointState": "ACTIVE",
    "port": 4000,
    "labels": {"a": "b"},
    "privateEndpointConnectionId": "18",
}
JSON = answer(
    200,
    "application/json",
    json.dumps({"privateEndpointConnections": [ROW], "totalSize": 1, "nextPageToken": ""}),
    {"X-Debug-Trace-Id": "abc"},
)
XML = answer(
    200,
    "text/xml",
    '<DescribeVpcEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>'
    "<vpcEndpointSet><item><vpcEndpointId>vpce-0a1b2c3d4e5f60718</vpcEndpointId><state>available</state>"
    "<subnetIdSet><item>subnet-1</item></subnetIdSet><tagSet/></item></vpcEndpointSet></DescribeVpcEndpointsResponse>",
)
ENDPOINT: dict[str, Any] = {
    "vpcEndpointId": "vpce-0a1b2c3d4e5f60718",
    "state": "available",
    "subnetIdSet": ["subnet-1"],
    "tagSet": [],
}


def _fault(kind: str, **fields: Any) -> Fault:
    return Fault(1, "aws", "A", kind, effect="after", **fields)


def _tree(it: Answer) -> Any:
    parsed = trees.read(it)
    assert parsed is not None
    return parsed.tree


def _row(kind: str, **fields: Any) -> Any:
    return _tree(mutated(JSON, _fault(kind, **fields)))["privateEndpointConnections"][0]


def _endpoint(kind: str, **fields: Any) -> Any:
    return _tree(mutated(XML, _fault(kind, **fields)))["vpcEndpointSet"][0]


def test_every_kind_is_handled_in_one_place() -> None:
    assert set(mutations.TREES) | set(mutations.BYTES) == set(fault_kinds.MUTATIONS)
    assert set(wire.DELIVERIES) == set(fault_kinds.DELIVERIES)


def test_answers_are_read_and_written_without_a_change() -> None:
    assert mutated(JSON, _fault("headers")).body == JSON.body
    assert _tree(mutated(JSON, _fault("no_request_id"))) == json.loads(JSON.body)
    assert _endpoint("no_request_id") == ENDPOINT
    written = mutated(XML, _fault("missing", field="nothing"))
    assert ElementTree.fromstring(written.body).tag == "{http://ec2.amazonaws.com/doc/2016-11-15/}" + (
        "DescribeVpcEndpointsResponse"
    )
    assert dict(written.headers)["Content-Length"] == str(len(written.body))


@pytest.mark.parametrize(
    ("kind", "tree"),
    [("whole_list", [{}]), ("whole_text", "text"), ("whole_number", 7), ("whole_null", None), ("whole_empty", {})],
)
def test_the_whole_answer_is_of_another_type(kind: str, tree: Any) -> None:
    assert _tree(mutated(JSON, _fault(kind))) == tree
    assert ElementTree.fromstring(mutated(XML, _fault(kind)).body).findall("*//*") == []


def test_a_field_or_all_scalars_are_missing_or_null() -> None:
    assert "endpointId" not in _row("missing", field="endpointId")
    assert _row("missing") == {"labels": {}}
    assert _row("null", field="port") == {**ROW, "port": None}
    assert set(map(str, _row("null").values())) == {"None", "{'a': None}"}
    assert "state" not in _endpoint("missing", field="State")
    assert _endpoint("null", field="vpcEndpointId")["vpcEndpointId"] is None


def test_scalars_and_containers_are_of_another_type() -> None:
    assert _row("wrong_type", field="endpointId")["endpointId"] == 7
    assert _row("wrong_type", field="port")["port"] == "text"
    assert _row("wrong_type", field="labels")["labels"] == "text"
    assert _endpoint("wrong_type", field="state")["state"] == {"unexpected": "value"}
    assert _tree(mutated(JSON, _fault("wrong_container")))["privateEndpointConnections"] == {"first": ROW}
    assert _row("wrong_container", field="labels")["labels"] == [{"a": "b"}]
    assert _tree(mutated(XML, _fault("wrong_container")))["vpcEndpointSet"] == "text"


def test_states_are_unknown_or_go_backwards_or_failed() -> None:
    assert (_row("unknown_enum")["endpointState"], _endpoint("unknown_enum")["state"]) == (UNKNOWN, UNKNOWN)
    assert (_row("backwards")["endpointState"], _endpoint("backwards")["state"]) == ("PENDING", "pending")
    assert (_row("failed")["endpointState"], _endpoint("failed")["state"]) == ("FAILED", "failed")
    assert _row("set", field="endpoint*", value=["x"])["endpointState"] == ["x"]


def test_more_fields_and_larger_ones() -> None:
    assert _row("extra")["labels"]["aFieldThatNobodyKnows"]["with"][1] == 1
    assert _endpoint("extra")["kind"] == "unknown"
    assert len(_row("huge", field="endpointState")["endpointState"]) == 65_536 + 6
    assert len(_row("huge", field="endpointState", value=10)["endpointState"]) == 16
    assert b'"port": ' + b"9" * 5000 in mutated(JSON, _fault("huge", field="port")).body


def test_hostile_text_is_as_hostile_as_the_format_permits() -> None:
    assert _row("hostile", field="endpointId")["endpointId"] == ROW["endpointId"] + HOSTILE
    state = _endpoint("hostile", field="state")["state"]
    assert "{{ lookup('pipe'" in state
    assert "\nPLAY RECAP" in state
    assert "\u202e" in state
    assert "\x9b31m" in state
    assert "\x1b" not in state


def test_an_answer_is_as_deep_as_no_parser_goes() -> None:
    assert b"[" * trees.LEVELS in mutated(JSON, _fault("deep")).body
    assert b"[" * trees.LEVELS in mutated(JSON, _fault("deep", field="labels")).body
    assert b"<a>" * trees.LEVELS in mutated(XML, _fault("deep")).body
    with pytest.raises(RecursionError):
        json.loads(mutated(JSON, _fault("deep")).body)


def test_lists_and_ids_are_missing_or_empty() -> None:
    assert _tree(mutated(JSON, _fault("no_list"))) == {"totalSize": 1, "nextPageToken": ""}
    assert _tree(mutated(XML, _fault("no_list"))) == {"requestId": "r-1"}
    assert _tree(mutated(JSON, _fault("empty_list")))["privateEndpointConnections"] == []
    assert _tree(mutated(JSON, _fault("empty_list")))["totalSize"] == 0
    assert set(_row("no_ids")) == {"endpointState", "port", "labels"}
    assert set(_endpoint("no_ids")) == {"state", "tagSet"}
    assert _tree(mutated(XML, _fault("no_ids")))["requestId"] == "r-1"


def test_the_requests_id_is_missing() -> None:
    assert "requestId" not in _tree(mutated(XML, _fault("no_request_id")))
    assert "X-Debug-Trace-Id" not in dict(mutated(JSON, _fault("no_request_id")).headers)


def test_a_body_is_short_or_broken() -> None:
    short = mutated(JSON, _fault("short"))
    assert dict(short.headers)["Content-Length"] == str(len(JSON.body) // 2)
    for kind in ("short", "malformed"):
        assert trees.read(mutated(JSON, _fault(kind))) is None
        assert trees.read(mutated(XML, _fault(kind))) is None


@pytest.mark.parametrize("it", [JSON, XML])
def test_an_empty_page_leads_to_what_was_asked_for(it: Answer) -> None:
    tokens: dict[str, Answer] = {}
    first = _tree(paged(it, _fault("empty_page"), tokens))
    token = next(value for key, value in first.items() if key.lower().startswith("next"))
    assert [value for value in first.values() if isinstance(value, list)] == [[]]
    assert remembered({"pageToken": token}, tokens) is it
    assert remembered({"NextToken": token}, tokens) is it
    assert remembered({"NextToken": "another"}, tokens) is None


def test_tokens_repeat_or_never_end_or_are_none() -> None:
    tokens: dict[str, Answer] = {}

    def token(kind: str, **fields: Any) -> Any:
        return _tree(paged(JSON, _fault(kind, **fields), tokens))["nextPageToken"]

    assert token("repeated_token") == token("repeated_token")
    assert token("endless_tokens") != token("endless_tokens")
    assert token("wrong_token") == 7
    assert token("wrong_token", value=["x"]) == ["x"]
    assert token("hostile_token") == HOSTILE


def test_an_answer_that_is_not_a_list_has_no_pages() -> None:
    single = answer(200, "application/json", json.dumps({"clusterId": "1"}))
    assert paged(single, _fault("endless_tokens"), {}) is single
