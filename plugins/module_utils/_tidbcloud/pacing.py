# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast requests may follow each other: 100 a minute for each API key, shared by all runs that use the key."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

# The limit counts by the minute, so a longer wait is never right, whatever a header says.
LONGEST_WINDOW = 60.0
# Runs that share a key may all continue at the same moment: they spread over these seconds.
SPREAD = 3.0
# After a 429 that does not say when the limit is reset: seconds, doubled for each attempt.
FIRST_WAIT = 5.0
# Back-off after a transient failure: seconds, doubled for each attempt.
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 8.0


class Pacing:
    """Remembers what the API said about its rate limit. `clock` counts seconds; `random` is between 0 and 1."""

    def __init__(self, clock: t.Callable[[], float], random: t.Callable[[], float]) -> None:
        self._clock = clock
        self._random = random
        self.remaining: int | None = None
        self.reset_at: float | None = None

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take the headers of an answer: X-Ratelimit-Remaining-Minute, and X-Ratelimit-Reset in seconds.

        An answer without them, such as a proxy's own, changes nothing.
        """
        remaining = _seconds(headers.get("X-Ratelimit-Remaining-Minute"))
        reset = _seconds(headers.get("X-Ratelimit-Reset"))
        if remaining is not None:
            self.remaining = int(remaining)
        if reset is not None:
            self.reset_at = self._clock() + min(reset, LONGEST_WINDOW)

    def before_request(self) -> float:
        """Seconds to wait before the next request, so that it is not refused."""
        if self.remaining != 0 or self.reset_at is None:
            return 0.0
        left = self.reset_at - self._clock()
        return left + self._spread() if left > 0 else 0.0

    def after_refusal(self, attempt: int) -> float:
        """Seconds to wait after a 429, the `attempt`-th (from 1): until the reset, or longer each time if unknown."""
        left = self.reset_at - self._clock() if self.reset_at is not None else 0.0
        if left <= 0:
            left = min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WINDOW)
        return left + self._spread()

    def after_failure(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th transient failure (from 1)."""
        return min(FIRST_BACKOFF * 2.0 ** (attempt - 1), LONGEST_BACKOFF) * (0.5 + self._random() / 2.0)

    def _spread(self) -> float:
        return self._random() * SPREAD


def _seconds(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None
