# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of a network in AWS, as reachability reads them. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from .._run.text import FromOutside


@dataclass(frozen=True)
class Interface(FromOutside):
    """A network interface with at most one address of each family.

    Without `network_interface_id` it is an address that no interface has: then its security groups are unknown, null.
    """

    network_interface_id: str | None
    subnet_id: str
    vpc_id: str
    addresses: tuple[str, ...]
    security_group_ids: tuple[str, ...] | None


@dataclass(frozen=True)
class Instance(FromOutside):
    """An EC2 instance. `interfaces` come in the order of their device indexes, the primary one first."""

    instance_id: str
    state: str
    interfaces: tuple[Interface, ...]


@dataclass(frozen=True)
class SubnetRange(FromOutside):
    """A subnet with its address ranges, of both families."""

    subnet_id: str
    vpc_id: str
    availability_zone_id: str | None
    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class SecurityGroupRule(FromOutside):
    """One permission: every port of `protocol` where the ports are null. It has peers of four kinds."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidrs: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    prefix_list_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecurityGroup(FromOutside):
    security_group_id: str
    inbound: tuple[SecurityGroupRule, ...] = ()
    outbound: tuple[SecurityGroupRule, ...] = ()


@dataclass(frozen=True)
class NetworkAclEntry(FromOutside):
    """`protocol` is a number as text (`6` is TCP, `-1` all); every port where the ports are null."""

    rule_number: int
    egress: bool
    allow: bool
    protocol: str
    cidr: str
    from_port: int | None = None
    to_port: int | None = None


@dataclass(frozen=True)
class NetworkAcl(FromOutside):
    network_acl_id: str
    subnet_ids: tuple[str, ...]
    entries: tuple[NetworkAclEntry, ...] = ()


@dataclass(frozen=True)
class Route(FromOutside):
    """`destination` is a range or the id of a prefix list; `target` is `local` or an id (`pcx-…`, `tgw-…`, …).

    `state` is `active`, `blackhole` (the target is gone) or `filtered` (not in effect); `propagated`: nobody wrote it
    into the table, a gateway or a route server did.
    """

    destination: str
    target: str
    state: str = "active"
    propagated: bool = False


@dataclass(frozen=True)
class RouteTable(FromOutside):
    """`is_main`: used by all subnets of the VPC that have none of their own."""

    route_table_id: str
    vpc_id: str
    is_main: bool
    subnet_ids: tuple[str, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Peering(FromOutside):
    """A VPC peering connection between two VPCs."""

    peering_id: str
    state: str
    vpc_ids: frozenset[str]


@dataclass(frozen=True)
class VpcNames(FromOutside):
    """How names resolve in a VPC. `servers`: the name servers in its DHCP options, null without options."""

    vpc_id: str
    cidr: str
    dns_support: bool
    dns_hostnames: bool
    dhcp_options_id: str | None = None
    servers: tuple[str, ...] | None = None
