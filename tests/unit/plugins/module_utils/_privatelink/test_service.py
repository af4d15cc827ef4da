# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint service of a cluster: what makes it impossible ends the run at once, what takes time is waited for."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.service import (
    ensure_service,
    reject_absent,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitFailed,
    WaitTimedOut,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Cluster, EndpointService
from tests.support.endpoint_literals import CLUSTER, CLUSTER_ID, GROUP_ID, REGION, SERVICE, SERVICE_NAME
from tests.support.stopped_time import Time

CREATING = replace(SERVICE, state="creating", service_name=None, host=None)
Look = t.Union[EndpointService, ApiError, None]


class Clouds:
    """TiDB Cloud and the region of AWS. `looks`: the service as each look finds it; the last one stays."""

    def __init__(self, *looks: Look, cluster: Cluster | None = CLUSTER, region: str | None = None) -> None:
        self.looks = list(looks)
        self.cluster = cluster
        self.region = region
        self.asked = 0

    @property
    def tidb(self) -> Clouds:
        return self

    @property
    def aws(self) -> Clouds:
        return self

    def get_cluster(self, _cluster_id: str) -> Cluster | None:
        return self.cluster

    def get_service_plan(self, _cluster_id: str) -> str | None:
        return None

    def get_service(self, _cluster_id: str, node_group_id: str) -> EndpointService | None:
        assert node_group_id == GROUP_ID
        self.asked += 1
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, ApiError):
            raise look
        return look


def ensure(clouds: Clouds, time: Time | None = None, *, wait: bool = True) -> dict[str, t.Any]:
    time = time or Time()
    deadline = Deadline(600, 15, clock=time.clock, sleep=time.sleep, spread=lambda _low, _high: 1.0)
    return ensure_service(CLUSTER_ID, None, t.cast(t.Any, clouds), deadline, wait=wait)


def codes(clouds: Clouds, time: Time | None = None) -> list[str]:
    with pytest.raises(LimitsViolated) as caught:
        ensure(clouds, time)
    return [violation.code for violation in caught.value.violations]


def test_an_active_service_is_returned_after_one_look() -> None:
    clouds, time = Clouds(SERVICE), Time()
    found = ensure(clouds, time)
    assert (found["state"], found["service_name"], found["region"]) == ("active", SERVICE_NAME, REGION)
    assert (clouds.asked, time.slept) == (1, [])


def test_one_that_is_being_created_is_waited_for_until_it_has_a_name() -> None:
    unnamed = replace(SERVICE, service_name=None)
    clouds, time = Clouds(CREATING, CREATING, unnamed, SERVICE), Time()
    assert ensure(clouds, time)["service_name"] == SERVICE_NAME
    assert clouds.asked == 4
    assert time.slept


@pytest.mark.parametrize("service", [CREATING, replace(SERVICE, service_name=None), replace(SERVICE, state=None)])
def test_without_waiting_it_is_returned_as_it_is(service: EndpointService) -> None:
    clouds, time = Clouds(service), Time()
    assert ensure(clouds, time, wait=False)["state"] == service.state
    assert (clouds.asked, time.slept) == (1, [])


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (CREATING, "the service is CREATING and has no name"),
        (replace(SERVICE, service_name=None), "the service is ACTIVE and has no name"),
        (replace(SERVICE, state=None), "the service is without a state"),
        (replace(CREATING, state="\x1b[2Jodd\n"), r"the service is \[2JODD and has no name"),
    ],
)
def test_one_that_takes_too_long_is_reported_as_it_was_last_seen(service: EndpointService, said: str) -> None:
    with pytest.raises(WaitTimedOut, match=said):
        ensure(Clouds(service))


def test_one_that_vanishes_while_it_is_waited_for_is_no_service_that_was_never_begun() -> None:
    with pytest.raises(WaitFailed, match=r"was there a moment ago.*run again"):
        ensure(Clouds(CREATING, None))


def test_one_that_some_answers_do_not_have_is_waited_for() -> None:
    clouds = Clouds(CREATING, *[None] * 4, CREATING, *[None] * 4, SERVICE)
    assert ensure(clouds)["state"] == "active"


def test_one_that_begins_to_be_deleted_while_it_is_waited_for_ends_the_run() -> None:
    assert codes(Clouds(CREATING, replace(SERVICE, state="deleting"))) == ["service_not_active"]


def test_what_the_api_refuses_while_it_is_waited_for_is_raised() -> None:
    with pytest.raises(ApiError, match="refused"):
        ensure(Clouds(CREATING, ApiError("refused", api="tidbcloud")))


@pytest.mark.parametrize(
    ("clouds", "found"),
    [
        (Clouds(SERVICE, cluster=None), ["cluster_not_found"]),
        (Clouds(None), ["service_not_created"]),
        (Clouds(replace(SERVICE, state="deleting")), ["service_not_active"]),
        (Clouds(SERVICE, region="eu-west-1"), ["region_mismatch"]),
        (Clouds(SERVICE, cluster=replace(CLUSTER, cloud_provider="gcp")), ["provider_not_aws"]),
        (Clouds(SERVICE, cluster=replace(CLUSTER, state="CREATING")), ["cluster_not_ready"]),
        (Clouds(SERVICE, cluster=replace(CLUSTER, state="DELETING")), ["cluster_not_ready"]),
        (Clouds(None, cluster=replace(CLUSTER, state="PAUSED")), ["cluster_not_ready"]),
        (Clouds(CREATING, cluster=replace(CLUSTER, state="PAUSED")), ["cluster_not_ready"]),
        (Clouds(None, region="eu-west-1"), ["region_mismatch", "service_not_created"]),
    ],
    ids=[
        "no cluster",
        "never begun",
        "deleting",
        "elsewhere",
        "another provider",
        "cluster being created",
        "cluster being deleted",
        "paused before it was begun",
        "paused while it was created",
        "two at once",
    ],
)
def test_what_cannot_come_about_ends_the_run_before_it_waits(clouds: Clouds, found: list[str]) -> None:
    time = Time()
    assert codes(clouds, time) == found
    assert time.slept == []


@pytest.mark.parametrize("state", ["PAUSED", "PAUSING"])
def test_the_service_of_a_paused_cluster_stays_as_it_is(state: str) -> None:
    assert ensure(Clouds(SERVICE, cluster=replace(CLUSTER, state=state)))["state"] == "active"


def test_a_cluster_of_another_provider_is_not_asked_for_a_service_of_aws() -> None:
    clouds = Clouds(SERVICE, cluster=replace(CLUSTER, cloud_provider="azure"))
    codes(clouds)
    assert clouds.asked == 0


def test_a_service_is_not_deleted_and_the_way_to_what_can_be_is_named() -> None:
    with pytest.raises(PrivateLinkError, match=r"cannot be deleted.*privatelink.private_endpoint with state=absent"):
        reject_absent(CLUSTER_ID)
