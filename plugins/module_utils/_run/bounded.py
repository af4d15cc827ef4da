# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends in time whatever a peer does: name look-ups, credential helpers and slow answers have no timeout."""

from __future__ import annotations

import threading
import typing as t

Result = t.TypeVar("Result")


class Overdue(Exception):
    """It has not ended in time. It may still take effect."""


def bounded(act: t.Callable[[], Result], seconds: float) -> Result:
    """The result of ``act``, which runs in a thread of its own for at most ``seconds``.

    Raises Overdue, and whatever ``act`` raises. The thread of an overdue act is left behind: it does not keep the
    process from ending.
    """
    if seconds <= 0:
        raise Overdue
    ended: list[tuple[Result | None, BaseException | None]] = []

    def run() -> None:
        try:
            ended.append((act(), None))
        except BaseException as error:  # Whoever waits gets it.
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise Overdue
    result, error = ended[0]
    if error is not None:
        raise error
    return t.cast(Result, result)
