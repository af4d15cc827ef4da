# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to TiDB Cloud, one method each. Ids are those of the options or of an answer.

Every method raises ApiError where the API refuses or cannot be reached: Unreadable where the answer is not one that the
API gives, NotFound for a 404. Four outcomes are distinguished: null means that TiDB Cloud was asked and does not have
it, an empty list that it was asked and has none, NotFound that the place that was asked does not exist, any other error
that it is not known. Source: TiDB Cloud Dedicated API v1beta1.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from functools import partial

from .._run.errors import ApiError
from .._run.text import printable
from . import shapes
from .failures import NotFound, PageNotFound, Unreadable
from .ids import answered_id
from .model import Cluster, EndpointService, Registration
from .pages import MOST_PAGES, PAGE_SIZE, is_page, items_of, next_page
from .session import SERVERLESS, Session
from .transport import Json, Params

ANY = "-"


class TidbCloud:
    """TiDB Cloud as one API key sees it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_cluster(self, cluster_id: str, project_id: str | None = None) -> Cluster | None:
        """The Dedicated cluster; null if it does not exist or this key cannot see it.

        Nothing confirms a 404, so the list of `project_id`, or of the default project, decides.
        """
        try:
            kind = partial(shapes.is_cluster, cluster_id=cluster_id)
            return shapes.cluster(self.session.get(_path("clusters", cluster_id), kind=kind), cluster_id)
        except ApiError as refused:
            if not _is_not_found(refused):
                raise
        return self.listed_cluster(cluster_id, project_id)

    def listed_cluster(self, cluster_id: str, project_id: str | None = None) -> Cluster | None:
        """The cluster as its project's list has it; null if it does not. Without a project: the default one.

        Raises Unreadable if a cluster is listed without its id: it might be this one.
        """
        listed = self.list_clusters(project_id, cluster_ids=[cluster_id])
        found = next((cluster for cluster in listed if cluster.cluster_id == cluster_id), None)
        if found is None and not all(cluster.cluster_id for cluster in listed):
            raise _cannot_tell("a cluster", cluster_id)
        return found

    def get_service_plan(self, cluster_id: str) -> str | None:
        """The tier of a cluster that is not Dedicated ("Starter", "Essential", ...).

        Null if the other API does not show it either: it may refuse (400, 403, 404) an unknown id.
        """
        try:
            return shapes.service_plan(
                self.session.get(
                    _path("clusters", cluster_id),
                    kind=partial(shapes.is_cluster, cluster_id=cluster_id),
                    api=SERVERLESS,
                )
            )
        except ApiError as error:
            if isinstance(error, NotFound) or error.status in (400, 403, 404):
                return None
            raise

    def list_clusters(self, project_id: str | None = None, cluster_ids: Sequence[str] = ()) -> list[Cluster]:
        """The clusters of a project; without one, of the key's default project. `cluster_ids` selects some.

        One that is listed without its id has an empty one. Raises NotFound for a 404: that is not an empty list.
        """
        params: dict[str, str | Sequence[str]] = {}
        if project_id:
            params["projectId"] = project_id
        if cluster_ids:
            params["clusterIds"] = list(cluster_ids)
        return [shapes.cluster(item, "") for item in self._items("/clusters", "clusters", params)]

    def get_service(self, cluster_id: str, node_group_id: str) -> EndpointService | None:
        """The endpoint service of a node group; null if it was never begun: 404, or neither a name nor a state.

        Raises Unreadable for an object that does not even name the node group, such as an empty one, and NotFound where
        a web page says so.
        """
        path = _path("clusters", cluster_id, "tidbNodeGroups", node_group_id, "privateLinkService")
        try:
            kind = partial(shapes.is_service, node_group_id=node_group_id)
            service = shapes.endpoint_service(self.session.get(path, kind=kind), node_group_id)
        except PageNotFound:
            raise
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
        """The registrations of a node group. "-" stands for all clusters and groups, of `project_id` or the default.

        A row that lacks ids is included: with an empty `vpc_endpoint_id`, and null for the others. Raises NotFound for
        a 404, where the cluster or the node group does not exist: that is not an empty list.
        """
        params: dict[str, str | Sequence[str]] = {}
        if project_id:
            params["projectId"] = project_id
        if cloud_provider:
            params["cloudProvider"] = cloud_provider
        items = self._items(_connections(cluster_id, node_group_id), "privateEndpointConnections", params)
        return [shapes.registration(item, cluster_id, node_group_id) for item in items]

    def get_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        """One registration; null if it is gone: nothing confirms a 404, so the list decides.

        Raises Unreadable if a registration is listed without its id: it might be this one.
        """
        try:
            path = _connections(cluster_id, node_group_id, connection_id)
            json = self.session.get(path, kind=partial(shapes.is_registration, connection_id=connection_id))
        except ApiError as refused:
            if not _is_not_found(refused):
                raise
            return self._listed_registration(cluster_id, node_group_id, connection_id)
        return shapes.registration(json, cluster_id, node_group_id)

    def register_endpoint(self, cluster_id: str, node_group_id: str, vpc_endpoint_id: str) -> Registration:
        """Ask TiDB Cloud to accept the interface endpoint. There is no idempotency key: where ApiError.ambiguous is
        set, list the registrations before repeating this.
        """
        json = self.session.post(
            _connections(cluster_id, node_group_id),
            {"endpointId": vpc_endpoint_id},
            kind=partial(shapes.is_registration, vpc_endpoint_id=vpc_endpoint_id),
        )
        return shapes.registration(json, cluster_id, node_group_id, vpc_endpoint_id)

    def terminate_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> None:
        """Begin to remove a registration; one that is already gone is fine.

        Raises NotFound if TiDB Cloud does not find it to remove, but lists it.
        """
        try:
            self.session.delete(_connections(cluster_id, node_group_id, connection_id), kind=_is_empty)
        except NotFound:
            left = self._listed_registration(cluster_id, node_group_id, connection_id)
            if left is not None and left.state not in ("DELETING", "DISCOVERED"):
                raise

    def _listed_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        # Always the newest list, whatever a subclass caches.
        rows = TidbCloud.list_registrations(self, cluster_id, node_group_id)
        found = next((row for row in rows if row.private_endpoint_connection_id == connection_id), None)
        if found is None and any(lacks_id(row) for row in rows):
            raise _cannot_tell("a registration", connection_id)
        return found

    def _items(self, path: str, key: str, params: Params) -> Iterator[Json]:
        """The items of all pages. A page token that repeats is an error: an incomplete list looks like deletions."""
        seen: set[str] = set()
        page: dict[str, t.Any] = {"pageSize": PAGE_SIZE}
        while True:
            answer = self.session.get(path, {**params, **page}, kind=partial(is_page, key=key))
            yield from items_of(answer, key)
            token = next_page(answer)
            if token is None:
                return
            if token in seen or len(seen) >= MOST_PAGES:
                raise ApiError(
                    f"TiDB Cloud gave the list {path} in pages that never end. Run it again later.",
                    api="tidbcloud",
                )
            seen.add(token)
            page["pageToken"] = token


def lacks_id(row: Registration) -> bool:
    """Whether a listed registration cannot be distinguished from another. One that nobody registered may have no id."""
    return row.private_endpoint_connection_id is None and row.state != "DISCOVERED"


def _is_empty(json: Json) -> bool:
    """What DELETE answers, and no other call."""
    return not json


def _is_not_found(refused: ApiError) -> bool:
    return isinstance(refused, NotFound) or refused.status == 404


def _cannot_tell(what: str, wanted: str) -> Unreadable:
    return Unreadable(
        f"TiDB Cloud was asked for {wanted} and lists {what} without an id, so whether it is gone is not known."
        " Run it again later.",
        api="tidbcloud",
    )


def _connections(cluster_id: str, node_group_id: str, *rest: str) -> str:
    return _path("clusters", cluster_id, "tidbNodeGroups", node_group_id, "privateEndpointConnections", *rest)


def _path(*parts: str) -> str:
    """Raises ApiError for what is not an id, such as one missing from an answer: it would make another address."""
    for part in parts:
        if part != ANY and answered_id(part) is None:
            raise ApiError(
                f"TiDB Cloud cannot be asked about {printable(part, 60)!r}: that is not an id. If you did not give it, "
                "TiDB Cloud listed something without its id; run it again later.",
                api="tidbcloud",
            )
    return "".join(f"/{part}" for part in parts)
