# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the subnets of a connection are: a zone and a range for each. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .ranges import zone_ranges
from .wanted import WantedConnection


@dataclass(frozen=True)
class Subnets:
    """`zones` and `ranges` belong together, in the order of the zones; `problems` are why they cannot be made."""

    zones: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def returned(self) -> list[dict[str, str]]:
        """As connection_network takes them."""
        pairs = zip(self.zones, self.ranges)
        return [{"availability_zone_id": zone, "cidr_block": cidr} for zone, cidr in pairs]


def keeps_zones(wanted: WantedConnection, lives_in: t.Sequence[str], *, creates: bool) -> bool:
    """A private endpoint that lives keeps its zones until the user names others, or another number of ranges.

    `lives_in` are its zones, `creates` says that there is none yet.
    """
    if creates:
        return False
    if wanted.availability_zone_ids:
        return sorted(lives_in) == sorted(wanted.availability_zone_ids)
    return len(wanted.subnet_cidrs) in (0, len(lives_in))


def subnets_in(wanted: WantedConnection, zones: t.Sequence[str], *, are_of_service: bool) -> Subnets:
    """One subnet for each zone that is wanted of `zones`: those of the service, or those of the private endpoint, which
    it keeps. There are none where the service is still being made, in check mode or without waiting.
    """
    if not wanted.makes_subnets:
        return Subnets()
    asked, cidrs, has = wanted.availability_zone_ids, wanted.subnet_cidrs, tuple(sorted(zones))
    chosen = asked or (has[: len(cidrs)] if cidrs else has)
    problems = _zone_problems(wanted, chosen, has if are_of_service else None)
    if problems:
        return Subnets(chosen, (), problems)
    ranges = cidrs or tuple(zone_ranges(wanted.vpc_cidr, chosen).values() if chosen else ())
    return Subnets(chosen, ranges, _range_problems(wanted, chosen, ranges))


def _zone_problems(wanted: WantedConnection, zones: t.Sequence[str], has: t.Sequence[str] | None) -> tuple[str, ...]:
    """`has`: the zones of the service, null where they do not matter."""
    asked, cidrs, problems = wanted.availability_zone_ids, wanted.subnet_cidrs, []
    if has is not None and set(asked) - set(has):
        problems.append(
            f"private_connection_availability_zone_ids names {', '.join(asked)}, but the endpoint service has "
            f"{', '.join(has)} only."
        )
    if zones and (not (wanted.makes_vpc or cidrs) or len(cidrs) not in (0, len(zones))):
        problems.append(
            f"There are {len(cidrs)} ranges in private_connection_subnet_cidrs for {len(zones)} zones "
            f"({', '.join(zones)}). Give one range for each zone, the first for the first zone; name fewer zones with "
            "private_connection_availability_zone_ids."
        )
    return tuple(problems)


def _range_problems(wanted: WantedConnection, zones: t.Sequence[str], ranges: t.Sequence[str]) -> tuple[str, ...]:
    if len(set(ranges)) == len(ranges):
        return ()
    return (
        f"{wanted.vpc_cidr or 'The range'} cannot be divided so that each of the zones {', '.join(zones)} has a subnet "
        "of its own. Give a larger range, /25 or more, or private_connection_subnet_cidrs.",
    )
