# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of several objects of one connection counts, where several runs made it at once. Pure.

A VPC, a subnet and a security group have neither a creation time nor a client token. Each run tags what it makes with a
claim, AWS's own date and a random part, and every run that watches long enough reaches the same conclusion.
"""

from __future__ import annotations

import calendar
import email.utils
import re
import time
import typing as t
from dataclasses import dataclass

CLAIM_TAG = "tidbcloud:claim"
# Seconds after which all objects made at the same time are listed, however late AWS lists them.
SETTLED_AGE = 60.0
# Seconds between the look that finds nothing and the creation that follows, allowing for clocks that count in seconds.
MARGIN = 5.0
_CLAIM = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z\.[0-9a-f]+")
_DATE = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class Part:
    """A VPC, subnet or security group. Only groups have `name` and `description`, only subnets `zone_id`."""

    id: str
    tags: t.Mapping[str, str]
    cidr: str = ""
    zone_id: str = ""
    name: str = ""
    description: str = ""

    def carries(self, tags: t.Mapping[str, str]) -> bool:
        """Whether it has all of the tags."""
        return all(self.tags.get(key) == value for key, value in tags.items())

    @property
    def has_claim(self) -> bool:
        return CLAIM_TAG in self.tags

    @property
    def claimed_at(self) -> float:
        """Seconds since 1970; 0 without a readable claim: then it is older than claims."""
        found = _CLAIM.fullmatch(self.tags.get(CLAIM_TAG, ""))
        try:
            return float(calendar.timegm(time.strptime(found.group(1), _DATE))) if found else 0.0
        except ValueError:
            return 0.0


def claim(date: float, chance: str) -> str:
    """The value of the tag. `date` is AWS's own, in seconds since 1970; `chance` is random hexadecimal digits."""
    return f"{time.strftime(_DATE, time.gmtime(date))}Z.{chance}"


def http_date(value: str) -> float | None:
    """Seconds since 1970 of an answer's header `Date`; null where there is none that can be read."""
    try:
        return email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError):
        return None


def oldest(parts: t.Sequence[Part]) -> Part:
    """The oldest claim wins, then the lowest id."""
    return min(parts, key=lambda part: (part.claimed_at, part.id))


def settle_seconds(age: float) -> float:
    """How long to keep looking after something of this age (seconds) is seen for the first time.

    What AWS listed after `age` seconds may have been made by a run that did not see an older one for as long, and AWS
    may take as long again to list that one.
    """
    return 0.0 if age >= SETTLED_AGE else max(0.0, age) + MARGIN
