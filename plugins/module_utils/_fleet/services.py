# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where private endpoints belong: node groups with their endpoint services, asked for one by one only where nothing
else tells.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._privatelink.read_cluster import service_from
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

Zones = t.Callable[[str, t.Sequence[str]], t.Mapping[str, t.Sequence[str]]]


@dataclass(frozen=True)
class Site:
    """One node group with its cluster and service; C(service) is null where no registration names it."""

    cluster: Cluster
    group: NodeGroup
    service: EndpointService | None = None


def sites_of(clusters: t.Iterable[Cluster], registrations: t.Iterable[Registration]) -> list[Site]:
    """Every node group, with its service as its registrations name it. Pure."""
    rows: dict[str | None, list[Registration]] = {}
    for row in registrations:
        rows.setdefault(row.node_group_id, []).append(row)
    return [
        Site(cluster, group, service_from(rows.get(group.node_group_id, ()), group, cluster.region))
        for cluster in clusters
        for group in cluster.node_groups
    ]


def complete(sites: t.Sequence[Site], tidb: TidbCloud, zones: Zones) -> list[Site]:
    """The sites whose service was begun, with all that is known of it.

    A request to TiDB Cloud is spent only on a service that no registration names, or whose zones AWS does not tell.
    C(zones) maps the services of a region to their zone ids. Raises ApiError.
    """
    known = [site for site in sites if site.service and site.service.state and site.service.host]
    told: dict[str | None, t.Sequence[str]] = {}
    for region in sorted({site.cluster.region for site in known if site.cluster.region}):
        told.update(zones(region, sorted(_name(site) for site in known if site.cluster.region == region)))
    completed = (_with_zones(site, told.get(_name(site))) or _asked(site, tidb) for site in sites)
    return [site for site in completed if site.service is not None]


def _name(site: Site) -> str:
    return (site.service.service_name if site.service else None) or ""


def _with_zones(site: Site, zones: t.Sequence[str] | None) -> Site | None:
    if site.service is None or not zones:
        return None
    return replace(site, service=replace(site.service, availability_zones=tuple(zones)))


def _asked(site: Site, tidb: TidbCloud) -> Site:
    service = tidb.get_service(site.cluster.cluster_id, site.group.node_group_id)
    return replace(site, service=service)
