# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TiDB Cloud has: clusters, node groups, endpoint services and registrations."""

from __future__ import annotations

from dataclasses import dataclass, field

# The states of the specification (commonv1beta1ClusterState).
CLUSTER_STATES = (
    "CREATING",
    "DELETING",
    "ACTIVE",
    "RESTORING",
    "MAINTENANCE",
    "DELETED",
    "INACTIVE",
    "UPGRADING",
    "IMPORTING",
    "MODIFYING",
    "PAUSING",
    "PAUSED",
    "RESUMING",
)
REGISTRATION_STATES = ("PENDING", "ACTIVE", "DELETING", "FAILED", "DISCOVERED")
PROVIDERS = ("aws", "gcp", "azure", "alicloud")


@dataclass
class Service:
    """The endpoint service of a node group. Name, host and zones are shown only once it is ACTIVE."""

    name: str
    host: str
    zone_ids: tuple[str, ...]
    principals: tuple[str, ...]
    state: str = "ACTIVE"


@dataclass
class NodeGroup:
    """A TiDB node group; exactly one of a cluster is the default."""

    id: str
    name: str
    is_default: bool
    service: Service | None


@dataclass
class Cluster:
    """A Dedicated cluster. `region` is the provider's own name (`us-east-1`)."""

    id: str
    name: str
    provider: str
    region: str
    project_id: str
    port: int
    state: str = "ACTIVE"
    groups: list[NodeGroup] = field(default_factory=list)

    @property
    def region_id(self) -> str:
        """The name the API uses: `aws-us-east-1`."""
        return f"{self.provider}-{self.region}"


@dataclass
class SharedCluster:
    """A Starter or Essential cluster, known to the other API only."""

    id: str
    name: str
    region: str
    project_id: str
    plan: str


@dataclass
class Registration:
    """A private endpoint connection. `id` is null for the row of an endpoint that nobody registered."""

    id: str | None
    cluster: Cluster
    group: NodeGroup
    service: Service
    endpoint_id: str
    state: str
    message: str = ""
