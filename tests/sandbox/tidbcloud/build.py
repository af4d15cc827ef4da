# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes clusters as TiDB Cloud would: hosts and service names follow from the id, so they are always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tests.sandbox.tidbcloud.model import Cluster, NodeGroup, Service

# Zone ids are the same in every account; a service has some of its region's.
ZONE_IDS = {
    "us-east-1": ("use1-az1", "use1-az2", "use1-az4"),
    "us-west-2": ("usw2-az1", "usw2-az2", "usw2-az3"),
}


def build_cluster(
    *,
    cluster_id: str,
    name: str,
    project_id: str,
    port: int,
    principals: Sequence[str],
    provider: str = "aws",
    region: str = "us-east-1",
    state: str = "ACTIVE",
    service: str | None = "ACTIVE",
    node_groups: Sequence[str] = ("DefaultGroup",),
) -> Cluster:
    """A cluster with its node groups, the first of them the default one.

    :param principals: the AWS accounts that may see and use its endpoint services.
    :param service: the state of its endpoint services; null: none was ever begun.
    """
    cluster = Cluster(cluster_id, name, provider, region, project_id, port, state)
    for index, group_name in enumerate(node_groups):
        group_id = str(int(cluster_id) + 1009 * (index + 1))
        link = _build_service(cluster, group_id, tuple(principals), service) if service else None
        cluster.groups.append(NodeGroup(group_id, group_name, index == 0, link))
    return cluster


def _build_service(cluster: Cluster, group_id: str, principals: tuple[str, ...], state: str) -> Service:
    digest = hashlib.sha256(group_id.encode()).hexdigest()
    digits = f"{int(digest, 16) % 10**8:08}"
    letters = "".join(chr(ord("a") + int(pair, 16) % 26) for pair in _pairs(digest)[:12])
    if cluster.provider == "aws":
        name = f"com.amazonaws.vpce.{cluster.region}.vpce-svc-0{digest[:16]}"
    else:
        name = f"projects/sandbox/regions/{cluster.region}/serviceAttachments/{cluster.name}"
    host = f"privatelink-{digits}.{letters}.clusters.tidb-cloud.com"
    return Service(name, host, ZONE_IDS.get(cluster.region, ()), principals, state)


def _pairs(text: str) -> list[str]:
    return [text[index : index + 2] for index in range(0, len(text), 2)]
