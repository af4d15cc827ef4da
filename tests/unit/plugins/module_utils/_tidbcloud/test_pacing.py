# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.pacing import Pacing
from tests.support.stopped_time import Time

REMAINING = "X-Ratelimit-Remaining-Minute"
RESET = "X-Ratelimit-Reset"


def pacing(time: Time, jitter: float = 0.0) -> Pacing:
    return Pacing(time.clock, lambda: jitter)


def test_nothing_is_waited_for_before_the_api_said_anything(time: Time) -> None:
    assert pacing(time).before_request() == 0


@pytest.mark.parametrize(("remaining", "wait"), [("99", 0), ("1", 0), ("0", 20)])
def test_only_a_used_up_limit_is_waited_for(time: Time, remaining: str, wait: float) -> None:
    paced = pacing(time)
    paced.observe({REMAINING: remaining, RESET: "20"})
    assert paced.before_request() == wait


def test_the_wait_is_over_when_the_limit_is_reset(time: Time) -> None:
    paced = pacing(time)
    paced.observe({REMAINING: "0", RESET: "20"})
    time.now += 12
    assert paced.before_request() == 8
    time.now += 8
    assert paced.before_request() == 0


def test_runs_that_wait_for_the_same_reset_start_again_spread_over_three_seconds(time: Time) -> None:
    waits = []
    for jitter in (0.0, 0.5, 1.0):
        paced = pacing(time, jitter)
        paced.observe({REMAINING: "0", RESET: "20"})
        waits.append(paced.before_request())
    assert waits == [20.0, 21.5, 23.0]


def test_an_answer_without_headers_changes_nothing(time: Time) -> None:
    paced = pacing(time)
    paced.observe({REMAINING: "0", RESET: "20"})
    paced.observe({})
    assert (paced.remaining, paced.before_request()) == (0, 20)


@pytest.mark.parametrize("reset", ["86400", "1795392000"])
def test_a_reset_further_away_than_a_minute_is_a_minute(time: Time, reset: str) -> None:
    paced = pacing(time)
    paced.observe({REMAINING: "0", RESET: reset})
    assert paced.before_request() == 60


@pytest.mark.parametrize("odd", ["", "soon", "-5", "nan", "inf"])
def test_headers_that_are_not_numbers_are_ignored(time: Time, odd: str) -> None:
    paced = pacing(time)
    paced.observe({REMAINING: odd, RESET: odd})
    assert (paced.remaining, paced.reset_at, paced.before_request()) == (None, None, 0)


def test_a_refusal_whose_reset_is_unknown_or_past_is_waited_for_longer_each_time_up_to_a_minute(time: Time) -> None:
    paced = pacing(time)
    paced.observe({RESET: "0"})
    assert [paced.after_refusal(attempt) for attempt in (1, 2, 3, 4, 5, 9)] == [5, 10, 20, 40, 60, 60]


def test_the_back_off_after_a_failure_grows_to_eight_seconds_and_is_jittered_by_half(time: Time) -> None:
    assert [pacing(time, 1.0).after_failure(attempt) for attempt in (1, 2, 3, 4, 5, 6)] == [0.5, 1, 2, 4, 8, 8]
    assert [pacing(time, 0.0).after_failure(attempt) for attempt in (1, 2, 3, 4, 5, 6)] == [0.25, 0.5, 1, 2, 4, 4]
