# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of TiDB Cloud, as read from its API. Frozen: only the cloud changes them."""

from __future__ import annotations

from dataclasses import dataclass

from .._run.text import FromOutside


@dataclass(frozen=True)
class NodeGroup(FromOutside):
    """A TiDB node group of a cluster. `host` is the private host name, null until the service is ready."""

    node_group_id: str
    name: str | None = None
    is_default: bool = False
    state: str | None = None
    host: str | None = None
    port: int | None = None


@dataclass(frozen=True)
class Cluster(FromOutside):
    """A TiDB Cloud Dedicated cluster. `region` is the provider's own name (`us-east-1`); `state` is upper case."""

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
    """The provider side of one node group. `state` is `creating`, `active` or `deleting`, null where unknown.

    `availability_zones` holds zone ids (`use1-az1`); the API has been seen to answer names, too.
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
    """A private endpoint connection of TiDB Cloud. `state` is upper case; any field but the first may be missing."""

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
