# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one deadline for the whole run, polls that start short and grow. The clock is passed in."""

from __future__ import annotations

import random
import time
import typing as t
from dataclasses import dataclass

from .errors import WaitTimedOut

FIRST_DELAY = 0.5  # seconds
GROWTH = 1.5
JITTER = 0.2  # a share of the delay, so that runs that began together do not poll together


@dataclass(frozen=True)
class Seen:
    """One look: whether what is awaited holds, and what was seen, for the message of a timeout."""

    done: bool
    state: str


class Deadline:
    """How long a run may still take. C(seconds) is C(wait_timeout), C(delay) the longest pause between two polls."""

    def __init__(
        self,
        seconds: float,
        delay: float,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        spread: t.Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.seconds = seconds
        self._delay = delay
        self._clock = clock
        self._sleep = sleep
        self._spread = spread
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds that are left, never negative."""
        return max(0.0, self._end - self._clock())

    def holds_within(self, seconds: float, look: t.Callable[[], Seen]) -> bool:
        """Looks until it is done, for C(seconds) at most and never past the deadline; returns whether it is."""
        return self._poll(look, min(self._end, self._clock() + seconds)).done

    def wait_until(self, look: t.Callable[[], Seen], what: str) -> None:
        """Looks until it is done.

        Raises WaitTimedOut with the last state seen; whatever C(look) raises ends the wait at once.
        """
        seen = self._poll(look, self._end)
        if not seen.done:
            raise WaitTimedOut(
                f"Waited {self.seconds:g} seconds in all, at last for {what}; last seen: {seen.state}. "
                "Nothing is lost: run again to go on from here, or raise wait_timeout."
            )

    def _poll(self, look: t.Callable[[], Seen], end: float) -> Seen:
        delay = min(FIRST_DELAY, self._delay)
        while True:
            seen = look()
            left = end - self._clock()
            if seen.done or left <= 0:
                return seen
            self._sleep(min(left, delay * self._spread(1 - JITTER, 1 + JITTER)))
            delay = min(delay * GROWTH, self._delay)
