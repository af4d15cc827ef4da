# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of boto3 as the objects that reachability is judged by. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._reachability.model import (
    Instance,
    Interface,
    NetworkAcl,
    NetworkAclEntry,
    Peering,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    SubnetRange,
)

Json = Mapping[str, t.Any]

# Where a route leads to: one of these is set. Source: Route in the Amazon EC2 API reference.
_TARGETS = (
    "VpcPeeringConnectionId",
    "TransitGatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "NetworkInterfaceId",
    "InstanceId",
    "GatewayId",
)


def instance(item: Json) -> Instance:
    interfaces = sorted(item.get("NetworkInterfaces") or (), key=_device_index)
    return Instance(
        instance_id=item["InstanceId"],
        state=(item.get("State") or {}).get("Name") or "",
        interfaces=tuple(interface(one) for one in interfaces),
    )


def _device_index(item: Json) -> int:
    return int((item.get("Attachment") or {}).get("DeviceIndex") or 0)


def interface(item: Json) -> Interface:
    """Of each family the primary address."""
    ipv6 = [one["Ipv6Address"] for one in item.get("Ipv6Addresses") or ()]
    return Interface(
        network_interface_id=item["NetworkInterfaceId"],
        subnet_id=item.get("SubnetId") or "",
        vpc_id=item.get("VpcId") or "",
        addresses=tuple(address for address in (item.get("PrivateIpAddress"), *ipv6[:1]) if address),
        security_group_ids=tuple(group["GroupId"] for group in item.get("Groups") or ()),
    )


def subnet_range(item: Json) -> SubnetRange:
    ipv6 = [one.get("Ipv6CidrBlock") for one in item.get("Ipv6CidrBlockAssociationSet") or ()]
    return SubnetRange(
        subnet_id=item["SubnetId"],
        vpc_id=item.get("VpcId") or "",
        availability_zone_id=item.get("AvailabilityZoneId"),
        cidrs=tuple(cidr for cidr in (item.get("CidrBlock"), *ipv6) if cidr),
    )


def security_group(item: Json) -> SecurityGroup:
    return SecurityGroup(
        security_group_id=item["GroupId"],
        inbound=tuple(_rule(rule) for rule in item.get("IpPermissions") or ()),
        outbound=tuple(_rule(rule) for rule in item.get("IpPermissionsEgress") or ()),
    )


def _rule(item: Json) -> SecurityGroupRule:
    ranges = [one["CidrIp"] for one in item.get("IpRanges") or ()]
    ipv6_ranges = [one["CidrIpv6"] for one in item.get("Ipv6Ranges") or ()]
    return SecurityGroupRule(
        protocol=str(item.get("IpProtocol") or "-1"),
        from_port=item.get("FromPort"),
        to_port=item.get("ToPort"),
        cidrs=tuple(ranges + ipv6_ranges),
        security_group_ids=tuple(one["GroupId"] for one in item.get("UserIdGroupPairs") or () if one.get("GroupId")),
        prefix_list_ids=tuple(one["PrefixListId"] for one in item.get("PrefixListIds") or ()),
    )


def network_acl(item: Json) -> NetworkAcl:
    return NetworkAcl(
        network_acl_id=item["NetworkAclId"],
        subnet_ids=tuple(one["SubnetId"] for one in item.get("Associations") or () if one.get("SubnetId")),
        entries=tuple(_entry(entry) for entry in item.get("Entries") or ()),
    )


def _entry(item: Json) -> NetworkAclEntry:
    ports = item.get("PortRange") or {}
    return NetworkAclEntry(
        rule_number=int(item["RuleNumber"]),
        egress=bool(item.get("Egress")),
        allow=item.get("RuleAction") == "allow",
        protocol=str(item.get("Protocol") or "-1"),
        cidr=item.get("CidrBlock") or item.get("Ipv6CidrBlock") or "0.0.0.0/0",
        from_port=ports.get("From"),
        to_port=ports.get("To"),
    )


def route_table(item: Json) -> RouteTable:
    associations = item.get("Associations") or ()
    routes = (_route(route) for route in item.get("Routes") or ())
    return RouteTable(
        route_table_id=item["RouteTableId"],
        vpc_id=item.get("VpcId") or "",
        is_main=any(one.get("Main") for one in associations),
        subnet_ids=tuple(one["SubnetId"] for one in associations if one.get("SubnetId")),
        routes=tuple(route for route in routes if route.destination),
    )


def _route(item: Json) -> Route:
    destinations = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return Route(
        destination=next((item[name] for name in destinations if item.get(name)), ""),
        target=next((item[name] for name in _TARGETS if item.get(name)), "nothing"),
        active=item.get("State") != "blackhole",
    )


def peering(item: Json) -> Peering:
    sides = (item.get("RequesterVpcInfo") or {}, item.get("AccepterVpcInfo") or {})
    return Peering(
        peering_id=item["VpcPeeringConnectionId"],
        state=(item.get("Status") or {}).get("Code") or "unknown",
        vpc_ids=frozenset(side["VpcId"] for side in sides if side.get("VpcId")),
    )
