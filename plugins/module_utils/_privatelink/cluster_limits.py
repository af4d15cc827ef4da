# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits on TiDB Cloud's side: the cluster and its endpoint service. Pure.

The rules are from TiDB Cloud's page "Set Up Private Endpoint Connections".
"""

from __future__ import annotations

from .._run.text import printable
from .current import Current
from .desired import Desired
from .errors import Violation

# A cluster in one of these states accepts no new private endpoint.
NOT_READY = frozenset({"CREATING", "DELETING", "DELETED", "PAUSING", "PAUSED", "INACTIVE"})


def cluster_violations(current: Current) -> list[Violation]:
    """The cluster must be able to accept a private endpoint."""
    cluster = current.cluster
    if cluster is None or cluster.state not in NOT_READY:
        return []
    remedy = (
        "Resume the cluster first." if cluster.state in ("PAUSING", "PAUSED") else "Wait until the cluster is ACTIVE."
    )
    if cluster.state in ("DELETING", "DELETED"):
        remedy = "Choose a cluster that is not being deleted."
    message = f"Cluster {cluster.cluster_id} ({cluster.name}) is {cluster.state}; it accepts no new private endpoint."
    return [Violation("cluster_not_ready", message, remedy)]


def service_violations(desired: Desired, current: Current) -> list[Violation]:
    """Nothing is made in AWS before the endpoint service is ACTIVE."""
    if not desired.registrable or (current.cluster and current.cluster.state == "CREATING"):
        return []
    service = current.service
    place = f"node group {current.node_group_id} of {desired.target}"
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
        "In the TiDB Cloud console open the cluster's Networking page and choose Create Private Endpoint "
        "Connection once: it begins the service.",
    )
