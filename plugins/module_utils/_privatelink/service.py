# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint service of a TiDB Cloud cluster: checks its limits and waits until it is ACTIVE."""

from __future__ import annotations

import typing as t

from .._run.errors import PrivateLinkError, WaitFailed
from .._run.text import printable
from .._run.wait import Deadline, Seen
from .._tidbcloud.model import EndpointService
from .clouds import Clouds
from .cluster_limits import Place, cluster_not_found, cluster_violations, is_on_aws, place_of, service_not_created
from .current import Provider
from .read_cluster import read_cluster
from .result import endpoint_service
from .violations import LimitsViolated, Violation

# A service that was there and is not found in this many looks in a row is gone.
_MISSES = 5


def ensure_service(
    cluster_id: str, node_group_id: str | None, clouds: Clouds, deadline: Deadline, *, wait: bool
) -> dict[str, t.Any]:
    """Returns the service, ACTIVE if `wait` is set.

    Raises LimitsViolated (`cluster_not_found`, `tier_not_dedicated`, `provider_not_aws`, `region_mismatch`,
    `cluster_not_ready`, `node_group_not_found`, `service_not_created`,
    `service_not_active`), WaitTimedOut, ApiError.
    """
    cluster = read_cluster(clouds.tidb, cluster_id)
    if cluster is None:
        raise LimitsViolated([cluster_not_found(cluster_id)])
    place = place_of(cluster, node_group_id, clouds.aws.region)
    service = _read(place, clouds)
    if wait and not _is_ready(service):
        service = _wait_until_active(place, clouds, deadline)
    return endpoint_service(Provider(place.region, cluster, place.node_group, service))


def reject_absent(cluster_id: str) -> t.NoReturn:
    """TiDB Cloud has no call for it, and its console has no button. Source: TiDB Cloud's page on private endpoints."""
    raise PrivateLinkError(
        f"The endpoint service of cluster {cluster_id} cannot be deleted: TiDB Cloud owns it, and it goes with "
        "its cluster or node group. "
        "To remove a private endpoint use tidbcloud.privatelink.private_endpoint with state=absent."
    )


def _read(place: Place, clouds: Clouds) -> EndpointService:
    """Raises LimitsViolated if there is no service that is, or will be, ready."""
    group = place.node_group if is_on_aws(place.cluster) else None
    service = clouds.tidb.get_service(place.cluster.cluster_id, group.node_group_id) if group else None
    violations = [*place.violations, *_violations(place, service)]
    if violations or service is None:
        raise LimitsViolated(violations)
    return service


def _violations(place: Place, service: EndpointService | None) -> list[Violation]:
    cluster = place.cluster
    unready = cluster_violations(cluster)
    # The service of a paused cluster stays as it is; a cluster that is not running starts no new one.
    if unready and (service is None or service.state != "active" or cluster.state not in ("PAUSING", "PAUSED")):
        return unready
    if not is_on_aws(cluster) or (place.violations and place.node_group is None):
        return []
    group_id = place.node_group.node_group_id if place.node_group else ""
    where = f"node group {group_id} of cluster {cluster.cluster_id} ({cluster.name})"
    if service is None:
        return [service_not_created(where)]
    if service.state == "deleting":
        message = f"The endpoint service of {where} is being deleted."
        return [Violation("service_not_active", message, "Choose another node group or cluster.")]
    return []


def _is_ready(service: EndpointService) -> bool:
    """Its fields may be absent while it is created, so a name is part of what is promised."""
    return service.state == "active" and service.service_name is not None


def _wait_until_active(place: Place, clouds: Clouds, deadline: Deadline) -> EndpointService:
    """Raises WaitFailed if the service was there and no longer is, in several answers: a single one may be behind."""
    cluster, missed = place.cluster, 0

    def look() -> Seen:
        nonlocal missed
        try:
            service = _read(place, clouds)
        except LimitsViolated as refused:
            if "service_not_created" not in {violation.code for violation in refused.violations}:
                raise
            missed += 1
            if missed < _MISSES:
                return Seen(False, "the service is not found")
            raise WaitFailed(
                f"The endpoint service of cluster {cluster.cluster_id} ({cluster.name}) was there a moment ago, and "
                "now TiDB Cloud does not find it. Check that neither the cluster nor its node group is being deleted, "
                "then run again."
            ) from refused
        missed = 0
        state = printable(service.state).upper() if service.state else "without a state"
        unnamed = "" if service.service_name else " and has no name"
        return Seen(_is_ready(service), f"the service is {state}{unnamed}", service)

    return t.cast(EndpointService, deadline.wait_until(look, "the endpoint service to be ACTIVE"))
