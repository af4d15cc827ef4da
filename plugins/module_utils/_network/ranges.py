# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of subnets, from the range of their VPC. Pure."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._run.errors import PrivateLinkError

# A VPC is divided into this many ranges, more than any region has zones, so that a zone that is added later moves none.
_SLOTS = 8
_SMALLEST_PREFIX = 28  # AWS makes no smaller subnet


def division_problem(cidr: str) -> str:
    """Why the range cannot be divided; empty where it can."""
    try:
        ipaddress.ip_network(cidr)
    except ValueError as error:
        return f"{cidr!r} is not a range of addresses in which subnets can be made: {error}"
    return ""


def zone_ranges(cidr: str, zones: t.Sequence[str]) -> dict[str, str]:
    """A range for each zone, by the number in the zone's ID alone. Raises PrivateLinkError."""
    problem = division_problem(cidr)
    if problem:
        raise PrivateLinkError(problem)
    network = ipaddress.ip_network(cidr)
    prefix = min(network.prefixlen + _SLOTS.bit_length() - 1, max(_SMALLEST_PREFIX, network.prefixlen))
    ranges = list(network.subnets(new_prefix=prefix))
    return {zone: str(ranges[_number(zone) % len(ranges)]) for zone in zones}


def _number(zone: str) -> int:
    """From 0: `use1-az4` is 3, and so is `us-east-1d`, as an API may name it."""
    found = re.search(r"(?:(\d+)|([a-z]))$", zone)
    if found is None:
        raise PrivateLinkError(f"{zone!r} is not a zone: it ends neither with a number nor with a letter.")
    return int(found.group(1)) - 1 if found.group(1) else ord(found.group(2)) - ord("a")
