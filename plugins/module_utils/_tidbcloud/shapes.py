# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON of TiDB Cloud as the objects of the domain. Pure. Any field may be missing or null, and is then null here."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._privatelink.model import (
    Cluster,
    EndpointService,
    NodeGroup,
    Registration,
)

Json = Mapping[str, t.Any]
PROJECT_LABEL = "tidb.cloud/project"
CLOUD_PROVIDERS = ("aws", "gcp", "azure", "alicloud")


def cluster(json: Json, cluster_id: str) -> Cluster:
    """C(cluster_id) is the one that was asked for, in case the answer does not repeat it."""
    provider, region = _place(json)
    setting = _object(json.get("tidbNodeSetting"))
    return Cluster(
        cluster_id=_text(json.get("clusterId")) or cluster_id,
        name=_text(json.get("displayName")),
        cloud_provider=provider,
        region=region,
        state=_upper(json.get("state")),
        port=_number(json.get("port")),
        project_id=_project(json),
        node_groups=tuple(_node_group(group) for group in objects(setting.get("tidbNodeGroups"))),
    )


def endpoint_service(json: Json, node_group_id: str) -> EndpointService:
    """C(node_group_id) is the one that was asked for. While CREATING, all other fields may be null."""
    provider, region = _place(json)
    return EndpointService(
        node_group_id=_text(json.get("tidbNodeGroupId")) or node_group_id,
        service_name=_text(json.get("serviceName")),
        state=_lower(json.get("state")),
        host=_text(json.get("serviceDnsName")),
        availability_zones=tuple(filter(None, map(_text, _list(json.get("availableZones"))))),
        region=region,
        cloud_provider=provider,
    )


def registration(json: Json, cluster_id: str, node_group_id: str, vpc_endpoint_id: str = "") -> Registration:
    """The ids are those that were asked for (V(-) for any), in case the answer does not repeat them."""
    provider, region = _place(json)
    named = _ids_in_name(json.get("name"))
    return Registration(
        vpc_endpoint_id=_text(json.get("endpointId")) or vpc_endpoint_id,
        private_endpoint_connection_id=_text(json.get("privateEndpointConnectionId"))
        or named.get("privateEndpointConnections"),
        state=_upper(json.get("endpointState")),
        message=_text(json.get("message")),
        host=_text(json.get("host")),
        port=_number(json.get("port")),
        cluster_id=_text(json.get("clusterId")) or _asked(cluster_id),
        cluster_name=_text(json.get("clusterDisplayName")),
        node_group_id=_text(json.get("tidbNodeGroupId")) or named.get("tidbNodeGroups") or _asked(node_group_id),
        project_id=_project(json),
        region=region,
        cloud_provider=provider,
        service_name=_text(json.get("privateLinkServiceName")),
        service_state=_lower(json.get("privateLinkServiceState")),
        account_id=_text(json.get("accountId")),
    )


def service_plan(json: Json) -> str | None:
    """The tier of a cluster of the serverless API (V(Starter), V(Essential), …): servicePlan, else clusterPlan."""
    return _text(json.get("servicePlan")) or _text(json.get("clusterPlan"))


def objects(value: object) -> list[Json]:
    """The objects of a list, which may be missing."""
    return [item for item in _list(value) if isinstance(item, dict)]


def _node_group(json: Json) -> NodeGroup:
    private = next(
        (end for end in objects(json.get("endpoints")) if _upper(end.get("connectionType")) == "PRIVATE_ENDPOINT"), {}
    )
    return NodeGroup(
        node_group_id=_text(json.get("tidbNodeGroupId")) or "",
        name=_text(json.get("displayName")),
        is_default=json.get("isDefaultGroup") is True,
        state=_upper(json.get("state")),
        host=_text(private.get("host")),
        port=_number(private.get("port")),
    )


def _place(json: Json) -> tuple[str | None, str | None]:
    """Provider and region: V(aws-us-east-1) is V(us-east-1) of V(aws)."""
    provider, region = _lower(json.get("cloudProvider")), _text(json.get("regionId"))
    if region is not None:
        prefix, _dash, rest = region.partition("-")
        if rest and prefix.lower() in CLOUD_PROVIDERS:
            return provider or prefix.lower(), rest
    return provider, region


def _project(json: Json) -> str | None:
    return _text(_object(json.get("labels")).get(PROJECT_LABEL))


def _ids_in_name(name: object) -> dict[str, str]:
    """V(tidbNodeGroups/1/privateEndpointConnections/2) holds the ids by the names of their collections."""
    parts = (_text(name) or "").split("/")
    return dict(zip(parts[::2], parts[1::2]))


def _asked(value: str) -> str | None:
    return None if value == "-" else value


def _text(value: object) -> str | None:
    """An id is a string in the API, but a number is taken, too: JSON reads integers exactly."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _upper(value: object) -> str | None:
    text = _text(value)
    return text.upper() if text is not None else None


def _lower(value: object) -> str | None:
    text = _text(value)
    return text.lower() if text is not None else None


def _number(value: object) -> int | None:
    text = _text(value)
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[t.Any]:
    return value if isinstance(value, list) else []
