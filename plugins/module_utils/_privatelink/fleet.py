# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads many private endpoints at once: TiDB Cloud once, AWS once for each region, both sides joined."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws import api as aws
from .._tidbcloud.api import TidbCloud
from .clouds import Clouds
from .current import Pair, pair_up
from .model import (
    CLUSTER_TAG,
    Cluster,
    EndpointService,
    InterfaceEndpoint,
    NetworkInterface,
    NodeGroup,
    Registration,
    Subnet,
)
from .result import access_keys, cluster_keys, endpoint_service, interface_endpoint_keys, service_keys
from .status import NOTES, status_and_stage


@dataclass(frozen=True)
class Filters:
    """Which services and private endpoints are wanted; an empty set means all."""

    cluster_ids: frozenset[str] = frozenset()
    node_group_ids: frozenset[str] = frozenset()
    project_ids: tuple[str, ...] = ()
    vpc_ids: frozenset[str] = frozenset()
    vpc_endpoint_ids: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """One node group with its cluster and service: where private endpoints belong."""

    cluster: Cluster
    group: NodeGroup
    service: EndpointService | None


@dataclass
class Fleet:
    """What was found, in the shapes that C(endpoint_info) returns."""

    endpoint_services: list[dict[str, t.Any]] = field(default_factory=list)
    private_endpoints: list[dict[str, t.Any]] = field(default_factory=list)
    scope: dict[str, list[str]] = field(default_factory=dict)


def read_fleet(filters: Filters, clouds: Clouds) -> Fleet:
    """Reads services and private endpoints. Raises ApiError; finding nothing is no error."""
    tidb = clouds.tidb
    clusters = _read_clusters(filters, tidb)
    registrations = _read_registrations(filters, clusters, tidb)
    sites = [site for cluster in clusters for site in _sites(cluster, filters, tidb)]
    regions = filters.regions or _regions(clouds, clusters, registrations)
    names = {site.service.service_name for site in sites if site.service} | {row.service_name for row in registrations}
    ours = {cluster.cluster_id for cluster in clusters} | set(filters.cluster_ids)
    endpoints: list[InterfaceEndpoint] = []
    details: dict[str, tuple[tuple[NetworkInterface, ...], tuple[Subnet, ...]]] = {}
    for region in regions:
        found = [
            endpoint for endpoint in _interface_endpoints(clouds, region) if _is_ours(endpoint, names, ours, filters)
        ]
        details[region] = _details(clouds, region, found)
        endpoints += found
    accounts = [aws.caller_account(clouds.aws.client("sts", regions[0]))] if regions else []
    return Fleet(
        [endpoint_service(site.service, site.cluster, site.group) for site in sites],
        _private_endpoints(filters, pair_up(endpoints, registrations), sites, details),
        {"accounts": accounts, "regions": list(regions), "projects": _projects(filters, clusters)},
    )


def _read_clusters(filters: Filters, tidb: TidbCloud) -> list[Cluster]:
    """Dedicated clusters on AWS; one project at a time, as the API lists them."""
    projects: t.Sequence[str | None] = filters.project_ids or (None,)
    if filters.cluster_ids and not filters.project_ids:
        # A named cluster may belong to any project; the list knows only the default one.
        found = [tidb.get_cluster(cluster_id) for cluster_id in sorted(filters.cluster_ids)]
    else:
        found = [c for project in projects for c in tidb.list_clusters(project, sorted(filters.cluster_ids))]
    return [cluster for cluster in found if cluster is not None and cluster.cloud_provider in (None, "aws")]


def _read_registrations(filters: Filters, clusters: t.Sequence[Cluster], tidb: TidbCloud) -> list[Registration]:
    """By one list for each project, never one for each cluster."""
    projects: t.Sequence[str | None] = filters.project_ids or (None,)
    if filters.cluster_ids and not filters.project_ids:
        projects = sorted({cluster.project_id for cluster in clusters if cluster.project_id})
    rows = [row for project in projects for row in tidb.list_registrations(project_id=project, cloud_provider="aws")]
    return [
        row
        for row in rows
        if (not filters.cluster_ids or row.cluster_id in filters.cluster_ids)
        and (not filters.node_group_ids or row.node_group_id in filters.node_group_ids)
        and (not filters.vpc_endpoint_ids or row.vpc_endpoint_id in filters.vpc_endpoint_ids)
        and (not filters.regions or row.region in (None, *filters.regions))
    ]


def _sites(cluster: Cluster, filters: Filters, tidb: TidbCloud) -> t.Iterator[Site]:
    for group in cluster.node_groups:
        if not filters.node_group_ids or group.node_group_id in filters.node_group_ids:
            service = tidb.get_service(cluster.cluster_id, group.node_group_id)
            if service is not None:
                yield Site(cluster, group, service)


def _regions(clouds: Clouds, clusters: t.Sequence[Cluster], registrations: t.Sequence[Registration]) -> tuple[str, ...]:
    if clouds.aws.region:
        return (clouds.aws.region,)
    return tuple(sorted({*(c.region for c in clusters if c.region), *(r.region for r in registrations if r.region)}))


def _projects(filters: Filters, clusters: t.Sequence[Cluster]) -> list[str]:
    return sorted(filters.project_ids) or sorted({cluster.project_id for cluster in clusters if cluster.project_id})


def _interface_endpoints(clouds: Clouds, region: str) -> list[InterfaceEndpoint]:
    return aws.describe_vpc_endpoints(clouds.ec2(region), filters={"vpc-endpoint-type": ["Interface"]})


def _is_ours(
    endpoint: InterfaceEndpoint, names: t.Collection[str | None], clusters: t.Collection[str], filters: Filters
) -> bool:
    """Of a known service, or made for a cluster that is gone now."""
    dropped = CLUSTER_TAG in endpoint.tags and (not filters.cluster_ids or endpoint.tags[CLUSTER_TAG] in clusters)
    return (
        (endpoint.service_name in names or dropped)
        and (not filters.vpc_ids or endpoint.vpc_id in filters.vpc_ids)
        and (not filters.vpc_endpoint_ids or endpoint.vpc_endpoint_id in filters.vpc_endpoint_ids)
        and endpoint.state != "deleted"
    )


def _details(
    clouds: Clouds, region: str, endpoints: t.Sequence[InterfaceEndpoint]
) -> tuple[tuple[NetworkInterface, ...], tuple[Subnet, ...]]:
    ec2 = clouds.ec2(region)
    interface_ids = sorted({interface_id for endpoint in endpoints for interface_id in endpoint.network_interface_ids})
    subnet_ids = sorted({subnet_id for endpoint in endpoints for subnet_id in endpoint.subnet_ids})
    interfaces = tuple(aws.describe_network_interfaces(ec2, interface_ids)) if interface_ids else ()
    return interfaces, tuple(aws.describe_subnets(ec2, subnet_ids)) if subnet_ids else ()


def _private_endpoints(
    filters: Filters,
    pairs: t.Iterable[Pair],
    sites: t.Sequence[Site],
    details: t.Mapping[str, tuple[tuple[NetworkInterface, ...], tuple[Subnet, ...]]],
) -> list[dict[str, t.Any]]:
    by_group = {site.group.node_group_id: site for site in sites}
    by_service = {site.service.service_name: site for site in sites if site.service}
    shaped = []
    for pair in pairs:
        if filters.vpc_ids and pair.endpoint is None:
            continue  # which VPC it is in, only its own account knows
        site = by_group.get((pair.registration.node_group_id if pair.registration else None) or "")
        site = site or by_service.get(pair.endpoint.service_name if pair.endpoint else None)
        found = _shape(pair, site, details)
        if not filters.statuses or found["status"] in filters.statuses:
            shaped.append(found)
    return sorted(shaped, key=lambda found: (found["cluster_id"] or "", found["vpc_endpoint_id"] or ""))


def _shape(
    pair: Pair, site: Site | None, details: t.Mapping[str, tuple[tuple[NetworkInterface, ...], tuple[Subnet, ...]]]
) -> dict[str, t.Any]:
    endpoint, registration = pair.endpoint, pair.registration
    region = endpoint.region if endpoint else registration.region if registration else None
    interfaces, subnets = details.get(region or "", ((), ()))
    own = tuple(i for i in interfaces if endpoint and i.network_interface_id in endpoint.network_interface_ids)
    cluster, group, service = (site.cluster, site.group, site.service) if site else (None, None, None)
    tagged = endpoint.tags.get(CLUSTER_TAG) if endpoint else None
    status, stage = status_and_stage(endpoint, registration, visible=pair.visible)
    keys = {
        "status": status,
        "stage": stage,
        "status_note": NOTES[status],
        **interface_endpoint_keys(pair, region, own, subnets),
        **service_keys(registration, service, endpoint.service_name if endpoint else None),
        **cluster_keys(registration, cluster, group),
        **access_keys(registration, cluster, group, service),
    }
    keys["cluster_id"] = keys["cluster_id"] or tagged
    return keys
