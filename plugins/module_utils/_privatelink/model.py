# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of the domain, as read from both clouds. Frozen: only the clouds change them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._run.text import FromOutside

# An interface endpoint in one of these states serves nobody and never will again.
# Source: VpcEndpoint.State in the Amazon EC2 API reference.
DEAD_STATES = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})
# Dead, but still there to be deleted (and billed).
LEFTOVER_STATES = frozenset({"rejected", "failed", "expired"})

MANAGED_BY_TAG = "tidbcloud:managed-by"
CLUSTER_TAG = "tidbcloud:cluster-id"
NODE_GROUP_TAG = "tidbcloud:node-group-id"
MANAGED_BY = "tidbcloud.privatelink"


@dataclass(frozen=True)
class NodeGroup(FromOutside):
    """A TiDB node group of a cluster. C(host) is the private host name, null until the service is ready."""

    node_group_id: str
    name: str | None = None
    is_default: bool = False
    state: str | None = None
    host: str | None = None
    port: int | None = None


@dataclass(frozen=True)
class Cluster(FromOutside):
    """A TiDB Cloud Dedicated cluster. C(region) is the provider's own name (V(us-east-1)); C(state) is upper case."""

    cluster_id: str
    name: str | None = None
    cloud_provider: str | None = None
    region: str | None = None
    state: str | None = None
    port: int | None = None
    project_id: str | None = None
    node_groups: tuple[NodeGroup, ...] = ()


@dataclass(frozen=True)
class EndpointService(FromOutside):
    """The provider side of one node group. C(state) is V(creating), V(active) or V(deleting), null where unknown.

    C(availability_zones) holds zone ids (V(use1-az1)); the API has been seen to answer names, too.
    """

    node_group_id: str
    service_name: str | None = None
    state: str | None = None
    host: str | None = None
    availability_zones: tuple[str, ...] = ()
    region: str | None = None
    cloud_provider: str | None = None


@dataclass(frozen=True)
class Registration(FromOutside):
    """A private endpoint connection of TiDB Cloud. C(state) is upper case; any field but the first may be missing."""

    vpc_endpoint_id: str
    private_endpoint_connection_id: str | None = None
    state: str | None = None
    message: str | None = None
    host: str | None = None
    port: int | None = None
    cluster_id: str | None = None
    cluster_name: str | None = None
    node_group_id: str | None = None
    project_id: str | None = None
    region: str | None = None
    cloud_provider: str | None = None
    service_name: str | None = None
    service_state: str | None = None
    account_id: str | None = None


@dataclass(frozen=True)
class InterfaceEndpoint(FromOutside):
    """A VPC interface endpoint. C(state) is lower case throughout (V(pendingacceptance)), see aws-facing docs."""

    vpc_endpoint_id: str
    state: str
    service_name: str
    vpc_id: str
    region: str
    account_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    private_dns_enabled: bool = False
    dns_names: tuple[str, ...] = ()
    ip_address_type: str | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    last_error: str | None = None
    created_at: datetime | None = None

    @property
    def name(self) -> str | None:
        """The tag C(Name)."""
        return self.tags.get("Name") or None

    @property
    def is_live(self) -> bool:
        """Dead endpoints stay listed for about an hour and are never "present"."""
        return self.state not in DEAD_STATES


@dataclass(frozen=True)
class NetworkInterface(FromOutside):
    """A network interface of an interface endpoint: one address in one subnet."""

    network_interface_id: str
    subnet_id: str
    private_ip_address: str | None = None
    availability_zone: str | None = None


@dataclass(frozen=True)
class Subnet(FromOutside):
    """A subnet; C(availability_zone_id) means the same zone in every account, C(availability_zone) does not."""

    subnet_id: str
    vpc_id: str
    availability_zone_id: str | None = None
    availability_zone: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True)
class Vpc(FromOutside):
    """A VPC with the two attributes that private DNS needs."""

    vpc_id: str
    dns_support: bool
    dns_hostnames: bool
    owner_id: str | None = None


@dataclass(frozen=True)
class VpcEndpointService(FromOutside):
    """An endpoint service as AWS shows it to a permitted principal."""

    service_name: str
    availability_zones: tuple[str, ...] = ()
    availability_zone_ids: tuple[str, ...] = ()
    acceptance_required: bool = False
    private_dns_name: str | None = None
    private_dns_verified: bool = False
