# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the registrations of a node group.

Four cases must not be confused: a list without an interface endpoint (it is not registered), a list that does not name
all of its interface endpoints (unknown), no list at all (an error), and a list that was not requested (null instead of
Registrations).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._run.errors import ApiError, PrivateLinkError
from .._run.text import listed
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

# In place of both ids: all clusters and node groups. Source: TiDB Cloud Dedicated API,
# ListPrivateEndpointConnections.
EVERY = "-"
# Of several registrations of one interface endpoint, the first in this order counts.
_BEST_FIRST = ("ACTIVE", "PENDING", None, "FAILED", "DELETING", "DISCOVERED")


class RegistrationUnknown(PrivateLinkError):
    """TiDB Cloud answered, but it is not clear whether an interface endpoint is registered."""


@dataclass(frozen=True)
class Registrations:
    """A list as TiDB Cloud answered it. `unnamed`: rows without the id of their interface endpoint."""

    named: tuple[Registration, ...] = ()
    unnamed: tuple[Registration, ...] = ()

    def of(self, vpc_endpoint_id: str) -> Registration | None:
        """The registration of an interface endpoint, null if it certainly has none. Raises RegistrationUnknown."""
        rows = [row for row in self.named if row.vpc_endpoint_id == vpc_endpoint_id]
        if rows:
            return foremost(rows)
        self.require_known([vpc_endpoint_id])
        return None

    def every(self, vpc_endpoint_id: str) -> list[Registration]:
        """All registrations of an interface endpoint; two runs may have made one each."""
        return [row for row in self.named if row.vpc_endpoint_id == vpc_endpoint_id and is_registered(row)]

    @property
    def single(self) -> list[Registration]:
        """One registration for each interface endpoint: the one that counts."""
        rows: dict[str, list[Registration]] = {}
        for row in self.named:
            rows.setdefault(row.vpc_endpoint_id, []).append(row)
        return [foremost(same) for same in rows.values()]

    def require_known(self, vpc_endpoint_ids: t.Iterable[str]) -> None:
        """Raises RegistrationUnknown if one of these is in no row, but may be in one that names none."""
        named = {row.vpc_endpoint_id for row in self.named}
        doubtful = sorted(one for one in set(vpc_endpoint_ids) if one and one not in named)
        if self.unnamed and doubtful:
            ids = listed(row.private_endpoint_connection_id or "one without an id" for row in self.unnamed)
            raise RegistrationUnknown(
                f"TiDB Cloud lists registrations without naming their interface endpoints ({ids}), so it is not "
                f"known whether {listed(doubtful)} is registered. Run again in a minute; if this stays, ask TiDB "
                "Cloud's support."
            )


def read_registrations(tidb: TidbCloud, cluster: Cluster, node_group_id: str | None) -> Registrations:
    """The registrations of an existing node group; without one, those of all node groups of the cluster.

    Raises ApiError, also if TiDB Cloud does not find what it has named itself in this run, and RegistrationUnknown.
    """
    rows = rows_of(tidb, cluster, node_group_id)
    return Registrations(
        tuple(row for row in rows if row.vpc_endpoint_id),
        # Nobody registered a DISCOVERED one.
        tuple(row for row in rows if not row.vpc_endpoint_id and row.state != "DISCOVERED"),
    )


def rows_of(tidb: TidbCloud, cluster: Cluster, node_group_id: str | None) -> list[Registration]:
    """The list of a cluster that TiDB Cloud has named in this run, so that it cannot be missing. Raises as above."""
    try:
        return _rows(tidb, cluster, node_group_id)
    except ApiError as error:
        if error.status != 404:
            raise
        raise ApiError(
            f"TiDB Cloud has cluster {cluster.cluster_id}, but does not find its list of private endpoint connections. "
            f"Nothing is concluded from that. Run again in a minute. ({error})",
            api=error.api,
            code=error.code,
            status=error.status,
            request_id=error.request_id,
        ) from error


def _rows(tidb: TidbCloud, cluster: Cluster, node_group_id: str | None) -> list[Registration]:
    """The API lists one node group, or all of a project."""
    if node_group_id:
        return tidb.list_registrations(cluster.cluster_id, node_group_id)
    if not cluster.project_id:
        raise RegistrationUnknown(
            f"TiDB Cloud names neither the node group nor the project of cluster {cluster.cluster_id}, so it is not "
            "known what is registered with it. Run again in a minute, or name the group with node_group_id."
        )
    rows = tidb.list_registrations(EVERY, EVERY, cluster.project_id)
    return [row for row in rows if row.cluster_id in (None, cluster.cluster_id)]


def is_registered(registration: Registration | None) -> bool:
    """A DISCOVERED row only says that AWS requests the service; nobody registered it."""
    return registration is not None and registration.state != "DISCOVERED"


def foremost(rows: t.Iterable[Registration]) -> Registration:
    """Of several registrations of one interface endpoint, the one that serves it, or comes closest to it."""
    return min(rows, key=lambda row: (_BEST_FIRST.index(row.state if row.state in _BEST_FIRST else None), _age(row)))


def eldest(rows: t.Iterable[Registration]) -> Registration:
    """Of several registrations of an interface endpoint, the one that every run keeps: lowest id, not being deleted."""
    return min(rows, key=lambda row: (row.state == "DELETING", _age(row)))


def _age(row: Registration) -> tuple[int, str]:
    """Ids are decimal numbers of different lengths."""
    connection_id = row.private_endpoint_connection_id or ""
    return len(connection_id) or 99, connection_id


def service_from(
    registrations: t.Iterable[Registration], group: NodeGroup | None, region: str | None
) -> EndpointService | None:
    """The service as its registrations name it, which saves a request; null if none does."""
    for registration in registrations:
        if registration.service_name and group is not None:
            state = registration.service_state.lower() if registration.service_state else None
            host = registration.host or group.host
            return EndpointService(group.node_group_id, registration.service_name, state, host, (), region, "aws")
    return None
