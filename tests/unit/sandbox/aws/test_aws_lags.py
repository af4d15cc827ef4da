# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS shows late, remembers long, lists in pages and refuses twice."""

from __future__ import annotations

import email.utils
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_sandbox import Cloud, Vpc, create, create_available, describe, refused

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

TOKEN = "a-token-that-is-used-again"
MISMATCH = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."


def _tags(ec2: EC2Client, vpc_endpoint_id: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in describe(ec2, vpc_endpoint_id)["Tags"]}


def test_a_new_endpoint_is_in_no_list_for_a_while(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.endpoint_visible = 20
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist"):
        describe(ec2, vpc_endpoint_id)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    cloud.clock.advance(20)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pendingAcceptance"


def test_tags_come_and_go_late_in_answers_and_filters(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(
        ec2, vpc, TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "first", "Value": "1"}]}]
    )
    assert _tags(ec2, vpc_endpoint_id) == {"first": "1"}
    cloud.settings.tags_visible = 10
    ec2.create_tags(Resources=[vpc_endpoint_id, vpc.vpc_id], Tags=[{"Key": "second", "Value": "2"}])
    ec2.delete_tags(Resources=[vpc_endpoint_id], Tags=[{"Key": "first"}])
    by_tag: Any = [{"Name": "tag:second", "Values": ["2"]}]
    assert _tags(ec2, vpc_endpoint_id) == {"first": "1"}
    assert ec2.describe_vpcs(Filters=by_tag)["Vpcs"] == []
    assert ec2.describe_vpc_endpoints(Filters=by_tag)["VpcEndpoints"] == []
    cloud.clock.advance(10)
    assert _tags(ec2, vpc_endpoint_id) == {"second": "2"}
    assert len(ec2.describe_vpcs(Filters=by_tag)["Vpcs"]) == 1


def test_late_tags_of_what_does_not_exist_are_refused_at_once(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.tags_visible = 10
    with refused("InvalidVpcID.NotFound", "VpcID vpc-0123456789abcdef0 does not exist."):
        ec2.create_tags(Resources=["vpc-0123456789abcdef0"], Tags=[{"Key": "a", "Value": "b"}])


def test_a_modification_shows_late_but_counts_at_once(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.modification_visible = 10
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1c"]])
    assert describe(ec2, vpc_endpoint_id)["SubnetIds"] == [vpc.subnets["us-east-1b"]]
    with refused("OperationInProgress", "VpcEndpoint modify operation in progress"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1d"]])
    cloud.clock.advance(10)
    assert describe(ec2, vpc_endpoint_id)["SubnetIds"] == [vpc.subnets["us-east-1b"], vpc.subnets["us-east-1c"]]


def test_the_token_of_a_deleted_endpoint_outlives_its_place_in_the_list(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc, ClientToken=TOKEN)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.endpoint_deleting + cloud.settings.deleted_listed)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    again: Any = _create_again(ec2, vpc, ClientToken=TOKEN)
    assert (again["VpcEndpointId"], again["State"]) == (vpc_endpoint_id, "deleted")
    cloud.settings.token_answer = "first"
    assert _create_again(ec2, vpc, ClientToken=TOKEN)["State"] == "pendingAcceptance"
    with refused("IdempotentParameterMismatch", MISMATCH):
        create(ec2, vpc, ("us-east-1c",), ClientToken=TOKEN)
    assert create(ec2, vpc, ClientToken="another") != vpc_endpoint_id


def _create_again(ec2: EC2Client, vpc: Vpc, **more: Any) -> Any:
    answers: list[Any] = []
    ec2.meta.events.register("after-call.ec2.CreateVpcEndpoint", lambda parsed, **_rest: answers.append(parsed))
    create(ec2, vpc, **more)
    return answers[-1]["VpcEndpoint"]


def test_new_networks_are_listed_late(cloud: Cloud, ec2: EC2Client) -> None:
    cloud.settings.network_visible = 10
    vpc_id = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    group_id = ec2.create_security_group(GroupName="clients", Description="clients", VpcId=vpc_id)["GroupId"]
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert ec2.describe_subnets()["Subnets"] == []
    assert group_id not in {one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]}
    with refused("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist"):
        ec2.describe_vpcs(VpcIds=[vpc_id])
    with refused("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist"):
        ec2.describe_subnets(SubnetIds=[subnet_id])
    with refused("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist"):
        ec2.describe_security_groups(GroupIds=[group_id])
    cloud.clock.advance(10)
    assert [one["VpcId"] for one in ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"]] == [vpc_id]
    assert len(ec2.describe_subnets()["Subnets"]) == 1
    assert len(ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]) == 1


@pytest.mark.parametrize(
    ("method", "key", "number"),
    [
        ("describe_vpcs", "Vpcs", 1),
        ("describe_subnets", "Subnets", 4),
        ("describe_security_groups", "SecurityGroups", 2),
        ("describe_network_interfaces", "NetworkInterfaces", 2),
        ("describe_vpc_endpoints", "VpcEndpoints", 2),
    ],
)
def test_every_list_can_come_in_small_pages(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, method: Any, key: str, number: int
) -> None:
    create(ec2, vpc)
    create(ec2, vpc, ("us-east-1c",))
    cloud.settings.aws_page_size = 1
    pages = list(ec2.get_paginator(method).paginate())
    assert [len(page[key]) for page in pages] == [1] * number


def test_what_is_taken_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidGroup.Duplicate", "The security group 'clients' already exists"):
        ec2.create_security_group(GroupName="clients", Description="clients", VpcId=vpc.vpc_id)
    with refused("InvalidSubnet.Conflict", "The CIDR '10.20.1.128/25' conflicts with another subnet"):
        ec2.create_subnet(VpcId=vpc.vpc_id, CidrBlock="10.20.1.128/25")


def test_networks_in_use_cannot_be_deleted(ec2: EC2Client, vpc: Vpc) -> None:
    other = ec2.create_security_group(GroupName="servers", Description="servers", VpcId=vpc.vpc_id)["GroupId"]
    permission: Any = {
        "IpProtocol": "tcp",
        "FromPort": 4000,
        "ToPort": 4000,
        "UserIdGroupPairs": [{"GroupId": vpc.group_id}],
    }
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
    with refused("DependencyViolation", f"resource {vpc.group_id} has a dependent object"):
        ec2.delete_security_group(GroupId=vpc.group_id)
    ec2.delete_security_group(GroupId=other)
    ec2.delete_security_group(GroupId=vpc.group_id)
    with refused("DependencyViolation", f"The vpc '{vpc.vpc_id}' has dependencies and cannot be deleted."):
        ec2.delete_vpc(VpcId=vpc.vpc_id)


def test_networks_are_tagged_as_they_are_made(ec2: EC2Client) -> None:
    def specification(kind: Any) -> Any:
        return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": kind}]}]

    made = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=specification("vpc"))
    vpc_id = made["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.1.0/24", TagSpecifications=specification("subnet"))
    ec2.create_security_group(
        GroupName="clients", Description="c", VpcId=vpc_id, TagSpecifications=specification("security-group")
    )
    tags = {tag["ResourceType"]: tag["Value"] for tag in ec2.describe_tags()["Tags"]}
    assert tags == {"vpc": "vpc", "subnet": "subnet", "security-group": "security-group"}


def test_dry_runs_of_networks_and_tags_write_nothing(ec2: EC2Client, vpc: Vpc) -> None:
    text = "Request would have succeeded, but DryRun flag is set."
    asked: dict[str, dict[str, Any]] = {
        "create_vpc": {"CidrBlock": "10.21.0.0/16"},
        "create_subnet": {"VpcId": vpc.vpc_id, "CidrBlock": "10.20.9.0/24"},
        "create_security_group": {"VpcId": vpc.vpc_id, "GroupName": "x", "Description": "x"},
        "create_tags": {"Resources": [vpc.vpc_id], "Tags": [{"Key": "a", "Value": "b"}]},
        "delete_tags": {"Resources": [vpc.vpc_id], "Tags": [{"Key": "a"}]},
        "authorize_security_group_ingress": {"GroupId": vpc.group_id, "IpPermissions": []},
        "revoke_security_group_egress": {"GroupId": vpc.group_id, "IpPermissions": []},
        "delete_security_group": {"GroupId": vpc.group_id},
        "delete_subnet": {"SubnetId": vpc.subnets["us-east-1a"]},
        "delete_vpc": {"VpcId": vpc.vpc_id},
        "describe_vpcs": {},
    }
    for method, arguments in asked.items():
        with refused("DryRunOperation", text):
            getattr(ec2, method)(**arguments, DryRun=True)
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1
    assert len(ec2.describe_subnets()["Subnets"]) == 4
    assert ec2.describe_tags()["Tags"] == []


def test_answers_are_dated_by_the_clock_of_aws(cloud: Cloud, ec2: EC2Client) -> None:
    cloud.clock.advance(86_400)
    headers = ec2.describe_vpcs()["ResponseMetadata"]["HTTPHeaders"]
    # The server of these tests adds a date of its own before it; that of a whole sandbox does not.
    date = email.utils.parsedate_to_datetime(headers["date"][-29:]).timestamp()
    assert abs(date - cloud.clock.now()) < 2
