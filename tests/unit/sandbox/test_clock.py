# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from tests.sandbox.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(epoch=1000.0)


def test_a_clock_that_was_never_started_moves_only_with_advance(clock: Clock) -> None:
    assert (clock.now(), clock.now()) == (1000.0, 1000.0)
    clock.advance(2.5)
    assert clock.now() == 1002.5


def test_an_action_runs_when_it_falls_due_and_not_before(clock: Clock) -> None:
    ran: list[float] = []
    clock.after(2, lambda: ran.append(clock.now()))
    clock.advance(1.9)
    assert ran == []
    clock.advance(0.2)
    assert ran == [1002.0]


def test_actions_run_in_the_order_they_fall_due_also_those_that_others_schedule(clock: Clock) -> None:
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        clock.after(1, lambda: ran.append("second"))

    clock.after(3, lambda: ran.append("third"))
    clock.after(3, lambda: ran.append("fourth"))
    clock.after(1, first)
    clock.advance(10)
    assert ran == ["first", "second", "third", "fourth"]


def test_reset_forgets_what_is_scheduled(clock: Clock) -> None:
    ran: list[str] = []
    clock.after(1, lambda: ran.append("never"))
    clock.reset()
    clock.advance(10)
    assert (ran, clock.now()) == ([], 1010.0)


def test_a_started_clock_runs_actions_by_itself_at_its_scale() -> None:
    clock = Clock(scale=1000)
    done = threading.Event()
    clock.start()
    clock.after(20, done.set)
    assert done.wait(2)
    clock.stop()


def test_an_action_runs_under_the_lock(clock: Clock) -> None:
    free: list[bool] = []

    def try_lock() -> None:
        free.append(clock.lock.acquire(blocking=False))

    def action() -> None:
        other = threading.Thread(target=try_lock)
        other.start()
        other.join()

    clock.after(1, action)
    clock.advance(1)
    assert free == [False]


def _broken() -> None:
    raise ValueError("broken")


def test_a_broken_action_does_not_stop_time_for_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock(scale=1000)
    done = threading.Event()
    clock.start()
    clock.after(1, _broken)
    clock.after(2, done.set)
    assert done.wait(2)
    clock.stop()
    assert "ValueError" in capsys.readouterr().err


def test_a_stopped_clock_does_not_move(clock: Clock) -> None:
    clock.start()
    clock.stop()
    assert clock.now() == clock.now() >= 1000.0


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        Clock(scale=0)


def test_an_action_with_a_name_can_be_held_and_runs_once_it_is_released(clock: Clock) -> None:
    held = {"this"}
    asked: list[str] = []
    ran: list[str] = []

    def hold(name: str) -> Callable[[], bool]:
        asked.append(name)
        return lambda: name in held

    clock.hold = hold
    for name in ("this", "that"):
        clock.after(1, partial(ran.append, name), name)
    clock.after(1, partial(ran.append, "no name"))
    clock.advance(100)
    assert (ran, asked) == (["that", "no name"], ["this", "that"])
    held.clear()
    clock.advance(1)
    assert ran == ["that", "no name", "this"]
