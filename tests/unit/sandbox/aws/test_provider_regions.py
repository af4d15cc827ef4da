# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A naive client lets other regions reach its service, and needs one more permission for it than it thinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.support.aws_sandbox import ACCOUNT, KEYS, OTHER_ACCOUNT, REGION, Cloud, Vpc, refused
from tests.support.provider_sandbox import ROOT_OF_OTHER, connections, make_balancer, publish, published

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

THERE = "us-west-2"
TWO_ZONES = "A VPC endpoint service with supported Regions needs two Availability Zones."


@pytest.fixture(autouse=True)
def _without_policies(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.aws.authorizer.reset()


@pytest.fixture
def service(cloud: Cloud, vpc: Vpc) -> Any:
    return publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER], SupportedRegions=[THERE])


def _regions(cloud: Cloud, service: Any) -> dict[str, str]:
    found = published(cloud, service["ServiceId"])["SupportedRegions"]
    return {one["Region"]: one["ServiceState"] for one in found}


def _connect_there(cloud: Cloud, service: Any) -> str:
    there: EC2Client = cloud.client(account=OTHER_ACCOUNT, region=THERE)
    vpc_id = there.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    subnet = there.create_subnet(VpcId=vpc_id, CidrBlock="10.50.1.0/24", AvailabilityZone="us-west-2a")["Subnet"]
    answer = there.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc_id,
        ServiceName=service["ServiceName"],
        ServiceRegion=REGION,
        SubnetIds=[subnet["SubnetId"]],
        PrivateDnsEnabled=False,
    )
    return answer["VpcEndpoint"]["VpcEndpointId"]


def test_a_region_is_open_after_a_while(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    made: Any = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[make_balancer(cloud, vpc)], SupportedRegions=[THERE]
    )
    service = made["ServiceConfiguration"]
    assert _regions(cloud, service) == {REGION: "Available", THERE: "Pending"}
    cloud.clock.advance(cloud.settings.configuration_regions)
    assert _regions(cloud, service) == {REGION: "Available", THERE: "Available"}
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], AddSupportedRegions=["eu-west-1"])
    cloud.clock.advance(cloud.settings.configuration_regions / 2)
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], AddSupportedRegions=["eu-west-2"])
    cloud.clock.advance(cloud.settings.configuration_regions / 2)
    assert _regions(cloud, service)["eu-west-1"] == "Available"
    assert _regions(cloud, service)["eu-west-2"] == "Pending", "each after its own time"


def test_a_service_is_seen_from_another_region_only_where_that_is_named(cloud: Cloud, service: Any) -> None:
    cloud.clock.advance(cloud.settings.configuration_regions)
    there: EC2Client = cloud.client(account=OTHER_ACCOUNT, region=THERE)
    name = service["ServiceName"]
    assert name not in there.describe_vpc_endpoint_services()["ServiceNames"]
    (seen,) = there.describe_vpc_endpoint_services(ServiceNames=[name], ServiceRegions=[REGION])["ServiceDetails"]
    zones = (seen.get("AvailabilityZones", []), seen.get("AvailabilityZoneIds", []))
    assert (zones, seen["ServiceRegion"]) == (([], []), REGION), "a consumer of another region sees no zones"
    elsewhere: EC2Client = cloud.client(account=OTHER_ACCOUNT, region="eu-west-1")
    with refused("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist"):
        elsewhere.describe_vpc_endpoint_services(ServiceNames=[name], ServiceRegions=[REGION])


def test_an_endpoint_of_another_region_is_a_connection_that_outlives_the_region(
    cloud: Cloud, ec2: EC2Client, service: Any
) -> None:
    cloud.clock.advance(cloud.settings.configuration_regions)
    vpc_endpoint_id = _connect_there(cloud, service)
    (found,) = ec2.describe_vpc_endpoint_connections()["VpcEndpointConnections"]
    assert (found["VpcEndpointId"], found["VpcEndpointRegion"]) == (vpc_endpoint_id, THERE)
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], RemoveSupportedRegions=[THERE])
    assert _regions(cloud, service) == {REGION: "Available"}
    assert connections(cloud, service["ServiceId"]) == {vpc_endpoint_id: "pendingAcceptance"}
    with refused("InvalidServiceName", f"The Vpc Endpoint Service '{service['ServiceName']}' does not exist"):
        _connect_there(cloud, service)


def test_other_regions_need_two_zones_and_none_that_takes_no_part(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    one_zone = make_balancer(cloud, vpc, ("us-east-1b",), name="single")
    with refused("InvalidParameter", TWO_ZONES):
        publish(cloud, [one_zone], SupportedRegions=[THERE])
    service_id = publish(cloud, [one_zone])["ServiceId"]
    with refused("InvalidParameter", TWO_ZONES):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddSupportedRegions=[THERE])
    with refused("InvalidParameterValue", "Invalid value 'mars-1' for SupportedRegions."):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddSupportedRegions=["mars-1"])
    apart = ec2.create_subnet(VpcId=vpc.vpc_id, CidrBlock="10.20.98.0/24", AvailabilityZone="us-east-1e")["Subnet"]
    mixed = make_balancer(cloud, vpc, Subnets=[vpc.subnets["us-east-1b"], apart["SubnetId"]], name="mixed")
    with refused("InvalidParameter", "The Availability Zone 'use1-az3' does not support other Regions."):
        publish(cloud, [mixed], SupportedRegions=[THERE])


def test_other_regions_need_a_permission_that_only_the_end_of_the_refusal_names(cloud: Cloud, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    allow = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    cloud.aws.authorizer.attach(KEYS[ACCOUNT][0], {"Version": "2012-10-17", "Statement": [allow]})
    service = publish(cloud, [arn])
    with pytest.raises(ClientError) as raised:
        cloud.client().modify_vpc_endpoint_service_configuration(
            ServiceId=service["ServiceId"], AddSupportedRegions=[THERE]
        )
    error = raised.value.response["Error"]
    assert error["Code"] == "UnauthorizedOperation"
    assert (
        f"is not authorized to perform: ec2:ModifyVpcEndpointServiceConfiguration on resource: arn:aws:ec2:{REGION}:"
        f"{ACCOUNT}:vpc-endpoint-service/{service['ServiceId']} because no identity-based policy allows the "
        "vpce:AllowMultiRegion action"
    ) in error["Message"]


def test_the_consumer_of_another_region_needs_it_as_well(cloud: Cloud, service: Any) -> None:
    cloud.clock.advance(cloud.settings.configuration_regions)
    allow = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    cloud.aws.authorizer.attach(KEYS[OTHER_ACCOUNT][0], {"Version": "2012-10-17", "Statement": [allow]})
    with pytest.raises(ClientError, match=r"ec2:CreateVpcEndpoint on resource: .* allows the vpce:AllowMultiRegion"):
        _connect_there(cloud, service)


def test_permissions_are_checked_on_the_service_and_its_tags(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    tags: Any = [{"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": "team", "Value": "a"}]}]
    mine = publish(cloud, [make_balancer(cloud, vpc)], TagSpecifications=tags)["ServiceId"]
    other = publish(cloud, [make_balancer(cloud, vpc, name="more")])["ServiceId"]
    allow = {
        "Effect": "Allow",
        "Action": "ec2:*",
        "Resource": "arn:aws:ec2:*:*:vpc-endpoint-service/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}},
    }
    cloud.aws.authorizer.attach(KEYS[ACCOUNT][0], {"Version": "2012-10-17", "Statement": [allow]})
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=mine, AddAllowedPrincipals=["*"])
    ec2.create_tags(Resources=[mine], Tags=[{"Key": "Name", "Value": "orders"}])
    for call in (
        lambda: ec2.modify_vpc_endpoint_service_permissions(ServiceId=other, AddAllowedPrincipals=["*"]),
        lambda: ec2.create_tags(Resources=[other], Tags=[{"Key": "Name", "Value": "orders"}]),
    ):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            call()


def test_permissions_of_load_balancing_are_checked_on_the_resource_and_its_tags(cloud: Cloud, vpc: Vpc) -> None:
    elb = cloud.client("elbv2")
    mine = make_balancer(cloud, vpc, Tags=[{"Key": "team", "Value": "a"}])
    other = make_balancer(cloud, vpc, name="more")
    allow = {
        "Effect": "Allow",
        "Action": "elasticloadbalancing:*",
        "Resource": "arn:aws:elasticloadbalancing:*:*:loadbalancer/net/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}},
    }
    cloud.aws.authorizer.attach(KEYS[ACCOUNT][0], {"Version": "2012-10-17", "Statement": [allow]})
    elb.set_ip_address_type(LoadBalancerArn=mine, IpAddressType="dualstack")
    for call in (
        lambda: elb.set_ip_address_type(LoadBalancerArn=other, IpAddressType="dualstack"),
        lambda: elb.add_tags(ResourceArns=[mine, other], Tags=[{"Key": "a", "Value": "b"}]),
        elb.describe_load_balancers,
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
