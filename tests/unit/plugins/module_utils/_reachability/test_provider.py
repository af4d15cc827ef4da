# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cluster, interface endpoint and registration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts, Provider
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.provider import provider_hops
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP,
    GROUP_ID,
    VPCE,
    registration,
)
from tests.support.reachability_literals import WAY, only


def cluster_in(state: str | None) -> Facts:
    return replace(WAY, provider=replace(WAY.provider, cluster=replace(CLUSTER, state=state)))


@pytest.mark.parametrize("state", ["ACTIVE", "IMPORTING", "MAINTENANCE", "MODIFYING", "UPGRADING"])
def test_a_cluster_that_serves_lets_pass(state: str) -> None:
    assert only(provider_hops(cluster_in(state)), "cluster").verdict == "pass"


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("PAUSED", "Resume the cluster"),
        ("PAUSING", "then resume it"),
        ("RESUMING", "Wait until"),
        ("CREATING", "Wait until"),
        ("RESTORING", "Wait until"),
        ("DELETING", "state=absent"),
        ("DELETED", "state=absent"),
        ("INACTIVE", "Activate"),
    ],
)
def test_a_cluster_that_does_not_serve_blocks(state: str, remedy: str) -> None:
    hop = only(provider_hops(cluster_in(state)), "cluster")
    assert (hop.verdict, hop.object_id) == ("block", CLUSTER_ID)
    assert state in hop.message
    assert remedy in str(hop.remedy)


@pytest.mark.parametrize("state", [None, "NEW_STATE_OF_TIDB_CLOUD"])
def test_an_unfamiliar_state_is_unknown(state: str | None) -> None:
    assert only(provider_hops(cluster_in(state)), "cluster").verdict == "unknown"


def test_a_paused_node_group_blocks_although_its_cluster_is_active() -> None:
    cluster = replace(CLUSTER, node_groups=(replace(GROUP, state="PAUSED"),))
    hop = only(provider_hops(replace(WAY, provider=replace(WAY.provider, cluster=cluster))), "cluster")
    assert (hop.verdict, hop.object_id) == ("block", GROUP_ID)


def test_where_tidb_cloud_was_not_asked_cluster_and_registration_are_unknown_and_say_why() -> None:
    hops = provider_hops(replace(WAY, provider=Provider(CLUSTER_ID, unknown="TiDB Cloud could not be asked: no key.")))
    assert [(hop.name, hop.verdict) for hop in hops] == [
        ("cluster", "unknown"),
        ("interface_endpoint", "pass"),
        ("registration", "unknown"),
    ]
    assert hops[0].message == hops[2].message == "TiDB Cloud could not be asked: no key."


def test_a_cluster_that_the_key_cannot_see_may_be_gone_or_of_another_project() -> None:
    hop = only(provider_hops(replace(WAY, provider=Provider(CLUSTER_ID))), "cluster")
    assert hop.verdict == "unknown"
    assert "it is gone, or belongs to another project" in hop.message


@pytest.mark.parametrize(
    ("state", "verdict", "remedy"),
    [
        ("available", "pass", ""),
        ("pendingacceptance", "block", "Register it"),
        ("pending", "block", "Wait"),
        ("rejected", "block", "recreate_failed=true"),
        ("failed", "block", "recreate_failed=true"),
        ("expired", "block", "recreate_failed=true"),
        ("deleting", "block", "Create a new"),
        ("deleted", "block", "Create a new"),
        ("partial", "unknown", ""),
        ("a-new-state", "unknown", ""),
    ],
)
def test_the_state_of_the_interface_endpoint_counts(state: str, verdict: str, remedy: str) -> None:
    hop = only(provider_hops(replace(WAY, endpoint=replace(WAY.endpoint, state=state))), "interface_endpoint")
    assert (hop.verdict, hop.object_id) == (verdict, VPCE)
    assert remedy in (hop.remedy or "")


def test_a_failed_interface_endpoint_says_what_aws_says() -> None:
    endpoint = replace(WAY.endpoint, state="failed", last_error="No free address.")
    assert "No free address." in only(provider_hops(replace(WAY, endpoint=endpoint)), "interface_endpoint").message


def test_an_available_interface_endpoint_whose_interfaces_cannot_be_seen_is_unknown() -> None:
    assert only(provider_hops(replace(WAY, interfaces=())), "interface_endpoint").verdict == "unknown"


@pytest.mark.parametrize(
    ("state", "verdict", "remedy"),
    [
        ("ACTIVE", "pass", ""),
        ("PENDING", "block", "Wait"),
        ("DISCOVERED", "block", "Register it"),
        ("DELETING", "block", "Create a new"),
        ("FAILED", "block", "recreate_failed=true"),
        ("NEW", "unknown", ""),
        (None, "unknown", ""),
    ],
)
def test_the_state_of_the_registration_counts(state: str | None, verdict: str, remedy: str) -> None:
    row = registration(state=state, message="The zone is not served.")
    hop = only(provider_hops(replace(WAY, provider=replace(WAY.provider, registration=row))), "registration")
    assert (hop.verdict, hop.object_id) == (verdict, CONNECTION_ID)
    assert remedy in (hop.remedy or "")
    assert ("The zone is not served." in hop.message) == (verdict == "block")


def test_an_endpoint_that_its_cluster_does_not_know_is_not_registered() -> None:
    hop = only(provider_hops(replace(WAY, provider=replace(WAY.provider, registration=None))), "registration")
    assert (hop.verdict, hop.object_id) == ("block", VPCE)
    assert f"not registered with cluster {CLUSTER_ID}" in hop.message


def test_a_service_without_registration_has_only_its_interface_endpoint() -> None:
    hops = provider_hops(replace(WAY, provider=Provider(expected=False)))
    assert [hop.name for hop in hops] == ["interface_endpoint"]
