# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.faults import Faults


def _kinds(faults: Faults, calls: list[str], api: str = "aws") -> list[str | None]:
    taken = [faults.take(api, call) for call in calls]
    return [fault.kind if fault else None for fault in taken]


def test_a_fault_strikes_its_call_so_often_and_then_no_more() -> None:
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


def test_two_faults_at_one_call_strike_one_after_the_other() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "A", "kind": "reset"})
    faults.add({"api": "aws", "call": "A", "kind": "status", "value": 503})
    assert _kinds(faults, ["A", "A", "A"]) == ["reset", "status", None]


def test_cleared_faults_strike_no_more() -> None:
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


def test_a_stuck_change_strikes_no_request_and_other_faults_hold_no_change() -> None:
    faults = Faults()
    faults.add({"api": "aws", "call": "private_dns", "kind": "stuck"})
    assert _kinds(faults, ["private_dns"]) == [None]
    faults.clear()
    faults.add({"api": "aws", "call": "*", "kind": "reset"})
    assert faults.hold("private_dns")() is False


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
        ({"api": "aws", "call": "A", "kind": "not_json", "value": 404}, "does not fit"),
        ({"api": "aws", "call": "private_dns", "kind": "stuck", "value": 1}, "does not fit"),
        ({"api": "aws", "call": "DescribeVpcs", "kind": "stuck"}, "Nothing of aws is called DescribeVpcs"),
        ({"api": "tidbcloud", "call": "private_dns", "kind": "stuck"}, "Nothing of tidbcloud is called private_dns"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Faults().add(fields)
