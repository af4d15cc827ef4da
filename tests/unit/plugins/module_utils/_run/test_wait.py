# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import WaitFailed, WaitTimedOut
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import (
    CALL_GRACE,
    Await,
    Deadline,
    Patience,
    Seen,
    Work,
)
from tests.support.stopped_time import Time


def deadline(time: Time, seconds: float = 900, delay: float = 15, spread: float = 1.0) -> Deadline:
    """`spread`: where between the bounds of the jitter each pause falls, as a share of the pause."""
    return Deadline(seconds, delay, clock=time.clock, sleep=time.sleep, spread=lambda low, high: spread)


def looks(*states: str) -> t.Callable[[], Seen]:
    """Sees these states one after the other, the last one forever; `ready` is what is awaited."""
    left = list(states)

    def look() -> Seen:
        state = left.pop(0) if len(left) > 1 else left[0]
        return Seen(state == "ready", state)

    return look


def test_what_holds_already_takes_no_time() -> None:
    time = Time()
    deadline(time).wait_until(looks("ready"), "it")
    assert time.slept == []


def test_polls_start_short_and_grow_to_the_delay() -> None:
    time = Time()
    deadline(time, delay=2).wait_until(looks(*["pending"] * 6, "ready"), "it")
    assert time.slept == [0.5, 0.75, 1.125, 1.688, 2.0, 2.0]


def test_a_short_delay_is_never_exceeded() -> None:
    time = Time()
    deadline(time, delay=0.1).wait_until(looks("pending", "pending", "ready"), "it")
    assert time.slept == [0.1, 0.1]


def test_each_wait_starts_short_again() -> None:
    time = Time()
    waiting = deadline(time)
    for _turn in range(2):
        waiting.wait_until(looks("pending", "pending", "ready"), "it")
    assert time.slept == [0.5, 0.75, 0.5, 0.75]


@pytest.mark.parametrize(("bound", "slept"), [(0, 0.4), (1, 0.6)])
def test_pauses_are_spread_by_a_fifth_so_that_runs_do_not_poll_together(bound: int, slept: float) -> None:
    time = Time()
    waiting = Deadline(900, 15, clock=time.clock, sleep=time.sleep, spread=lambda *bounds: bounds[bound])
    waiting.wait_until(looks("pending", "ready"), "it")
    assert time.slept == [slept]


def test_no_pause_goes_past_the_deadline_and_the_last_look_is_at_its_end() -> None:
    time = Time()
    seen = []

    def look() -> Seen:
        seen.append(time.now)
        return Seen(False, "pending")

    with pytest.raises(WaitTimedOut):
        deadline(time, seconds=1).wait_until(look, "it")
    assert seen == [1000.0, 1000.5, 1001.0]


def test_what_the_look_found_that_ends_a_wait_is_its_value() -> None:
    found = iter([1, 2, 3])

    def look() -> Seen:
        value = next(found)
        return Seen(value == 2, "on its way", value)

    def work() -> Work[list[int]]:
        return [(yield Await(look, "two")).value, (yield Await(look, "two", at_most=0.0)).value]

    assert deadline(Time()).drive(work()) == [2, 3]
    assert deadline(Time()).wait_until(lambda: Seen(True, "ready", "found"), "it") == "found"


def test_a_timeout_names_what_was_awaited_the_state_last_seen_and_the_way_on() -> None:
    with pytest.raises(WaitTimedOut) as late:
        deadline(Time(), seconds=3).wait_until(looks("creating", "pending"), "the endpoint to be ready")
    assert str(late.value) == (
        "Waited 3 seconds in all, at last for the endpoint to be ready; last seen: pending. "
        "Nothing is lost: run again to continue from here, or raise wait_timeout."
    )


def test_a_deadline_that_is_over_still_looks_once() -> None:
    time = Time()
    deadline(time, seconds=0).wait_until(looks("ready"), "it")
    with pytest.raises(WaitTimedOut):
        deadline(time, seconds=0).wait_until(looks("pending"), "it")
    assert time.slept == []


def test_all_waits_share_one_deadline() -> None:
    time = Time()
    waiting = deadline(time, seconds=10)
    time.sleep(9.8)
    assert waiting.left() == pytest.approx(0.2)
    with pytest.raises(WaitTimedOut):
        waiting.wait_until(looks("pending"), "it")
    assert time.slept == [9.8, 0.2]
    time.sleep(5)
    assert waiting.left() == 0.0


def test_what_a_look_raises_ends_the_wait_at_once() -> None:
    time = Time()

    def look() -> Seen:
        raise WaitFailed("it is rejected")

    with pytest.raises(WaitFailed, match="it is rejected"):
        deadline(time).wait_until(look, "it")
    assert time.slept == []


def work(*awaited: Await) -> Work[list[bool]]:
    held = []
    for one in awaited:
        held.append((yield one).done)
    return held


def test_work_is_driven_to_its_result_through_everything_it_awaits() -> None:
    time = Time()
    result = deadline(time).drive(
        work(Await(looks("pending", "ready"), "one"), Await(looks("pending", "pending", "ready"), "two"))
    )
    assert result == [True, True]
    assert time.slept == [0.5, 0.5, 0.75]


def test_work_that_awaits_nothing_takes_no_time() -> None:
    time = Time()
    assert deadline(time).drive(work()) == []
    assert time.slept == []


def test_what_is_awaited_for_some_time_at_most_may_not_hold() -> None:
    time = Time()
    never = Await(looks("pending"), "one", at_most=2.0)
    assert deadline(time).drive(work(never, Await(looks("ready"), "two", at_most=2.0))) == [False, True]
    assert sum(time.slept) == pytest.approx(2.0)


def test_the_deadline_of_the_run_ends_also_what_is_awaited_for_some_time_at_most() -> None:
    """Otherwise work would mistake the end of its time for an answer, and continue."""
    time = Time()
    with pytest.raises(WaitTimedOut, match="at last for one; last seen: pending"):
        deadline(time, seconds=1).drive(work(Await(looks("pending"), "one", at_most=2.0)))
    assert sum(time.slept) == pytest.approx(1.0)


def test_work_that_times_out_says_so() -> None:
    with pytest.raises(WaitTimedOut, match="at last for two"):
        deadline(Time(), seconds=1).drive(work(Await(looks("ready"), "one"), Await(looks("pending"), "two")))


def test_the_real_clock_is_the_default() -> None:
    assert 0 < Deadline(5, 1).left() <= 5


def test_a_call_may_take_a_little_longer_than_the_deadline_and_no_more() -> None:
    time = Time()
    waiting = deadline(time, seconds=30)
    assert waiting.for_calls() == 30 + CALL_GRACE
    time.sleep(35)
    assert (waiting.left(), waiting.for_calls()) == (0, CALL_GRACE - 5)
    time.sleep(35)
    assert waiting.for_calls() == 0


@pytest.mark.parametrize(("seconds", "waited"), [(30, 15), (900, 60)])
def test_what_leaves_half_of_a_short_time_lets_the_work_go_on(seconds: float, waited: float) -> None:
    time = Time()

    def work() -> Work[float]:
        seen = yield Await(looks("pending"), "another run", at_most=60, leaves_half=True)
        return -1.0 if seen.done else time.clock()

    began = time.clock()
    assert deadline(time, seconds=seconds).drive(work()) - began == waited


def test_patience_is_one_for_everything_that_is_waited_for() -> None:
    time = Time()
    waiting = deadline(time, seconds=900)
    waiting.doing = "checking"
    patience, began = Patience(waiting, 30), time.clock()
    assert patience.waits(looks("pending"), "one")
    assert time.clock() - began == pytest.approx(30)
    assert not patience.waits(looks("pending"), "two")
    assert patience.waits(looks("ready"), "three")
    assert time.clock() - began == pytest.approx(30)
    assert waiting.doing == "checking"


def test_patience_never_uses_up_the_time_of_a_run() -> None:
    time = Time()
    waiting = deadline(time, seconds=10)
    assert Patience(waiting, 30).waits(looks("pending"), "one")
    assert waiting.left() == pytest.approx(5)
