# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS says about a network, as the objects by which reachability is judged."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_shapes as shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Interface,
    NetworkAclEntry,
    Peering,
    Route,
    SecurityGroupRule,
    SubnetRange,
)

ENI = {
    "NetworkInterfaceId": "eni-1",
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "PrivateIpAddress": "10.0.1.4",
    "Ipv6Addresses": [{"Ipv6Address": "fd00::4"}, {"Ipv6Address": "fd00::5"}],
    "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
}


def test_a_network_interface_has_the_primary_address_of_each_family() -> None:
    assert shapes.interface(ENI) == Interface("eni-1", "subnet-1", "vpc-1", ("10.0.1.4", "fd00::4"), ("sg-1", "sg-2"))
    assert shapes.interface({"NetworkInterfaceId": "eni-2"}) == Interface("eni-2", "", "", (), ())


def test_an_instance_has_its_primary_interface_first() -> None:
    second = {**ENI, "NetworkInterfaceId": "eni-2", "Attachment": {"DeviceIndex": 1}}
    first = {**ENI, "Attachment": {"DeviceIndex": 0}}
    found = shapes.instance({"InstanceId": "i-1", "State": {"Name": "running"}, "NetworkInterfaces": [second, first]})
    assert (found.instance_id, found.state) == ("i-1", "running")
    assert [one.network_interface_id for one in found.interfaces] == ["eni-1", "eni-2"]
    assert shapes.instance({"InstanceId": "i-2"}).interfaces == ()


def test_a_subnet_has_the_ranges_of_both_families() -> None:
    item = {
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "AvailabilityZoneId": "use1-az1",
        "CidrBlock": "10.0.1.0/24",
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "fd00::/64"}],
    }
    assert shapes.subnet_range(item) == SubnetRange("subnet-1", "vpc-1", "use1-az1", ("10.0.1.0/24", "fd00::/64"))
    assert shapes.subnet_range({"SubnetId": "subnet-2"}).cidrs == ()


def test_a_security_group_has_peers_of_four_kinds_in_each_direction() -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 4000,
        "ToPort": 4001,
        "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
        "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
        "UserIdGroupPairs": [{"GroupId": "sg-2"}, {"GroupName": "classic"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
    }
    group = shapes.security_group(
        {"GroupId": "sg-1", "IpPermissions": [permission], "IpPermissionsEgress": [{"IpProtocol": "-1"}]}
    )
    assert group.inbound == (SecurityGroupRule("tcp", 4000, 4001, ("10.0.0.0/16", "fd00::/8"), ("sg-2",), ("pl-1",)),)
    assert group.outbound == (SecurityGroupRule("-1"),)


def test_a_network_acl_has_its_subnets_and_rules_of_both_families() -> None:
    acl = shapes.network_acl(
        {
            "NetworkAclId": "acl-1",
            "Associations": [{"SubnetId": "subnet-1"}, {}],
            "Entries": [
                {
                    "RuleNumber": 100,
                    "Egress": True,
                    "RuleAction": "allow",
                    "Protocol": "6",
                    "CidrBlock": "10.0.0.0/8",
                    "PortRange": {"From": 1, "To": 2},
                },
                {"RuleNumber": 32768, "Egress": False, "RuleAction": "deny", "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
            ],
        }
    )
    assert acl.subnet_ids == ("subnet-1",)
    assert acl.entries == (
        NetworkAclEntry(100, True, True, "6", "10.0.0.0/8", 1, 2),
        NetworkAclEntry(32768, False, False, "-1", "::/0"),
    )


@pytest.mark.parametrize(
    ("item", "route"),
    [
        (
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            Route("10.0.0.0/16", "local"),
        ),
        ({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}, Route("::/0", "eigw-1")),
        ({"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}, Route("pl-1", "vpce-1")),
        ({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, Route("0.0.0.0/0", "nat-1")),
        ({"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"}, Route("0.0.0.0/0", "tgw-1")),
        (
            {"DestinationCidrBlock": "0.0.0.0/0", "InstanceId": "i-1", "NetworkInterfaceId": "eni-1"},
            Route("0.0.0.0/0", "eni-1"),
        ),
        (
            {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "blackhole"},
            Route("10.9.0.0/16", "pcx-1", "blackhole"),
        ),
        (
            {"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
            Route("10.9.0.0/16", "vgw-1", propagated=True),
        ),
        (
            {"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active"},
            Route("10.9.0.0/16", "igw-1"),
        ),
        (
            {"DestinationCidrBlock": "10.9.0.0/16", "State": "filtered", "Origin": "Advertisement"},
            Route("10.9.0.0/16", "nothing", "filtered", propagated=True),
        ),
        ({"DestinationCidrBlock": "10.9.0.0/16", "State": "blackhole"}, Route("10.9.0.0/16", "nothing", "blackhole")),
    ],
)
def test_a_route_leads_from_a_destination_to_a_target(item: dict[str, t.Any], route: Route) -> None:
    assert shapes.route_table({"RouteTableId": "rtb-1", "Routes": [item]}).routes == (route,)


def test_a_route_table_says_whose_it_is() -> None:
    table = shapes.route_table(
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Associations": [{"Main": True}, {"SubnetId": "subnet-1", "Main": False}],
        }
    )
    assert (table.vpc_id, table.is_main, table.subnet_ids, table.routes) == ("vpc-1", True, ("subnet-1",), ())


def test_a_peering_connection_has_two_vpcs_and_a_state() -> None:
    item = {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "RequesterVpcInfo": {"VpcId": "vpc-1"},
        "AccepterVpcInfo": {"VpcId": "vpc-2"},
    }
    assert shapes.peering(item) == Peering("pcx-1", "active", frozenset({"vpc-1", "vpc-2"}))
    assert shapes.peering({"VpcPeeringConnectionId": "pcx-2"}) == Peering("pcx-2", "unknown", frozenset())
