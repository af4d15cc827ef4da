# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.cluster_limits import (
    Place,
    place_of,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.read_cluster import read_cluster
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Cluster, NodeGroup
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP,
    REGION,
)

ANALYTICS = NodeGroup("2", "analytics", is_default=False)


class Tidb:
    """TiDB Cloud that knows one cluster, or refuses to say."""

    def __init__(self, cluster: Cluster | int | None, plan: str | None = None) -> None:
        self._cluster = cluster
        self._plan = plan

    def get_cluster(self, cluster_id: str) -> Cluster | None:
        if isinstance(self._cluster, int):
            raise ApiError("refused", api="tidbcloud", status=self._cluster)
        return self._cluster

    def get_service_plan(self, cluster_id: str) -> str | None:
        return self._plan


def read(cluster: Cluster | int | None, plan: str | None = None) -> Cluster | None:
    return read_cluster(t.cast(t.Any, Tidb(cluster, plan)), CLUSTER_ID)


def code(violated: pytest.ExceptionInfo[LimitsViolated]) -> str:
    (violation,) = violated.value.violations
    return violation.code


@pytest.mark.parametrize("provider", ["aws", None])
def test_a_cluster_on_aws_is_read(provider: str | None) -> None:
    cluster = replace(CLUSTER, cloud_provider=provider)
    assert read(cluster) == cluster
    assert place_of(cluster, None, None) == Place(cluster, REGION, GROUP)


# Not published: what Dedicated answers for the id of another tier's cluster.
@pytest.mark.parametrize("answer", [None, 400, 403])
def test_a_cluster_of_another_tier_is_refused_whatever_dedicated_answers(answer: int | None) -> None:
    with pytest.raises(LimitsViolated, match="has the tier Essential") as violated:
        read(answer, "Essential")
    assert code(violated) == "tier_not_dedicated"


def test_an_unknown_cluster_is_null() -> None:
    assert read(None) is None


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_refusal_for_another_reason_than_the_tier_is_reported(status: int) -> None:
    with pytest.raises(ApiError):
        read(status, "Starter" if status in (401, 500) else None)
