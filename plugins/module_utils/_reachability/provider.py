# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two halves of the private endpoint, and the cluster behind it: are they in a state that allows connections?
Pure.
"""

from __future__ import annotations

from .._aws.model import LEFTOVER_STATES
from .model import BLOCK, PASS, UNKNOWN, Facts, Hop

# Source: the enumeration of cluster states in the TiDB Cloud Dedicated API, v1beta1.
_SERVING = frozenset({"ACTIVE", "IMPORTING", "MAINTENANCE", "MODIFYING", "UPGRADING"})
_AWAY = {
    "PAUSED": "Resume the cluster in the TiDB Cloud console or by its API, and wait until it is ACTIVE.",
    "PAUSING": "Wait until the cluster is PAUSED, then resume it.",
    "RESUMING": "Wait until the cluster is ACTIVE again.",
    "CREATING": "Wait until the cluster is ACTIVE.",
    "RESTORING": "Wait until the cluster is ACTIVE.",
    "DELETING": "Connect to another cluster, and delete this private endpoint: private_endpoint with state=absent.",
    "DELETED": "Connect to another cluster, and delete this private endpoint: private_endpoint with state=absent.",
    "INACTIVE": "Activate the cluster in the TiDB Cloud console.",
}
_UNDER_WAY = {
    "pendingacceptance": "Register it with TiDB Cloud, which accepts it: private_endpoint with its vpc_endpoint_id.",
    "pending": "Wait some minutes until it is available.",
    "deleting": "Create a new private endpoint.",
    "deleted": "Create a new private endpoint.",
}
_REPLACE = "Replace it: private_endpoint with recreate_failed=true."
_NOT_ACTIVE = {
    "PENDING": "Wait until TiDB Cloud has accepted it, about five minutes after its registration.",
    "DISCOVERED": "Register it: private_endpoint with its vpc_endpoint_id.",
    "DELETING": "Create a new private endpoint.",
    "FAILED": _REPLACE,
}


def provider_hops(facts: Facts) -> list[Hop]:
    """Cluster, interface endpoint, registration. A service without registrations has neither the first nor the last."""
    if not facts.provider.expected:
        return [_interface_endpoint(facts)]
    return [_cluster(facts), _interface_endpoint(facts), _registration(facts)]


def _cluster(facts: Facts) -> Hop:
    provider, cluster = facts.provider, facts.provider.cluster
    if cluster is None:
        message = provider.unknown or (
            f"TiDB Cloud shows no cluster {provider.cluster_id} to this API key: it is gone, or belongs to another "
            "project."
        )
        return Hop("cluster", provider.cluster_id, UNKNOWN, message)
    what = f"Cluster {cluster.cluster_id} ({cluster.name})"
    group = next((one for one in cluster.node_groups if one.node_group_id == provider.node_group_id), None)
    if cluster.state in _AWAY:
        message = f"{what} is {cluster.state}: it accepts no connections."
        return Hop("cluster", cluster.cluster_id, BLOCK, message, remedy=_AWAY[cluster.state])
    if cluster.state not in _SERVING:
        message = f"{what} is in state {cluster.state}; whether it accepts connections is not known."
        return Hop("cluster", cluster.cluster_id, UNKNOWN, message)
    if group is not None and group.state == "PAUSED":
        message = f"Node group {group.node_group_id} ({group.name}) of cluster {cluster.cluster_id} is PAUSED."
        return Hop("cluster", group.node_group_id, BLOCK, message, remedy="Resume the node group.")
    return Hop("cluster", cluster.cluster_id, PASS, f"{what} is {cluster.state}.")


def _interface_endpoint(facts: Facts) -> Hop:
    endpoint = facts.endpoint
    vpce, state = endpoint.vpc_endpoint_id, endpoint.state
    if state == "available":
        if facts.interfaces:
            return Hop("interface_endpoint", vpce, PASS, f"Interface endpoint {vpce} is available.")
        message = f"Interface endpoint {vpce} is available, but none of its network interfaces can be seen."
        return Hop("interface_endpoint", vpce, UNKNOWN, message)
    remedy = _REPLACE if state in LEFTOVER_STATES else _UNDER_WAY.get(state)
    message = f"Interface endpoint {vpce} is {state}: it carries no connections."
    if remedy is None:
        return Hop("interface_endpoint", vpce, UNKNOWN, f"Interface endpoint {vpce} is in state {state}.")
    reason = f" AWS says: {endpoint.last_error}" if endpoint.last_error else ""
    return Hop("interface_endpoint", vpce, BLOCK, message + reason, remedy=remedy)


def _registration(facts: Facts) -> Hop:
    provider, row = facts.provider, facts.provider.registration
    vpce = facts.endpoint.vpc_endpoint_id
    if row is None:
        if provider.unknown or provider.cluster is None:
            message = provider.unknown or f"The registration of {vpce} is not known without its cluster."
            return Hop("registration", None, UNKNOWN, message)
        message = f"{vpce} is not registered with cluster {provider.cluster_id}: TiDB Cloud does not accept it."
        return Hop("registration", vpce, BLOCK, message, remedy=_NOT_ACTIVE["DISCOVERED"])
    connection = row.private_endpoint_connection_id
    if row.state == "ACTIVE":
        return Hop("registration", connection, PASS, f"TiDB Cloud has accepted {vpce}.")
    if row.state not in _NOT_ACTIVE:
        return Hop("registration", connection, UNKNOWN, f"The registration of {vpce} is in state {row.state}.")
    reason = f" TiDB Cloud says: {row.message}" if row.message else ""
    message = f"The registration of {vpce} is {row.state}.{reason}"
    return Hop("registration", connection, BLOCK, message, remedy=_NOT_ACTIVE[row.state])
