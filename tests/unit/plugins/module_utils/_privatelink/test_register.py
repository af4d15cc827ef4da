# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""TiDB Cloud knows no idempotency key: one registration all the same."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.errors import (
    ApiError,
    PrivateLinkError,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.model import Registration
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.register import register
from tests.unit.plugins.module_utils._privatelink.clouds_played import Clouds, refusal
from tests.unit.plugins.module_utils._privatelink.literals import (
    CLUSTER_ID,
    GROUP_ID,
    OTHER_VPCE,
    VPCE,
    current,
    registration,
)


def registered(clouds: Clouds) -> Registration:
    return clouds.deadline.drive(register(t.cast(t.Any, clouds), current(), VPCE))


def test_it_is_asked_for_once(clouds: Clouds) -> None:
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.calls == [("register_endpoint", CLUSTER_ID, GROUP_ID, VPCE)]


def test_a_lost_answer_is_found_by_looking_and_not_asked_for_again(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal(status=None, ambiguous=True)]
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.names() == ["register_endpoint", "list_registrations"]


def test_one_that_exists_already_is_taken(clouds: Clouds) -> None:
    clouds.registrations[VPCE] = registration(state="ACTIVE")
    clouds.refusals["register_endpoint"] = [refusal("6", "already registered")]
    assert registered(clouds).state == "ACTIVE"


@pytest.mark.parametrize("row", [registration(state="DISCOVERED"), registration(OTHER_VPCE)])
def test_a_discovered_row_or_another_endpoints_is_not_it(clouds: Clouds, row: Registration) -> None:
    clouds.registrations[row.vpc_endpoint_id] = row
    clouds.refusals["register_endpoint"] = [refusal(message="does not exist")]
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.names() == ["register_endpoint", "list_registrations", "register_endpoint"]


def test_an_endpoint_that_tidb_cloud_does_not_see_yet_is_asked_for_again_after_a_pause(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal(), refusal()]
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.time.slept == [0.5, 0.75]


def test_a_refusal_that_stays_is_told(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal(message="the service is not ready")] * 9
    with pytest.raises(ApiError, match="the service is not ready"):
        registered(clouds)
    assert clouds.names().count("register_endpoint") == 4


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_not_tried_again(clouds: Clouds, status: int) -> None:
    clouds.refusals["register_endpoint"] = [refusal(status=status)]
    with pytest.raises(ApiError):
        registered(clouds)
    assert clouds.names().count("register_endpoint") == 1


def test_without_a_node_group_there_is_nothing_to_register_with(clouds: Clouds) -> None:
    with pytest.raises(PrivateLinkError, match=VPCE):
        clouds.deadline.drive(register(t.cast(t.Any, clouds), current(node_group=None), VPCE))
    assert clouds.calls == []
