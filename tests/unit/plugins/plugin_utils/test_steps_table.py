# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a run and what they cost, for one and for many."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.steps_table import steps_table


def row(name: str, *steps: str, before: float | None = 0.0, after: float | None = 0.0) -> dict[str, t.Any]:
    return {"name": name, "steps": list(steps), "monthly_before": before, "monthly_after": after}


def test_one_connection_has_a_line_for_each_step_and_needs_no_total() -> None:
    assert steps_table([row("tidbcloud-1", "make VPC", "create_vpc_endpoint", after=14.6)]) == [
        "NAME         USD/MONTH BEFORE  AFTER  STEPS",
        "tidbcloud-1  0.00              14.60  make VPC",
        "                                      create_vpc_endpoint",
    ]


def test_many_have_a_total() -> None:
    rows = [row("a", "add_subnets: subnet-2", before=7.3, after=14.6), row("b", before=7.3, after=7.3)]
    assert steps_table(rows)[1:] == [
        "a      7.30              14.60  add_subnets: subnet-2",
        "b      7.30              7.30   nothing to do",
        "TOTAL  14.60             21.90  1 step",
    ]


def test_a_cost_that_is_not_known_makes_the_total_not_known_and_never_zero() -> None:
    rows = [row("a", "x", "y", after=None), row("b", before=7.3, after=7.3)]
    assert [line.split(maxsplit=1)[1] for line in (steps_table(rows)[1], steps_table(rows)[-1])] == [
        "0.00              not known  x",
        "7.30              not known  2 steps",
    ]


def test_nothing_is_no_table() -> None:
    assert steps_table([]) == []


def test_no_text_of_a_cloud_makes_a_line_of_its_own() -> None:
    hostile = "x\nok: [localhost]\x1b[2J"
    assert all(line.isprintable() for line in steps_table([row(hostile, hostile, hostile)]))
