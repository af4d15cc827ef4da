# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""TiDB Cloud for many private endpoints at once: clusters and registrations by lists, a request for a hundred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._privatelink.errors import ApiError
from .._privatelink.model import Cluster, EndpointService, Registration
from .api import ANY, TidbCloud
from .session import Session

# A list of clusters names the wanted ones in its address, which cannot be endless.
_IDS_A_REQUEST = 100


class SharedTidbCloud(TidbCloud):
    """Answers single reads from lists, which C(refresh) makes anew; writes are single calls, as ever.

    C(cluster_ids) maps each project (null: the key's default one) to the clusters that are wanted of it. A cluster that
    its project's list does not have is asked for by itself.
    """

    def __init__(self, session: Session, cluster_ids: Mapping[str | None, Iterable[str]]) -> None:
        super().__init__(session)
        self._clusters: dict[str, Cluster | None] = {}
        self._services: dict[tuple[str, str], EndpointService | None] = {}
        # By what was asked for, then by node group: each private endpoint looks only at its own.
        self._registrations: dict[tuple[str, str, str | None], dict[str | None, list[Registration]]] = {}
        for project_id, ids in cluster_ids.items():
            self._list_clusters(project_id, sorted(set(ids)))

    def _list_clusters(self, project_id: str | None, ids: list[str]) -> None:
        try:
            for start in range(0, len(ids), _IDS_A_REQUEST):
                found = super().list_clusters(project_id, ids[start : start + _IDS_A_REQUEST])
                self._clusters.update({cluster.cluster_id: cluster for cluster in found})
        except ApiError as refused:
            # A project that is wrong concerns its own clusters only, and those are asked for by themselves.
            if refused.status not in (400, 403, 404):
                raise

    def refresh(self) -> None:
        """Forget the registrations; the next that is asked for reads all of its project."""
        self._registrations.clear()

    def get_cluster(self, cluster_id: str) -> Cluster | None:
        if cluster_id not in self._clusters:
            self._clusters[cluster_id] = super().get_cluster(cluster_id)
        return self._clusters[cluster_id]

    def get_service(self, cluster_id: str, node_group_id: str) -> EndpointService | None:
        """Each service once: its zones do not change during a run."""
        key = (cluster_id, node_group_id)
        if key not in self._services:
            self._services[key] = super().get_service(cluster_id, node_group_id)
        return self._services[key]

    def list_registrations(
        self,
        cluster_id: str = ANY,
        node_group_id: str = ANY,
        project_id: str | None = None,
        cloud_provider: str | None = None,
    ) -> list[Registration]:
        """From the list of the cluster's project; a cluster without a known project is asked for by itself."""
        cluster = self._clusters.get(cluster_id)
        project_id = project_id or (cluster.project_id if cluster else None)
        asked: tuple[str, str, str | None] = (cluster_id, node_group_id, None)
        if project_id:
            asked = (ANY, ANY, project_id)
        if asked not in self._registrations:
            found = super().list_registrations(*asked, "aws" if project_id else cloud_provider)
            self._registrations[asked] = _by_node_group(found)
        every = self._registrations[asked]
        rows = (
            every.get(node_group_id, []) if node_group_id != ANY else [row for rows in every.values() for row in rows]
        )
        # Any field of a row may be missing; the id of a node group is that of no other cluster's.
        return [row for row in rows if cluster_id in (ANY, row.cluster_id or cluster_id)]

    def get_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        rows = self.list_registrations(cluster_id, node_group_id)
        return next((row for row in rows if row.private_endpoint_connection_id == connection_id), None)

    def register_endpoint(self, cluster_id: str, node_group_id: str, vpc_endpoint_id: str) -> Registration:
        """After a failure the caller looks whether it took effect, in a list that is newer than the attempt."""
        try:
            return super().register_endpoint(cluster_id, node_group_id, vpc_endpoint_id)
        except ApiError:
            self.refresh()
            raise


def _by_node_group(registrations: Iterable[Registration]) -> dict[str | None, list[Registration]]:
    found: dict[str | None, list[Registration]] = {}
    for row in registrations:
        found.setdefault(row.node_group_id, []).append(row)
    return found
