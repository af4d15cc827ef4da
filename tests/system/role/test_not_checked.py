# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control node outside the VPC proves nothing about clients: the connection is not checked, and the run says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.operator import Operator, PlaybookRun

NOT_CHECKED = "Not checked that clients can connect: localhost is not in vpc-"


@pytest.fixture
def made(operator: Operator) -> dict[str, Any]:
    """The first example of the role: a VPC that is made, and nobody says where to check from."""
    return {"vpc_cidr": "10.42.0.0/16", "availability_zone_ids": operator.zone_ids()[0]}


def passed_on(run: PlaybookRun, operator: Operator) -> bool:
    """Whether later jobs get host and port."""
    host = operator.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]["host"]
    return f'"private_connection_host": "{host}"' in run.output.partition("CUSTOM STATS")[2]


def test_a_vpc_that_was_just_made_is_connected_and_not_checked(operator: Operator, made: dict[str, Any]) -> None:
    operator.environment["ANSIBLE_SHOW_CUSTOM_STATS"] = "true"
    planned = operator.play("connect", "--check", "--diff", **made)
    run = operator.play("connect", **made)
    assert (run.status, run.output.count(NOT_CHECKED), passed_on(run, operator)) == (0, 1, True), run.output
    assert "RETRYING" not in run.output
    assert "FAILED" not in run.output
    tables = [[line for line in one.output.splitlines() if "tidbcloud-" in line] for one in (planned, run)]
    for step in ("make VPC", "create_vpc_endpoint"):
        assert [step in "".join(lines) for lines in tables] == [True, True], (planned.output, run.output)
    assert "0.00              7.30" in planned.output
    assert '"monthly_cost_usd": 7.3' in planned.output


@pytest.mark.exhaustive
def test_where_nothing_can_be_checked_later_runs_say_so_and_a_required_check_fails(
    operator: Operator, made: dict[str, Any]
) -> None:
    assert operator.play("connect", **made).status == 0
    again = operator.play("connect", **made)
    assert (again.status, again.changed, again.output.count(NOT_CHECKED)) == (0, 0, 1), again.output
    required = operator.play("connect", **made, check="required")
    assert (required.status != 0, required.writing_calls) == (True, []), required.output
    assert NOT_CHECKED in required.output
    verified = operator.play("check")
    assert (verified.status != 0, NOT_CHECKED in verified.output) == (True, True), verified.output
    private_dns = operator.play("connect", **made, private_dns_enabled=False, on_failed_check="revert")
    assert (private_dns.status != 0, private_dns.writing_calls) == (True, []), private_dns.output
    assert "The private endpoint was not changed" in private_dns.output


@pytest.mark.exhaustive
def test_what_could_not_be_undone_for_want_of_a_check_is_not_made(operator: Operator, made: dict[str, Any]) -> None:
    run = operator.play("connect", **made, on_failed_check="revert")
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "Name a host that can connect to it with private_connection_check_host." in run.output


@pytest.mark.exhaustive
def test_a_host_that_was_named_is_checked_with_repetitions_and_fails_once(
    operator: Operator, made: dict[str, Any]
) -> None:
    quick = {"check_retries": 1, "check_delay": 1, "check_host": "localhost"}
    run = operator.play("connect", **made, **quick)
    assert run.status != 0, run.output
    assert run.output.count("RETRYING") == 1
    assert run.output.count("What fails, from localhost: ") == 1
    assert "Private DNS is not enabled" not in run.output
    assert "Clients cannot connect from localhost. Why, and what to do, is shown above." in run.output


@pytest.mark.exhaustive
@pytest.mark.parametrize("value", ["maybe", "requires"])
def test_another_word_for_the_check_is_refused(operator: Operator, made: dict[str, Any], value: str) -> None:
    run = operator.play("connect", **made, check=value)
    assert (run.status != 0, run.requests) == (True, ()), run.output
    assert "must be true, false or required" in run.output
