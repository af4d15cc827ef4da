# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox's AWS answers: shapes, network interfaces, filters and pages."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_sandbox import (
    ACCOUNT,
    HOST,
    OTHER_ACCOUNT,
    PROVIDER,
    REGION,
    SERVICE,
    ZONES,
    Cloud,
    Vpc,
    create,
    create_available,
    describe,
    make_vpc,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SERVICE_ID = "vpce-svc-0123456789abcdef0"


def _interfaces(ec2: EC2Client, vpc_endpoint_id: str) -> list[Any]:
    ids = describe(ec2, vpc_endpoint_id)["NetworkInterfaceIds"]
    return [*ec2.describe_network_interfaces(NetworkInterfaceIds=ids)["NetworkInterfaces"]]


def _ids(answer: Any) -> list[str]:
    return [one["VpcEndpointId"] for one in answer["VpcEndpoints"]]


def test_a_new_endpoint_says_what_it_is(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    tags = [{"Key": "Name", "Value": "orders"}]
    vpc_endpoint_id = create(ec2, vpc, TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": tags}])
    endpoint = describe(ec2, vpc_endpoint_id)
    assert len(vpc_endpoint_id) == len("vpce-") + 17
    assert endpoint["CreationTimestamp"].timestamp() == pytest.approx(cloud.clock.now(), abs=1)
    expected = {
        "VpcEndpointType": "Interface",
        "VpcId": vpc.vpc_id,
        "ServiceName": SERVICE,
        "SubnetIds": [vpc.subnets["us-east-1b"]],
        "Groups": [{"GroupId": vpc.group_id, "GroupName": "clients"}],
        "IpAddressType": "ipv4",
        "PrivateDnsEnabled": False,
        "OwnerId": ACCOUNT,
        "Tags": tags,
    }
    assert {key: endpoint[key] for key in expected} == expected


def test_without_a_security_group_the_default_group_of_the_vpc_is_taken(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc, SecurityGroupIds=[])
    assert [group["GroupName"] for group in describe(ec2, vpc_endpoint_id)["Groups"]] == ["default"]
    assert [group["GroupName"] for group in _interfaces(ec2, vpc_endpoint_id)[0]["Groups"]] == ["default"]


def test_dns_names_are_regional_and_zonal_and_the_private_one_once_in_effect(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc, ["us-east-1b", "us-east-1c"])
    names = [entry["DnsName"] for entry in describe(ec2, vpc_endpoint_id)["DnsEntries"]]
    own = names[0].split(".")[0]
    assert own.startswith(f"{vpc_endpoint_id}-")
    assert names == [
        f"{own}.{SERVICE_ID}.{REGION}.vpce.amazonaws.com",
        f"{own}-us-east-1b.{SERVICE_ID}.{REGION}.vpce.amazonaws.com",
        f"{own}-us-east-1c.{SERVICE_ID}.{REGION}.vpce.amazonaws.com",
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.private_dns)
    assert [entry["DnsName"] for entry in describe(ec2, vpc_endpoint_id)["DnsEntries"]] == [*names, HOST]
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=False)
    cloud.clock.advance(cloud.settings.private_dns)
    assert describe(ec2, vpc_endpoint_id)["PrivateDnsEnabled"] is False


def test_network_interfaces_are_in_their_subnets_and_belong_to_aws(ec2: EC2Client, vpc: Vpc) -> None:
    interfaces = _interfaces(ec2, create(ec2, vpc, ["us-east-1b", "us-east-1c"]))
    assert {one["SubnetId"] for one in interfaces} == {vpc.subnets["us-east-1b"], vpc.subnets["us-east-1c"]}
    subnets = {one["SubnetId"]: one["CidrBlock"] for one in ec2.describe_subnets()["Subnets"]}
    for one in interfaces:
        assert ipaddress.ip_address(one["PrivateIpAddress"]) in ipaddress.ip_network(subnets[one["SubnetId"]])
        assert (one["InterfaceType"], one["RequesterManaged"], one["Status"]) == ("vpc_endpoint", True, "in-use")
        assert [group["GroupId"] for group in one["Groups"]] == [vpc.group_id]
    assert sorted(one["AvailabilityZoneId"] for one in interfaces) == ["use1-az1", "use1-az2"]


def test_no_two_interfaces_of_a_subnet_share_an_address(ec2: EC2Client, vpc: Vpc) -> None:
    for _turn in range(3):
        create(ec2, vpc)
    addresses = [one["PrivateIpAddress"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]]
    assert sorted(addresses) == ["10.20.2.4", "10.20.2.5", "10.20.2.6"]


def test_interfaces_come_and_go_with_subnets(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    before = describe(ec2, vpc_endpoint_id)["NetworkInterfaceIds"]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=vpc_endpoint_id,
        AddSubnetIds=[vpc.subnets["us-east-1c"]],
        RemoveSubnetIds=[vpc.subnets["us-east-1b"]],
    )
    assert describe(ec2, vpc_endpoint_id)["SubnetIds"] == [vpc.subnets["us-east-1c"]]
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert [one["SubnetId"] for one in interfaces] == [vpc.subnets["us-east-1c"]]
    assert interfaces[0]["NetworkInterfaceId"] not in before


def test_interfaces_carry_the_endpoint_s_security_groups(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    group_id = ec2.create_security_group(GroupName="more", Description="more", VpcId=vpc.vpc_id)["GroupId"]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=vpc_endpoint_id, AddSecurityGroupIds=[group_id], RemoveSecurityGroupIds=[vpc.group_id]
    )
    assert [one["GroupId"] for one in describe(ec2, vpc_endpoint_id)["Groups"]] == [group_id]
    assert [one["GroupId"] for one in _interfaces(ec2, vpc_endpoint_id)[0]["Groups"]] == [group_id]
    ec2.delete_security_group(GroupId=vpc.group_id)


def test_tags_of_an_endpoint_can_be_changed(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    ec2.create_tags(Resources=[vpc_endpoint_id], Tags=[{"Key": "Name", "Value": "orders"}, {"Key": "a", "Value": ""}])
    ec2.delete_tags(Resources=[vpc_endpoint_id], Tags=[{"Key": "a"}])
    assert describe(ec2, vpc_endpoint_id)["Tags"] == [{"Key": "Name", "Value": "orders"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service-name", SERVICE),
        ("service-name", "com.amazonaws.vpce.*"),
        ("vpc-endpoint-state", "pending"),
        ("tag:Name", "ord?rs"),
        ("tag-key", "Name"),
    ],
)
def test_filters_choose_endpoints(cloud: Cloud, ec2: EC2Client, vpc: Vpc, name: str, value: str) -> None:
    cloud.aws.add_service(
        region=REGION, service_name="other", zone_ids=ZONES, private_dns_name=None, principals=[ACCOUNT]
    )
    create(ec2, vpc, ServiceName="other")
    wanted = create(ec2, vpc)
    cloud.aws.accept(wanted)
    ec2.create_tags(Resources=[wanted], Tags=[{"Key": "Name", "Value": "orders"}])
    assert _ids(ec2.describe_vpc_endpoints(Filters=[{"Name": name, "Values": [value, "nothing"]}])) == [wanted]


def test_filters_by_id_vpc_and_type_choose_endpoints(ec2: EC2Client, vpc: Vpc) -> None:
    first, second = create(ec2, vpc), create(ec2, make_vpc(ec2, cidr="10.30.0.0/16"))
    by_id = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-endpoint-id", "Values": [second]}])
    by_vpc = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc.vpc_id]}])
    by_type = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-endpoint-type", "Values": ["Interface"]}])
    both = [{"Name": "vpc-id", "Values": [vpc.vpc_id]}, {"Name": "vpc-endpoint-id", "Values": [second]}]
    assert (_ids(by_id), _ids(by_vpc), _ids(by_type)) == ([second], [first], [first, second])
    assert _ids(ec2.describe_vpc_endpoints(Filters=both)) == []  # type: ignore[arg-type]


def test_endpoints_come_in_pages(ec2: EC2Client, vpc: Vpc) -> None:
    created = [create(ec2, vpc) for _turn in range(5)]
    pages = [*ec2.get_paginator("describe_vpc_endpoints").paginate(PaginationConfig={"PageSize": 2})]
    assert [_ids(page) for page in pages] == [created[:2], created[2:4], created[4:]]


def test_a_young_endpoint_is_not_visible_yet(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.endpoint_visible = 5.0
    vpc_endpoint_id = create(ec2, vpc)
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidVpcEndpointId\.NotFound"):
        describe(ec2, vpc_endpoint_id)
    assert _ids(ec2.describe_vpc_endpoints()) == []
    cloud.clock.advance(5.0)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pendingAcceptance"


def test_a_service_is_described_with_the_zones_of_the_caller(cloud: Cloud, ec2: EC2Client) -> None:
    answer = ec2.describe_vpc_endpoint_services(ServiceNames=[SERVICE])
    service: Any = answer["ServiceDetails"][0]
    expected = {
        "ServiceName": SERVICE,
        "ServiceId": SERVICE_ID,
        "ServiceType": [{"ServiceType": "Interface"}],
        "AvailabilityZones": ["us-east-1b", "us-east-1c", "us-east-1d"],
        "AvailabilityZoneIds": [*ZONES],
        "AcceptanceRequired": True,
        "PrivateDnsName": HOST,
        "PrivateDnsNameVerificationState": "verified",
        "Owner": PROVIDER,
        "SupportedIpAddressTypes": ["ipv4"],
    }
    assert {key: service[key] for key in expected} == expected
    assert cloud.client(account=OTHER_ACCOUNT).describe_vpc_endpoint_services()["ServiceNames"] == [SERVICE]


def test_an_endpoint_of_a_service_that_accepts_everybody_needs_no_acceptance(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    cloud.aws.add_service(
        region=REGION,
        service_name="open",
        zone_ids=ZONES,
        private_dns_name="open.example.com",
        principals=[ACCOUNT],
        acceptance_required=False,
    )
    vpc_endpoint_id = create(ec2, vpc, ServiceName="open", PrivateDnsEnabled=True)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pending"
    cloud.clock.advance(cloud.settings.endpoint_available + cloud.settings.private_dns)
    endpoint = describe(ec2, vpc_endpoint_id)
    assert (endpoint["State"], endpoint["PrivateDnsEnabled"]) == ("available", True)


def test_the_address_type_changes_where_service_and_subnets_support_it(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.aws.add_service(
        region=REGION,
        service_name="dual",
        zone_ids=ZONES,
        private_dns_name=None,
        principals=[ACCOUNT],
        address_types=("ipv4", "dualstack"),
    )
    vpc_endpoint_id = create(ec2, vpc, ServiceName="dual")
    subnet_id = vpc.subnets["us-east-1b"]
    with pytest.raises(ec2.exceptions.ClientError, match=f"The subnet {subnet_id} does not support"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, IpAddressType="dualstack")
    ec2.associate_subnet_cidr_block(SubnetId=subnet_id, Ipv6CidrBlock="2600:1f18::/64")
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, IpAddressType="dualstack")
    assert describe(ec2, vpc_endpoint_id)["IpAddressType"] == "dualstack"
    (interface,) = _interfaces(ec2, vpc_endpoint_id)
    assert interface["Ipv6Addresses"][0]["Ipv6Address"].startswith("2600:1f18:")


def test_a_failed_endpoint_says_why(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    cloud.aws.force_state(vpc_endpoint_id, "failed")
    endpoint = describe(ec2, vpc_endpoint_id)
    assert (endpoint["State"], endpoint["LastError"]["Message"]) == ("failed", "The VPC endpoint is failed.")


def test_the_hosts_of_a_new_vpc_ask_the_resolver_of_aws(ec2: EC2Client, vpc: Vpc) -> None:
    options_id = ec2.describe_vpcs(VpcIds=[vpc.vpc_id])["Vpcs"][0]["DhcpOptionsId"]
    options = ec2.describe_dhcp_options(DhcpOptionsIds=[options_id])["DhcpOptions"][0]
    servers = {one["Key"]: [value["Value"] for value in one["Values"]] for one in options["DhcpConfigurations"]}
    assert servers["domain-name-servers"] == ["AmazonProvidedDNS"]


def groups(ec2: EC2Client, vpc_id: str, count: int) -> list[str]:
    names = [f"group-{number}" for number in range(count)]
    return [ec2.create_security_group(VpcId=vpc_id, GroupName=one, Description=one)["GroupId"] for one in names]


@pytest.mark.parametrize("counted", ["after", "before_removal"])
def test_a_network_interface_has_at_most_five_security_groups(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, counted: str
) -> None:
    cloud.settings.groups_counted = counted
    ids = groups(ec2, vpc.vpc_id, 6)
    vpc_endpoint_id = create(ec2, vpc, SecurityGroupIds=ids[:5])
    replace: dict[str, Any] = {"AddSecurityGroupIds": ids[5:], "RemoveSecurityGroupIds": ids[:1]}
    limit = "SecurityGroupsPerInterfaceLimitExceeded"
    with pytest.raises(ec2.exceptions.ClientError, match=limit):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSecurityGroupIds=ids[5:])
    if counted == "after":
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, **replace)
        assert {one["GroupId"] for one in describe(ec2, vpc_endpoint_id)["Groups"]} == set(ids[1:])
    else:
        with pytest.raises(ec2.exceptions.ClientError, match=limit):
            ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, **replace)


def test_a_security_group_may_be_used_in_a_vpc_that_it_is_associated_with(ec2: EC2Client, vpc: Vpc) -> None:
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    (group_id,) = groups(ec2, other, 1)
    with pytest.raises(ec2.exceptions.ClientError, match="belong to different networks"):
        create(ec2, vpc, SecurityGroupIds=[group_id])
    assert ec2.associate_security_group_vpc(GroupId=group_id, VpcId=vpc.vpc_id)["State"] == "associated"
    filters: list[Any] = [{"Name": "group-id", "Values": [group_id]}]
    found = ec2.describe_security_group_vpc_associations(Filters=filters)["SecurityGroupVpcAssociations"]
    assert [(one["GroupId"], one["VpcId"], one["State"]) for one in found] == [(group_id, vpc.vpc_id, "associated")]
    create(ec2, vpc, SecurityGroupIds=[group_id])
    ec2.disassociate_security_group_vpc(GroupId=group_id, VpcId=vpc.vpc_id)
    assert ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"] == []


def test_what_is_under_way_may_be_called_an_idempotent_operation(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.busy_code = "InvalidParameter"
    vpc_endpoint_id = create(ec2, vpc)
    add: dict[str, Any] = {"VpcEndpointId": vpc_endpoint_id, "AddSubnetIds": [vpc.subnets["us-east-1c"]]}
    ec2.modify_vpc_endpoint(**add)
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidParameter.*an idempotent operation going on"):
        ec2.modify_vpc_endpoint(**add)
