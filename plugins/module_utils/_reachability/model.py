# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reachability is judged by, as both clouds describe it, and the verdicts. Frozen: read once, then only judged."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._privatelink.model import Cluster, InterfaceEndpoint, Registration
from .._run.text import FromOutside, sentence

PASS = "pass"
BLOCK = "block"
UNKNOWN = "unknown"

PrefixLists = t.Mapping[str, t.Sequence[str]]


@dataclass(frozen=True)
class Interface(FromOutside):
    """A network interface with one address of each family at most.

    Without C(network_interface_id) it is an address that no interface has: its security groups are null, not known.
    """

    network_interface_id: str | None
    subnet_id: str
    vpc_id: str
    addresses: tuple[str, ...]
    security_group_ids: tuple[str, ...] | None


@dataclass(frozen=True)
class Instance(FromOutside):
    """An EC2 instance. C(interfaces) come in the order of their device indexes, the primary one first."""

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
    """One permission: every port of C(protocol) where the ports are null. It has peers of four kinds."""

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
    """C(protocol) is a number as text (V(6) is TCP, V(-1) all); every port where the ports are null."""

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
    """C(destination) is a range or the id of a prefix list; C(target) is V(local) or an id (V(pcx-…), V(tgw-…), …)."""

    destination: str
    target: str
    active: bool = True


@dataclass(frozen=True)
class RouteTable(FromOutside):
    """C(is_main): the one of all subnets of the VPC that have none of their own."""

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
    """How names resolve in a VPC. C(servers): the name servers that its DHCP options hand out, null without options."""

    vpc_id: str
    cidr: str
    dns_support: bool
    dns_hostnames: bool
    dhcp_options_id: str | None = None
    servers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Provider(FromOutside):
    """The side of TiDB Cloud. C(unknown) says why nothing is known of it; without it, what is null is not there.

    C(expected) is false for endpoints of services that know no registration.
    """

    cluster_id: str | None = None
    node_group_id: str | None = None
    cluster: Cluster | None = None
    registration: Registration | None = None
    unknown: str | None = None
    expected: bool = True


@dataclass(frozen=True)
class Source:
    """Where the connection comes from. C(object_id) is what the user named.

    C(instance) is null where no instance was named.
    """

    object_id: str
    interface: Interface
    instance: Instance | None = None


@dataclass(frozen=True)
class Facts:
    """All that the verdict rests on.

    C(prefix_lists) holds the entries of those that could be read. C(unread) says why a kind of object (V(security
    groups), V(network ACLs), …) could not be read.
    """

    port: int
    endpoint: InterfaceEndpoint
    source: Source
    provider: Provider = Provider()
    private_dns_required: bool = True
    interfaces: tuple[Interface, ...] = ()
    subnets: t.Mapping[str, SubnetRange] = field(default_factory=dict)
    security_groups: t.Mapping[str, SecurityGroup] = field(default_factory=dict)
    prefix_lists: PrefixLists = field(default_factory=dict)
    network_acls: tuple[NetworkAcl, ...] = ()
    route_tables: tuple[RouteTable, ...] = ()
    peerings: tuple[Peering, ...] = ()
    names: VpcNames | None = None
    unread: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def same_vpc(self) -> bool:
        return self.source.interface.vpc_id == self.endpoint.vpc_id

    @property
    def host(self) -> str:
        """The host name that clients connect to, or words for it."""
        registration = self.provider.registration
        return (registration.host if registration else None) or "the host name of the cluster"

    def zone_of(self, subnet_id: str) -> str | None:
        subnet = self.subnets.get(subnet_id)
        return subnet.availability_zone_id if subnet else None

    def not_seen(self, kind: str, what: str) -> str:
        """The sentence for an object that is not among what was read."""
        return self.unread.get(kind) or f"{what} cannot be seen with these credentials."


@dataclass(frozen=True)
class Judgement:
    """A verdict about one object. C(rule) is the rule that decided, null where it was the absence of one."""

    verdict: str
    object_id: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Hop:
    """One thing on the way that lets a connection pass or not; C(remedy) says what to change where it does not.

    C(endpoint_address) is set on the hops of one way, to one network interface of the interface endpoint.
    """

    name: str
    object_id: str | None
    verdict: str
    message: str
    rule: str | None = None
    remedy: str | None = None
    availability_zone_id: str | None = None
    endpoint_address: str | None = None

    def __post_init__(self) -> None:
        for name in ("message", "rule", "remedy"):
            text = getattr(self, name)
            object.__setattr__(self, name, text and sentence(text))
