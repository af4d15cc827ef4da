# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the work of many private endpoints together, so that they share each poll and each pause."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from .errors import PrivateLinkError, WaitTimedOut, as_known
from .progress import Count, time_left
from .wait import Await, Deadline, Result, Work

NOT_BEGUN = (
    "The deadline (wait_timeout) passed before this one was started, and nothing of it was touched. Run again to "
    "continue from here, raise wait_timeout, or do less at once."
)


@dataclass
class _Waiting:
    """Work and what it awaits, `until` when (on the deadline's clock)."""

    work: Work[t.Any]
    awaited: Await
    until: float


class WorkGroup(t.Generic[Result]):
    """`results` maps the number of each finished work to its result, or to the error that ended it.

    `done` and `failed`: how many others of the same run have ended already, for the counts that are reported.
    """

    def __init__(self, deadline: Deadline, refresh: t.Callable[[], None], *, done: int = 0, failed: int = 0) -> None:
        self._deadline = deadline
        self._refresh = refresh
        self._waiting: dict[int, _Waiting] = {}
        self.results: dict[int, Result | PrivateLinkError] = {}
        self._count = Count(deadline.report)
        self._done = done
        self._failed = failed

    def drive(self, works: t.Mapping[int, Work[Result]]) -> None:
        """Start all work, then poll until each has ended; it raises nothing.

        What one of them raises is its own result and affects no other. What has not started by the deadline never does.
        `refresh` is called before each round of looks, so each round reads a list at most once.
        """
        for number, work in works.items():
            if self._deadline.may_begin():
                self._go_on(number, work, partial(next, work))
            else:
                self.results[number] = WaitTimedOut(NOT_BEGUN)
        self._await_all()

    def complete(self, works: t.Mapping[int, Work[Result]]) -> None:
        """Like drive, for work that has started already: none is left out for lack of time, each looks once at
        least.
        """
        for number, work in works.items():
            self._go_on(number, work, partial(next, work))
        self._await_all()

    def _await_all(self) -> None:
        pauses = self._deadline.pauses()
        while self._waiting:
            next(pauses)
            self._refresh()
            for number, waiting in list(self._waiting.items()):
                self._deadline.doing = f"waiting for {waiting.awaited.what}"
                self._look(number, waiting)
                self._count.report(self._state)
            self._count.report(self._state, now=True)

    def _state(self) -> str:
        failed = sum(isinstance(result, PrivateLinkError) for result in self.results.values())
        left = time_left(sum(waiting.awaited.costs_request for waiting in self._waiting.values()))
        done = self._done + len(self.results) - failed
        return f"{done} done, {self._failed + failed} failed, {len(self._waiting)} waiting{left}"

    def _look(self, number: int, waiting: _Waiting) -> None:
        work = waiting.work
        try:
            seen = waiting.awaited.look()
        except BaseException as error:
            known = as_known(error, f"waiting for {waiting.awaited.what}")
            self._go_on(number, work, partial(work.throw, known))
            return
        late = self._deadline.is_over(waiting.until)
        if seen.done or (late and self._deadline.may_fail(waiting.awaited)):
            self._go_on(number, work, partial(work.send, seen))
        elif late:
            self._go_on(number, work, partial(work.throw, self._deadline.timed_out(waiting.awaited, seen)))

    def _go_on(self, number: int, work: Work[Result], step: t.Callable[[], Await]) -> None:
        self._waiting.pop(number, None)
        try:
            awaited = step()
        except StopIteration as end:
            self.results[number] = end.value
        except BaseException as error:
            self.results[number] = as_known(error, "changing this private endpoint")
        else:
            self._waiting[number] = _Waiting(work, awaited, self._deadline.until(awaited))
