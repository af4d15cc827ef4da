# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to TiDB Cloud, one method each. Ids are strings of digits, validated by the caller.

Every method raises ApiError where the API refuses or cannot be reached. Source: TiDB Cloud Dedicated API v1beta1.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from .._privatelink.errors import ApiError
from .._privatelink.model import (
    Cluster,
    EndpointService,
    Registration,
)
from . import shapes
from .failures import NotFound
from .session import (
    SERVERLESS,
    Params,
    Session,
)

# The most that the API gives at once.
PAGE_SIZE = 100
ANY = "-"


class TidbCloud:
    """TiDB Cloud as one API key sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_cluster(self, cluster_id: str) -> Cluster | None:
        """The Dedicated cluster; null if it does not exist or this key cannot see it."""
        try:
            return shapes.cluster(self.session.get(_path("clusters", cluster_id)), cluster_id)
        except NotFound:
            return None
        except ApiError as refused:
            if refused.status != 404:
                raise
        # Nothing tells that this 404 is the API's own: its list decides.
        return self.listed_cluster(cluster_id)

    def listed_cluster(self, cluster_id: str) -> Cluster | None:
        """The cluster as the list of the key's default project has it; null where it does not."""
        listed = self.list_clusters(cluster_ids=[cluster_id])
        return next((cluster for cluster in listed if cluster.cluster_id == cluster_id), None)

    def get_service_plan(self, cluster_id: str) -> str | None:
        """The tier of a cluster that Dedicated does not know (V(Starter), V(Essential), …).

        Null where the other API does not show it either: it may refuse (400, 403, 404) an id that it does not know.
        """
        try:
            return shapes.service_plan(self.session.get(_path("clusters", cluster_id), api=SERVERLESS))
        except ApiError as error:
            if isinstance(error, NotFound) or error.status in (400, 403, 404):
                return None
            raise

    def list_clusters(self, project_id: str | None = None, cluster_ids: Sequence[str] = ()) -> list[Cluster]:
        """The clusters of a project; without one, of the key's default project. C(cluster_ids) selects some."""
        params: dict[str, str | Sequence[str]] = {}
        if project_id:
            params["projectId"] = project_id
        if cluster_ids:
            params["clusterIds"] = list(cluster_ids)
        return [shapes.cluster(item, "") for item in self._pages("/clusters", "clusters", params)]

    def get_service(self, cluster_id: str, node_group_id: str) -> EndpointService | None:
        """The endpoint service of a node group; null if it was never begun: an answer may also name nothing."""
        path = _path("clusters", cluster_id, "tidbNodeGroups", node_group_id, "privateLinkService")
        try:
            service = shapes.endpoint_service(self.session.get(path), node_group_id)
        except NotFound:
            return None
        return service if service.state or service.service_name else None

    def list_registrations(
        self,
        cluster_id: str = ANY,
        node_group_id: str = ANY,
        project_id: str | None = None,
        cloud_provider: str | None = None,
    ) -> list[Registration]:
        """The registrations of a node group. V(-) stands for all clusters and groups, of C(project_id) or the default.

        Empty, too, where the cluster or node group is not there.
        """
        params: dict[str, str | Sequence[str]] = {}
        if project_id:
            params["projectId"] = project_id
        if cloud_provider:
            params["cloudProvider"] = cloud_provider
        try:
            items = list(self._pages(_connections(cluster_id, node_group_id), "privateEndpointConnections", params))
        except NotFound:
            return []
        return [shapes.registration(item, cluster_id, node_group_id) for item in items]

    def get_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        """One registration; null if it is gone."""
        try:
            json = self.session.get(_connections(cluster_id, node_group_id, connection_id))
        except NotFound:
            return None
        return shapes.registration(json, cluster_id, node_group_id)

    def register_endpoint(self, cluster_id: str, node_group_id: str, vpc_endpoint_id: str) -> Registration:
        """Ask TiDB Cloud to accept the interface endpoint. There is no idempotency key: where ApiError.ambiguous is
        set, list the registrations before this is repeated.
        """
        json = self.session.post(_connections(cluster_id, node_group_id), {"endpointId": vpc_endpoint_id})
        return shapes.registration(json, cluster_id, node_group_id, vpc_endpoint_id)

    def terminate_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> None:
        """Begin to remove a registration; one that is gone already is fine."""
        try:
            self.session.delete(_connections(cluster_id, node_group_id, connection_id))
        except NotFound:
            return

    def _pages(self, path: str, key: str, params: Params) -> Iterator[shapes.Json]:
        """The items of all pages. A page token that comes again is an error: a list with holes looks like deletions."""
        seen: set[str] = set()
        page: dict[str, t.Any] = {"pageSize": PAGE_SIZE}
        while True:
            answer = self.session.get(path, {**params, **page})
            items, token = answer.get(key), answer.get("nextPageToken")
            if items is not None and not isinstance(items, list):
                raise ApiError(f"TiDB Cloud gave no list of {key} for {path}.", api="tidbcloud")
            yield from shapes.objects(items)
            if not isinstance(token, str) or not token:
                return
            if token in seen:
                raise ApiError(
                    f"TiDB Cloud gave the list {path} in pages that repeat without end. Run it again later.",
                    api="tidbcloud",
                )
            seen.add(token)
            page["pageToken"] = token


def _connections(cluster_id: str, node_group_id: str, *rest: str) -> str:
    return _path("clusters", cluster_id, "tidbNodeGroups", node_group_id, "privateEndpointConnections", *rest)


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)
