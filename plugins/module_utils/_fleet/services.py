# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where private endpoints belong: node groups with their endpoint services, which are requested one by one only if
nothing else names them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._privatelink.current import Provider
from .._privatelink.registrations import service_from
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

Zones = t.Callable[[str, t.Sequence[str]], t.Mapping[str, t.Sequence[str]]]


@dataclass(frozen=True)
class GroupService:
    """One node group with its cluster and its service; `service` is null if no registration names it."""

    cluster: Cluster
    group: NodeGroup
    service: EndpointService | None = None

    @property
    def service_name(self) -> str | None:
        return self.service.service_name if self.service else None

    def provider(self, region: str | None) -> Provider:
        return Provider(region, self.cluster, self.group, self.service)


def services_of(clusters: t.Iterable[Cluster], registrations: t.Iterable[Registration]) -> list[GroupService]:
    """The service of every node group, as its registrations name it. Pure."""
    rows: dict[str | None, list[Registration]] = {}
    for row in registrations:
        rows.setdefault(row.node_group_id, []).append(row)
    return [
        GroupService(cluster, group, service_from(rows.get(group.node_group_id, ()), group, cluster.region))
        for cluster in clusters
        for group in cluster.node_groups
    ]


def complete(services: t.Sequence[GroupService], tidb: TidbCloud, zones: Zones) -> list[GroupService]:
    """Those that were begun, with all that is known of them.

    Only a service that no registration names, or whose zones AWS does not return, costs a request to TiDB Cloud.
    `zones` maps the services of a region to their zone ids. Raises ApiError.
    """
    known = [one for one in services if one.service and one.service.state and one.service.host]
    zones_of: dict[str | None, t.Sequence[str]] = {}
    for region in sorted({one.cluster.region for one in known if one.cluster.region}):
        names = sorted(one.service_name or "" for one in known if one.cluster.region == region)
        zones_of.update(zones(region, names))
    completed = (_with_zones(one, zones_of.get(one.service_name or "")) or _asked(one, tidb) for one in services)
    return [one for one in completed if one.service is not None]


def _with_zones(one: GroupService, zones: t.Sequence[str] | None) -> GroupService | None:
    if one.service is None or not zones:
        return None
    return replace(one, service=replace(one.service, availability_zones=tuple(zones)))


def _asked(one: GroupService, tidb: TidbCloud) -> GroupService:
    return replace(one, service=tidb.get_service(one.cluster.cluster_id, one.group.node_group_id))
