# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner behind "make test"."""

from __future__ import annotations

from collections.abc import Iterator

from tests.tools.parts import Part, run_parts, summary


def ticks() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 2.0


def test_the_first_part_that_fails_ends_the_run() -> None:
    ran: list[str] = []

    def run(name: str) -> int:
        ran.append(name)
        return 2 if name == "unit" else 0

    parts = run_parts(["lint", "unit", "sanity"], run, ticks().__next__)
    assert ran == ["lint", "unit"]
    assert parts == [Part("lint", "passed", 2.0), Part("unit", "failed", 2.0), Part("sanity", "skipped")]


def test_the_closing_line_counts_the_parts() -> None:
    passed, failed, skipped = Part("lint", "passed", 2.0), Part("unit", "failed", 61.4), Part("sanity", "skipped")
    assert summary([passed]).splitlines()[-1] == "1 passed, 0 failed"
    assert summary([passed, failed, skipped]).splitlines()[-1] == "1 passed, 1 failed, 1 skipped"


def test_the_table_has_a_row_for_each_part_and_the_total() -> None:
    table = summary([Part("lint", "passed", 2.0), Part("unit", "failed", 61.4)])
    assert "lint    passed       2 s" in table
    assert "unit    failed      61 s" in table
    assert "in all              63 s" in table
