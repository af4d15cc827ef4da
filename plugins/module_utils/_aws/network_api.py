# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that describe a network for reachability, one function each; the client comes first. Each raises ApiError.

Everything is selected by filter, so that a missing object is left out and does not hide the others.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from . import network_shapes as shapes
from .api import describe_dns_attributes
from .calls import Client, pages
from .fields import Json
from .network_model import Instance, Interface, NetworkAcl, Peering, RouteTable, SecurityGroup, SubnetRange, VpcNames

_NAME_SERVERS = "domain-name-servers"
_Item = t.TypeVar("_Item")


def describe_instance(ec2: Client, instance_id: str) -> Instance | None:
    filters = {"instance-id": [instance_id]}
    reservations = _matching(ec2, "describe_instances", "Reservations", shapes.instances, filters)
    return next((instance for instances in reservations for instance in instances), None)


def describe_interfaces(ec2: Client, ids: Sequence[str]) -> list[Interface]:
    """Those of the network interfaces that exist."""
    return _interfaces(ec2, {"network-interface-id": ids})


def describe_interface_at(ec2: Client, vpc_id: str, address: str) -> Interface | None:
    """The network interface that has the address, primary or secondary; null if none of the VPC has it."""
    name = "ipv6-addresses.ipv6-address" if ":" in address else "addresses.private-ip-address"
    found = _interfaces(ec2, {"vpc-id": [vpc_id], name: [address]})
    return found[0] if found else None


def describe_subnet_ranges(ec2: Client, ids: Sequence[str]) -> list[SubnetRange]:
    return _matching(ec2, "describe_subnets", "Subnets", shapes.subnet_range, {"subnet-id": ids})


def describe_subnet_ranges_of(ec2: Client, vpc_id: str) -> list[SubnetRange]:
    """All subnets of the VPC."""
    return _matching(ec2, "describe_subnets", "Subnets", shapes.subnet_range, {"vpc-id": [vpc_id]})


def describe_group_rules(ec2: Client, ids: Sequence[str]) -> list[SecurityGroup]:
    return _matching(ec2, "describe_security_groups", "SecurityGroups", shapes.security_group, {"group-id": ids})


def describe_network_acls(ec2: Client, vpc_ids: Sequence[str]) -> list[NetworkAcl]:
    return _matching(ec2, "describe_network_acls", "NetworkAcls", shapes.network_acl, {"vpc-id": vpc_ids})


def describe_route_tables(ec2: Client, vpc_ids: Sequence[str]) -> list[RouteTable]:
    """All of these VPCs: no filter finds the main one of a subnet without its own."""
    return _matching(ec2, "describe_route_tables", "RouteTables", shapes.route_table, {"vpc-id": vpc_ids})


def describe_peerings(ec2: Client, ids: Sequence[str]) -> list[Peering]:
    filters = {"vpc-peering-connection-id": ids}
    return _matching(ec2, "describe_vpc_peering_connections", "VpcPeeringConnections", shapes.peering, filters)


def describe_vpc_names(ec2: Client, vpc_id: str) -> VpcNames | None:
    """The VPC with its DNS attributes, without the name servers; null if it does not exist. Three calls."""
    found = _matching(ec2, "describe_vpcs", "Vpcs", shapes.vpc_names, {"vpc-id": [vpc_id]})
    if not found:
        return None
    support, hostnames = describe_dns_attributes(ec2, vpc_id)
    return replace(found[0], vpc_id=vpc_id, dns_support=support, dns_hostnames=hostnames)


def describe_name_servers(ec2: Client, dhcp_options_id: str) -> tuple[str, ...] | None:
    """The name servers in the DHCP options; null if there are no such options (`default` means none)."""
    filters = {"dhcp-options-id": [dhcp_options_id]}
    found = _matching(
        ec2, "describe_dhcp_options", "DhcpOptions", lambda item: shapes.dhcp_values(item, _NAME_SERVERS), filters
    )
    return found[0] if found else None


def prefix_list_entries(ec2: Client, prefix_list_id: str) -> tuple[str, ...]:
    """The ranges of a prefix list, even of AWS's own."""
    shape = shapes.prefix_list_range
    return tuple(pages(ec2, "get_managed_prefix_list_entries", "Entries", shape, PrefixListId=prefix_list_id))


def _interfaces(ec2: Client, filters: Mapping[str, Sequence[str]]) -> list[Interface]:
    return _matching(ec2, "describe_network_interfaces", "NetworkInterfaces", shapes.interface, filters)


def _matching(
    ec2: Client,
    method: str,
    key: str,
    shape: t.Callable[[Json], _Item],
    filters: Mapping[str, Sequence[str]],
) -> list[_Item]:
    if not all(filters.values()):
        return []  # AWS rejects a filter without values.
    wanted = [{"Name": name, "Values": list(values)} for name, values in filters.items()]
    return pages(ec2, method, key, shape, Filters=wanted)
