# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was changed is a table with the costs, the same in check mode and run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.changes import change_lines

STEPS = [{"name": "create_vpc_endpoint", "target": "the service", "detail": "in vpc-1"}]
ENDPOINT = {"cluster_name": "orders", "cluster_id": "1", "service_name": "the service", "vpc_id": None}
BEFORE = {"state": "absent", "monthly_cost_usd": 0.0}
AFTER = {"state": "present", "vpc_id": "vpc-1", "monthly_cost_usd": 7.3}
CREATED: dict[str, t.Any] = {
    "changed": True,
    "steps": STEPS,
    "private_endpoint": ENDPOINT,
    "diff": {"before": BEFORE, "after": AFTER},
}
UNCHANGED = {**CREATED, "changed": False, "steps": [], "failed": False}


def many(*results: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"changed": True, "results": list(results)}


def test_a_run_that_changes_nothing_says_nothing() -> None:
    assert change_lines(UNCHANGED, "localhost", check_mode=False) == []
    unchanged = {"changed": False, "results": [UNCHANGED, {"failed": True, "steps": []}]}
    assert change_lines(unchanged, "localhost", check_mode=True) == []
    assert change_lines({"failed": True, "msg": "It is wrong."}, "localhost", check_mode=True) == []


def test_one_is_a_row_with_its_cost_before_and_after() -> None:
    title, _header, row = change_lines(CREATED, "localhost", check_mode=False)
    assert title == "Changed on localhost:"
    assert row.startswith("orders in vpc-1 ")
    assert row.split()[3:5] == ["0.00", "7.30"]
    assert row.endswith("create_vpc_endpoint: in vpc-1 (the service)")


def test_check_mode_and_run_differ_in_the_title_alone() -> None:
    made = {**CREATED, "private_endpoint": {**ENDPOINT, "vpc_id": "vpc-1"}}
    dry, done = change_lines(CREATED, "app", check_mode=True), change_lines(made, "app", check_mode=False)
    assert (dry[0], done[0]) == ("A run would change on app:", "Changed on app:")
    assert dry[1:] == done[1:]


def test_of_many_each_that_changes_is_a_row_and_the_costs_are_summed_up() -> None:
    removed = {**CREATED, "diff": {"before": {**AFTER, "vpc_id": "vpc-2"}, "after": BEFORE}, "failed": False}
    lines = change_lines(many(UNCHANGED, CREATED, removed), "localhost", check_mode=False)
    assert [line.split("  ")[0] for line in lines[2:]] == ["2: orders in vpc-1", "3: orders in vpc-2", "TOTAL"]
    assert lines[-1].split()[1:3] == ["7.30", "7.30"]


def test_what_failed_half_way_is_marked_and_its_cost_is_not_known() -> None:
    half = {"failed": True, "changed": True, "steps": STEPS, "msg": "It is rejected."}
    row = change_lines(many(half), "localhost", check_mode=False)[2]
    assert row.startswith("1: the service (failed) ")
    assert "not known" in row


@pytest.mark.parametrize("name", ["x\nok: [localhost]", "\x1b[2J"])
def test_no_name_makes_a_line_of_its_own(name: str) -> None:
    hostile = {**CREATED, "private_endpoint": {**ENDPOINT, "cluster_name": name}}
    assert all(line.isprintable() for line in change_lines(hostile, name, check_mode=False))
