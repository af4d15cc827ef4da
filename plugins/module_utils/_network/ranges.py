# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of subnets, from the range of their VPC. Pure."""

from __future__ import annotations

import ipaddress
import itertools
import re
import typing as t

from .._run.errors import PrivateLinkError
from .._run.text import listed, printable

# A VPC is divided into this many ranges, more than any region has zones, so that a zone that is added later moves none.
_SLOTS = 8
# AWS makes VPCs and subnets of these sizes.
_LARGEST_PREFIX, _SMALLEST_PREFIX = 16, 28


def division_problem(cidr: str) -> str:
    """Why the range cannot be divided; empty where it can."""
    try:
        ipaddress.ip_network(cidr)
    except ValueError:
        return _range_problem(cidr)
    return ""


def is_range(cidr: str) -> bool:
    """Whether it is an IPv4 range, as AWS has them."""
    try:
        ipaddress.IPv4Network(cidr)
    except ValueError:
        return False
    return True


def _range_problem(cidr: str) -> str:
    """What is wrong with a text that is not a range, as a person would say it."""
    address, _slash, mask = cidr.partition("/")
    try:
        whole = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        pass
    else:
        return f"{printable(cidr)} is an address within a range, not the range itself: write {whole}."
    try:
        longest = ipaddress.ip_address(address).max_prefixlen
    except ValueError:
        return f"{printable(cidr)!r} is not a range of addresses: write one as 10.0.0.0/16."
    return f"{printable(cidr)} has no valid prefix length: {printable(mask)!r} must be a number from 0 to {longest}."


def client_problem(client: str) -> str:
    """Why a security group cannot admit this range or prefix list; empty where it can."""
    if client.startswith("pl-"):
        valid = re.fullmatch(r"pl-[0-9a-z]{1,64}", client) is not None
        return "" if valid else f"{client!r} is not the ID of a prefix list, such as pl-0123456789abcdef0."
    if "/" not in client:
        return f"{client!r} has no prefix length. A single address is 192.0.2.1/32 or 2001:db8::1/128."
    return division_problem(client)


def subnet_problems(cidrs: t.Sequence[str], vpc_cidr: str) -> list[str]:
    """Why AWS would not make subnets of these ranges in a VPC of `vpc_cidr`, empty where its range is not known."""
    problems = [problem for problem in map(_subnet_problem, cidrs) if problem]
    if problems:
        return problems
    ranges = [ipaddress.IPv4Network(cidr) for cidr in cidrs]
    vpc = ipaddress.IPv4Network(vpc_cidr) if vpc_cidr else None
    problems = [
        f"The subnet {one} is not in the range {vpc} of the VPC." for one in ranges if vpc and not one.subnet_of(vpc)
    ]
    pairs = itertools.combinations(ranges, 2)
    return [*problems, *(f"The subnets {one} and {other} overlap." for one, other in pairs if one.overlaps(other))]


def taken_problems(cidrs: t.Iterable[str], subnets: t.Mapping[str, str]) -> list[str]:
    """Why AWS would not make subnets of these ranges beside those of the VPC. `subnets`: their ranges, by their ids."""
    there = [(subnet_id, ipaddress.IPv4Network(taken)) for subnet_id, taken in sorted(subnets.items()) if taken]
    return [
        f"The subnet {cidr} overlaps {subnet_id}, which has {taken}."
        for cidr in cidrs
        for subnet_id, taken in there
        if taken.overlaps(ipaddress.IPv4Network(cidr))
    ]


def outside_problems(cidrs: t.Iterable[str], vpc_cidrs: t.Sequence[str]) -> list[str]:
    """Which of these ranges are in none of the ranges of the VPC, empty where those are not known."""
    whole = [ipaddress.IPv4Network(cidr) for cidr in vpc_cidrs]
    return [
        f"The subnet {cidr} is in no range of the VPC, which has {listed(vpc_cidrs)}."
        for cidr in cidrs
        if whole and not any(ipaddress.IPv4Network(cidr).subnet_of(one) for one in whole)
    ]


def _subnet_problem(cidr: str) -> str:
    problem = division_problem(cidr)
    if problem:
        return problem
    network = ipaddress.ip_network(cidr)
    if network.version != 4 or not _LARGEST_PREFIX <= network.prefixlen <= _SMALLEST_PREFIX or "/" not in cidr:
        return f"{cidr!r} is not an IPv4 range from /{_LARGEST_PREFIX} to /{_SMALLEST_PREFIX}, as AWS makes subnets."
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
