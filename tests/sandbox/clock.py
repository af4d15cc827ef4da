# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own time. States of both clouds advance with it, never because a client asked."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial

Action = Callable[[], None]
# How long (sandbox seconds) a held action waits before it checks again.
HOLD_AGAIN = 1.0


class Clock:
    """Sandbox time in seconds since the epoch.

    `scale` is how many sandbox seconds pass in one real second. A clock that was never started moves only
    with `advance`, which is how unit tests use it.

    `lock` is the one global lock: every request of both clouds and every scheduled action runs under it.
    Never sleep while holding it.
    """

    def __init__(self, scale: float = 1.0, epoch: float | None = None) -> None:
        if scale <= 0:
            raise ValueError("The scale of the clock must be greater than 0.")
        self.scale = scale
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._scheduled: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._base = time.time() if epoch is None else epoch
        self._running_since: float | None = None
        self._due: float | None = None
        self._thread: threading.Thread | None = None
        # Maps the name of an action that falls due to a function that says whether it is still held back.
        self.hold: Callable[[str], Callable[[], bool]] = lambda _name: lambda: False

    def now(self) -> float:
        """Sandbox time. Within an action it is the moment the action was due, so that chains do not drift."""
        with self.lock:
            if self._due is not None:
                return self._due
            if self._running_since is None:
                return self._base
            return self._base + (time.monotonic() - self._running_since) * self.scale

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of sandbox time take on a real clock."""
        return seconds / self.scale

    def after(self, delay: float, action: Action, name: str | None = None) -> None:
        """Run `action` under the lock, `delay` sandbox seconds from now; an action with a name can be held."""
        if name is not None:
            action = partial(self._begin, name, action)
        with self._changed:
            heapq.heappush(self._scheduled, (self.now() + delay, next(self._order), action))
            self._changed.notify_all()

    def _begin(self, name: str, action: Action) -> None:
        self._unless(self.hold(name), action)

    def _unless(self, is_held: Callable[[], bool], action: Action) -> None:
        if is_held():
            self.after(HOLD_AGAIN, partial(self._unless, is_held, action))
        else:
            action()

    def advance(self, seconds: float) -> None:
        """Jump ahead, running everything that falls due on the way, in order."""
        with self._changed:
            self._run_until(self.now() + seconds)
            self._base += seconds
            self._changed.notify_all()

    def reset(self) -> None:
        """Forget what is scheduled."""
        with self.lock:
            self._scheduled.clear()

    def start(self) -> None:
        """Let time pass by itself."""
        with self.lock:
            self._running_since = time.monotonic()
            self._thread = threading.Thread(target=self._tick, name="sandbox-clock", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop time; from now on nothing falls due except through `advance`."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._base = self.now()
            self._running_since = None
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _tick(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                try:
                    self._run_until(self.now())
                except Exception:
                    # One broken action must not stop the sandbox's time for all others.
                    traceback.print_exc()
                    continue
                self._changed.wait(self._seconds_to_next())

    def _seconds_to_next(self) -> float | None:
        if not self._scheduled:
            return None
        return max(0.0, self.real_seconds(self._scheduled[0][0] - self.now()))

    def _run_until(self, limit: float) -> None:
        while self._scheduled and self._scheduled[0][0] <= limit:
            self._due, _number, action = heapq.heappop(self._scheduled)
            try:
                action()
            finally:
                self._due = None
