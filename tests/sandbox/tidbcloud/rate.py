# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit: a number of requests a minute for each API key.

Source: "Rate Limiting" in the introduction of the API reference, which also shows the headers and the 429 answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.refusal import Code, Refusal

WINDOW = 60.0


@dataclass(frozen=True)
class Allowance:
    """What is left for a key. `reset` is in seconds of the client's clock, which is the real one."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The headers that every answer carries."""
        return {
            "X-Ratelimit-Limit-Minute": str(self.limit),
            "X-Ratelimit-Remaining-Minute": str(self.remaining),
            "X-Ratelimit-Reset": str(self.reset),
        }


class RateLimit:
    """Counts by minutes of the sandbox's clock. The limit is one for both hosts of the API (not published).

    A request that was not authenticated counts for no key, so that a challenge is free: the limit is "per apikey", and
    such a request has proved none. Whether the real service counts challenges is not published.
    """

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._minute = 0
        self._used: dict[str, int] = {}

    def take(self, key: str) -> Allowance:
        """Count one request of `key`."""
        self._turn()
        self._used[key] = self._used.get(key, 0) + 1
        return self.look(key)

    def look(self, key: str | None) -> Allowance:
        """The allowance without counting; the whole one without a key."""
        self._turn()
        used = self._used.get(key, 0) if key else 0
        return Allowance(self._settings.rate_limit, max(0, self._settings.rate_limit - used), self._seconds_left())

    def exceeded(self, key: str) -> bool:
        """Whether the request counted last was one too many."""
        return self._used.get(key, 0) > self._settings.rate_limit

    def clear(self) -> None:
        """Forget what was counted."""
        self._used.clear()

    def _turn(self) -> None:
        minute = int(self._clock.now() // WINDOW)
        if minute != self._minute:
            self._minute = minute
            self._used.clear()

    def _seconds_left(self) -> int:
        left = (self._minute + 1) * WINDOW - self._clock.now()
        return max(1, math.ceil(self._clock.real_seconds(left)))


def too_many(limit: int) -> Refusal:
    """The documented answer, word for word."""
    return Refusal(
        429,
        Code.RATE_LIMIT,
        f"The request exceeded the limit of {limit} times per apikey per minute. For more quota, please contact us: "
        "https://support.pingcap.com/hc/en-us/requests/new?ticket_form_id=7800003722519",
    )
