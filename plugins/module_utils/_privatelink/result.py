# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes what a module returns: always the same keys, null where unknown. Pure."""

from __future__ import annotations

import typing as t

from .._aws.model import NetworkInterface
from .._costs.costs import monthly_cost_usd
from .current import Current, Network, Pair, Provider
from .desired import Desired, attributes_of
from .ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .status import NOTES, StatusAndStage, status_and_stage

DEFAULT_PORT = 4000


def private_endpoint(desired: Desired, current: Current) -> dict[str, t.Any]:
    """The return value `private_endpoint` of the module of that name."""
    pair, provider = current.found.described, current.provider
    reached = status_and_stage(
        pair.endpoint if pair else None,
        pair.registration if pair else None,
        visible=pair is None or pair.visible,
        registrable=desired.registrable,
        private_dns_wanted=desired.state == "present" and provider.private_dns_wanted(desired),
        service_active=provider.is_service_active,
    )
    shaped = shape(pair, provider, current.network, reached)
    # Of a cluster that TiDB Cloud no longer knows, only the option has the id.
    return {**shaped, "cluster_id": shaped["cluster_id"] or desired.cluster_id}


def shape(pair: Pair | None, provider: Provider, network: Network, reached: StatusAndStage) -> dict[str, t.Any]:
    """A private endpoint as every module returns it; `pair` is null if there is none.

    `network` has its network interfaces, and at least its own subnets.
    """
    status, stage = reached
    return {
        "status": status,
        "stage": stage,
        "status_note": NOTES[status],
        **_interface_endpoint_keys(pair, provider.region, network),
        **_registration_keys(pair, provider),
        **_cluster_keys(pair, provider),
        **_access_keys(pair, provider),
    }


def _interface_endpoint_keys(pair: Pair | None, region: str | None, network: Network) -> dict[str, t.Any]:
    """The keys that AWS knows."""
    endpoint = pair.endpoint if pair else None
    visible = pair is None or pair.visible
    attributes = attributes_of(endpoint)
    billed = len(attributes["subnet_ids"]) if pair and pair.listed else 0
    zones = network.zones
    return {
        "vpc_endpoint_id": (pair.vpc_endpoint_id if pair else None) or None,
        "vpc_endpoint_state": _aws_spelling(endpoint.state) if endpoint else None,
        "aws_visible": visible,
        "account_id": _known("account_id", endpoint, pair and pair.registration),
        "region": region,
        **attributes,
        "availability_zone_ids": sorted({zone for one in attributes["subnet_ids"] if (zone := zones.get(one))}),
        "network_interfaces": [_interface(one, zones) for one in network.interfaces],
        "dns_names": list(endpoint.dns_names) if endpoint else [],
        "monthly_cost_usd": monthly_cost_usd(region, billed) if visible else None,
    }


def _aws_spelling(state: str) -> str:
    """Lower camel case, as in AWS's own answers."""
    return "pendingAcceptance" if state == "pendingacceptance" else state


def _interface(interface: NetworkInterface, zones: t.Mapping[str, str | None]) -> dict[str, t.Any]:
    return {
        "network_interface_id": interface.network_interface_id,
        "subnet_id": interface.subnet_id,
        "private_ip_address": interface.private_ip_address,
        "ipv6_addresses": list(interface.ipv6_addresses),
        "availability_zone_id": zones.get(interface.subnet_id) or interface.availability_zone,
    }


def _registration_keys(pair: Pair | None, provider: Provider) -> dict[str, t.Any]:
    """The service's name and the registration's own state; its message means something only with FAILED."""
    registration = pair.registration if pair else None
    failed = registration is not None and registration.state == "FAILED"
    return {
        "service_name": _known("service_name", provider, registration, pair and pair.endpoint),
        "private_endpoint_connection_id": _known("private_endpoint_connection_id", registration),
        "endpoint_state": _known("state", registration),
        "endpoint_message": _known("message", registration) if failed else None,
    }


def _cluster_keys(pair: Pair | None, provider: Provider) -> dict[str, t.Any]:
    """Which cluster, node group and project it belongs to; the tags say so if TiDB Cloud no longer knows them."""
    cluster, group = provider.cluster, provider.node_group
    registration = pair.registration if pair else None
    tags = pair.endpoint.tags if pair and pair.endpoint else {}
    return {
        "cluster_id": _known("cluster_id", cluster, registration) or tags.get(CLUSTER_TAG),
        "cluster_name": _known("name", cluster) or _known("cluster_name", registration),
        "cluster_state": cluster.state if cluster else None,
        "node_group_id": _known("node_group_id", group, registration) or tags.get(NODE_GROUP_TAG),
        "project_id": _known("project_id", cluster, registration),
    }


def _access_keys(pair: Pair | None, provider: Provider) -> dict[str, t.Any]:
    """Where clients connect to. Without a cluster, the service's own port is not known."""
    registration = pair.registration if pair else None
    port = _known("port", registration, provider.node_group, provider.cluster)
    return {
        "host": _known("host", registration, provider),
        "port": port or (DEFAULT_PORT if provider.cluster else None),
    }


def _known(field: str, *sources: object | None) -> t.Any:
    """The field of the first of these that has a value for it; null if none does."""
    return next((value for source in sources if source and (value := getattr(source, field))), None)


def endpoint_service(provider: Provider) -> dict[str, t.Any]:
    """The return value `endpoint_service`."""
    service, cluster = provider.service, provider.cluster
    return {
        "service_name": provider.service_name,
        "state": _known("state", service),
        "availability_zone_ids": sorted(service.availability_zones) if service else [],
        "region": _known("region", cluster),
        "cloud_provider": _known("cloud_provider", cluster),
        "hosting": "tidb_cloud",
        **_cluster_keys(None, provider),
        **_access_keys(None, provider),
    }
