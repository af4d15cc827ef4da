# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3's answers as the objects that reachability is judged by. Pure. Each raises Unreadable for what AWS would not
answer: half a rule must not allow what the whole rule denies.
"""

from __future__ import annotations

from ipaddress import ip_address

from .fields import Json, Unreadable, cidr, flag, identifier, inner, items, name, text, whole
from .network_model import (
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
    VpcNames,
)

# A route's target: one of these is set. Source: Route in the Amazon EC2 API reference.
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
# The origins of routes that nobody wrote into the table. Source: Route in the Amazon EC2 API reference.
_PROPAGATED = ("EnableVgwRoutePropagation", "Advertisement")
_PORTS = (-1, 65535)  # -1: every type of ICMP
_MOST_RULES = 65535


def instances(reservation: Json) -> list[Instance]:
    return [instance(item) for item in items(reservation, "Instances")]


def instance(item: Json) -> Instance:
    interfaces = sorted(items(item, "NetworkInterfaces"), key=_device_index)
    return Instance(
        instance_id=identifier(item, "InstanceId"),
        state=name(inner(item, "State"), "Name") or "",
        interfaces=tuple(interface(one) for one in interfaces),
    )


def _device_index(item: Json) -> int:
    return whole(inner(item, "Attachment"), "DeviceIndex", 0, 1_000_000) or 0


def interface(item: Json) -> Interface:
    """The primary address of each family."""
    ipv6 = [identifier(one, "Ipv6Address") for one in items(item, "Ipv6Addresses")]
    return Interface(
        network_interface_id=identifier(item, "NetworkInterfaceId"),
        subnet_id=name(item, "SubnetId") or "",
        vpc_id=name(item, "VpcId") or "",
        addresses=tuple(_address(address) for address in (name(item, "PrivateIpAddress"), *ipv6[:1]) if address),
        security_group_ids=tuple(identifier(group, "GroupId") for group in items(item, "Groups")),
    )


def _address(found: str) -> str:
    try:
        return str(ip_address(found))
    except ValueError:
        raise Unreadable("an address is not one") from None


def subnet_range(item: Json) -> SubnetRange:
    ipv6 = [cidr(one, "Ipv6CidrBlock") for one in items(item, "Ipv6CidrBlockAssociationSet")]
    return SubnetRange(
        subnet_id=identifier(item, "SubnetId"),
        vpc_id=name(item, "VpcId") or "",
        availability_zone_id=name(item, "AvailabilityZoneId"),
        cidrs=tuple(found for found in (cidr(item, "CidrBlock"), *ipv6) if found),
    )


def security_group(item: Json) -> SecurityGroup:
    return SecurityGroup(
        security_group_id=identifier(item, "GroupId"),
        inbound=tuple(_rule(rule) for rule in items(item, "IpPermissions")),
        outbound=tuple(_rule(rule) for rule in items(item, "IpPermissionsEgress")),
    )


def _rule(item: Json) -> SecurityGroupRule:
    ranges = [_range(one, "CidrIp") for one in items(item, "IpRanges")]
    ipv6_ranges = [_range(one, "CidrIpv6") for one in items(item, "Ipv6Ranges")]
    groups = [name(one, "GroupId") for one in items(item, "UserIdGroupPairs")]
    return SecurityGroupRule(
        protocol=identifier(item, "IpProtocol"),
        from_port=whole(item, "FromPort", *_PORTS),
        to_port=whole(item, "ToPort", *_PORTS),
        cidrs=tuple(ranges + ipv6_ranges),
        security_group_ids=tuple(group for group in groups if group),
        prefix_list_ids=tuple(identifier(one, "PrefixListId") for one in items(item, "PrefixListIds")),
    )


def _range(item: Json, key: str) -> str:
    found = cidr(item, key)
    if found is None:
        raise Unreadable(f"{key} is missing")
    return found


def network_acl(item: Json) -> NetworkAcl:
    subnets = [name(one, "SubnetId") for one in items(item, "Associations")]
    return NetworkAcl(
        network_acl_id=identifier(item, "NetworkAclId"),
        subnet_ids=tuple(subnet for subnet in subnets if subnet),
        entries=tuple(_entry(entry) for entry in items(item, "Entries")),
    )


def _entry(item: Json) -> NetworkAclEntry:
    ports = inner(item, "PortRange")
    number = whole(item, "RuleNumber", 0, _MOST_RULES)
    if number is None:
        raise Unreadable("RuleNumber is missing")
    return NetworkAclEntry(
        rule_number=number,
        egress=flag(item, "Egress"),
        allow=identifier(item, "RuleAction") == "allow",
        protocol=identifier(item, "Protocol"),
        cidr=cidr(item, "CidrBlock") or _range(item, "Ipv6CidrBlock"),
        from_port=whole(ports, "From", *_PORTS),
        to_port=whole(ports, "To", *_PORTS),
    )


def route_table(item: Json) -> RouteTable:
    associations = items(item, "Associations")
    subnets = [name(one, "SubnetId") for one in associations]
    routes = (_route(route) for route in items(item, "Routes"))
    return RouteTable(
        route_table_id=identifier(item, "RouteTableId"),
        vpc_id=name(item, "VpcId") or "",
        is_main=any(flag(one, "Main") for one in associations),
        subnet_ids=tuple(subnet for subnet in subnets if subnet),
        routes=tuple(route for route in routes if route.destination),
    )


def _route(item: Json) -> Route:
    destinations = (
        cidr(item, "DestinationCidrBlock"),
        cidr(item, "DestinationIpv6CidrBlock"),
        name(item, "DestinationPrefixListId"),
    )
    targets = (name(item, key) for key in _TARGETS)
    return Route(
        destination=next((found for found in destinations if found), ""),
        target=next((found for found in targets if found), "nothing"),
        state=(name(item, "State") or "active").lower(),
        propagated=name(item, "Origin") in _PROPAGATED,
    )


def peering(item: Json) -> Peering:
    sides = [name(inner(item, side), "VpcId") for side in ("RequesterVpcInfo", "AccepterVpcInfo")]
    return Peering(
        peering_id=identifier(item, "VpcPeeringConnectionId"),
        state=name(inner(item, "Status"), "Code") or "unknown",
        vpc_ids=frozenset(side for side in sides if side),
    )


def vpc_names(item: Json) -> VpcNames:
    """With the DNS attributes off: they are asked for one by one."""
    return VpcNames(
        vpc_id=identifier(item, "VpcId"),
        cidr=cidr(item, "CidrBlock") or "0.0.0.0/0",
        dns_support=False,
        dns_hostnames=False,
        dhcp_options_id=name(item, "DhcpOptionsId"),
    )


def dhcp_values(item: Json, key: str) -> tuple[str, ...] | None:
    """The values of one DHCP option, null if it is not set."""
    for configuration in items(item, "DhcpConfigurations"):
        if text(configuration, "Key") == key:
            return tuple(identifier(value, "Value") for value in items(configuration, "Values"))
    return None


def prefix_list_range(item: Json) -> str:
    return _range(item, "Cidr")
