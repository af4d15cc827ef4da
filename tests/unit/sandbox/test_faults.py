# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.faults import Faults


def _kinds(faults: Faults, calls: list[str], api: str = "aws") -> list[str | None]:
    taken = [faults.take(api, call) for call in calls]
    return [fault.kind if fault else None for fault in taken]


def test_a_fault_hits_its_call_that_often_and_then_no_longer() -> None:
    faults = Faults()
    fault = faults.add({"api": "aws", "call": "DescribeVpcs", "kind": "reset", "times": 2})
    calls = ["DescribeVpcs", "CreateVpc", "DescribeVpcs", "DescribeVpcs"]
    assert _kinds(faults, calls) == ["reset", None, "reset", None]
    assert (fault.fired, fault.seen) == (2, 3)


def test_a_fault_skips_the_first_calls() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "*", "kind": "lost", "after": 2})
    assert _kinds(faults, ["A", "B", "C", "D"]) == [None, None, "lost", None]


def test_a_fault_of_one_api_leaves_the_other_alone() -> None:
    faults = Faults()
    faults.add({"api": "tidbcloud", "call": "*", "kind": "reset"})
    assert _kinds(faults, ["A"]) == [None]


def test_two_faults_at_one_call_hit_one_after_the_other() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "A", "kind": "reset"})
    faults.add({"api": "aws", "call": "A", "kind": "status", "value": 503})
    assert _kinds(faults, ["A", "A", "A"]) == ["reset", "status", None]


def test_cleared_faults_no_longer_hit() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "A", "kind": "reset"})
    faults.clear()
    assert (_kinds(faults, ["A"]), faults.list()) == ([None], [])


def test_a_stuck_change_is_held_until_the_faults_are_cleared() -> None:
    faults = Faults()
    fault = faults.add({"api": "aws", "call": "private_dns", "kind": "stuck"})
    held, next_one, another = faults.hold("private_dns"), faults.hold("private_dns"), faults.hold("endpoint_available")
    assert (held(), next_one(), another()) == (True, False, False)
    assert fault.fired == 1
    faults.clear()
    assert held() is False


def test_a_stuck_change_hits_no_request_and_other_faults_hold_no_change() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "private_dns", "kind": "stuck"})
    assert _kinds(faults, ["private_dns"]) == [None]
    faults.clear()
    faults.add({"api": "aws", "call": "*", "kind": "reset"})
    assert faults.hold("private_dns")() is False


def test_the_same_seed_hits_the_same_calls_and_another_one_others() -> None:
    def hits(seed: int) -> list[str | None]:
        faults = Faults()
        faults.add({"api": "aws", "call": "A", "kind": "reset", "times": None, "probability": 0.5, "seed": seed})
        return _kinds(faults, ["A"] * 40)

    assert hits(7) == hits(7) != hits(8)
    assert 5 < hits(7).count("reset") < 35


def test_a_fault_by_chance_has_a_seed_that_can_be_printed() -> None:
    faults = Faults()
    seeds = {faults.add({"api": "aws", "call": "A", "kind": "reset", "probability": 0.5}).seed for _turn in range(5)}
    assert len(seeds) == 5


def test_a_fault_without_an_end_hits_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "A", "kind": "reset", "times": None})
    assert _kinds(faults, ["A"] * 3) == ["reset"] * 3
    faults.clear()
    assert _kinds(faults, ["A"]) == [None]


def test_a_fault_hits_only_requests_with_its_details() -> None:
    faults = Faults()
    fault = faults.add({"api": "aws", "call": "A", "kind": "reset", "where": {"VpcId": "vpc-1"}})
    assert faults.take("aws", "A", {"VpcId": "vpc-2"}) is None
    assert faults.take("aws", "A", {"VpcId": "vpc-1"}) is fault
    assert (fault.seen, fault.fired) == (1, 1)


def test_each_kind_says_when_it_hits_unless_the_fault_does() -> None:
    faults = Faults()
    add = {"api": "aws", "call": "A"}
    assert faults.add({**add, "kind": "status", "value": 500}).effect == "before"
    assert faults.add({**add, "kind": "status", "value": 500, "effect": "after"}).effect == "after"
    assert faults.add({**add, "kind": "truncated"}).effect == "after"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"api": "aws", "call": "A"}, "needs .'kind'"),
        ({"api": "aws", "call": "A", "kind": "reset", "colour": 1}, "no field .'colour'"),
        ({"api": "aws", "call": "A", "kind": "fire"}, "There is no fault 'fire'"),
        ({"api": "aws", "call": "A", "kind": "status", "value": 200}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "latency"}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "late"}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "held", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "masked", "value": 200}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "reset", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "reset", "times": "2"}, "must be whole numbers"),
        ({"api": "aws", "call": "A", "kind": "reset", "after": True}, "must be whole numbers"),
        ({"api": "aws", "call": "A", "kind": "throttle", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "truncated", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "not_json", "value": 418}, "does not fit"),
        ({"api": "aws", "call": "A", "kind": "error"}, "does not fit: it accepts text"),
        ({"api": "aws", "call": "A", "kind": "masked", "value": 502, "effect": "before"}, "effect of the fault masked"),
        ({"api": "aws", "call": "A", "kind": "reset", "probability": 2}, "from 0 to 1"),
        ({"api": "aws", "call": "A", "kind": "reset", "seed": "x"}, "must be a whole number"),
        ({"api": "aws", "call": "A", "kind": "headers", "headers": "odd"}, "one of left_out, negative"),
        ({"api": "aws", "call": "A", "kind": "set", "value": 1}, "needs a field"),
        ({"api": "aws", "call": "A", "kind": "tls_expired"}, "must be Connect"),
        ({"api": "aws", "call": "private_dns", "kind": "stuck", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "DescribeVpcs", "kind": "stuck"}, "Nothing of aws is called DescribeVpcs"),
        ({"api": "tidbcloud", "call": "private_dns", "kind": "stuck"}, "Nothing of tidbcloud is called private_dns"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Faults().add(fields)
