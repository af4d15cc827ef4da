# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner behind "make test"."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier

import pytest

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

    parts = run_parts(["lint", "unit", "sanity"], run, ticks().__next__, at_once=1)
    assert ran == ["lint", "unit"]
    assert parts == [Part("lint", "passed", 2.0), Part("unit", "failed", 2.0), Part("sanity", "skipped")]


def test_two_parts_run_at_the_same_time_and_the_third_begins_when_one_of_them_has_ended() -> None:
    meeting = Barrier(2, timeout=10)
    ended: list[str] = []

    def run(name: str) -> int:
        if name == "sanity":
            assert ended
        else:
            meeting.wait()
        ended.append(name)
        return 0

    parts = run_parts(["lint", "unit", "sanity"], run)
    assert [(part.name, part.outcome) for part in parts] == [(name, "passed") for name in ("lint", "unit", "sanity")]


def test_a_part_that_cannot_be_run_ends_the_run() -> None:
    ran: list[str] = []

    def run(name: str) -> int:
        ran.append(name)
        raise OSError("no make here")

    with pytest.raises(OSError, match="no make here"):
        run_parts(["lint", "unit"], run, at_once=1)
    assert ran == ["lint"]


def test_the_closing_line_counts_the_parts() -> None:
    passed, failed, skipped = Part("lint", "passed", 2.0), Part("unit", "failed", 61.4), Part("sanity", "skipped")
    assert summary([passed], 2.0).splitlines()[-1] == "1 passed, 0 failed"
    assert summary([passed, failed, skipped], 63.4).splitlines()[-1] == "1 passed, 1 failed, 1 skipped"


def test_the_table_has_a_row_for_each_part_and_how_long_all_of_them_took_side_by_side() -> None:
    table = summary([Part("lint", "passed", 2.0), Part("unit", "failed", 61.4)], 62.2)
    assert "lint    passed       2 s" in table
    assert "unit    failed      61 s" in table
    assert "in all              62 s" in table
