# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.errors import (
    ApiError,
    LimitsViolated,
    PrivateLinkError,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.model import Cluster, NodeGroup
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.read_cluster import (
    aws_region,
    read_cluster,
    select_node_group,
    service_from,
)
from tests.unit.plugins.module_utils._privatelink.literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP,
    GROUP_ID,
    HOST,
    REGION,
    SERVICE_NAME,
    registration,
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
    assert read(replace(CLUSTER, cloud_provider=provider)) == replace(CLUSTER, cloud_provider=provider)


@pytest.mark.parametrize("provider", ["gcp", "azure", "alicloud"])
def test_a_cluster_on_another_cloud_is_refused(provider: str) -> None:
    with pytest.raises(LimitsViolated, match=f"hosted on {provider}") as violated:
        read(replace(CLUSTER, cloud_provider=provider))
    assert code(violated) == "provider_not_aws"


# Not published: what Dedicated answers for the id of another tier's cluster.
@pytest.mark.parametrize("answer", [None, 400, 403])
def test_a_cluster_of_another_tier_is_refused_whatever_dedicated_answers(answer: int | None) -> None:
    with pytest.raises(LimitsViolated, match="of the tier Essential") as violated:
        read(answer, "Essential")
    assert code(violated) == "tier_not_dedicated"


def test_a_cluster_that_nobody_knows_is_null() -> None:
    assert read(None) is None


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_refusal_that_is_no_other_tier_is_told(status: int) -> None:
    with pytest.raises(ApiError):
        read(status, "Starter" if status in (401, 500) else None)


def test_the_default_node_group_is_meant_unless_one_is_named() -> None:
    cluster = replace(CLUSTER, node_groups=(ANALYTICS, GROUP))
    assert select_node_group(cluster, None) == GROUP
    assert select_node_group(cluster, "2") == ANALYTICS


def test_the_only_node_group_is_the_default_where_none_says_so() -> None:
    assert select_node_group(replace(CLUSTER, node_groups=(ANALYTICS,)), None) == ANALYTICS
    assert (
        select_node_group(replace(CLUSTER, node_groups=(ANALYTICS, replace(ANALYTICS, node_group_id="3"))), None)
        is None
    )
    assert select_node_group(replace(CLUSTER, node_groups=()), None) is None


@pytest.mark.parametrize(
    ("groups", "there"), [((GROUP, ANALYTICS), f"{GROUP_ID} (DefaultGroup), 2 (analytics)"), ((), "none")]
)
def test_a_node_group_that_is_not_there_is_refused_with_those_that_are(
    groups: tuple[NodeGroup, ...], there: str
) -> None:
    with pytest.raises(LimitsViolated) as violated:
        select_node_group(replace(CLUSTER, node_groups=groups), "7")
    assert code(violated) == "node_group_not_found"
    assert f"it has {there}." in str(violated.value)


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


def test_a_region_that_nobody_knows_must_be_given() -> None:
    with pytest.raises(PrivateLinkError, match="region of it is not known"):
        aws_region(None, None, (), "it")


def test_a_registration_names_the_service_and_spares_a_request() -> None:
    rows = [registration(service_name=None), registration(service_state="ACTIVE", host=None)]
    service = service_from(rows, GROUP, REGION)
    assert service is not None
    assert (service.service_name, service.state, service.host) == (SERVICE_NAME, "active", HOST)
    assert (service.node_group_id, service.region) == (GROUP_ID, REGION)


def test_where_no_registration_names_the_service_it_is_not_known() -> None:
    assert service_from([], GROUP, REGION) is None
    assert service_from([registration(service_name=None)], GROUP, REGION) is None
    assert service_from([registration()], None, REGION) is None
