# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An act with a time limit."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.bounded import Overdue, at_once, bounded

LONG = 60.0  # seconds: never waited for in full


def test_the_result_of_an_act_in_time_is_returned() -> None:
    assert bounded(lambda: "done", LONG) == "done"


def test_an_act_may_return_nothing() -> None:
    assert bounded(lambda: None, LONG) is None


def test_what_the_act_raises_is_raised() -> None:
    def act() -> None:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing"):
        bounded(act, LONG)


def test_an_act_that_hangs_is_left_behind() -> None:
    over = threading.Event()
    with pytest.raises(Overdue):
        bounded(over.wait, 0.01)
    over.set()


def test_without_time_the_act_is_not_even_begun() -> None:
    begun: list[bool] = []
    with pytest.raises(Overdue):
        bounded(lambda: begun.append(True), 0.0)
    assert begun == []


def test_two_acts_run_at_once_and_both_results_come() -> None:
    met = threading.Barrier(2, timeout=10)
    assert sorted(at_once(met.wait, met.wait)) == [0, 1]


def test_the_error_of_either_is_raised_without_waiting_for_the_other() -> None:
    never = threading.Event()
    with pytest.raises(ZeroDivisionError):
        at_once(lambda: 1 // 0, never.wait)
    with pytest.raises(ZeroDivisionError):
        at_once(lambda: None, lambda: 1 // 0)
    never.set()
