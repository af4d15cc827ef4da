# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""TiDB Cloud for many private endpoints at once: clusters and registrations by lists, a hundred in each request."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._run.errors import ApiError
from .api import ANY, TidbCloud, lacks_id
from .failures import Unreadable
from .model import Cluster, EndpointService, Registration
from .session import Session

# A list of clusters has the wanted ids in its address, whose length is limited.
_IDS_A_REQUEST = 100
# A list that was asked for, by cluster, node group and project; and what it returned.
Asked = tuple[str, str, t.Optional[str]]
Listed = t.Union["Rows", ApiError]


class SharedTidbCloud(TidbCloud):
    """Answers single reads from lists, until `refresh` forgets them; writes are single calls.

    `cluster_ids` maps each project (null: the key's default one) to the wanted clusters. A cluster missing from its
    project's list is asked for on its own. A failed list concerns only the private endpoints that it would have
    answered for, and where possible the cluster or node group is asked for on its own. Raises ApiError if the API
    key is refused (401): then nothing can be asked.
    """

    def __init__(self, session: Session, cluster_ids: Mapping[str | None, Iterable[str]]) -> None:
        super().__init__(session)
        self._clusters: dict[str, Cluster | None] = {}
        self._unlisted: dict[str, ApiError] = {}
        self._projects: dict[str, str | None] = {}
        self._services: dict[tuple[str, str], EndpointService | None] = {}
        self._registrations: dict[Asked, Listed] = {}
        for project_id, wanted in cluster_ids.items():
            ids = sorted(set(wanted))
            self._projects.update(dict.fromkeys(ids, project_id))
            self._list_clusters(project_id, ids)

    def _list_clusters(self, project_id: str | None, ids: list[str]) -> None:
        for start in range(0, len(ids), _IDS_A_REQUEST):
            try:
                found = super().list_clusters(project_id, ids[start : start + _IDS_A_REQUEST])
            except ApiError as failed:
                if failed.status == 401:
                    raise
                if not _concerns_one_list(failed):
                    # The others would only wait for the same failure.
                    self._unlisted.update(dict.fromkeys(ids[start:], failed))
                    return
            else:
                self._clusters.update({cluster.cluster_id: cluster for cluster in found})

    def refresh(self) -> None:
        """Forget the registrations; the next question reads all of its project."""
        self._registrations.clear()

    def get_cluster(self, cluster_id: str, project_id: str | None = None) -> Cluster | None:
        if cluster_id not in self._clusters:
            if cluster_id in self._unlisted:
                raise _again(self._unlisted[cluster_id])
            project_id = project_id or self._projects.get(cluster_id)
            self._clusters[cluster_id] = super().get_cluster(cluster_id, project_id)
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
        """From the list of the cluster's project; a cluster without a known project is asked for on its own."""
        cluster = self._clusters.get(cluster_id)
        project_id = project_id or (cluster.project_id if cluster else None)
        if project_id:
            rows = self._rows((ANY, ANY, project_id), "aws")
            if node_group_id == ANY or (isinstance(rows, Rows) and rows.covers(cluster_id)):
                return _given(rows).of(cluster_id, node_group_id)
            if isinstance(rows, ApiError) and not _concerns_one_list(rows):
                raise _again(rows)
        return _given(self._rows((cluster_id, node_group_id, None), cloud_provider)).of(cluster_id, node_group_id)

    def _rows(self, asked: Asked, cloud_provider: str | None) -> Listed:
        """The content of a list, or why it cannot be read; asked for once until `refresh`."""
        if asked not in self._registrations:
            try:
                self._registrations[asked] = Rows(super().list_registrations(*asked, cloud_provider))
            except ApiError as failed:
                self._registrations[asked] = failed
        return self._registrations[asked]

    def get_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        rows = self.list_registrations(cluster_id, node_group_id)
        found = next((row for row in rows if row.private_endpoint_connection_id == connection_id), None)
        if found is None and any(lacks_id(row) for row in rows):
            return super().get_registration(cluster_id, node_group_id, connection_id)
        return found

    def register_endpoint(self, cluster_id: str, node_group_id: str, vpc_endpoint_id: str) -> Registration:
        """After a failure the caller checks whether it took effect, in a list that is newer than the attempt."""
        try:
            return super().register_endpoint(cluster_id, node_group_id, vpc_endpoint_id)
        except ApiError:
            self.refresh()
            raise


class Rows:
    """The registrations of one list, by node group: each private endpoint looks only at its own."""

    def __init__(self, registrations: Iterable[Registration]) -> None:
        self._by_group: dict[str | None, list[Registration]] = {}
        for row in registrations:
            self._by_group.setdefault(row.node_group_id, []).append(row)

    def covers(self, cluster_id: str) -> bool:
        """Whether each row that may belong to the cluster has its node group. Otherwise only the group's own list
        is certain.
        """
        return all(row.cluster_id not in (None, cluster_id) for row in self._by_group.get(None, ()))

    def of(self, cluster_id: str, node_group_id: str) -> list[Registration]:
        groups = self._by_group.values() if node_group_id == ANY else [self._by_group.get(node_group_id, [])]
        # Any field of a row may be missing; the id of a node group is unique across clusters.
        return [row for rows in groups for row in rows if cluster_id in (ANY, row.cluster_id or cluster_id)]


def _given(listed: Listed) -> Rows:
    if isinstance(listed, ApiError):
        raise _again(listed)
    return listed


def _concerns_one_list(failed: ApiError) -> bool:
    """A wrong project, or an unreadable list: its clusters and node groups may be asked for one by one."""
    return failed.status in (400, 403, 404) or isinstance(failed, Unreadable)


def _again(failed: ApiError) -> ApiError:
    """The same error for one more private endpoint, which adds its own steps to it."""
    return type(failed)(
        str(failed),
        api=failed.api,
        code=failed.code,
        status=failed.status,
        request_id=failed.request_id,
        ambiguous=failed.ambiguous,
    )
