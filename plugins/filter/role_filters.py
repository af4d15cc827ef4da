# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role computes from its variables: lists from text, ranges of subnets, and what carries its tags."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible.errors import AnsibleFilterError

# A VPC is divided into this many ranges, more than any region has zones, so that a zone that is added later moves none.
_SLOTS = 8
_SMALLEST_PREFIX = 28  # AWS makes no smaller subnet


def split_list(value: t.Any) -> list[str]:
    """Items of a list, or of a text like V(a,b), as text; empty ones are left out. See split_list.yml."""
    given = value if isinstance(value, (list, tuple)) else [value]
    items = [item.strip() for part in given if part is not None for item in str(part).split(",")]
    return [item for item in items if item]


def zone_ranges(cidr: str, zones: t.Sequence[str]) -> dict[str, str]:
    """A range for each zone, by the number in the zone's id alone. See zone_ranges.yml."""
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError as error:
        raise AnsibleFilterError(f"{cidr!r} is no range of addresses that subnets can be made in: {error}") from error
    prefix = min(network.prefixlen + _SLOTS.bit_length() - 1, max(_SMALLEST_PREFIX, network.prefixlen))
    ranges = list(network.subnets(new_prefix=prefix))
    return {zone: str(ranges[_number(zone) % len(ranges)]) for zone in zones}


def _number(zone: str) -> int:
    """From 0: V(use1-az4) is 3, V(us-east-1d), as an API may name it, too."""
    found = re.search(r"(?:(\d+)|([a-z]))$", zone)
    if found is None:
        raise AnsibleFilterError(f"{zone!r} is no zone: it ends neither with a number nor with a letter.")
    return int(found.group(1)) - 1 if found.group(1) else ord(found.group(2)) - ord("a")


def with_tags(resources: t.Iterable[t.Mapping[str, t.Any]], tags: t.Mapping[str, str]) -> list[t.Mapping[str, t.Any]]:
    """Those of the resources that carry all of the tags. See with_tags.yml."""
    return [resource for resource in resources if _carries(resource.get("tags") or {}, tags)]


def _carries(found: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> bool:
    # Where templates return native types, as a setting of ansible-core before 2.19 has it, an id of digits is a number.
    return all(found.get(key) == str(wanted[key]) for key in wanted)


class FilterModule:
    """The filters of the role."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"split_list": split_list, "zone_ranges": zone_ranges, "with_tags": with_tags}
