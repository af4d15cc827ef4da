# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.calls import Network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.claims import Part
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError

TAGS = {"Name": "tidbcloud-1"}
TAG_LIST = [{"Key": "Name", "Value": "tidbcloud-1"}]


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    untyped: t.Any = boto3
    keys = {"aws_access_key_id": "AKIATESTTESTTESTTEST", "aws_secret_access_key": "test-secret-access-key-0123456789"}
    stubber = Stubber(untyped.client("ec2", region_name="us-east-1", **keys))
    with stubber:
        yield stubber
    stubber.assert_no_pending_responses()


@pytest.fixture
def network(stubber: Stubber) -> Network:
    return Network(stubber.client)


def answer(**fields: t.Any) -> dict[str, t.Any]:
    return {**fields, "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200, "HTTPHeaders": {}}}


def test_the_date_is_the_one_of_aws(stubber: Stubber, network: Network) -> None:
    dated = {"RequestId": "r-1", "HTTPHeaders": {"date": "Fri, 15 Jan 2027 08:00:00 GMT"}}
    stubber.add_response("describe_vpcs", {"Vpcs": [], "ResponseMetadata": dated}, {"MaxResults": 5})
    assert network.now() == 1_800_000_000
    stubber.add_response("describe_vpcs", answer(Vpcs=[]), {"MaxResults": 5})
    assert abs(network.now() - time.time()) < 60


def test_a_wildcard_in_a_tag_finds_nothing_of_another_owner(stubber: Stubber, network: Network) -> None:
    found = [
        {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "a*"}]},
        {"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "ab"}]},
    ]
    stubber.add_response("describe_vpcs", answer(Vpcs=found), {"Filters": [{"Name": "tag:Name", "Values": ["a*"]}]})
    assert network.vpcs({"Name": "a*"}) == [Part("vpc-1", {"Name": "a*"}, "10.0.0.0/16")]


def test_subnets_and_groups_are_those_of_the_vpc(stubber: Stubber, network: Network) -> None:
    where = {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]}
    subnets = [
        {"SubnetId": "subnet-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZoneId": "use1-az1", "State": "available"},
        {"SubnetId": "subnet-2", "CidrBlock": "10.0.1.0/24", "AvailabilityZoneId": "use1-az2", "State": "pending"},
    ]
    stubber.add_response("describe_subnets", answer(Subnets=subnets), where)
    assert network.subnets("vpc-1") == [Part("subnet-1", {}, "10.0.0.0/24", "use1-az1")]
    groups = [
        {"GroupId": "sg-1", "GroupName": "default", "Description": "default VPC security group"},
        {"GroupId": "sg-2", "GroupName": "own", "Description": "Clients", "Tags": TAG_LIST},
    ]
    stubber.add_response("describe_security_groups", answer(SecurityGroups=groups), where)
    assert network.security_groups("vpc-1") == [Part("sg-2", TAGS, name="own", description="Clients")]


def test_what_is_made_is_tagged_in_the_same_call(stubber: Stubber, network: Network) -> None:
    def tagged(kind: str) -> list[dict[str, t.Any]]:
        return [{"ResourceType": kind, "Tags": TAG_LIST}]

    wanted = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": tagged("vpc")}
    stubber.add_response("create_vpc", answer(Vpc={"VpcId": "vpc-1"}), wanted)
    assert network.create_vpc("10.0.0.0/16", TAGS) == "vpc-1"
    wanted = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "TagSpecifications": tagged("subnet")}
    stubber.add_response(
        "create_subnet", answer(Subnet={"SubnetId": "subnet-1"}), {**wanted, "AvailabilityZoneId": "use1-az1"}
    )
    assert network.create_subnet("vpc-1", "10.0.0.0/24", "use1-az1", TAGS) == "subnet-1"
    wanted = {
        "VpcId": "vpc-1",
        "GroupName": "own",
        "Description": "Clients",
        "TagSpecifications": tagged("security-group"),
    }
    stubber.add_response("create_security_group", answer(GroupId="sg-1"), wanted)
    assert network.create_security_group("vpc-1", "own", "Clients", TAGS) == "sg-1"


def test_only_the_dns_attribute_that_is_off_is_switched_on(stubber: Stubber, network: Network) -> None:
    support = {"VpcId": "vpc-1", "Attribute": "enableDnsSupport"}
    hostnames = {"VpcId": "vpc-1", "Attribute": "enableDnsHostnames"}
    stubber.add_response("describe_vpc_attribute", answer(EnableDnsSupport={"Value": True}), support)
    stubber.add_response("describe_vpc_attribute", answer(EnableDnsHostnames={"Value": False}), hostnames)
    stubber.add_response("modify_vpc_attribute", answer(), {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}})
    network.enable_dns("vpc-1")
    stubber.add_response("describe_vpc_attribute", answer(EnableDnsSupport={"Value": True}), support)
    stubber.add_response("describe_vpc_attribute", answer(EnableDnsHostnames={"Value": True}), hostnames)
    assert network.has_dns("vpc-1")


DELETIONS: list[tuple[str, t.Callable[[Network], bool], dict[str, str], str]] = [
    ("delete_vpc", lambda network: network.delete_vpc("vpc-1"), {"VpcId": "vpc-1"}, "InvalidVpcID.NotFound"),
    (
        "delete_subnet",
        lambda network: network.delete_subnet("subnet-1"),
        {"SubnetId": "subnet-1"},
        "InvalidSubnetID.NotFound",
    ),
    (
        "delete_security_group",
        lambda network: network.delete_security_group("sg-1"),
        {"GroupId": "sg-1"},
        "InvalidGroup.NotFound",
    ),
]


@pytest.mark.parametrize(("method", "delete", "selection", "gone"), DELETIONS)
def test_what_is_used_is_left_and_what_is_gone_is_fine(
    stubber: Stubber, network: Network, method: str, delete: t.Callable[[Network], bool], selection: t.Any, gone: str
) -> None:
    stubber.add_response(method, answer(), selection)
    assert delete(network)
    stubber.add_client_error(method, gone, expected_params=selection)
    assert delete(network)
    stubber.add_client_error(method, "DependencyViolation", expected_params=selection)
    assert not delete(network)
    stubber.add_client_error(method, "UnauthorizedOperation", expected_params=selection)
    with pytest.raises(ApiError, match="did not permit"):
        delete(network)
