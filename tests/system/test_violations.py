# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every limit of the public contract is broken once: its code and a remedy are reported before anything is touched."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.customer import Customer
from tests.support.refused_runs import codes, refused
from tests.support.transitions import Options, adopted_by_its_vpc, by_hand, creation, made, of_service
from tests.support.violation_codes import reported

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
# All there are.
CODES = (
    "provider_not_aws",
    "tier_not_dedicated",
    "region_mismatch",
    "cluster_not_ready",
    "cluster_not_found",
    "node_group_not_found",
    "service_not_active",
    "service_not_created",
    "service_not_visible",
    "vpc_not_found",
    "vpc_endpoint_not_found",
    "subnet_not_found",
    "subnet_not_in_vpc",
    "zone_not_supported",
    "subnets_share_zone",
    "subnet_full",
    "security_group_not_found",
    "security_group_not_in_vpc",
    "vpc_dns_disabled",
    "private_dns_conflict",
    "endpoint_quota_reached",
    "endpoint_of_other_service",
    "immutable_change",
    "ambiguous_match",
    "deletion_protected",
)
Breaking = Callable[[Customer], Options]


def but(**options: t.Any) -> Breaking:
    """A creation that differs in these options."""
    return lambda customer: {**creation(customer), **options}


def of_cluster(role: str) -> Breaking:
    return lambda customer: {**creation(customer), "cluster_id": customer.cluster_id(role)}


def in_zones(*zone_ids: str, dns: bool = True) -> Breaking:
    return lambda customer: {**creation(customer), **customer.network(*zone_ids, dns=dns).options}


def subnet_of_another_vpc(customer: Customer) -> Options:
    other = customer.network(customer.zone_ids()[2])
    return {**creation(customer), "subnet_ids": list(other.subnet_ids)}


def full_subnet(customer: Customer) -> Options:
    desired, ec2 = creation(customer), customer.ec2()
    zone_id = customer.zone_ids()[0]
    subnet = ec2.create_subnet(VpcId=desired["vpc_id"], CidrBlock="10.7.9.0/28", AvailabilityZoneId=zone_id)["Subnet"]
    for _address in range(subnet["AvailableIpAddressCount"]):
        ec2.create_network_interface(SubnetId=subnet["SubnetId"])
    return {**desired, "subnet_ids": [subnet["SubnetId"]]}


def group_of_another_vpc(customer: Customer) -> Options:
    return {**creation(customer), "security_group_ids": list(customer.network().security_group_ids)}


def name_that_another_holds(customer: Customer) -> Options:
    desired = made(customer)
    return {"cluster_id": desired["cluster_id"], "vpc_endpoint_id": by_hand(customer, desired)}


def full_vpc(customer: Customer) -> Options:
    customer.sandbox.settings.endpoint_quota = 0
    return creation(customer)


def endpoint_of_another_service(customer: Customer) -> Options:
    vpce = by_hand(customer, of_service()(customer))
    return {"cluster_id": customer.cluster_id("main"), "vpc_endpoint_id": vpce}


def another_vpc(customer: Customer) -> Options:
    desired = made(customer)
    (vpce,) = customer.live_endpoints()
    return {**desired, **customer.network().options, "vpc_endpoint_id": vpce}


def two_that_match(customer: Customer) -> Options:
    desired = adopted_by_its_vpc(customer)
    by_hand(customer, desired)
    return desired


def protected(customer: Customer) -> Options:
    return {**made(customer, tags={"deletion-protection": True}), "state": "absent"}


# How each limit is broken, and what the sentences must say.
BROKEN: dict[str, tuple[Breaking, tuple[str, ...]]] = {
    "provider_not_aws": (of_cluster("google"), ("is hosted on gcp", "on AWS")),
    "tier_not_dedicated": (of_cluster("starter"), ("Starter", "Dedicated")),
    "region_mismatch": (but(region="us-west-2"), ("is set to us-west-2", "us-east-1")),
    "cluster_not_ready": (of_cluster("paused"), ("is PAUSED", "Resume the cluster")),
    "cluster_not_found": (but(cluster_id="1379661944646419999"), ("1379661944646419999", "Check cluster_id")),
    "node_group_not_found": (but(node_group_id="1"), ("no node group 1", "DefaultGroup")),
    "service_not_active": (of_cluster("service-creating"), ("CREATING", "tidbcloud.privatelink.endpoint_service")),
    "service_not_created": (of_cluster("service-absent"), ("Create Private Endpoint Connection",)),
    "service_not_visible": (of_cluster("second-project"), ("us-east-1", "permitted principal")),
    "vpc_not_found": (but(vpc_id="vpc-0123456789abcdef0"), ("no VPC vpc-0123456789abcdef0", "Check vpc_id")),
    "vpc_endpoint_not_found": (
        but(vpc_endpoint_id="vpce-0123456789abcdef0"),
        ("no interface endpoint vpce-0123456789abcdef0", "Check the id"),
    ),
    "subnet_not_found": (
        but(subnet_ids=["subnet-0123456789abcdef0"]),
        ("no subnet subnet-0123456789abcdef0", "Check subnet_ids"),
    ),
    "subnet_not_in_vpc": (subnet_of_another_vpc, ("is in VPC", "Give subnets of the VPC")),
    "zone_not_supported": (in_zones("use1-az6"), ("is in zone use1-az6", "use1-az1, use1-az2, use1-az4")),
    "subnets_share_zone": (in_zones("use1-az1", "use1-az1"), ("are in one zone, use1-az1", "one subnet for each zone")),
    "subnet_full": (full_subnet, ("has no free IPv4 address", "Give another subnet of the zone")),
    "security_group_not_found": (
        but(security_group_ids=["sg-0123456789abcdef0"]),
        ("no security group sg-0123456789abcdef0", "Check security_group_ids"),
    ),
    "security_group_not_in_vpc": (group_of_another_vpc, ("belongs to VPC", "Give security groups of the VPC")),
    "vpc_dns_disabled": (in_zones(dns=False), ("enableDnsHostnames", "aws ec2 modify-vpc-attribute --vpc-id vpc-")),
    "private_dns_conflict": (
        name_that_another_holds,
        ("already holds the private DNS name", "private_dns_enabled=false"),
    ),
    "endpoint_quota_reached": (full_vpc, ("the quota is 0", "L-29B6F2EB")),
    "endpoint_of_other_service": (endpoint_of_another_service, ("vpce-svc-0a1b2c3d4e5f60718", "omit vpc_endpoint_id")),
    "immutable_change": (another_vpc, ("cannot move to", "Create a new one in that VPC")),
    "ambiguous_match": (two_that_match, ("Several live interface endpoints", "vpc_endpoint_id")),
    "deletion_protected": (protected, ("deletion-protection=", "Remove the tag")),
}


@pytest.mark.parametrize("code", CODES)
def test_a_broken_limit_is_reported_with_its_remedy_before_anything_is_touched(customer: Customer, code: str) -> None:
    breaking, words = BROKEN[code]
    result = refused(customer, **breaking(customer))
    assert code in codes(result)
    (violation,) = [one for one in result["violations"] if one["code"] == code]
    assert violation["message"].endswith(".")
    assert violation["remedy"].endswith(".")
    for word in words:
        assert word in f"{violation['message']} {violation['remedy']}"


def test_the_plugins_tell_exactly_the_codes_that_are_broken_here() -> None:
    """Those of the provider's side are broken in files of their own."""
    assert set(reported(PLUGINS, without=("_listener", "_publication"))) == set(CODES) == set(BROKEN)
