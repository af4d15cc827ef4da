# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON from TiDB Cloud as the objects of the domain. Pure, and trusting nothing.

Any field may be missing, null or of another type, and is then null here. A text is printable and on one line, so that
it fits into a sentence; an id is one that a request can contain.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from .._run.text import printable
from .ids import answered_id, answered_text
from .model import Cluster, EndpointService, NodeGroup, Registration

Json = Mapping[str, t.Any]
PROJECT_LABEL = "tidb.cloud/project"
CLOUD_PROVIDERS = ("aws", "gcp", "azure", "alicloud")
_REGION = re.compile(r"[a-z0-9-]{1,63}")


def is_cluster(json: Json, cluster_id: str) -> bool:
    """Whether it is the cluster that was asked for: a portal's own JSON has no such id."""
    return answered_id(json.get("clusterId")) == cluster_id


def is_service(json: Json, node_group_id: str) -> bool:
    """Whether it is the endpoint service of the node group that was asked for.

    The specification has an object in which any field may be missing, but none for a service that was never begun. One
    with only its node group is taken for that; an empty object is valid only as the answer to DELETE.
    """
    said = [_text(json.get(field)) for field in ("tidbNodeGroupId", "name", "serviceName", "state")]
    return said[0] in (None, node_group_id) and any(said)


def is_registration(json: Json, *, vpc_endpoint_id: str | None = None, connection_id: str | None = None) -> bool:
    """Whether it is the registration of the interface endpoint, or with the id, that was asked for."""
    registered, own = _text(json.get("endpointId")), _connection_id(json)
    if vpc_endpoint_id and registered not in (None, vpc_endpoint_id):
        return False
    if connection_id and own not in (None, connection_id):
        return False
    return bool(registered or own or _text(json.get("endpointState")))


def cluster(json: Json, cluster_id: str) -> Cluster:
    """`cluster_id` is the one that was asked for, in case the answer omits it."""
    provider, region = _place(json)
    setting = _object(json.get("tidbNodeSetting"))
    return Cluster(
        cluster_id=answered_id(json.get("clusterId")) or cluster_id,
        name=_text(json.get("displayName")),
        cloud_provider=provider,
        region=region,
        state=_upper(json.get("state")),
        port=_port(json.get("port")),
        project_id=_project(json),
        node_groups=tuple(_node_group(group) for group in objects(setting.get("tidbNodeGroups"))),
    )


def endpoint_service(json: Json, node_group_id: str) -> EndpointService:
    """`node_group_id` is the one that was asked for. While CREATING, all other fields may be null."""
    provider, region = _place(json)
    return EndpointService(
        node_group_id=answered_id(json.get("tidbNodeGroupId")) or node_group_id,
        service_name=_text(json.get("serviceName")),
        state=_lower(json.get("state")),
        host=_text(json.get("serviceDnsName")),
        availability_zones=tuple(filter(None, map(_text, _list(json.get("availableZones"))))),
        region=region,
        cloud_provider=provider,
    )


def registration(json: Json, cluster_id: str, node_group_id: str, vpc_endpoint_id: str = "") -> Registration:
    """The ids are those that were asked for ("-" for any), in case the answer omits them.

    A listed row may lack its ids: `vpc_endpoint_id` is then empty, the others are null.
    """
    provider, region = _place(json)
    named = _ids_in_name(json.get("name"))
    return Registration(
        vpc_endpoint_id=_text(json.get("endpointId")) or vpc_endpoint_id,
        private_endpoint_connection_id=_connection_id(json),
        state=_upper(json.get("endpointState")),
        message=_text(json.get("message")),
        host=_text(json.get("host")),
        port=_port(json.get("port")),
        cluster_id=answered_id(json.get("clusterId")) or _asked(cluster_id),
        cluster_name=_text(json.get("clusterDisplayName")),
        node_group_id=answered_id(json.get("tidbNodeGroupId"))
        or answered_id(named.get("tidbNodeGroups"))
        or _asked(node_group_id),
        project_id=_project(json),
        region=region,
        cloud_provider=provider,
        service_name=_text(json.get("privateLinkServiceName")),
        service_state=_lower(json.get("privateLinkServiceState")),
        account_id=_text(json.get("accountId")),
    )


def service_plan(json: Json) -> str | None:
    """The tier of a cluster of the serverless API ("Starter", "Essential", ...): servicePlan, else clusterPlan."""
    return _text(json.get("servicePlan")) or _text(json.get("clusterPlan"))


def objects(value: object) -> list[Json]:
    """The objects of a list, which may be missing."""
    return [item for item in _list(value) if isinstance(item, dict)]


def _node_group(json: Json) -> NodeGroup:
    private = next(
        (end for end in objects(json.get("endpoints")) if _upper(end.get("connectionType")) == "PRIVATE_ENDPOINT"), {}
    )
    return NodeGroup(
        node_group_id=answered_id(json.get("tidbNodeGroupId")) or "",
        name=_text(json.get("displayName")),
        is_default=json.get("isDefaultGroup") is True,
        state=_upper(json.get("state")),
        host=_text(private.get("host")),
        port=_port(private.get("port")),
    )


def _place(json: Json) -> tuple[str | None, str | None]:
    """Provider and region: "aws-us-east-1" is "us-east-1" of "aws"."""
    provider, region = _lower(json.get("cloudProvider")), _text(json.get("regionId"))
    if region is not None:
        prefix, _dash, rest = region.partition("-")
        if rest and prefix.lower() in CLOUD_PROVIDERS:
            provider, region = provider or prefix.lower(), rest
    # It becomes a part of AWS's host name.
    return provider, region if region and _REGION.fullmatch(region) else None


def _project(json: Json) -> str | None:
    return answered_id(_object(json.get("labels")).get(PROJECT_LABEL))


def _connection_id(json: Json) -> str | None:
    named = _ids_in_name(json.get("name"))
    return answered_id(json.get("privateEndpointConnectionId")) or answered_id(named.get("privateEndpointConnections"))


def _ids_in_name(name: object) -> dict[str, str]:
    """ "tidbNodeGroups/1/privateEndpointConnections/2" holds the ids by the names of their collections."""
    parts = (_text(name) or "").split("/")
    return dict(zip(parts[::2], parts[1::2]))


def _asked(value: str) -> str | None:
    return None if value == "-" else value


def _text(value: object) -> str | None:
    return printable(answered_text(value) or "") or None


def _upper(value: object) -> str | None:
    text = _text(value)
    return text.upper() if text is not None else None


def _lower(value: object) -> str | None:
    text = _text(value)
    return text.lower() if text is not None else None


def _port(value: object) -> int | None:
    text = _text(value)
    port = int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 5 else 0
    return port if 1 <= port <= 65535 else None


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[t.Any]:
    return value if isinstance(value, list) else []
