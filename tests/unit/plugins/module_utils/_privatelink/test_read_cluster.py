# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.cluster_limits import (
    Place,
    aws_region,
    place_of,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.read_cluster import read_cluster
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Cluster, NodeGroup
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP,
    GROUP_ID,
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


@pytest.mark.parametrize("provider", ["gcp", "azure", "alicloud"])
def test_a_cluster_on_another_cloud_is_refused(provider: str) -> None:
    (violation,) = place_of(replace(CLUSTER, cloud_provider=provider), None, None).violations
    assert violation.code == "provider_not_aws"
    assert f"hosted on {provider}" in violation.message


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


def selected(node_group_id: str | None, *groups: NodeGroup) -> NodeGroup | None:
    place = place_of(replace(CLUSTER, node_groups=groups), node_group_id, None)
    assert not place.violations
    return place.node_group


def test_the_default_node_group_is_meant_unless_one_is_named() -> None:
    assert selected(None, ANALYTICS, GROUP) == GROUP
    assert selected("2", ANALYTICS, GROUP) == ANALYTICS


def test_the_only_node_group_is_the_default_where_none_says_so() -> None:
    assert selected(None, ANALYTICS) == ANALYTICS
    assert selected(None) is None


def test_none_of_several_node_groups_is_taken_for_the_default_one() -> None:
    several = replace(CLUSTER, node_groups=(ANALYTICS, replace(ANALYTICS, node_group_id="3")))
    place = place_of(several, None, None)
    assert place.node_group is None
    assert [violation.code for violation in place.violations] == ["node_group_not_found"]
    assert "2 (analytics), 3 (analytics)" in place.violations[0].message


@pytest.mark.parametrize(
    ("groups", "there"), [((GROUP, ANALYTICS), f"{GROUP_ID} (DefaultGroup), 2 (analytics)"), ((), "none")]
)
def test_a_node_group_that_is_not_there_is_refused_with_those_that_are(
    groups: tuple[NodeGroup, ...], there: str
) -> None:
    (violation,) = place_of(replace(CLUSTER, node_groups=groups), "7", None).violations
    assert violation.code == "node_group_not_found"
    assert f"it has {there}." in violation.message


def test_all_that_is_wrong_with_a_place_is_reported_together() -> None:
    place = place_of(CLUSTER, "7", "eu-west-1")
    assert [violation.code for violation in place.violations] == ["region_mismatch", "node_group_not_found"]
    assert [violation.code for violation in place_of(CLUSTER, "7", "eu-west-1", ["region_mismatch"]).violations] == [
        "node_group_not_found"
    ]
    # The region of another provider's cluster says nothing.
    elsewhere = place_of(replace(CLUSTER, cloud_provider="gcp"), "7", "eu-west-1")
    assert [violation.code for violation in elsewhere.violations] == ["provider_not_aws", "node_group_not_found"]


@pytest.mark.parametrize(
    ("configured", "own", "region"), [(None, "a", "a"), ("a", "a", "a"), ("a", None, "a"), ("", "a", "a")]
)
def test_the_region_is_the_services_own(configured: str | None, own: str | None, region: str) -> None:
    assert aws_region(configured, own, (), "it") == region


def test_a_region_that_differs_is_refused_unless_that_is_allowed() -> None:
    with pytest.raises(LimitsViolated, match="set to a, but it is in b") as violated:
        aws_region("a", "b", (), "it")
    assert code(violated) == "region_mismatch"
    assert aws_region("a", "b", ("region_mismatch",), "it") == "a"


def test_an_unknown_region_must_be_set() -> None:
    with pytest.raises(PrivateLinkError, match="region of it is not known"):
        aws_region(None, None, (), "it")
