# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids as TiDB Cloud gives them."""

from __future__ import annotations

FIRST = 1801634297120000000


class Ids:
    """Decimal strings of 19 digits, larger than 2^53, as the real ones are; the same after each start."""

    def __init__(self) -> None:
        self._last = FIRST

    def new(self) -> str:
        """An id that was not issued before."""
        self._last += 7919
        return str(self._last)

    def restart(self) -> None:
        """Forget what was issued."""
        self._last = FIRST
