# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    PrivateLinkError,
    Unexpected,
    WaitTimedOut,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Await, Deadline, Seen, Work
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait_all import WorkGroup
from tests.support.stopped_time import Time


class Place:
    """Drives works and logs what happened, in order."""

    def __init__(self, seconds: float = 60.0) -> None:
        self.time = Time()
        self.log: list[str] = []
        deadline = Deadline(seconds, 4.0, clock=self.time.clock, sleep=self.time.sleep, spread=lambda low, high: 1.0)
        self.group: WorkGroup[str] = WorkGroup(deadline, lambda: self.log.append("refresh"))

    def work(self, name: str, *looks: int, at_most: float | None = None) -> Work[str]:
        """Awaits one thing after the other; each holds at the given look, 0 stands for never."""
        self.log.append(f"{name} begins")
        held = []
        for number, turn in enumerate(looks, start=1):
            held.append((yield Await(self._look(f"{name}{number}", turn), f"{name}{number}", at_most)).done)
        self.log.append(f"{name} ends")
        return f"{name} {held}"

    def _look(self, what: str, turn: int) -> t.Callable[[], Seen]:
        looked = []

        def look() -> Seen:
            looked.append(what)
            self.log.append(f"look {what}")
            return Seen(len(looked) == turn, f"look {len(looked)}")

        return look


def test_every_work_begins_before_any_is_looked_for() -> None:
    place = Place()
    place.group.drive({1: place.work("a", 1), 2: place.work("b", 1)})
    assert place.log == ["a begins", "b begins", "refresh", "look a1", "a ends", "look b1", "b ends"]
    assert place.group.results == {1: "a [True]", 2: "b [True]"}


def test_all_share_each_pause_and_each_refresh() -> None:
    place = Place()
    place.group.drive({number: place.work(str(number), 3, 1) for number in range(50)})
    assert place.log.count("refresh") == 4
    assert place.time.slept == [0.5, 0.75, 1.125, 1.688]


def test_nothing_waits_if_nothing_has_to_be_awaited() -> None:
    place = Place()
    place.group.drive({1: place.work("a")})
    assert (place.log, place.time.slept) == (["a begins", "a ends"], [])
    assert place.group.results == {1: "a []"}


def test_no_work_at_all_is_fine() -> None:
    place = Place()
    place.group.drive({})
    assert (place.group.results, place.time.slept) == ({}, [])


def fails_at_once(reason: str = "refused") -> Work[str]:
    if reason:
        raise PrivateLinkError(reason)
    yield Await(lambda: Seen(True, "ready"), "nothing")
    return "never"


def fails_at_a_look() -> Work[str]:
    def look() -> Seen:
        raise PrivateLinkError("broken")

    yield Await(look, "what breaks")
    return "never"


def minds_an_error() -> Work[str]:
    try:
        yield from fails_at_a_look()
    except PrivateLinkError as error:
        return f"minded: {error}"
    return "never"


def test_one_that_fails_at_once_or_while_it_waits_never_stops_the_others() -> None:
    place = Place()
    place.group.drive({1: fails_at_once(), 2: fails_at_a_look(), 3: place.work("c", 2)})
    assert [str(place.group.results[number]) for number in (1, 2, 3)] == ["refused", "broken", "c [True]"]


def test_a_work_may_mind_what_a_look_raises() -> None:
    place = Place()
    place.group.drive({1: minds_an_error()})
    assert place.group.results == {1: "minded: broken"}


def test_what_is_still_awaited_at_the_deadline_times_out_and_says_what_was_seen_last() -> None:
    place = Place(seconds=10)
    place.group.drive({1: place.work("a", 0), 2: place.work("b", 1)})
    late = place.group.results[1]
    assert isinstance(late, WaitTimedOut)
    assert "at last for a1; last seen: look 6" in str(late)
    assert place.group.results[2] == "b [True]"
    assert sum(place.time.slept) == pytest.approx(10)


def test_what_is_awaited_for_some_time_at_most_may_not_hold_and_the_work_goes_on() -> None:
    place = Place()
    place.group.drive({1: place.work("a", 0, at_most=2.0)})
    assert place.group.results == {1: "a [False]"}
    assert sum(place.time.slept) == pytest.approx(2.375)


def test_the_deadline_ends_also_what_may_not_hold() -> None:
    place = Place(seconds=1)
    place.group.drive({1: place.work("a", 0, at_most=2.0)})
    assert isinstance(place.group.results[1], WaitTimedOut)


def is_a_defect() -> Work[str]:
    yield Await(lambda: Seen(bool(dict[str, int]()["missing"]), "never"), "what the code does not expect")
    return "never"


def begins_with_a_defect() -> Work[str]:
    dict[str, int]()["missing"]
    yield Await(lambda: Seen(True, "ready"), "nothing")
    return "never"


def test_a_defect_that_one_of_them_meets_is_its_own_result_and_the_others_stand() -> None:
    place = Place()
    place.group.drive({1: is_a_defect(), 2: begins_with_a_defect(), 3: place.work("c", 2)})
    defects = [place.group.results[1], place.group.results[2]]
    assert [type(defect) for defect in defects] == [Unexpected, Unexpected]
    assert "while waiting for what the code does not expect" in str(defects[0])
    assert place.group.results[3] == "c [True]"


def takes_long(place: Place, seconds: float) -> Work[str]:
    place.time.sleep(seconds)
    place.log.append("began")
    yield Await(lambda: Seen(True, "ready"), "it")
    return "done"


def test_what_is_not_begun_at_the_deadline_never_is_and_says_so() -> None:
    place = Place(seconds=30)
    place.group.drive({number: takes_long(place, 20) for number in range(4)})
    assert place.log.count("began") == 2
    late = [place.group.results[number] for number in (2, 3)]
    assert [type(result) for result in late] == [WaitTimedOut, WaitTimedOut]
    assert "before this one was started, and nothing of it was touched" in str(late[0])


def test_a_run_that_does_not_wait_still_starts_everything() -> None:
    place = Place(seconds=0)
    place.group.drive({1: place.work("a"), 2: place.work("b")})
    assert place.group.results == {1: "a []", 2: "b []"}
