# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Dedicated API: the calls that private endpoints need. The name of each view is the name of the call in the log.

Source: the specification "TiDB Cloud Dedicated API", v1beta1.
"""

from __future__ import annotations

from typing import Any

import flask

from tests.sandbox.tidbcloud import shapes
from tests.sandbox.tidbcloud.digest import Digest
from tests.sandbox.tidbcloud.estate import Estate
from tests.sandbox.tidbcloud.gate import guard
from tests.sandbox.tidbcloud.model import CLUSTER_STATES, PROVIDERS, Registration
from tests.sandbox.tidbcloud.paging import page
from tests.sandbox.tidbcloud.rate import RateLimit
from tests.sandbox.tidbcloud.refusal import invalid, not_found

Json = dict[str, Any]

# "To list across different clusters and TiDB groups, set both to -".
ALL = "-"
CLUSTERS = "/v1beta1/clusters"
CLUSTER = f"{CLUSTERS}/<cluster_id>"
GROUPS = f"{CLUSTER}/tidbNodeGroups"
GROUP = f"{GROUPS}/<group_id>"
CONNECTIONS = f"{GROUP}/privateEndpointConnections"
CONNECTION = f"{CONNECTIONS}/<connection_id>"


def dedicated_app(estate: Estate, digest: Digest, rate: RateLimit, default_project: str) -> flask.Flask:
    """:param default_project: the project that is listed if a request names none."""
    app = flask.Flask("tidbcloud-dedicated")
    guard(app, digest, rate)
    _add_clusters(app, estate, default_project)
    _add_connections(app, estate, default_project)
    return app


def _add_clusters(app: flask.Flask, estate: Estate, default_project: str) -> None:
    @app.get(CLUSTERS, endpoint="ListClusters")
    def list_clusters() -> Json:
        query = flask.request.args
        project = query.get("projectId") or default_project
        ids, regions, states = (set(query.getlist(name)) for name in ("clusterIds", "regionIds", "clusterStates"))
        if not states <= set(CLUSTER_STATES):
            raise invalid(f"clusterStates has an unknown state: {sorted(states)}.")
        found = [
            cluster
            for cluster in estate.clusters.values()
            if cluster.project_id == project
            and (not ids or cluster.id in ids)
            and (not regions or cluster.region_id in regions)
            and (not states or cluster.state in states)
        ]
        part = page(found, query)
        clusters = [shapes.cluster(cluster) for cluster in part.items]
        return {"clusters": clusters, "totalSize": part.total, "nextPageToken": part.next_token}

    @app.get(CLUSTER, endpoint="GetCluster")
    def get_cluster(cluster_id: str) -> Json:
        return shapes.cluster(estate.cluster(cluster_id))

    @app.get(GROUPS, endpoint="ListTidbNodeGroups")
    def list_node_groups(cluster_id: str) -> Json:
        cluster = estate.cluster(cluster_id)
        part = page(cluster.groups, flask.request.args)
        answer: Json = {
            "tidbNodeGroups": [shapes.node_group(cluster, group) for group in part.items],
            "totalSize": part.total,
        }
        # Of this list alone the specification says: "If this field is omitted, there are no subsequent pages."
        return answer | ({"nextPageToken": part.next_token} if part.next_token else {})

    @app.get(GROUP, endpoint="GetTidbNodeGroup")
    def get_node_group(cluster_id: str, group_id: str) -> Json:
        return shapes.node_group(*estate.group(cluster_id, group_id))

    @app.get(f"{GROUP}/privateLinkService", endpoint="GetPrivateLinkService")
    def get_service(cluster_id: str, group_id: str) -> Json:
        cluster, group = estate.group(cluster_id, group_id)
        if group.service is None:
            raise not_found(f"The private link service of the TiDB node group {group_id} is not found.")
        return shapes.service(cluster, group, group.service)


def _add_connections(app: flask.Flask, estate: Estate, default_project: str) -> None:
    @app.get(CONNECTIONS, endpoint="ListPrivateEndpointConnections")
    def list_connections(cluster_id: str, group_id: str) -> Json:
        query = flask.request.args
        provider = query.get("cloudProvider")
        if provider and provider not in PROVIDERS:
            raise invalid(f"cloudProvider must be one of {', '.join(PROVIDERS)}, not {provider!r}.")
        rows = [
            row
            for row in _rows(estate, cluster_id, group_id, query.get("projectId"), default_project)
            if provider in (None, "", row.cluster.provider)
        ]
        part = page(rows, query)
        connections = [shapes.registration(row) for row in part.items]
        return {"privateEndpointConnections": connections, "totalSize": part.total, "nextPageToken": part.next_token}

    @app.post(CONNECTIONS, endpoint="CreatePrivateEndpointConnection")
    def create_connection(cluster_id: str, group_id: str) -> Json:
        body = flask.request.get_json(force=True)
        endpoint_id = body.get("endpointId") if isinstance(body, dict) else None
        if not isinstance(endpoint_id, str) or not endpoint_id:
            raise invalid("endpointId is required.")
        return shapes.registration(estate.registrations.register(*estate.group(cluster_id, group_id), endpoint_id))

    @app.get(CONNECTION, endpoint="GetPrivateEndpointConnection")
    def get_connection(cluster_id: str, group_id: str, connection_id: str) -> Json:
        return shapes.registration(estate.registrations.get(*estate.group(cluster_id, group_id), connection_id))

    @app.delete(CONNECTION, endpoint="DeletePrivateEndpointConnection")
    def delete_connection(cluster_id: str, group_id: str, connection_id: str) -> Json:
        estate.registrations.terminate(*estate.group(cluster_id, group_id), connection_id)
        return {}


def _rows(
    estate: Estate, cluster_id: str, group_id: str, project: str | None, default_project: str
) -> list[Registration]:
    """The registrations of one node group, or of a whole project where both ids are `-`.

    One id `-` and the other not, or a project with ids, is not documented: rejected, so that nothing relies on it.
    """
    if (cluster_id == ALL) != (group_id == ALL):
        raise invalid("clusterId and tidbNodeGroupId must both be -, or neither.")
    if cluster_id != ALL:
        if project:
            raise invalid("projectId may be given only where clusterId and tidbNodeGroupId are both -.")
        return estate.registrations.rows(*estate.group(cluster_id, group_id))
    wanted = project or default_project
    return [
        row
        for cluster in estate.clusters.values()
        if cluster.project_id == wanted
        for group in cluster.groups
        for row in estate.registrations.rows(cluster, group)
    ]
