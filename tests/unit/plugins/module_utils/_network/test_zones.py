# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each zone gets a subnet, and a private endpoint that lives stays where it is."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.zones import (
    Subnets,
    keeps_zones,
    subnets_in,
)

MADE = WantedConnection(cluster_id="1", vpc_cidr="10.42.0.0/16")
HAS = ("use1-az4", "use1-az1", "use1-az2")


def asking(*zones: str, cidrs: tuple[str, ...] = (), vpc_cidr: str = "10.42.0.0/16") -> WantedConnection:
    return WantedConnection(cluster_id="1", vpc_cidr=vpc_cidr, availability_zone_ids=zones, subnet_cidrs=cidrs)


@pytest.mark.parametrize(
    ("wanted", "creates", "keeps"),
    [
        (MADE, False, True),
        (MADE, True, False),
        (asking("use1-az1", "use1-az2"), False, True),
        (asking("use1-az1"), False, False),
        (asking(cidrs=("10.42.0.0/24", "10.42.1.0/24")), False, True),
        (asking(cidrs=("10.42.0.0/24",)), False, False),
    ],
)
def test_zones_are_kept_until_others_or_another_number_of_ranges_are_named(
    wanted: WantedConnection, creates: bool, keeps: bool
) -> None:
    assert keeps_zones(wanted, ["use1-az2", "use1-az1"], creates=creates) is keeps


def test_a_new_one_gets_a_subnet_in_each_zone_of_the_service() -> None:
    found = subnets_in(MADE, HAS, are_of_service=True)
    assert found.returned() == [
        {"availability_zone_id": "use1-az1", "cidr_block": "10.42.0.0/19"},
        {"availability_zone_id": "use1-az2", "cidr_block": "10.42.32.0/19"},
        {"availability_zone_id": "use1-az4", "cidr_block": "10.42.96.0/19"},
    ]


def test_ranges_belong_to_the_zones_in_their_order_and_to_no_more_than_there_are_ranges() -> None:
    found = subnets_in(asking(cidrs=("10.42.9.0/24", "10.42.8.0/24")), HAS, are_of_service=True)
    assert (found.zones, found.ranges) == (("use1-az1", "use1-az2"), ("10.42.9.0/24", "10.42.8.0/24"))


def test_a_zone_that_the_service_does_not_have_is_refused_and_one_that_is_kept_is_not() -> None:
    wanted = asking("use1-az1", "use1-az5")
    [problem] = subnets_in(wanted, HAS, are_of_service=True).problems
    assert "but the endpoint service has use1-az1, use1-az2, use1-az4 only." in problem
    assert subnets_in(wanted, ["use1-az1", "use1-az5"], are_of_service=False).problems == ()


def test_another_number_of_ranges_than_of_zones_is_refused() -> None:
    [problem] = subnets_in(asking("use1-az1", cidrs=("10.0.0.0/24", "10.0.1.0/24")), HAS, are_of_service=True).problems
    assert "There are 2 ranges in private_connection_subnet_cidrs for 1 zones (use1-az1)." in problem
    [problem] = subnets_in(asking(cidrs=tuple("abcd")), HAS, are_of_service=True).problems
    assert "There are 4 ranges in private_connection_subnet_cidrs for 3 zones" in problem


def test_a_range_that_is_too_small_for_its_zones_is_refused() -> None:
    [problem] = subnets_in(asking(vpc_cidr="10.42.0.0/28"), HAS, are_of_service=True).problems
    assert problem.startswith("10.42.0.0/28 cannot be divided so that each of the zones use1-az1, use1-az2, use1-az4")


def test_a_service_that_is_still_being_made_has_no_zones_and_no_subnets_yet() -> None:
    assert subnets_in(MADE, [], are_of_service=True) == Subnets()


def test_none_are_made_where_they_are_given() -> None:
    wanted = WantedConnection(cluster_id="1", vpc_id="vpc-1", subnet_ids=("subnet-1",))
    assert subnets_in(wanted, HAS, are_of_service=True) == Subnets()
