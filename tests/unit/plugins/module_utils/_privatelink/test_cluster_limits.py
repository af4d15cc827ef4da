# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What TiDB Cloud's side forbids, and where private endpoints of a cluster are made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.cluster_limits import (
    NOT_READY,
    aws_region,
    cluster_not_found,
    cluster_violations,
    place_of,
    service_violations,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import EndpointService, NodeGroup
from tests.support.endpoint_literals import CLUSTER, GROUP, GROUP_ID, OTHER, SERVICE, current, desired

ANALYTICS = NodeGroup("2", "analytics", is_default=False)


@pytest.mark.parametrize("provider", ["gcp", "azure", "alicloud"])
def test_a_cluster_on_another_cloud_is_refused(provider: str) -> None:
    (violation,) = place_of(replace(CLUSTER, cloud_provider=provider), None, None).violations
    assert violation.code == "provider_not_aws"
    assert f"hosted on {provider}" in violation.message


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
    # The region of another provider's cluster says nothing.
    elsewhere = place_of(replace(CLUSTER, cloud_provider="gcp"), "7", "eu-west-1")
    assert [violation.code for violation in elsewhere.violations] == ["provider_not_aws", "node_group_not_found"]


@pytest.mark.parametrize(
    ("configured", "own", "region"), [(None, "a", "a"), ("a", "a", "a"), ("a", None, "a"), ("", "a", "a")]
)
def test_the_region_is_the_services_own(configured: str | None, own: str | None, region: str) -> None:
    assert aws_region(configured, own, "it") == region


def test_a_region_that_differs_is_refused() -> None:
    with pytest.raises(LimitsViolated, match="set to a, but it is in b") as violated:
        aws_region("a", "b", "it")
    assert [violation.code for violation in violated.value.violations] == ["region_mismatch"]


def test_an_unknown_region_must_be_set() -> None:
    with pytest.raises(PrivateLinkError, match="region of it is not known"):
        aws_region(None, None, "it")


@pytest.mark.parametrize("state", [None, "ACTIVE", "MODIFYING", "RESUMING", "SOMETHING_NEW"])
def test_a_cluster_that_is_at_work_or_in_an_unknown_state_is_left_to_the_cloud(state: str | None) -> None:
    assert cluster_violations(replace(CLUSTER, state=state)) == []


@pytest.mark.parametrize("state", sorted(NOT_READY))
def test_a_cluster_that_accepts_nothing_is_named_with_its_state_and_the_way_out(state: str) -> None:
    (violation,) = cluster_violations(replace(CLUSTER, state=state))
    assert violation.code == "cluster_not_ready"
    assert f"is {state};" in violation.message
    expected = "Resume" if "PAUS" in state else "Choose" if "DELET" in state else "Wait"
    assert violation.remedy.startswith(expected)


def test_a_cluster_that_is_not_known_breaks_no_limit_of_its_own() -> None:
    """That it is not found is another code."""
    assert cluster_violations(None) == []
    assert cluster_not_found("10").code == "cluster_not_found"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        (None, "service_not_created"),
        (replace(SERVICE, state="creating"), "service_not_active"),
        (replace(SERVICE, state="deleting"), "service_not_active"),
        (replace(SERVICE, state=None), None),
        (SERVICE, None),
    ],
)
def test_nothing_is_made_before_the_service_is_active(service: EndpointService | None, code: str | None) -> None:
    found = service_violations(desired(), current().provider, service)
    assert [violation.code for violation in found] == ([code] if code else [])
    assert all(GROUP_ID in violation.message for violation in found)


def test_the_service_is_no_limit_of_its_own_while_its_cluster_is_created_or_where_it_is_somebody_elses() -> None:
    """What follows from the cluster's own state is said once."""
    creating = current(cluster=replace(CLUSTER, state="CREATING")).provider
    assert service_violations(desired(), creating, None) == []
    other = desired(cluster_id=None, service_name="com.example")
    assert service_violations(other, current(**OTHER).provider, None) == []


def test_what_a_cluster_calls_itself_is_one_line_in_a_violation() -> None:
    hostile = replace(CLUSTER, name="\x1b[2Jmain\nok: [localhost]", state="PAUSED")
    assert cluster_violations(hostile)[0].message.isprintable()
    assert place_of(hostile, "7", None).violations[0].message.isprintable()
