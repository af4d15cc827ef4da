# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports how far a run is. A module prints nothing before it ends: it writes lines to a file, which the action plugin
reads meanwhile. Without the action plugin nothing is reported.
"""

from __future__ import annotations

import os
import time
import typing as t

from .text import printable

# The file to write to. Not an option: the action plugin sets it, not the user.
FILE_VARIABLE = "TIDBCLOUD_PRIVATELINK_PROGRESS_FILE"
# TiDB Cloud's limit: requests a minute.
_LIMIT = 100
# A count that changes often is reported at most this often, in seconds.
_PAUSE = 5.0

Report = t.Callable[[str], None]


def progress_writer() -> Report:
    """A function that takes a line and writes it to the file that the environment names, if any."""
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        return _silent

    def write(line: str) -> None:
        # A line that cannot be written must not fail the run.
        try:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{printable(line)}\n")
        except OSError:
            pass

    return write


def _silent(_line: str) -> None:
    """There is no reader."""


class Count:
    """Reports numbers that change, each line once and not too often."""

    def __init__(self, report: Report, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._last = ""
        self._next = clock() + _PAUSE

    def report(self, make: t.Callable[[], str], *, now: bool = False) -> None:
        """`make` makes the line, when one is due. `now`: even soon after the last one."""
        if not (now or self._clock() >= self._next):
            return
        line = make()
        if line != self._last:
            self._report(line)
            self._last = line
        self._next = self._clock() + _PAUSE


def time_left(requests: int) -> str:
    """How long this many requests to TiDB Cloud take at the rate limit, where that is worth reporting."""
    minutes = requests / _LIMIT
    return f"; about {minutes:.0f} min at the rate limit" if minutes >= 1 else ""
