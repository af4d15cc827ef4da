# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends in time whatever a peer does: name look-ups, credential helpers and slow answers have no timeout."""

from __future__ import annotations

import contextvars
import threading
import typing as t

Result = t.TypeVar("Result")
First = t.TypeVar("First")


class Overdue(Exception):
    """It did not end in time. It may still take effect."""


class Acting(t.Generic[Result]):
    """An act running in a daemon thread of its own."""

    def __init__(self, act: t.Callable[[], Result]) -> None:
        self._act = act
        self._ended: list[tuple[Result | None, BaseException | None]] = []
        self._thread = threading.Thread(target=contextvars.copy_context().run, args=(self._run,), daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._ended.append((self._act(), None))
        except BaseException as error:  # Re-raised in the thread that waits.
            self._ended.append((None, error))

    def result(self, seconds: float | None = None) -> Result:
        """What the act returns. Raises what it raises, and Overdue if it has not ended within `seconds`."""
        self._thread.join(seconds)
        if not self._ended:
            raise Overdue
        result, error = self._ended.pop()
        if error is None:
            return t.cast(Result, result)
        try:
            raise error
        finally:
            del error  # It holds this frame: the reference cycle would keep both alive.


def bounded(act: t.Callable[[], Result], seconds: float) -> Result:
    """The result of `act`, which runs in a thread of its own for at most `seconds`.

    Raises Overdue, and whatever `act` raises. The thread of an overdue act is left behind; it does not keep the process
    from ending.
    """
    if seconds <= 0:
        raise Overdue
    return Acting(act).result(seconds)


def at_once(first: t.Callable[[], First], second: t.Callable[[], Result]) -> tuple[First, Result]:
    """The results of two acts that do not depend on each other. Raises what either raises, the first one's first."""
    other = Acting(second)
    return first(), other.result()
