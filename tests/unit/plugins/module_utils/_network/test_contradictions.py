# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that contradict each other are refused together, and what the documentation shows is not."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.contradictions import contradictions
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection

MADE = WantedConnection(cluster_id="1", vpc_cidr="10.42.0.0/16")
GIVEN = WantedConnection(cluster_id="1", vpc_id="vpc-1", subnet_ids=("subnet-1",), security_group_ids=("sg-1",))
ADOPTED = WantedConnection(cluster_id="1", vpc_endpoint_id="vpce-1")
OTHER = WantedConnection(service_name="com.amazonaws.vpce.x", vpc_id="vpc-1", subnet_ids=("subnet-1",))
OWN = WantedConnection(
    self_hosted_name="orders", vpc_id="vpc-1", subnet_ids=("subnet-1",), security_group_ids=("sg-1",)
)
NO_TARGET = "Say what to connect to: private_connection_cluster_id"
TWO_TARGETS = "Give one of private_connection_cluster_id and private_connection_service_name, not both."
TWO_VPCS = "Give one of private_connection_vpc_cidr, which makes a VPC, and private_connection_vpc_id"
NO_PLACE = "Say where the private endpoint is to be"
RANGE = "private_connection_vpc_cidr must be an IPv4 range from /16 to /28, such as 10.42.0.0/16: "
MADE_PARTS = "With private_connection_vpc_cidr the role makes subnets and security group as well"
IN_A_VPC = "In your own VPC, the role needs"
NO_NETWORK = "The role makes no network for private_connection_vpc_endpoint_id"
TWO_SUBNETS = "private_connection_subnet_ids uses subnets"
TWO_GROUPS = "private_connection_security_group_ids uses security groups"
REVERT = "With private_connection_on_failed_check=revert"
LOGIN = "private_connection_check_user and private_connection_check_password go together."

REQUIRED = "With private_connection_check=required"


@pytest.mark.parametrize(
    "wanted",
    [
        MADE,
        GIVEN,
        ADOPTED,
        OTHER,
        OWN,
        dataclasses.replace(OWN, on_failed_check="revert", provider_variables=("private_connection_provider_port",)),
        dataclasses.replace(MADE, subnet_cidrs=("10.42.0.0/24",), availability_zone_ids=("use1-az1",)),
        dataclasses.replace(MADE, client_cidrs=("10.0.0.0/8",), on_failed_check="revert"),
        dataclasses.replace(GIVEN, subnet_ids=(), subnet_cidrs=("10.7.0.0/24",)),
        dataclasses.replace(GIVEN, security_group_ids=(), client_security_group_ids=("sg-2",)),
        dataclasses.replace(MADE, has_check_user=True, has_check_password=True),
        dataclasses.replace(MADE, vpc_cidr="10.42.0.0/28"),
        WantedConnection(state="absent", cluster_id="1"),
        WantedConnection(state="absent", cluster_id="1", vpc_id="vpc-1", check=False, on_failed_check="revert"),
    ],
)
def test_what_can_be_is_not_refused(wanted: WantedConnection) -> None:
    assert contradictions(wanted) == []


@pytest.mark.parametrize(
    ("base", "changes", "sentence"),
    [
        (MADE, {"cluster_id": ""}, NO_TARGET),
        (GIVEN, {"service_name": "com.amazonaws.vpce.x"}, TWO_TARGETS),
        (GIVEN, {"self_hosted_name": "orders"}, TWO_TARGETS.replace("service_name", "self_hosted_name")),
        (
            GIVEN,
            {"self_hosted_name": "orders", "service_name": "com.amazonaws.vpce.x"},
            "Give one of private_connection_cluster_id and private_connection_service_name and "
            "private_connection_self_hosted_name, not all.",
        ),
        (
            GIVEN,
            {"provider_variables": ("private_connection_provider_port",)},
            "private_connection_provider_port would",
        ),
        (OWN, {"vpc_cidr": "10.42.0.0/16", "vpc_id": ""}, NO_NETWORK),
        (OWN, {"state": "absent", "keeps_endpoint": True}, "private_connection_keep_vpc_endpoint ends"),
        (GIVEN, {"vpc_cidr": "10.42.0.0/16"}, TWO_VPCS),
        (MADE, {"state": "absent", "vpc_id": "vpc-1"}, TWO_VPCS),
        (MADE, {"vpc_cidr": ""}, NO_PLACE),
        (MADE, {"vpc_cidr": "10.42.0.1/16"}, f"{RANGE}10.42.0.1/16 is an address within a range, not the range itself"),
        (MADE, {"vpc_cidr": "10.42.0.0/33"}, f"{RANGE}10.42.0.0/33 has no valid prefix length: '33' must be a number"),
        (MADE, {"vpc_cidr": "here"}, f"{RANGE}'here' is not a range of addresses: write one as 10.0.0.0/16."),
        (MADE, {"vpc_cidr": "10.0.0.0/15"}, f"{RANGE}10.0.0.0/15 is too large"),
        (MADE, {"vpc_cidr": "10.0.0.0/29"}, RANGE),
        (MADE, {"vpc_cidr": "2001:db8::/32"}, RANGE),
        (MADE, {"vpc_cidr": "10.42.0.0/16\n"}, RANGE),
        (MADE, {"subnet_ids": ("subnet-1",)}, MADE_PARTS),
        (MADE, {"security_group_ids": ("sg-1",)}, MADE_PARTS),
        (GIVEN, {"subnet_ids": ()}, IN_A_VPC),
        (GIVEN, {"security_group_ids": ()}, IN_A_VPC),
        (GIVEN, {"subnet_ids": (), "availability_zone_ids": ("use1-az1",)}, IN_A_VPC),
        (GIVEN, {"subnet_cidrs": ("10.7.0.0/24",)}, TWO_SUBNETS),
        (GIVEN, {"availability_zone_ids": ("use1-az1",)}, TWO_SUBNETS),
        (GIVEN, {"client_cidrs": ("10.0.0.0/8",)}, TWO_GROUPS),
        (ADOPTED, {"vpc_cidr": "10.42.0.0/16"}, NO_NETWORK),
        (ADOPTED, {"client_security_group_ids": ("sg-2",)}, NO_NETWORK),
        (MADE, {"has_check_user": True}, LOGIN),
        (MADE, {"state": "absent", "has_check_password": True}, LOGIN),
        (MADE, {"on_failed_check": "revert", "check": False}, REVERT),
        (MADE, {"on_failed_check": "revert", "wait": False}, REVERT),
        (OTHER, {"on_failed_check": "revert"}, REVERT),
        (MADE, {"requires_check": True, "wait": False}, REQUIRED),
        (OTHER, {"requires_check": True}, REQUIRED),
    ],
)
def test_each_contradiction_is_said(base: WantedConnection, changes: dict[str, t.Any], sentence: str) -> None:
    assert any(sentence in said for said in contradictions(dataclasses.replace(base, **changes)))


def test_one_mistake_has_one_text_of_its_own() -> None:
    mistakes = (
        dataclasses.replace(MADE, cluster_id=""),
        dataclasses.replace(MADE, service_name="com.amazonaws.vpce.x", vpc_cidr="", vpc_id="vpc-1"),
        dataclasses.replace(MADE, vpc_id="vpc-1"),
        dataclasses.replace(MADE, vpc_cidr="10.42.0.1/16"),
        dataclasses.replace(MADE, subnet_ids=("subnet-1",)),
        dataclasses.replace(GIVEN, subnet_cidrs=("10.7.0.0/24",)),
        dataclasses.replace(GIVEN, client_cidrs=("10.0.0.0/8",)),
        dataclasses.replace(ADOPTED, vpc_cidr="10.42.0.0/16"),
    )
    said = [contradictions(mistake) for mistake in mistakes]
    assert len({first for first, *_more in said}) == len(mistakes)


def test_all_of_them_are_said_together() -> None:
    wanted = dataclasses.replace(GIVEN, subnet_ids=(), has_check_user=True, on_failed_check="revert", check=False)
    said = contradictions(wanted)
    assert [any(part in one for one in said) for part in (LOGIN, IN_A_VPC, REVERT)] == [True, True, True]


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        ("10.1.2.3", "has no prefix length. A single address is 192.0.2.1/32"),
        ("10.1.2.3/16", "is an address within a range, not the range itself: write 10.1.0.0/16"),
        ("10.0.0.0/33", "has no valid prefix length"),
        ("office/8", "is not a range of addresses"),
        ("pl-", "is not the ID of a prefix list"),
        ("10.0.0.0/8", ""),
        ("2001:db8::/32", ""),
        ("pl-0123456789abcdef0", ""),
    ],
)
def test_a_client_that_no_security_group_can_admit_is_refused_before_anything_is_made(
    client: str, problem: str
) -> None:
    found = contradictions(dataclasses.replace(MADE, client_cidrs=(client,)))
    assert len(found) == (1 if problem else 0)
    assert all(sentence.startswith("private_connection_client_cidrs: ") and problem in sentence for sentence in found)


@pytest.mark.parametrize(
    ("cidrs", "problem"),
    [
        (("10.43.0.0/24",), "The subnet 10.43.0.0/24 is not in the range 10.42.0.0/16 of the VPC."),
        (("10.42.0.0/24", "10.42.0.128/25"), "The subnets 10.42.0.0/24 and 10.42.0.128/25 overlap."),
        (("10.42.0.1/24",), "is an address within a range, not the range itself: write 10.42.0.0/24"),
        (("10.42.0.0/29",), "is not an IPv4 range from /16 to /28"),
        (("10.42.0.0",), "is not an IPv4 range from /16 to /28"),
        (("2001:db8::/64",), "is not an IPv4 range from /16 to /28"),
        (("first",), "is not a range of addresses"),
        (("10.42.0.0/24", "10.42.1.0/24"), ""),
    ],
)
def test_a_subnet_that_aws_would_not_make_is_refused_before_anything_is_made(
    cidrs: tuple[str, ...], problem: str
) -> None:
    found = contradictions(dataclasses.replace(MADE, subnet_cidrs=cidrs))
    assert len(found) == (1 if problem else 0)
    assert all(sentence.startswith("private_connection_subnet_cidrs: ") and problem in sentence for sentence in found)


def test_ranges_do_not_matter_where_nothing_is_made() -> None:
    removed = dataclasses.replace(MADE, state="absent", client_cidrs=("10.1.2.3",), subnet_cidrs=("first",))
    assert contradictions(removed) == []


def test_a_check_of_what_is_there_needs_no_network_to_be_named() -> None:
    checked = WantedConnection(state="verify", cluster_id="1", vpc_id="vpc-1")
    assert contradictions(checked) == contradictions(dataclasses.replace(checked, vpc_id="")) == []
