# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reachability is judged by, as both clouds describe it, and the verdicts. Frozen: read once, then only judged."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.model import InterfaceEndpoint
from .._aws.network_model import (
    Instance,
    Interface,
    NetworkAcl,
    Peering,
    RouteTable,
    SecurityGroup,
    SubnetRange,
    VpcNames,
)
from .._run.text import FromOutside, sentence
from .._tidbcloud.model import Cluster, Registration

PASS = "pass"
BLOCK = "block"
UNKNOWN = "unknown"

PrefixLists = t.Mapping[str, t.Sequence[str]]


@dataclass(frozen=True)
class Provider(FromOutside):
    """The TiDB Cloud side. `unknown` says why nothing is known about it; without it, null means that there is none.

    `expected` is false for endpoints of services without registrations.
    """

    cluster_id: str | None = None
    node_group_id: str | None = None
    cluster: Cluster | None = None
    registration: Registration | None = None
    unknown: str | None = None
    expected: bool = True


@dataclass(frozen=True)
class Source:
    """Where the connection comes from. `object_id` is what the user named.

    `instance` is null if no instance was named.
    """

    object_id: str
    interface: Interface
    instance: Instance | None = None


@dataclass(frozen=True)
class Facts:
    """Everything that the verdict is based on.

    `prefix_lists` holds the entries of the readable ones. `unread` says why a kind of object (`security groups`,
    `network ACLs`, …) could not be read.
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
        """The host name that clients connect to, or a description of it."""
        registration = self.provider.registration
        return (registration.host if registration else None) or "the host name of the cluster"

    def zone_of(self, subnet_id: str) -> str | None:
        subnet = self.subnets.get(subnet_id)
        return subnet.availability_zone_id if subnet else None

    def not_seen(self, kind: str, what: str) -> str:
        """The sentence for an object that could not be read."""
        return self.unread.get(kind) or f"{what} cannot be seen with these credentials."


@dataclass(frozen=True)
class Judgement:
    """A verdict about one object. `rule` is the rule that decided, null if the lack of one did."""

    verdict: str
    object_id: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Hop:
    """One thing on the path that lets a connection pass or not; `remedy` says what to change where it does not.

    `endpoint_address` is set on the hops of one path, to one network interface of the interface endpoint.
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
