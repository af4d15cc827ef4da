# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes what a module returns: always the same keys, null where unknown. Pure."""

from __future__ import annotations

import typing as t

from .._aws.model import NetworkInterface, Subnet
from .._costs.costs import monthly_cost_usd
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration
from .current import Current, Pair
from .desired import Desired
from .ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .status import NOTES, status_and_stage

DEFAULT_PORT = 4000


def private_endpoint(desired: Desired, current: Current) -> dict[str, t.Any]:
    """The return value C(private_endpoint)."""
    pair = current.main or (current.dead[0] if current.dead else None) or Pair(None, None)
    service = current.service
    status, stage = status_and_stage(
        pair.endpoint,
        pair.registration,
        visible=pair.visible,
        registrable=desired.registrable,
        private_dns_wanted=desired.state == "present" and current.private_dns_wanted(desired),
        service_active=_is_service_active(current),
    )
    return {
        "status": status,
        "stage": stage,
        "status_note": NOTES[status],
        **interface_endpoint_keys(pair, current.region, current.network_interfaces, current.subnets),
        **service_keys(pair, service, desired.service_name),
        **cluster_keys(pair, current.cluster, current.node_group, desired.cluster_id),
        **access_keys(pair.registration, current.cluster, current.node_group, service),
    }


def _is_service_active(current: Current) -> bool:
    """A service that was not asked for is as good as any, but that of a cluster in creation is in creation, too."""
    if current.service is None:
        return not current.service_asked and not (current.cluster and current.cluster.state == "CREATING")
    return current.service.state in (None, "active")


def interface_endpoint_keys(
    pair: Pair, region: str | None, interfaces: t.Sequence[NetworkInterface], subnets: t.Sequence[Subnet]
) -> dict[str, t.Any]:
    """The keys that AWS knows."""
    endpoint = pair.endpoint
    zones = {subnet.subnet_id: subnet.availability_zone_id or subnet.availability_zone for subnet in subnets}
    subnet_ids = sorted(endpoint.subnet_ids) if endpoint else []
    listed = endpoint is not None and endpoint.state != "deleted"
    return {
        "vpc_endpoint_id": pair.vpc_endpoint_id or None,
        "vpc_endpoint_state": _aws_spelling(endpoint.state) if endpoint else None,
        "aws_visible": pair.visible,
        "account_id": (endpoint.account_id if endpoint else None)
        or (pair.registration.account_id if pair.registration else None),
        "vpc_id": endpoint.vpc_id if endpoint else None,
        "region": region,
        "subnet_ids": subnet_ids,
        "availability_zone_ids": sorted({zone for subnet_id in subnet_ids if (zone := zones.get(subnet_id))}),
        "security_group_ids": sorted(endpoint.security_group_ids) if endpoint else [],
        "network_interfaces": [_interface(interface, zones) for interface in interfaces],
        "private_dns_enabled": endpoint.private_dns_enabled if endpoint else None,
        "dns_names": list(endpoint.dns_names) if endpoint else [],
        "ip_address_type": endpoint.ip_address_type if endpoint else None,
        "tags": dict(endpoint.tags) if endpoint else {},
        "monthly_cost_usd": monthly_cost_usd(region, len(subnet_ids) if listed else 0) if pair.visible else None,
    }


def _aws_spelling(state: str) -> str:
    """Lower camel case, as in AWS's own answers."""
    return "pendingAcceptance" if state == "pendingacceptance" else state


def _interface(interface: NetworkInterface, zones: t.Mapping[str, str | None]) -> dict[str, t.Any]:
    return {
        "network_interface_id": interface.network_interface_id,
        "subnet_id": interface.subnet_id,
        "private_ip_address": interface.private_ip_address,
        "availability_zone_id": zones.get(interface.subnet_id) or interface.availability_zone,
    }


def service_keys(pair: Pair, service: EndpointService | None, service_name: str | None = None) -> dict[str, t.Any]:
    """The service's name and the registration's own state; its message means something only with FAILED."""
    registration, endpoint = pair.registration, pair.endpoint
    failed = registration is not None and registration.state == "FAILED"
    return {
        "service_name": (service.service_name if service else None)
        or (registration.service_name if registration else None)
        or service_name
        or (endpoint.service_name if endpoint else None),
        "private_endpoint_connection_id": registration.private_endpoint_connection_id if registration else None,
        "endpoint_state": registration.state if registration else None,
        "endpoint_message": registration.message if registration and failed else None,
    }


def cluster_keys(
    pair: Pair, cluster: Cluster | None, group: NodeGroup | None, cluster_id: str | None = None
) -> dict[str, t.Any]:
    """Which cluster, node group and project it belongs to; where TiDB Cloud knows them no more, the tags tell."""
    row = pair.registration or Registration("")
    tags = pair.endpoint.tags if pair.endpoint else {}
    return {
        "cluster_id": (cluster.cluster_id if cluster else None)
        or row.cluster_id
        or cluster_id
        or tags.get(CLUSTER_TAG),
        "cluster_name": (cluster.name if cluster else None) or row.cluster_name,
        "cluster_state": cluster.state if cluster else None,
        "node_group_id": (group.node_group_id if group else None) or row.node_group_id or tags.get(NODE_GROUP_TAG),
        "project_id": (cluster.project_id if cluster else None) or row.project_id,
    }


def access_keys(
    registration: Registration | None, cluster: Cluster | None, group: NodeGroup | None, service: EndpointService | None
) -> dict[str, t.Any]:
    """Where clients connect to. Without a cluster, the service's own port is not known."""
    row = registration or Registration("")
    port = row.port or (group.port if group else None) or (cluster.port if cluster else None)
    return {
        "host": row.host or (service.host if service else None) or (group.host if group else None),
        "port": port or (DEFAULT_PORT if cluster else None),
    }


def endpoint_service(service: EndpointService | None, cluster: Cluster, group: NodeGroup | None) -> dict[str, t.Any]:
    """The return value C(endpoint_service)."""
    return {
        "service_name": service.service_name if service else None,
        "state": service.state if service else None,
        "availability_zone_ids": sorted(service.availability_zones) if service else [],
        "region": cluster.region,
        "cloud_provider": cluster.cloud_provider,
        "hosting": "tidb_cloud",
        **cluster_keys(Pair(None, None), cluster, group),
        **access_keys(None, cluster, group, service),
    }
