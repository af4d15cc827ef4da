# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a read covers: ids of the filters that it met nowhere, accounts and regions that it could not read. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

from .._aws.model import InterfaceEndpoint
from .._privatelink.cluster_limits import is_on_aws
from .._privatelink.ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .._tidbcloud.model import Cluster, Registration

Rows = list[dict[str, t.Any]]


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

    @property
    def are_of_private_endpoints(self) -> bool:
        """Whether any leaves out what is no private endpoint of TiDB Cloud: only regions concern own services, too."""
        return bool(self.returned().keys() - {"regions"})

    def returned(self) -> dict[str, list[str]]:
        """Those that leave anything out, by option."""
        return {one.name: sorted(values) for one in fields(self) if (values := getattr(self, one.name))}


@dataclass(frozen=True)
class Met:
    """Everything that was read, before the filters left anything out."""

    clusters: t.Sequence[Cluster]
    registrations: t.Sequence[Registration]
    endpoints: t.Sequence[InterfaceEndpoint]


def not_found(filters: Filters, met: Met) -> Rows:
    """The return value `scope.not_found`: [{`option`, `id`, `reason`}] for each id that names nothing that was read."""
    named: dict[str, tuple[t.Iterable[str], set[str | None], str]] = {
        "cluster_ids": (
            filters.cluster_ids,
            _clusters(met),
            "TiDB Cloud shows no such Dedicated cluster to this API key, and nothing that was read in AWS has its tag.",
        ),
        "node_group_ids": (
            filters.node_group_ids,
            _node_groups(met),
            "No cluster that was read has it. Name its cluster (cluster_ids) or its project (project_ids).",
        ),
        "project_ids": (
            filters.project_ids,
            _projects(met),
            "TiDB Cloud shows no cluster and no registration of it to this API key.",
        ),
        "vpc_ids": (
            filters.vpc_ids,
            {endpoint.vpc_id for endpoint in met.endpoints},
            "No private endpoint that was read is in it.",
        ),
        "vpc_endpoint_ids": (
            filters.vpc_endpoint_ids,
            _interface_endpoints(met),
            "Neither TiDB Cloud nor AWS, where that was looked at, shows it.",
        ),
    }
    elsewhere = {one.cluster_id: one.cloud_provider for one in met.clusters if not is_on_aws(one)}
    return [
        {"option": option, "id": one, "reason": _elsewhere(elsewhere[one]) if one in elsewhere else reason}
        for option, (wanted, known, reason) in named.items()
        for one in sorted(set(wanted) - known)
    ]


def _elsewhere(provider: str | None) -> str:
    return f"The cluster is on {provider}. Interface endpoints lead to clusters on AWS."


def _projects(met: Met) -> set[str | None]:
    return {*(cluster.project_id for cluster in met.clusters), *(row.project_id for row in met.registrations)}


def _interface_endpoints(met: Met) -> set[str | None]:
    return {
        *(endpoint.vpc_endpoint_id for endpoint in met.endpoints),
        *(row.vpc_endpoint_id for row in met.registrations),
    }


def _clusters(met: Met) -> set[str | None]:
    return {
        *(cluster.cluster_id for cluster in met.clusters if is_on_aws(cluster)),
        *(row.cluster_id for row in met.registrations),
        *(endpoint.tags.get(CLUSTER_TAG) for endpoint in met.endpoints),
    }


def _node_groups(met: Met) -> set[str | None]:
    return {
        *(group.node_group_id for cluster in met.clusters for group in cluster.node_groups),
        *(row.node_group_id for row in met.registrations),
        *(endpoint.tags.get(NODE_GROUP_TAG) for endpoint in met.endpoints),
    }


def scope_warnings(scope: t.Mapping[str, t.Any]) -> list[str]:
    """What a reader of the facts must know: what they cannot contain."""
    return [
        *(f"{one['option']} names {one['id']}, which was not found. {one['reason']}" for one in scope["not_found"]),
        *(
            f"AWS was not read in {place_of(one)}, so what is there is missing here: {one['reason']}"
            for one in scope["unreadable"]
        ),
        *(f"Not read, so missing here: {unread(one)}. {one['reason']}" for one in scope["not_read"]),
    ]


def unread(one: t.Mapping[str, t.Any]) -> str:
    """An item of `scope.not_read` as words, such as: principals of vpce-svc-1 in 123456789012, us-east-1."""
    of = f" of {one['service_id']}" if one["service_id"] else ""
    where = place_of(one)
    return f"{one['what']}{of}{f' in {where}' if where else ''}"


def place_of(unreadable: t.Mapping[str, t.Any]) -> str:
    """An account and region as words."""
    return ", ".join(word for word in (unreadable["account"], unreadable["region"]) if word)
