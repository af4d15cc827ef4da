# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: what reached the sandbox, in order, so that tests can count calls and see which one a fault hit."""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Entry:
    """One request. `status` is the HTTP status, 0 if the connection was reset before handling."""

    number: int
    time: float
    api: str
    call: str
    caller: str
    detail: Mapping[str, Any]
    status: int
    error: str | None
    fault: str | None


class RequestLog:
    """Entries are numbered from 1; clearing does not restart the numbers, so that `since` stays valid."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._last = 0

    def record(
        self,
        *,
        api: str,
        call: str,
        caller: str,
        detail: Mapping[str, Any],
        status: int,
        error: str | None = None,
        fault: str | None = None,
    ) -> None:
        """Add one request: `api` is tidbcloud, aws, database or dns, `caller` a public key or an account id."""
        now = self._now()
        with self._lock:
            self._last += 1
            self._entries.append(Entry(self._last, now, api, call, caller, detail, status, error, fault))

    def entries(self, *, since: int = 0, api: str | None = None, call: str | None = None) -> list[Entry]:
        """The entries with a number greater than `since`, of one API or one call if that is named."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if entry.number > since and api in (None, entry.api) and call in (None, entry.call)
            ]

    def counts(self, entries: list[Entry] | None = None) -> dict[str, dict[str, int]]:
        """How many requests there were: {api: {call: number}}. A challenge counts as a request."""
        counts: dict[str, collections.Counter[str]] = {"tidbcloud": collections.Counter(), "aws": collections.Counter()}
        for entry in self.entries() if entries is None else entries:
            counts.setdefault(entry.api, collections.Counter())[entry.call] += 1
        return {api: dict(calls) for api, calls in counts.items()}

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._entries.clear()
