# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a cluster and its endpoint service from TiDB Cloud and refuses what no private endpoint can be made to."""

from __future__ import annotations

import typing as t

from .._run.errors import ApiError
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration
from .violations import LimitsViolated, Violation

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud


def read_cluster(tidb: TidbCloud, cluster_id: str) -> Cluster | None:
    """The Dedicated cluster, or null where TiDB Cloud has none with that id.

    Raises LimitsViolated: C(tier_not_dedicated) where the id is that of a cluster of another tier.
    """
    try:
        cluster = tidb.get_cluster(cluster_id)
    except ApiError as refused:
        # Not published: the answer for the id of another tier's cluster may be 400 or 403 as well as 404.
        if refused.status in (400, 403):
            _refuse_other_tier(tidb, cluster_id)
        raise
    if cluster is None:
        _refuse_other_tier(tidb, cluster_id)
    return cluster


def _refuse_other_tier(tidb: TidbCloud, cluster_id: str) -> None:
    plan = tidb.get_service_plan(cluster_id)
    if plan:
        message = (
            f"Cluster {cluster_id} is of the tier {plan}; private endpoint connections of this kind exist only for "
            "TiDB Cloud Dedicated."
        )
        remedy = (
            "Choose a Dedicated cluster. Starter and Essential clusters share an endpoint service of another kind, "
            "without registration."
        )
        raise LimitsViolated([Violation("tier_not_dedicated", message, remedy)])


def service_from(
    registrations: t.Iterable[Registration], group: NodeGroup | None, region: str | None
) -> EndpointService | None:
    """The service as its registrations name it, which spares a request; null where none does."""
    for registration in registrations:
        if registration.service_name and group is not None:
            state = registration.service_state.lower() if registration.service_state else None
            host = registration.host or group.host
            return EndpointService(group.node_group_id, registration.service_name, state, host, (), region, "aws")
    return None
