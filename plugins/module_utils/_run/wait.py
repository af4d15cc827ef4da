# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one deadline for the whole run, polls that start short and grow. The clock is passed in.

Work that has to wait is a generator that yields what it awaits: it never sleeps itself. `Deadline.drive` runs the work
of one private endpoint; a `WorkGroup` runs many together, sharing each poll.
"""

from __future__ import annotations

import random
import time
import typing as t
from dataclasses import dataclass

from .errors import WaitTimedOut, as_known
from .progress import progress_writer
from .text import printable

FIRST_DELAY = 0.5  # seconds
GROWTH = 1.5
JITTER = 0.2  # a share of the delay, so that runs that started together do not poll together
# Seconds past the deadline after which a running call is given up. A run promises to end within 15.
CALL_GRACE = 10.0


@dataclass(frozen=True)
class Seen:
    """One look: whether it is done, what was seen (for the message of a timeout), and what the look found."""

    done: bool
    state: str
    value: t.Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", printable(self.state))


@dataclass(frozen=True)
class Await:
    """Something to await. `what` completes "waited for"; `at_most` is in seconds, null for up to the deadline.
    `costs_request`: each look takes a request to TiDB Cloud of its own, shared with no other private endpoint.
    `leaves_half`: with `at_most`, never more than half of the time that is left, so that the work can continue after
    it.

    The generator that yields it is sent the last look: it is done, except that with `at_most` it may not be.
    """

    look: t.Callable[[], Seen]
    what: str
    at_most: float | None = None
    costs_request: bool = False
    leaves_half: bool = False


Result = t.TypeVar("Result")
Work = t.Generator[Await, Seen, Result]


class Deadline:
    """How much longer a run may take. `seconds` is `wait_timeout`, `delay` the longest pause between two polls."""

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
        # The last moment to start something new: a run that does not wait still does what needs no waiting.
        self._begin_until = clock() + max(seconds, CALL_GRACE)
        # What is being done, for a message: the words after "while".
        self.doing = "beginning"
        # The return values that are certain already, for a run that is stopped.
        self.so_far: t.Callable[[], t.Mapping[str, t.Any]] = dict
        self.report = progress_writer()

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - self._clock())

    def for_calls(self) -> float:
        """Seconds that a call may take from now on, never negative: until a little after the deadline, so that the last
        look and the result of a run that was just in time are not lost. No call takes longer, whatever the peer does.
        """
        return max(0.0, self._end + CALL_GRACE - self._clock())

    def may_begin(self) -> bool:
        """Whether there is time to start one more private endpoint."""
        return self._clock() < self._begin_until

    def drive(self, work: Work[Result]) -> Result:
        """Run the work to its end, awaiting what it yields, and return its result.

        Raises WaitTimedOut, and whatever the work and its looks raise.
        """
        try:
            awaited = next(work)
            while True:
                try:
                    seen = self._last_look(awaited)
                except BaseException as error:
                    awaited = work.throw(as_known(error, self.doing))
                else:
                    awaited = work.send(seen)
        except StopIteration as end:
            return t.cast(Result, end.value)

    def wait_until(self, look: t.Callable[[], Seen], what: str) -> t.Any:
        """Look until it is done, and return that look's value. Raises WaitTimedOut, and whatever the look raises."""
        return self._last_look(Await(look, what)).value

    def _last_look(self, awaited: Await) -> Seen:
        """The look that ends the wait. Only an `at_most` lets it end undone."""
        until = self.until(awaited)
        pauses = self.pauses(until)
        reported = False
        self.doing = f"waiting for {awaited.what}"
        while True:
            seen = awaited.look()
            if seen.done:
                return seen
            if not reported:
                self.report(f"waiting for {awaited.what}")
                reported = True
            if self.is_over(until):
                if self.may_fail(awaited):
                    return seen
                raise self.timed_out(awaited, seen)
            next(pauses)

    def until(self, awaited: Await) -> float:
        """When to give up waiting, on the clock: never past the deadline."""
        left = self.left() / 2 if awaited.leaves_half else self.left()
        return self._end if awaited.at_most is None else self._clock() + min(awaited.at_most, left)

    def is_over(self, until: float) -> bool:
        return self._clock() >= until

    def may_fail(self, awaited: Await) -> bool:
        """Whether the work continues without it. Past the deadline it never does: a timeout would be mistaken for an
        answer.
        """
        return awaited.at_most is not None and self.left() > 0

    def pauses(self, until: float | None = None) -> t.Iterator[None]:
        """Pauses between polls: they start short and grow, and never go past `until` or the deadline."""
        end = self._end if until is None else until
        delay = min(FIRST_DELAY, self._delay)
        while True:
            self._sleep(max(0.0, min(end - self._clock(), delay * self._spread(1 - JITTER, 1 + JITTER))))
            yield
            delay = min(delay * GROWTH, self._delay)

    def timed_out(self, awaited: Await, seen: Seen) -> WaitTimedOut:
        """The error with what was awaited and the last state seen."""
        return WaitTimedOut(
            f"Waited {self.seconds:g} seconds in all, at last for {awaited.what}; last seen: {seen.state}. Nothing is "
            "lost: run again to continue from here, or raise wait_timeout."
        )


class Patience:
    """The seconds that a run may wait for things of one kind, however many it needs."""

    def __init__(self, deadline: Deadline, seconds: float) -> None:
        self._deadline = deadline
        self._seconds = seconds
        # What the run had left when it began to wait; null before.
        self._left_at_first: float | None = None

    def waits(self, look: t.Callable[[], Seen], what: str) -> bool:
        """Looks until it is done or the seconds are over, once at least. Returns whether looking once more may show
        something else. `what` completes "waiting for".
        """
        doing = self._deadline.doing
        if self._left_at_first is None:
            self._left_at_first = self._deadline.left()
        at_most = max(0.0, self._seconds - (self._left_at_first - self._deadline.left()))
        seen = self._deadline.drive(_awaited(Await(look, what, at_most, leaves_half=True)))
        self._deadline.doing = doing
        return seen.done or at_most > 0


def _awaited(awaited: Await) -> Work[Seen]:
    return (yield awaited)
