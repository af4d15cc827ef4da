# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not known never counts as gone, and success is what a read shows; each test proves that its fault hit."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Network, Result
from tests.support.sampling import sampled

LIST = "ListPrivateEndpointConnections"
SINGLE = "GetPrivateEndpointConnection"
ALWAYS = None


def inject(customer: Customer, api: str, call: str, kind: str, **fields: t.Any) -> None:
    customer.sandbox.faults.add({"api": api, "call": call, "kind": kind, **fields})


def fired(customer: Customer) -> bool:
    return all(fault.fired for fault in customer.sandbox.faults.list())


def connect(customer: Customer, network: Network, **options: t.Any) -> Result:
    desired = {"cluster_id": customer.cluster_id("main"), **network.options, **options}
    return customer.run("private_endpoint", **desired)


def disconnect(customer: Customer, network: Network, **options: t.Any) -> Result:
    desired = {"cluster_id": customer.cluster_id("main"), "vpc_id": network.vpc_id, "state": "absent", **options}
    return customer.run("private_endpoint", **desired)


@pytest.fixture
def made(customer: Customer) -> Network:
    network = customer.network()
    assert connect(customer, network)["private_endpoint"]["status"] == "active"
    return network


def assert_nothing_is_left(customer: Customer) -> None:
    assert (customer.live_endpoints(), customer.registered()) == ([], [])


# --- a delete on half-knowledge ---------------------------------------------------------------------------------

HALF_KNOWLEDGE = [
    (LIST, "status", {"value": 404}),
    (LIST, "not_json", {"value": 404}),
    (LIST, "xhtml", {"value": 404}),
    (LIST, "xhtml", {"value": 200}),
    (LIST, "missing", {"field": "endpointId"}),
    (LIST, "null", {"field": "endpointId"}),
    (LIST, "no_list", {}),
    (LIST, "no_ids", {}),
    ("GetCluster", "missing", {"field": "tidbNodeGroups"}),
    ("GetCluster", "missing", {"field": "tidbNodeSetting"}),
    ("GetCluster", "missing", {"field": "tidbNodeGroupId"}),
    ("GetCluster", "missing", {"field": "isDefaultGroup"}),
]
DELETIONS: list[dict[str, t.Any]] = [{}, {"keep_vpc_endpoint": True}, {"named": True}, {"group": True}]


@pytest.mark.parametrize(
    ("call", "kind", "fields", "options"), sampled((*one, options) for one in HALF_KNOWLEDGE for options in DELETIONS)
)
def test_a_delete_that_does_not_know_all_fails_or_removes_all(
    customer: Customer, made: Network, call: str, kind: str, fields: dict[str, t.Any], options: dict[str, t.Any]
) -> None:
    vpce = customer.live_endpoints()[0]
    desired: dict[str, t.Any] = {key: True for key in options if key.startswith("keep")}
    if "named" in options:
        desired["vpc_endpoint_id"] = vpce
    if "group" in options:
        group = customer.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]
        desired["node_group_id"] = group["node_group_id"]
    inject(customer, "tidbcloud", call, kind, times=ALWAYS, **fields)
    result = disconnect(customer, made, **desired)
    assert fired(customer)
    if result["failed"]:
        assert customer.live_endpoints() == [vpce]
        assert customer.registered() == [vpce]
    else:
        assert customer.registered() == []
    customer.sandbox.faults.clear()
    assert not disconnect(customer, made)["failed"]
    assert_nothing_is_left(customer)


@pytest.mark.parametrize("kind", ["status", "not_json", "xhtml"])
def test_a_list_that_is_not_found_is_an_error_for_every_item_of_a_fleet(
    customer: Customer, made: Network, kind: str
) -> None:
    inject(customer, "tidbcloud", LIST, kind, value=404, times=ALWAYS)
    item = {"cluster_id": customer.cluster_id("main"), "vpc_id": made.vpc_id, "state": "absent"}
    result = customer.run("private_endpoints", endpoints=[item])
    assert (result["summary"]["failed"], customer.writing_calls) == (1, [])
    assert fired(customer)
    customer.sandbox.faults.clear()
    assert customer.run("private_endpoints", endpoints=[item])["summary"]["ok"] == 1
    assert_nothing_is_left(customer)


@pytest.mark.parametrize(("kind", "value"), [("status", 404), ("not_json", 404), ("xhtml", 404)])
def test_a_single_registration_that_is_not_found_is_looked_for_in_the_list(
    customer: Customer, kind: str, value: int
) -> None:
    network = customer.network()
    inject(customer, "tidbcloud", SINGLE, kind, value=value, times=ALWAYS)
    assert connect(customer, network)["private_endpoint"]["status"] == "active"
    assert fired(customer)
    assert not disconnect(customer, network)["failed"]
    assert_nothing_is_left(customer)


@pytest.mark.parametrize(("kind", "value"), [("status", 404), ("not_json", 404)])
def test_a_present_one_is_not_registered_again_because_the_list_is_not_found(
    customer: Customer, made: Network, kind: str, value: int
) -> None:
    inject(customer, "tidbcloud", LIST, kind, value=value, times=ALWAYS)
    result = connect(customer, made)
    assert (result["failed"], customer.writing_calls) == (True, [])
    assert "Nothing is concluded" in result["msg"]


# --- success of a write is what a read after it shows ------------------------------------------------------------

EDITS: list[tuple[str, dict[str, t.Any]]] = [
    ("CreateTags", {"tags": {"stage": "test"}}),
    ("DeleteTags", {"tags": {}}),
    ("ModifyVpcEndpoint", {"private_dns_enabled": False}),
]


def edit(customer: Customer, network: Network, options: dict[str, t.Any], **more: t.Any) -> Result:
    return connect(customer, network, **options, **more)


@pytest.mark.parametrize(("call", "options"), EDITS)
@pytest.mark.parametrize("times", [1, ALWAYS])
def test_an_edit_that_something_else_answers_is_repeated_or_fails(
    customer: Customer, made: Network, call: str, options: dict[str, t.Any], times: int | None
) -> None:
    connect(customer, made, tags={"old": "x"})
    inject(customer, "aws", call, "foreign", effect="before", request_id=True, times=times)
    result = edit(customer, made, options)
    assert fired(customer)
    if times is None:
        assert result["failed"]
    customer.sandbox.faults.clear()
    again = edit(customer, made, options)
    assert not again["failed"]
    assert result["failed"] or not again["changed"]


@pytest.mark.parametrize("times", [1, ALWAYS])
def test_a_deletion_that_something_else_answers_is_repeated_or_fails(
    customer: Customer, made: Network, times: int | None
) -> None:
    inject(customer, "aws", "DeleteVpcEndpoints", "foreign", effect="before", request_id=True, times=times)
    result = disconnect(customer, made)
    assert fired(customer)
    assert result["failed"] or customer.live_endpoints() == []
    assert (times is None) <= result["failed"]
    customer.sandbox.faults.clear()
    assert not disconnect(customer, made)["failed"]
    assert_nothing_is_left(customer)


@pytest.mark.parametrize("times", [1, ALWAYS])
def test_a_termination_that_something_else_answers_is_repeated_or_fails(
    customer: Customer, made: Network, times: int | None
) -> None:
    inject(customer, "tidbcloud", "DeletePrivateEndpointConnection", "body", text="{}", effect="before", times=times)
    result = disconnect(customer, made)
    assert fired(customer)
    assert result["failed"] == (times is None)
    assert len(customer.live_endpoints()) == len(customer.registered()) == result["failed"]


# --- the status that was promised --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["failed", "backwards"])
@pytest.mark.parametrize("fleet", [False, True])
def test_what_is_not_as_promised_at_the_very_last_look_is_no_success(
    customer: Customer, kind: str, fleet: bool
) -> None:
    network = customer.network()
    inject(customer, "tidbcloud", LIST, kind, field="endpointState", after=2, times=ALWAYS)
    inject(customer, "tidbcloud", SINGLE, kind, field="endpointState", after=99, times=ALWAYS)
    desired = {"cluster_id": customer.cluster_id("main"), **network.options}
    if fleet:
        (result,) = customer.run("private_endpoints", endpoints=[desired], wait_timeout=60)["results"]
    else:
        result = customer.run("private_endpoint", **desired, wait_timeout=60)
    assert result["failed"]
    assert {"failed": "FAILED", "backwards": "PENDING"}[kind] in result["msg"]
    customer.sandbox.faults.clear()
    assert connect(customer, network)["private_endpoint"]["status"] == "active"
    assert len(customer.live_endpoints()) == len(customer.registered()) == 1


@pytest.mark.parametrize("field", ["state", "serviceName"])
@pytest.mark.parametrize("kind", ["missing", "null"])
def test_a_service_is_ready_where_the_answer_says_so(customer: Customer, kind: str, field: str) -> None:
    inject(customer, "tidbcloud", "GetPrivateLinkService", kind, field=field, times=2)
    result = customer.run("endpoint_service", cluster_id=customer.cluster_id("main"))
    assert (result["failed"], result["endpoint_service"]["state"]) == (False, "active")
    assert result["endpoint_service"]["service_name"]
    assert fired(customer)


def test_a_service_that_is_not_found_while_it_is_waited_for_is_an_error_that_says_so(customer: Customer) -> None:
    inject(customer, "tidbcloud", "GetPrivateLinkService", "status", value=404, after=1, times=ALWAYS)
    result = customer.run("endpoint_service", cluster_id=customer.cluster_id("service-creating"))
    assert result["failed"]
    assert "was there a moment ago" in result["msg"]


# --- facts about one cluster ----------------------------------------------------------------------------------------


def test_facts_about_one_cluster_ask_for_its_node_groups_and_not_for_all_of_the_project(
    customer: Customer, made: Network
) -> None:
    cluster_id = customer.cluster_id("main")
    result = customer.run("endpoint_info", cluster_ids=[cluster_id])
    assert [one["status"] for one in result["private_endpoints"]] == ["active"]
    assert [entry.detail.get("cluster_id") for entry in customer.sandbox.log.entries(call=LIST)] == [cluster_id]


@pytest.mark.parametrize("named", [False, True])
def test_facts_are_not_made_of_a_list_that_is_not_found(customer: Customer, made: Network, named: bool) -> None:
    wanted: dict[str, t.Any] = {"cluster_ids": [customer.cluster_id("main")]} if named else {}
    inject(customer, "tidbcloud", LIST, "not_json", value=404, times=ALWAYS)
    assert customer.run("endpoint_info", **wanted)["failed"]
    assert fired(customer)


@pytest.mark.parametrize(("kind", "found"), [("headers", []), ("missing", []), ("empty_list", ["not_registered"])])
def test_an_endpoint_is_found_unregistered_only_where_every_registration_says_which_it_is_of(
    customer: Customer, made: Network, kind: str, found: list[str]
) -> None:
    field = {"field": "endpointId"} if kind == "missing" else {}
    inject(customer, "tidbcloud", LIST, kind, times=ALWAYS, **field)
    result = customer.run("endpoint_info")
    assert [one["code"] for one in result["findings"]] == found
    assert fired(customer)


def test_every_registration_is_shown_also_where_none_says_which_endpoint_it_is_of(customer: Customer) -> None:
    for network in (customer.network(), customer.network()):
        connect(customer, network)
    inject(customer, "tidbcloud", LIST, "missing", field="endpointId", times=ALWAYS)
    result = customer.run("endpoint_info")
    assert [one["vpc_endpoint_id"] for one in result["private_endpoints"]].count(None) == 2
