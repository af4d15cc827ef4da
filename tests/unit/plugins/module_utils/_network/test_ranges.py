# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The range of a VPC is divided by the numbers of the zones."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.ranges import (
    division_problem,
    is_range,
    outside_problems,
    taken_problems,
    zone_ranges,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError

ZONES = [f"use1-az{number}" for number in range(1, 9)]


def test_each_zone_has_the_part_of_its_number() -> None:
    ranges = zone_ranges("10.42.0.0/16", ["use1-az1", "use1-az4"])
    assert ranges == {"use1-az1": "10.42.0.0/19", "use1-az4": "10.42.96.0/19"}


def test_a_zone_that_is_added_moves_no_other() -> None:
    for zones in itertools.permutations(ZONES, 3):
        every = zone_ranges("10.42.0.0/16", ZONES)
        assert zone_ranges("10.42.0.0/16", zones) == {zone: every[zone] for zone in zones}


def test_a_zone_may_be_named_by_its_letter() -> None:
    assert zone_ranges("10.42.0.0/16", ["us-east-1d"]) == {"us-east-1d": "10.42.96.0/19"}


@given(prefix=st.integers(16, 25))
def test_eight_parts_fill_the_range_and_never_overlap(prefix: int) -> None:
    network = ipaddress.IPv4Network(f"10.0.0.0/{prefix}")
    parts = [ipaddress.IPv4Network(part) for part in zone_ranges(str(network), ZONES).values()]
    assert list(ipaddress.collapse_addresses(parts)) == [network]
    assert sum(part.num_addresses for part in parts) == network.num_addresses


def test_no_part_is_smaller_than_aws_allows() -> None:
    assert set(zone_ranges("10.0.0.0/27", ZONES).values()) == {"10.0.0.0/28", "10.0.0.16/28"}
    assert set(zone_ranges("10.0.0.0/28", ZONES).values()) == {"10.0.0.0/28"}


@pytest.mark.parametrize(
    ("cidr", "problem"),
    [
        ("", "'' is not a range of addresses: write one as 10.0.0.0/16."),
        ("everywhere", "'everywhere' is not a range of addresses: write one as 10.0.0.0/16."),
        ("10.42.0.1/16", "10.42.0.1/16 is an address within a range, not the range itself: write 10.42.0.0/16."),
        ("fd00::1/64", "fd00::1/64 is an address within a range, not the range itself: write fd00::/64."),
        ("10.42.0.0/33", "10.42.0.0/33 has no valid prefix length: '33' must be a number from 0 to 32."),
        ("10.42.0.0/a\x1b[2J", "10.42.0.0/a [2J has no valid prefix length: 'a [2J' must be a number from 0 to 32."),
    ],
)
def test_what_is_no_range_is_refused_for_what_is_wrong_with_it(cidr: str, problem: str) -> None:
    assert division_problem(cidr) == problem
    with pytest.raises(PrivateLinkError) as caught:
        zone_ranges(cidr, ZONES)
    assert str(caught.value) == problem


def test_what_is_no_zone_is_refused() -> None:
    with pytest.raises(PrivateLinkError, match="'use1-' is not a zone"):
        zone_ranges("10.42.0.0/16", ["use1-"])


def test_ranges_that_overlap_those_of_subnets_are_named_with_them() -> None:
    there = {"subnet-b": "10.7.1.0/24", "subnet-a": "10.7.0.0/24", "subnet-v6": ""}
    assert taken_problems(["10.7.0.128/25", "10.7.9.0/24", "10.7.0.0/16"], there) == [
        "The subnet 10.7.0.128/25 overlaps subnet-a, which has 10.7.0.0/24.",
        "The subnet 10.7.0.0/16 overlaps subnet-a, which has 10.7.0.0/24.",
        "The subnet 10.7.0.0/16 overlaps subnet-b, which has 10.7.1.0/24.",
    ]
    assert taken_problems(["10.7.9.0/24"], there) == taken_problems([], there) == []


def test_ranges_outside_all_ranges_of_a_vpc_are_named_where_these_are_known() -> None:
    assert outside_problems(["10.7.1.0/24", "10.8.0.0/24"], ["10.7.0.0/16", "10.9.0.0/16"]) == [
        "The subnet 10.8.0.0/24 is in no range of the VPC, which has 10.7.0.0/16, 10.9.0.0/16."
    ]
    assert outside_problems(["10.9.1.0/24"], ["10.7.0.0/16", "10.9.0.0/16"]) == []
    assert outside_problems(["10.8.0.0/24"], []) == []


@pytest.mark.parametrize(
    ("text", "is_one"), [("10.0.0.0/16", True), ("10.0.0.1/16", False), ("2001:db8::/64", False), ("", False)]
)
def test_only_an_ipv4_range_is_compared(text: str, is_one: bool) -> None:
    assert is_range(text) is is_one
