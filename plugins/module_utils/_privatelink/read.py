# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the current state of one private endpoint from both clouds, in as few calls as it can."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._aws.model import InterfaceEndpoint
from .._run.bounded import at_once
from .._tidbcloud.model import Cluster, EndpointService, Registration
from .clouds import Clouds
from .cluster_limits import aws_region, cluster_not_found, cluster_violations, is_on_aws, place_of, service_violations
from .current import Current, Pair
from .desired import Desired
from .identify import Found, find, refuse
from .ownership import CLUSTER_TAG, MANAGED_BY, MANAGED_BY_TAG, NODE_GROUP_TAG
from .read_cluster import read_cluster, service_from
from .registrations import Registrations, is_registered, read_registrations
from .violations import LimitsViolated, Violation

_SERVICE_REGION = re.compile(r"^(?:com|cn\.com)\.amazonaws\.(?:vpce\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.")


@dataclass(frozen=True)
class Sides:
    """What both clouds know, before the private endpoint that is meant is looked for in it."""

    current: Current
    endpoints: t.Sequence[InterfaceEndpoint]
    # Null where TiDB Cloud was not asked: its cluster is gone, or the service is not one of its.
    registrations: Registrations | None = None


def read_current(desired: Desired, clouds: Clouds) -> Current:
    """Reads both sides.

    An unchanged run needs the cluster and its registrations from TiDB Cloud, and interface endpoints, network
    interfaces and subnets from AWS: two requests and three calls.

    Raises LimitsViolated where what is meant cannot be found or can never be had, and ApiError.
    """
    sides = _read_cluster_side(desired, clouds) if desired.cluster_id else _read_service_side(desired, clouds)
    found = _find(desired, sides.endpoints, sides.registrations)
    violations = refuse(desired, sides.current, found)
    return _with_network(desired, replace(_with_found(sides.current, found), violations=violations), clouds)


def read_again(desired: Desired, current: Current, clouds: Clouds) -> Current:
    """The state after a run: both halves are read again; the cluster and its service are as before.

    What was there and is to be present is asked for by its id: another run may have made a second one meanwhile.
    """
    if desired.state == "present" and current.main and not desired.vpc_endpoint_id:
        desired = replace(desired, vpc_endpoint_id=current.main.vpc_endpoint_id)
    registrations = _registrations(current, clouds) if desired.registrable and not current.dropped else None
    found = _find(desired, _read_endpoints(desired, current, clouds), registrations)
    return _with_network(desired, _with_found(current, found), clouds)


def _with_found(current: Current, found: Found) -> Current:
    return replace(current, main=found.main, duplicates=found.duplicates, dead=found.dead, gone=found.gone)


def _find(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint], registrations: Registrations | None) -> Found:
    """Raises RegistrationUnknown where TiDB Cloud does not tell whether what is meant is registered."""
    found = find(desired, endpoints, registrations.single if registrations else ())
    if registrations:
        pairs = [pair for pair in (found.main, *found.duplicates, *found.dead) if pair]
        gone = found.gone if desired.state == "absent" else ()
        registrations.require_known([*(pair.vpc_endpoint_id for pair in pairs), *gone, desired.vpc_endpoint_id or ""])
    return found


def _read_cluster_side(desired: Desired, clouds: Clouds) -> Sides:
    cluster_id = t.cast(str, desired.cluster_id)
    cluster = read_cluster(clouds.tidb, cluster_id)
    if cluster is None:
        if desired.state == "present":
            raise LimitsViolated([cluster_not_found(cluster_id)])
        region = aws_region(clouds.aws.region, None, (), f"the dropped cluster {cluster_id}")
        current = Current(region=region, dropped=True)
        return Sides(current, _read_endpoints(desired, current, clouds))
    place = place_of(cluster, desired.node_group_id, clouds.aws.region, desired.allow_violations)
    current = Current(region=place.region, cluster=cluster, node_group=place.node_group)
    if place.violations:
        if left := _left_of_group(desired, current, place.violations, clouds):
            return left
        raise LimitsViolated([*place.violations, *_provider_violations(desired, current, clouds)])
    registrations, endpoints = at_once(
        partial(_registrations, current, clouds), partial(_read_endpoints, desired, current, clouds)
    )
    if _are_of_dropped_group(desired, cluster, endpoints):
        return Sides(Current(region=place.region, cluster=cluster, dropped=True), endpoints)
    current = _with_service(desired, current, registrations.named, endpoints, clouds)
    if desired.state == "absent" and not desired.vpc_endpoint_id and not endpoints:
        current, endpoints = _looked_for(current, registrations, clouds)
    return Sides(current, _of_service(desired, current, endpoints), registrations)


def _looked_for(
    current: Current, registrations: Registrations, clouds: Clouds
) -> tuple[Current, list[InterfaceEndpoint]]:
    """There is nothing to delete, as it seems. Where something is registered all the same, AWS is asked for all of the
    service in the account: what these credentials do not see there may be what is meant, and they the wrong ones.
    """
    registered = [row.vpc_endpoint_id for row in registrations.single if is_registered(row)]
    if not registered:
        return current, []
    service_name = current.service.service_name if current.service else None
    filters = {"service-name": [service_name]} if service_name else {}
    endpoints = clouds.reads(str(current.region)).vpc_endpoints(filters=filters)
    seen = {endpoint.vpc_endpoint_id for endpoint in endpoints}
    return replace(current, unseen=tuple(sorted(set(registered) - seen))), endpoints


def _with_service(
    desired: Desired,
    current: Current,
    registrations: t.Sequence[Registration],
    endpoints: t.Sequence[InterfaceEndpoint],
    clouds: Clouds,
) -> Current:
    """As the registrations name it, or as TiDB Cloud says where it matters which service is meant."""
    service = service_from(registrations, current.node_group, current.region)
    asked = service is not None or _needs_service(desired, endpoints)
    if service is None and asked:
        service = read_service(current, clouds)
    return replace(current, service=service, service_asked=asked)


def _left_of_group(
    desired: Desired, current: Current, violations: t.Sequence[Violation], clouds: Clouds
) -> Sides | None:
    """To delete what carries the ownership tags of a node group that the cluster does not name.

    The group counts as dropped where the cluster names others (it always has one) and no registration of it is left.
    """
    cluster = current.cluster
    unknown = [violation.code for violation in violations] == ["node_group_not_found"]
    if cluster is None or desired.state == "present" or not unknown or not desired.node_group_id:
        return None
    registrations = _registrations(current, clouds)
    endpoints = [
        one
        for one in _read_endpoints(desired, replace(current, dropped=True), clouds)
        if one.tags.get(NODE_GROUP_TAG) == desired.node_group_id
    ]
    ids = {one.vpc_endpoint_id for one in endpoints}
    registered = any(
        is_registered(row) and (row.node_group_id == desired.node_group_id or row.vpc_endpoint_id in ids)
        for row in registrations.named
    )
    dropped = _names_its_groups(cluster) and not registered
    return Sides(replace(current, dropped=dropped), endpoints, registrations)


def _names_its_groups(cluster: Cluster) -> bool:
    """A cluster always has a node group; an answer without one, or with one without an id, is not whole."""
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


def _provider_violations(desired: Desired, current: Current, clouds: Clouds) -> list[Violation]:
    """What else forbids a private endpoint on the provider's side; where to look in AWS is not known."""
    cluster = current.cluster
    if desired.state == "absent" or cluster is None:
        return []
    unready = cluster_violations(current)
    if current.node_group is None or not is_on_aws(cluster):
        return unready
    return unready + service_violations(desired, replace(current, service=read_service(current, clouds)))


def _registrations(current: Current, clouds: Clouds) -> Registrations:
    """Those of the node group, or of the whole cluster where it does not name its groups. Raises ApiError."""
    return read_registrations(clouds.tidb, t.cast(Cluster, current.cluster), current.node_group_id)


def read_service(current: Current, clouds: Clouds) -> EndpointService | None:
    """The endpoint service of the node group, null where it was never begun. Raises ApiError."""
    if current.cluster is None or current.node_group_id is None:
        return None
    return clouds.tidb.get_service(current.cluster.cluster_id, current.node_group_id)


def _read_service_side(desired: Desired, clouds: Clouds) -> Sides:
    """Any other endpoint service: AWS knows all there is to know."""
    service_name = t.cast(str, desired.service_name)
    own = _SERVICE_REGION.match(service_name)
    region = aws_region(
        clouds.aws.region, own.group(1) if own else None, desired.allow_violations, f"service {service_name}"
    )
    current = Current(region=region, service=EndpointService("", service_name, region=region))
    if desired.state == "present" and desired.private_dns_enabled is None:
        seen = clouds.reads(region).vpc_endpoint_service(service_name)
        verified = bool(seen and seen.private_dns_name and seen.private_dns_verified)
        service = EndpointService("", service_name, region=region, host=seen.private_dns_name if seen else None)
        current = replace(current, service=service, private_dns_available=verified)
    return Sides(current, _read_endpoints(desired, current, clouds))


def _read_endpoints(desired: Desired, current: Current, clouds: Clouds) -> list[InterfaceEndpoint]:
    reads = clouds.reads(str(current.region))
    if desired.vpc_endpoint_id:
        return reads.vpc_endpoints(ids=[desired.vpc_endpoint_id])
    return reads.vpc_endpoints(filters=_filters(desired, current))


def _filters(desired: Desired, current: Current) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    service_name = current.service.service_name if current.service else None
    if service_name:
        filters["service-name"] = [service_name]
    if desired.vpc_id and not current.dropped:
        return {**filters, "vpc-id": [desired.vpc_id]}
    # Where a VPC is not named, or the cluster is gone and its service with it, only the ownership tags can tell.
    filters[f"tag:{MANAGED_BY_TAG}"] = [MANAGED_BY]
    if desired.cluster_id:
        filters[f"tag:{CLUSTER_TAG}"] = [desired.cluster_id]
    group_id = desired.node_group_id or current.node_group_id
    if group_id:
        filters[f"tag:{NODE_GROUP_TAG}"] = [group_id]
    if desired.vpc_id:
        filters["vpc-id"] = [desired.vpc_id]
    return filters


def _needs_service(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint]) -> bool:
    """A delete that finds nothing is done without the request that tells which service is meant."""
    return desired.state == "present" or any(endpoint.state != "deleted" for endpoint in endpoints)


def _of_service(
    desired: Desired, current: Current, endpoints: t.Sequence[InterfaceEndpoint]
) -> list[InterfaceEndpoint]:
    """Without a service, only what carries the cluster's ownership tag belongs to it; a named one is judged later."""
    if desired.vpc_endpoint_id:
        return list(endpoints)
    service_name = current.service.service_name if current.service else None
    if service_name:
        return [endpoint for endpoint in endpoints if endpoint.service_name == service_name]
    return [endpoint for endpoint in endpoints if endpoint.tags.get(CLUSTER_TAG) == desired.cluster_id]


def _with_network(desired: Desired, current: Current, clouds: Clouds) -> Current:
    """Addresses and zones of the endpoint, and of the subnets that are wanted."""
    pair = _described(current)
    endpoint = pair.endpoint if pair else None
    reads = clouds.reads(str(current.region))
    wanted = desired.subnet_ids if desired.state == "present" else ()
    subnet_ids = sorted({*(endpoint.subnet_ids if endpoint else ()), *(wanted or ())})
    interface_ids = endpoint.network_interface_ids if endpoint else ()
    subnets, interfaces = at_once(
        lambda: tuple(reads.subnets(subnet_ids)) if subnet_ids else (),
        lambda: tuple(reads.network_interfaces(interface_ids)) if interface_ids else (),
    )
    return replace(current, subnets=subnets, network_interfaces=interfaces)


def _described(current: Current) -> Pair | None:
    """The private endpoint that the result speaks of."""
    return current.main or (current.dead[0] if len(current.dead) == 1 else None)
