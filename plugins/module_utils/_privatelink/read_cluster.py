# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what both clouds know of a cluster's private endpoints: the cluster, its registrations, what AWS lists."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from .._aws.model import InterfaceEndpoint
from .._aws.tags import MANAGED_BY, MANAGED_BY_TAG
from .._run.bounded import at_once
from .._run.errors import ApiError
from .._tidbcloud.model import Cluster, EndpointService
from .clouds import Clouds
from .cluster_limits import (
    Place,
    aws_region,
    cluster_not_found,
    cluster_violations,
    is_on_aws,
    place_of,
    service_violations,
)
from .current import Provider
from .desired import Desired
from .ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .registrations import Registrations, is_registered, read_registrations, service_from
from .violations import LimitsViolated, Violation

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud


@dataclass(frozen=True)
class Sides:
    """What both clouds know, before the private endpoint that is meant is looked for in it.

    `registrations` are null if TiDB Cloud was not asked: the cluster is gone, or the service is not TiDB Cloud's.
    `unseen`: see Current.
    """

    provider: Provider
    endpoints: t.Sequence[InterfaceEndpoint]
    registrations: Registrations | None = None
    unseen: tuple[str, ...] = ()


def read_cluster(tidb: TidbCloud, cluster_id: str) -> Cluster | None:
    """The Dedicated cluster, or null if TiDB Cloud has none with that id.

    Raises LimitsViolated: `tier_not_dedicated` if the id is that of a cluster of another tier.
    """
    try:
        cluster = tidb.get_cluster(cluster_id)
    except ApiError as refused:
        # Not published: the answer for the id of another tier's cluster may be 400 or 403 as well as 404.
        if refused.status in (400, 403):
            _reject_other_tier(tidb, cluster_id)
        raise
    if cluster is None:
        _reject_other_tier(tidb, cluster_id)
    return cluster


def _reject_other_tier(tidb: TidbCloud, cluster_id: str) -> None:
    plan = tidb.get_service_plan(cluster_id)
    if plan:
        message = (
            f"Cluster {cluster_id} has the tier {plan}; private endpoint connections of this kind exist only for "
            "TiDB Cloud Dedicated."
        )
        remedy = (
            "Choose a Dedicated cluster. Starter and Essential clusters share an endpoint service of another kind, "
            "without registration."
        )
        raise LimitsViolated([Violation("tier_not_dedicated", message, remedy)])


def read_cluster_sides(desired: Desired, clouds: Clouds) -> Sides:
    """Raises LimitsViolated if there can be no private endpoint of the cluster, and ApiError."""
    cluster_id = t.cast(str, desired.cluster_id)
    cluster = read_cluster(clouds.tidb, cluster_id)
    if cluster is None:
        return _sides_of_dropped_cluster(desired, cluster_id, clouds)
    place = place_of(cluster, desired.node_group_id, clouds.aws.region)
    if place.violations:
        return _sides_of_dropped_group(desired, place, clouds)
    bare = Provider(place.region, cluster, place.node_group)
    registrations, endpoints = at_once(
        partial(_registrations, place, clouds), partial(read_endpoints, desired, bare, clouds)
    )
    if _are_of_dropped_group(desired, cluster, endpoints):
        return Sides(Provider(place.region, cluster, dropped=True), endpoints)
    service = service_from(registrations.named, place.node_group, place.region)
    asked = service is None and _needs_service(desired, endpoints)
    if asked:
        service = _read_service(place, clouds)
    provider = Provider(place.region, cluster, place.node_group, service, service_asked=asked or service is not None)
    if desired.state == "absent" and not desired.vpc_endpoint_id and not endpoints:
        return _looked_for(desired, provider, registrations, clouds)
    unseen = _unseen(registrations, endpoints) if desired.state == "present" else ()
    return Sides(provider, _of_service(desired, provider, endpoints), registrations, unseen)


def _sides_of_dropped_cluster(desired: Desired, cluster_id: str, clouds: Clouds) -> Sides:
    """Of a cluster that TiDB Cloud does not know, private endpoints can only be deleted. Raises LimitsViolated."""
    if desired.state == "present":
        raise LimitsViolated([cluster_not_found(cluster_id)])
    region = aws_region(clouds.aws.region, None, f"the dropped cluster {cluster_id}")
    provider = Provider(region, dropped=True)
    return Sides(provider, read_endpoints(desired, provider, clouds))


def _sides_of_dropped_group(desired: Desired, place: Place, clouds: Clouds) -> Sides:
    """To delete what carries the ownership tags of a node group that the cluster does not name.

    The group counts as dropped if the cluster names others (it always has one) and no registration of it is left.
    Raises LimitsViolated for everything else that is wrong with the place.
    """
    unknown = [violation.code for violation in place.violations] == ["node_group_not_found"]
    if desired.state == "present" or not unknown or not desired.node_group_id:
        raise LimitsViolated([*place.violations, *_provider_violations(desired, place, clouds)])
    registrations = _registrations(place, clouds)
    in_region = Provider(place.region, place.cluster, dropped=True)
    endpoints = [
        one
        for one in read_endpoints(desired, in_region, clouds)
        if one.tags.get(NODE_GROUP_TAG) == desired.node_group_id
    ]
    ids = {one.vpc_endpoint_id for one in endpoints}
    registered = any(
        is_registered(row) and (row.node_group_id == desired.node_group_id or row.vpc_endpoint_id in ids)
        for row in registrations.named
    )
    dropped = _names_its_groups(place.cluster) and not registered
    return Sides(Provider(place.region, place.cluster, dropped=dropped), endpoints, registrations)


def _names_its_groups(cluster: Cluster) -> bool:
    """A cluster always has a node group; an answer without one, or with one without an id, is incomplete."""
    return bool(cluster.node_groups) and all(group.node_group_id for group in cluster.node_groups)


def _are_of_dropped_group(desired: Desired, cluster: Cluster, endpoints: t.Sequence[InterfaceEndpoint]) -> bool:
    """The one to delete is named, and its ownership tags name a node group that the cluster no longer has."""
    if desired.state == "present" or not desired.vpc_endpoint_id or desired.node_group_id:
        return False
    there = {group.node_group_id for group in cluster.node_groups}
    return (
        bool(endpoints)
        and _names_its_groups(cluster)
        and all(
            endpoint.tags.get(CLUSTER_TAG) == cluster.cluster_id
            and endpoint.tags.get(NODE_GROUP_TAG, "") not in {"", *there}
            for endpoint in endpoints
        )
    )


def _provider_violations(desired: Desired, place: Place, clouds: Clouds) -> list[Violation]:
    """What else forbids a private endpoint on the provider's side. Nothing can be read from AWS yet."""
    if desired.state == "absent":
        return []
    unready = cluster_violations(place.cluster)
    if place.node_group is None or not is_on_aws(place.cluster):
        return unready
    provider = Provider(place.region, place.cluster, place.node_group)
    return unready + service_violations(desired, provider, _read_service(place, clouds))


def _registrations(place: Place, clouds: Clouds) -> Registrations:
    """Those of the node group, or of the whole cluster if it does not name its groups. Raises ApiError."""
    return read_registrations(clouds.tidb, place.cluster, place.node_group.node_group_id if place.node_group else None)


def _read_service(place: Place, clouds: Clouds) -> EndpointService | None:
    """The endpoint service of the node group, null if it was never begun. Raises ApiError."""
    if place.node_group is None:
        return None
    return clouds.tidb.get_service(place.cluster.cluster_id, place.node_group.node_group_id)


def _needs_service(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint]) -> bool:
    """A delete that finds nothing needs no request to learn which service is meant."""
    return desired.state == "present" or any(endpoint.state != "deleted" for endpoint in endpoints)


def _looked_for(desired: Desired, provider: Provider, registrations: Registrations, clouds: Clouds) -> Sides:
    """Nothing to delete was found. If something is registered anyway, all endpoints of the service in the account are
    read: what these credentials do not see there may be what is meant, and they may be the wrong ones.
    """
    if not _unseen(registrations, ()):
        return Sides(provider, (), registrations)
    filters = {"service-name": [provider.service_name]} if provider.service_name else {}
    endpoints = clouds.reads(str(provider.region)).vpc_endpoints(filters=filters)
    return Sides(provider, _of_service(desired, provider, endpoints), registrations, _unseen(registrations, endpoints))


def _unseen(registrations: Registrations, endpoints: t.Sequence[InterfaceEndpoint]) -> tuple[str, ...]:
    seen = {endpoint.vpc_endpoint_id for endpoint in endpoints}
    registered = {row.vpc_endpoint_id for row in registrations.single if is_registered(row)}
    return tuple(sorted(registered - seen))


def _of_service(
    desired: Desired, provider: Provider, endpoints: t.Sequence[InterfaceEndpoint]
) -> list[InterfaceEndpoint]:
    """Without a service, only what carries the cluster's ownership tag belongs to it; a named one is checked later."""
    if desired.vpc_endpoint_id:
        return list(endpoints)
    if provider.service_name:
        return [endpoint for endpoint in endpoints if endpoint.service_name == provider.service_name]
    return [endpoint for endpoint in endpoints if endpoint.tags.get(CLUSTER_TAG) == desired.cluster_id]


def read_endpoints(desired: Desired, provider: Provider, clouds: Clouds) -> list[InterfaceEndpoint]:
    """The interface endpoints among which the one that is meant must be. Raises ApiError."""
    reads = clouds.reads(str(provider.region))
    if desired.vpc_endpoint_id:
        return reads.vpc_endpoints(ids=[desired.vpc_endpoint_id])
    return reads.vpc_endpoints(filters=_filters(desired, provider))


def _filters(desired: Desired, provider: Provider) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    if provider.service_name:
        filters["service-name"] = [provider.service_name]
    if desired.vpc_id and not provider.dropped:
        return {**filters, "vpc-id": [desired.vpc_id]}
    # If no VPC is named, or the cluster and its service are gone, only the ownership tags identify the endpoint.
    filters[f"tag:{MANAGED_BY_TAG}"] = [MANAGED_BY]
    if desired.cluster_id:
        filters[f"tag:{CLUSTER_TAG}"] = [desired.cluster_id]
    group_id = desired.node_group_id or provider.node_group_id
    if group_id:
        filters[f"tag:{NODE_GROUP_TAG}"] = [group_id]
    if desired.vpc_id:
        filters["vpc-id"] = [desired.vpc_id]
    return filters
