# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call after the other goes wrong, in every way: the run or the next one ends in exactly the desired state."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.sandbox.aws.app import DRY_RUN
from tests.sandbox.faults import Fault
from tests.sandbox.log import Entry
from tests.support.customer import WRITING_CALLS, Customer, Result
from tests.support.sampling import sampled
from tests.support.transitions import CALLS, TRANSITIONS, Options, assert_fulfilled

Call = tuple[str, str]

CREATING: list[Call] = [
    ("tidbcloud", "GetCluster"),
    ("tidbcloud", "ListPrivateEndpointConnections"),
    ("tidbcloud", "GetPrivateLinkService"),
    ("tidbcloud", "CreatePrivateEndpointConnection"),
    ("tidbcloud", "GetPrivateEndpointConnection"),
    ("aws", "DescribeVpcEndpoints"),
    ("aws", "DescribeSubnets"),
    ("aws", "DescribeVpcEndpointServices"),
    ("aws", "DescribeVpcs"),
    ("aws", "DescribeVpcAttribute"),
    ("aws", "DescribeSecurityGroups"),
    ("aws", "GetServiceQuota"),
    ("aws", "GetCallerIdentity"),
    ("aws", f"CreateVpcEndpoint{DRY_RUN}"),
    ("aws", "CreateVpcEndpoint"),
    ("aws", "ModifyVpcEndpoint"),
    ("aws", "DescribeNetworkInterfaces"),
]
DELETING: list[Call] = [
    ("tidbcloud", "GetCluster"),
    ("tidbcloud", "ListPrivateEndpointConnections"),
    ("tidbcloud", "DeletePrivateEndpointConnection"),
    ("tidbcloud", "GetPrivateEndpointConnection"),
    ("aws", "DescribeVpcEndpoints"),
    ("aws", "DescribeSubnets"),
    ("aws", f"DeleteVpcEndpoints{DRY_RUN}"),
    ("aws", "DeleteVpcEndpoints"),
    ("aws", "DescribeNetworkInterfaces"),
]
# How long a client waits for an answer, and when one comes that is late (real seconds).
PATIENCE: Options = {"tidbcloud_timeout": 0.3, "aws_config": {"read_timeout": 0.3}}
LATE = 0.5
# Kind and value.
KINDS: dict[str, dict[str, t.Any]] = {
    "latency": {"kind": "latency", "value": 0.01},
    "429": {"kind": "status", "value": 429},
    "500": {"kind": "status", "value": 500},
    "503": {"kind": "status", "value": 503},
    "reset": {"kind": "reset"},
    "lost": {"kind": "lost"},
    # Both take effect as well.
    "502": {"kind": "masked", "value": 502},
    "timeout": {"kind": "late", "value": LATE},
}
# The answer does not show whether the call took effect: it did not after a reset, and did after the others.
UNHEARD = ("reset", "lost", "502", "timeout")
LASTING = 1000
# Only for advice: a run does without.
ADVICE = {"GetServiceQuota", "GetCallerIdentity", f"CreateVpcEndpoint{DRY_RUN}", f"DeleteVpcEndpoints{DRY_RUN}"}
# What took effect although its answer was lost is found by looking, whatever a run waits for next.
FOUND_BY_LOOKING = {
    "register_endpoint",
    "set_tags",
    "remove_tags",
    "terminate_registration",
    "delete_vpc_endpoint",
}
# While one change settles, AWS refuses the next: how often it is sent until it is accepted.
SENT_UNTIL_TAKEN = 3
STEP_BY_STEP = ("everything at once", "adopt by service and VPC", "repair a FAILED registration")


def writing(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call[1] in WRITING_CALLS]


def in_turn(calls: list[Call]) -> list[tuple[list[Call], str]]:
    """Each call by itself: writing ones in every way, reading ones in the two that differ most; then all at once."""
    alone = [([call], kind) for call in calls for kind in (KINDS if call in writing(calls) else ("500", "lost"))]
    return [*alone, *((calls, kind) for kind in KINDS)]


def lasting(calls: list[Call]) -> list[tuple[Call, str]]:
    return [(call, kind) for call in writing(calls) for kind in ("500", "reset", "lost")] + [
        (call, "500") for call in calls if call not in writing(calls)
    ]


@pytest.fixture
def desired(customer: Customer) -> dict[str, t.Any]:
    return {"cluster_id": customer.cluster_id("main"), **customer.network().options}


def hit(
    customer: Customer, desired: dict[str, t.Any], calls: list[Call], kind: str, **fields: int
) -> tuple[Result, list[Fault]]:
    """A run in which these calls go wrong; the log shows that each of them did, and no other."""
    add = customer.sandbox.faults.add
    faults = [add({"api": api, "call": call, **KINDS[kind], **fields}) for api, call in calls]
    result = customer.run("private_endpoint", **desired, **(PATIENCE if kind == "timeout" else {}))
    hit = [(entry.api, entry.call) for entry in faulty(customer)]
    assert {entry.fault for entry in faulty(customer)} == {KINDS[kind]["kind"]}
    assert set(hit) == set(calls)
    assert [fault.fired for fault in faults] == [hit.count(call) for call in calls]
    customer.sandbox.faults.clear()
    output = json.dumps(result)
    assert "Traceback" not in output
    assert customer.facts["tidbcloud"]["private_key"] not in output
    assert customer.account["secret_key"] not in output
    assert not result["failed"] or result["error"]["api"] in ("tidbcloud", "ec2") or "last seen" in result["msg"]
    return result, faults


def faulty(customer: Customer) -> list[Entry]:
    """The requests of the last run that went wrong."""
    return [entry for entry in customer.requests if entry.fault]


def assert_one(customer: Customer, result: Result) -> None:
    """Exactly one private endpoint, ready on both sides, and never another."""
    assert not result["failed"], result["msg"]
    endpoint = result["private_endpoint"]
    assert (endpoint["status"], endpoint["stage"]) == ("active", "done")
    assert [one.vpc_endpoint_id for one in customer.sandbox.aws.endpoints()] == [endpoint["vpc_endpoint_id"]]
    assert customer.live_endpoints() == customer.registered() == [endpoint["vpc_endpoint_id"]]


def assert_none(customer: Customer, result: Result) -> None:
    assert not result["failed"], result["msg"]
    assert result["private_endpoint"]["status"] == "not_configured"
    assert customer.registered() == []
    assert {one.state for one in customer.sandbox.aws.endpoints()} == {"deleted"}
    assert not any(account["network_interfaces"] for account in customer.sandbox.aws.summary().values())


def called(customer: Customer) -> set[Call]:
    return {(entry.api, entry.call) for entry in customer.requests}


def test_every_call_of_a_creation_and_of_a_removal_is_hit(customer: Customer, desired: dict[str, t.Any]) -> None:
    customer.run("private_endpoint", **desired)
    assert called(customer) == set(CREATING)
    customer.run("private_endpoint", **desired, state="absent")
    assert called(customer) == set(DELETING)


@pytest.mark.parametrize(("calls", "kind"), sampled(in_turn(CREATING)))
def test_a_creation_survives_that_a_call_goes_wrong_once(
    customer: Customer, desired: dict[str, t.Any], calls: list[Call], kind: str
) -> None:
    result, faults = hit(customer, desired, calls, kind)
    assert [fault.fired for fault in faults] == [1] * len(calls)
    assert_one(customer, result)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("calls", "kind"), in_turn(DELETING))
def test_a_removal_survives_that_a_call_goes_wrong_once(
    customer: Customer, desired: dict[str, t.Any], calls: list[Call], kind: str
) -> None:
    customer.run("private_endpoint", **desired)
    result, faults = hit(customer, {**desired, "state": "absent"}, calls, kind)
    assert [fault.fired for fault in faults] == [1] * len(calls)
    assert_none(customer, result)


@pytest.mark.parametrize(("call", "kind"), sampled(lasting(CREATING)))
def test_the_next_run_creates_what_a_lasting_fault_prevented(
    customer: Customer, desired: dict[str, t.Any], call: Call, kind: str
) -> None:
    result, _faults = hit(customer, desired, [call], kind, times=LASTING)
    took_effect = kind == "lost" and call[1] in WRITING_CALLS
    if result["failed"]:
        assert call[1] not in ADVICE
        assert not (took_effect and call[1] == "CreatePrivateEndpointConnection")
    else:
        assert took_effect or call[1] in ADVICE
        assert_one(customer, result)
    assert_one(customer, customer.run("private_endpoint", **desired))


@pytest.mark.parametrize(("call", "kind"), sampled(lasting(DELETING)))
def test_the_next_run_removes_what_a_lasting_fault_left(
    customer: Customer, desired: dict[str, t.Any], call: Call, kind: str
) -> None:
    customer.run("private_endpoint", **desired)
    result, _faults = hit(customer, {**desired, "state": "absent"}, [call], kind, times=LASTING)
    took_effect = kind == "lost" and call[1] in WRITING_CALLS
    assert result["failed"] == (not took_effect and call[1] not in ADVICE)
    if not result["failed"]:
        assert_none(customer, result)
    assert_none(customer, customer.run("private_endpoint", **desired, state="absent"))


def step_by_step(*kinds: str) -> list[tuple[str, int, str]]:
    """Each step of each of these transitions by its number, in each of these ways."""
    return [
        (name, number, kind)
        for name in STEP_BY_STEP
        for number in range(len(TRANSITIONS[name].steps))
        for kind in kinds
    ]


def hit_at(customer: Customer, desired: Options, name: str, number: int, kind: str, times: int = 1) -> Result:
    """A run in which the call of one step goes wrong; the log shows which change it was, and whether it was handled."""
    steps = TRANSITIONS[name].steps
    call, parameter = CALLS[steps[number]]
    # What is added to security groups and what is removed is one request.
    both = [pair == ("add_security_groups", "remove_security_groups") for pair in zip(steps, steps[1:], strict=False)]
    before = [CALLS[step][0] for step in steps[:number]].count(call) - both[:number].count(True)
    result, _faults = hit(customer, desired, [call], kind, times=times, after=before * SENT_UNTIL_TAKEN)
    first = faulty(customer)[0]
    assert parameter in first.detail
    assert first.status == (0 if kind == "reset" else 200)
    return result


def assert_exactly(customer: Customer, result: Result, desired: Options) -> None:
    """As desired, nothing twice and nothing left over; and a further run agrees."""
    assert_fulfilled(result, desired)
    assert customer.live_endpoints() == customer.registered() == [result["private_endpoint"]["vpc_endpoint_id"]]
    assert {one.state for one in customer.sandbox.aws.endpoints() if not one.is_live} <= {"deleted"}
    again = customer.run("private_endpoint", **desired)
    assert_fulfilled(again, desired)
    assert (again["changed"], customer.writing_calls) == (False, [])


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "number", "kind"), step_by_step(*UNHEARD))
def test_a_step_whose_call_goes_wrong_once_is_done_once(customer: Customer, name: str, number: int, kind: str) -> None:
    desired = TRANSITIONS[name].prepare(customer)
    assert_exactly(customer, hit_at(customer, desired, name, number, kind), desired)


@pytest.mark.parametrize(("name", "number", "kind"), sampled(step_by_step("lost")))
def test_the_next_run_goes_on_where_no_answer_was_heard(customer: Customer, name: str, number: int, kind: str) -> None:
    desired = TRANSITIONS[name].prepare(customer)
    result = hit_at(customer, desired, name, number, kind, times=LASTING)
    step = TRANSITIONS[name].steps[number]
    if result["failed"]:
        assert step not in FOUND_BY_LOOKING
    else:  # A change in place may show while it is asked for again, or not in time; no id is answered to a creation.
        assert step != "create_vpc_endpoint"
        assert_fulfilled(result, desired)
    assert_exactly(customer, customer.run("private_endpoint", **desired), desired)


@pytest.mark.parametrize(
    ("call", "done"),
    [
        (("aws", "CreateVpcEndpoint"), []),
        (("tidbcloud", "CreatePrivateEndpointConnection"), ["create_vpc_endpoint"]),
        (("aws", "ModifyVpcEndpoint"), ["create_vpc_endpoint", "register_endpoint"]),
        # Only the last look asks for the network interfaces.
        (("aws", "DescribeNetworkInterfaces"), ["create_vpc_endpoint", "register_endpoint", "enable_private_dns"]),
    ],
)
def test_what_was_done_before_a_failure_is_named(
    customer: Customer, desired: dict[str, t.Any], call: Call, done: list[str]
) -> None:
    result, _faults = hit(customer, desired, [call], "500", times=LASTING)
    assert [step["name"] for step in result["steps"]] == done
    assert result["changed"] == bool(done)


@pytest.mark.parametrize("wait_timeout", [0, 1, 3])
def test_an_endpoint_that_is_listed_late_is_not_made_twice(
    customer: Customer, desired: dict[str, t.Any], wait_timeout: int
) -> None:
    customer.sandbox.settings.endpoint_visible = 5.0
    # Neither run sees what the first one made.
    for _run in range(2):
        result = customer.run("private_endpoint", **desired, wait_timeout=wait_timeout)
        assert result["failed"]
        assert "run again to continue" in result["msg"]
        assert len(customer.live_endpoints()) == 1
    customer.sandbox.clock.advance(10)
    assert_one(customer, customer.run("private_endpoint", **desired))


def test_what_is_created_again_is_a_new_endpoint(customer: Customer, desired: dict[str, t.Any]) -> None:
    first = customer.run("private_endpoint", **desired)["private_endpoint"]["vpc_endpoint_id"]
    customer.run("private_endpoint", **desired, state="absent")
    second = customer.run("private_endpoint", **desired)["private_endpoint"]["vpc_endpoint_id"]
    assert first != second
    assert customer.live_endpoints() == [second]


def test_a_creation_long_after_a_removal_is_not_answered_with_the_removed_one(
    customer: Customer, desired: dict[str, t.Any]
) -> None:
    """AWS lists a deleted endpoint for about an hour, and remembers client tokens longer."""
    customer.run("private_endpoint", **desired)
    customer.run("private_endpoint", **desired, state="absent")
    customer.sandbox.clock.advance(4000)
    assert_one(customer, customer.run("private_endpoint", **desired))
