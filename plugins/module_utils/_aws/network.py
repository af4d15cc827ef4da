# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that describe a network for reachability, one function each; the client comes first. Each raises ApiError.

Everything is asked for by filter: what is not there is left out and hides nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._reachability.model import (
    Instance,
    Interface,
    NetworkAcl,
    Peering,
    RouteTable,
    SecurityGroup,
    SubnetRange,
    VpcNames,
)
from . import network_shapes as shapes
from .calls import Client, Json, call, pages

_NAME_SERVERS = "domain-name-servers"


def describe_instance(ec2: Client, instance_id: str) -> Instance | None:
    reservations = _matching(ec2, "describe_instances", "Reservations", {"instance-id": [instance_id]})
    found = [item for reservation in reservations for item in reservation.get("Instances") or ()]
    return shapes.instance(found[0]) if found else None


def describe_interfaces(ec2: Client, ids: Sequence[str]) -> list[Interface]:
    """Those of the network interfaces that exist."""
    items = _matching(ec2, "describe_network_interfaces", "NetworkInterfaces", {"network-interface-id": ids})
    return [shapes.interface(item) for item in items]


def describe_interface_at(ec2: Client, vpc_id: str, address: str) -> Interface | None:
    """The network interface that has the address, also as a secondary one; null where none of the VPC has it."""
    name = "ipv6-addresses.ipv6-address" if ":" in address else "addresses.private-ip-address"
    filters = {"vpc-id": [vpc_id], name: [address]}
    items = _matching(ec2, "describe_network_interfaces", "NetworkInterfaces", filters)
    return shapes.interface(items[0]) if items else None


def describe_subnet_ranges(ec2: Client, ids: Sequence[str]) -> list[SubnetRange]:
    return [shapes.subnet_range(item) for item in _matching(ec2, "describe_subnets", "Subnets", {"subnet-id": ids})]


def describe_subnet_ranges_of(ec2: Client, vpc_id: str) -> list[SubnetRange]:
    """All subnets of the VPC."""
    return [shapes.subnet_range(item) for item in _matching(ec2, "describe_subnets", "Subnets", {"vpc-id": [vpc_id]})]


def describe_group_rules(ec2: Client, ids: Sequence[str]) -> list[SecurityGroup]:
    items = _matching(ec2, "describe_security_groups", "SecurityGroups", {"group-id": ids})
    return [shapes.security_group(item) for item in items]


def describe_network_acls(ec2: Client, vpc_ids: Sequence[str]) -> list[NetworkAcl]:
    items = _matching(ec2, "describe_network_acls", "NetworkAcls", {"vpc-id": vpc_ids})
    return [shapes.network_acl(item) for item in items]


def describe_route_tables(ec2: Client, vpc_ids: Sequence[str]) -> list[RouteTable]:
    """All of these VPCs: which is the main one of a subnet without its own, no filter tells."""
    items = _matching(ec2, "describe_route_tables", "RouteTables", {"vpc-id": vpc_ids})
    return [shapes.route_table(item) for item in items]


def describe_peerings(ec2: Client, ids: Sequence[str]) -> list[Peering]:
    filters = {"vpc-peering-connection-id": ids}
    items = _matching(ec2, "describe_vpc_peering_connections", "VpcPeeringConnections", filters)
    return [shapes.peering(item) for item in items]


def describe_vpc_names(ec2: Client, vpc_id: str) -> VpcNames | None:
    """The VPC with its DNS attributes, without the name servers; null if it is not there. Three calls."""
    found = _matching(ec2, "describe_vpcs", "Vpcs", {"vpc-id": [vpc_id]})
    if not found:
        return None
    support = call(ec2, "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsSupport")
    hostnames = call(ec2, "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsHostnames")
    return VpcNames(
        vpc_id=vpc_id,
        cidr=found[0].get("CidrBlock") or "0.0.0.0/0",
        dns_support=bool(support["EnableDnsSupport"]["Value"]),
        dns_hostnames=bool(hostnames["EnableDnsHostnames"]["Value"]),
        dhcp_options_id=found[0].get("DhcpOptionsId"),
    )


def describe_name_servers(ec2: Client, dhcp_options_id: str) -> tuple[str, ...] | None:
    """The name servers that the options hand out; null where there are no such options (V(default) means none)."""
    found = _matching(ec2, "describe_dhcp_options", "DhcpOptions", {"dhcp-options-id": [dhcp_options_id]})
    for configuration in found[0].get("DhcpConfigurations") or () if found else ():
        if configuration.get("Key") == _NAME_SERVERS:
            return tuple(value["Value"] for value in configuration.get("Values") or ())
    return None


def prefix_list_entries(ec2: Client, prefix_list_id: str) -> tuple[str, ...]:
    """The ranges of a prefix list, of AWS's own ones too."""
    items = pages(ec2, "get_managed_prefix_list_entries", "Entries", PrefixListId=prefix_list_id)
    return tuple(item["Cidr"] for item in items)


def _matching(ec2: Client, method: str, key: str, filters: Mapping[str, Sequence[str]]) -> list[Json]:
    if not all(filters.values()):
        return []  # AWS takes a filter without values for none
    wanted = [{"Name": name, "Values": list(values)} for name, values in filters.items()]
    return pages(ec2, method, key, Filters=wanted)
