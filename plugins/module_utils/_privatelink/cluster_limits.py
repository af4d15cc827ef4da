# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits on TiDB Cloud's side: the cluster and its endpoint service. Pure.

The rules are from TiDB Cloud's page "Set Up Private Endpoint Connections".
"""

from __future__ import annotations

from dataclasses import dataclass

from .._run.errors import PrivateLinkError
from .._run.text import printable
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup
from .current import Provider
from .desired import Desired
from .violations import LimitsViolated, Violation

# A cluster in one of these states accepts no new private endpoint.
NOT_READY = frozenset({"CREATING", "DELETING", "DELETED", "PAUSING", "PAUSED", "INACTIVE"})


def cluster_violations(cluster: Cluster | None) -> list[Violation]:
    """The cluster must be able to accept a private endpoint."""
    if cluster is None or cluster.state not in NOT_READY:
        return []
    remedy = (
        "Resume the cluster first." if cluster.state in ("PAUSING", "PAUSED") else "Wait until the cluster is ACTIVE."
    )
    if cluster.state in ("DELETING", "DELETED"):
        remedy = "Choose a cluster that is not being deleted."
    message = f"Cluster {cluster.cluster_id} ({cluster.name}) is {cluster.state}; it accepts no new private endpoint."
    return [Violation("cluster_not_ready", message, remedy)]


def service_violations(desired: Desired, provider: Provider, service: EndpointService | None) -> list[Violation]:
    """Nothing is made in AWS before the node group's endpoint service (`service`) is ACTIVE."""
    if not desired.registrable or (provider.cluster and provider.cluster.state == "CREATING"):
        return []
    place = f"node group {provider.node_group_id} of {desired.target}"
    if service is None:
        return [service_not_created(place)]
    if service.state not in (None, "active"):
        remedy = "Wait for it with tidbcloud.privatelink.endpoint_service, then run again."
        return [
            Violation(
                "service_not_active", f"The endpoint service of {place} is {printable(service.state).upper()}.", remedy
            )
        ]
    return []


def service_not_created(place: str) -> Violation:
    return Violation(
        "service_not_created",
        f"There is no endpoint service for {place}.",
        "In the TiDB Cloud console, open the cluster's Networking page and choose Create Private Endpoint "
        "Connection once: that starts the service.",
    )


CREDENTIALS_HINT = "Check cluster_id, and that the API key belongs to the cluster's organization and project."


@dataclass(frozen=True)
class Place:
    """Where private endpoints of a cluster are made. `violations` say, all together, why none can be."""

    cluster: Cluster
    region: str | None
    node_group: NodeGroup | None
    violations: tuple[Violation, ...] = ()


def place_of(cluster: Cluster, node_group_id: str | None, configured: str | None) -> Place:
    """`configured`: the AWS region that is set, if any."""
    group, found = _select_node_group(cluster, node_group_id)
    if not is_on_aws(cluster):
        return Place(cluster, None, group, (_provider(cluster), *found))
    of = f"cluster {cluster.cluster_id} ({cluster.name})"
    try:
        region = aws_region(configured, cluster.region, of)
    except LimitsViolated as refused:
        return Place(cluster, configured, group, (*refused.violations, *found))
    return Place(cluster, region, group, found)


def is_on_aws(cluster: Cluster) -> bool:
    """A cluster whose provider is not known is left to AWS to judge."""
    return cluster.cloud_provider in (None, "aws")


def _provider(cluster: Cluster) -> Violation:
    message = (
        f"Cluster {cluster.cluster_id} ({cluster.name}) is hosted on {cluster.cloud_provider}; AWS PrivateLink "
        "reaches only clusters on AWS."
    )
    return Violation("provider_not_aws", message, "Choose a cluster that is hosted on AWS.")


def cluster_not_found(cluster_id: str | None) -> Violation:
    return Violation(
        "cluster_not_found",
        f"TiDB Cloud has no Dedicated cluster {cluster_id} that this API key can see.",
        CREDENTIALS_HINT,
    )


def _select_node_group(cluster: Cluster, node_group_id: str | None) -> tuple[NodeGroup | None, tuple[Violation, ...]]:
    """The named node group, or the default one; null if a cluster that is being created has none yet."""
    if not node_group_id:
        default = next((group for group in cluster.node_groups if group.is_default), None)
        if default is None and len(cluster.node_groups) > 1:
            return None, (_default_not_known(cluster),)
        return default or (cluster.node_groups[0] if cluster.node_groups else None), ()
    found = next((group for group in cluster.node_groups if group.node_group_id == node_group_id), None)
    if found is not None:
        return found, ()
    return None, (node_group_not_found(cluster, node_group_id),)


def node_group_not_found(cluster: Cluster, node_group_id: str | None) -> Violation:
    there = ", ".join(f"{group.node_group_id} ({group.name})" for group in cluster.node_groups) or "none"
    message = f"Cluster {cluster.cluster_id} ({cluster.name}) has no node group {node_group_id}; it has {there}."
    remedy = "Name one of these, or omit node_group_id for the default group."
    return Violation("node_group_not_found", message, remedy)


def _default_not_known(cluster: Cluster) -> Violation:
    there = ", ".join(f"{group.node_group_id} ({group.name})" for group in cluster.node_groups)
    message = f"TiDB Cloud does not say which node group of cluster {cluster.cluster_id} is the default one of {there}."
    return Violation("node_group_not_found", message, "Name the one that is meant with node_group_id.")


def aws_region(configured: str | None, own: str | None, of: str) -> str:
    """The region to work in: the service's own, and one that is configured must not differ.

    Raises LimitsViolated `region_mismatch`, or PrivateLinkError if no region is known at all.
    """
    if configured and own and configured != own:
        message = (
            f"The AWS region is set to {configured}, but {of} is in {own}; private endpoints do not connect across "
            "regions."
        )
        remedy = f"Omit region (also AWS_REGION and the profile's region), or set it to {own}, and use a VPC there."
        raise LimitsViolated([Violation("region_mismatch", message, remedy)])
    region = configured or own
    if not region:
        raise PrivateLinkError(f"The AWS region of {of} is not known. Set region, for example region: us-east-1.")
    return region
