# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""TiDB Cloud has no idempotency key: there is still only one registration."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.conditions import Conditions
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.register import (
    register,
    undo_registrations,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    RegisterEndpoint,
    TerminateRegistration,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitFailed,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP_ID,
    OTHER_VPCE,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.scripted_clouds import Clouds, refusal


def registered(clouds: Clouds) -> Registration:
    return clouds.deadline.drive(register(t.cast(t.Any, clouds), current().provider, VPCE)).registration


def test_it_is_asked_for_once(clouds: Clouds) -> None:
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.calls == [("register_endpoint", CLUSTER_ID, GROUP_ID, VPCE), ("list_registrations",)]


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
    assert clouds.names().count("register_endpoint") == 2


def test_an_endpoint_that_tidb_cloud_does_not_see_yet_is_asked_for_again_after_a_pause(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal(), refusal()]
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.names().count("register_endpoint") == 3
    assert sum(clouds.time.slept) == pytest.approx(8)


@pytest.mark.parametrize("shown_after", [1, 10])
def test_a_lost_answer_is_not_asked_for_again_because_the_list_is_behind(clouds: Clouds, shown_after: float) -> None:
    clouds.refusals["register_endpoint"] = [refusal(status=None, ambiguous=True)]
    clouds.lists_nothing = True
    clouds.at[shown_after] = lambda: setattr(clouds, "lists_nothing", False)
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.names().count("register_endpoint") == 1


def test_one_that_exists_already_and_is_not_listed_yet_is_taken(clouds: Clouds) -> None:
    clouds.registrations[VPCE] = registration(state="PENDING")
    clouds.lists_nothing = True
    clouds.refusals["register_endpoint"] = [refusal("6", "already registered")] * 9
    clouds.at[7.0] = lambda: setattr(clouds, "lists_nothing", False)
    assert registered(clouds).state == "PENDING"


def test_a_list_that_names_not_every_endpoint_is_no_reason_to_register_twice(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal("lost", status=None)]
    clouds.twins = [registration("", state="PENDING")]
    with pytest.raises(PrivateLinkError, match=f"not known whether {VPCE} is registered"):
        registered(clouds)
    assert clouds.names().count("register_endpoint") == 1


def test_a_lasting_refusal_is_reported(clouds: Clouds) -> None:
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
        clouds.deadline.drive(register(t.cast(t.Any, clouds), current(node_group=None).provider, VPCE))
    assert clouds.calls == []


ELDER, YOUNGER = "99", "1801634297120007920"


@pytest.mark.parametrize(("other", "kept"), [(YOUNGER, CONNECTION_ID), (ELDER, ELDER)])
def test_of_two_runs_that_register_at_once_each_keeps_the_eldest_and_withdraws_only_its_own(
    clouds: Clouds, other: str, kept: str
) -> None:
    clouds.twins = [registration(state="PENDING", private_endpoint_connection_id=other)]
    assert registered(clouds).private_endpoint_connection_id == kept
    withdrawn = [call[1] for call in clouds.calls if call[0] == "terminate_registration"]
    assert withdrawn == ([] if kept == CONNECTION_ID else [CONNECTION_ID])


def test_a_registration_that_is_being_deleted_is_not_kept_although_it_is_the_eldest(clouds: Clouds) -> None:
    clouds.twins = [registration(state="DELETING", private_endpoint_connection_id=ELDER)]
    assert registered(clouds).private_endpoint_connection_id == CONNECTION_ID
    assert "terminate_registration" not in clouds.names()


def test_one_that_the_list_does_not_show_yet_is_looked_for_some_seconds_and_then_trusted(clouds: Clouds) -> None:
    clouds.lists_nothing = True
    assert registered(clouds) == registration(state="PENDING")
    assert clouds.names().count("register_endpoint") == 1
    assert 0 < sum(clouds.time.slept) <= 15


def test_a_list_that_is_not_found_after_a_lost_answer_is_an_error_and_no_reason_to_register_twice(
    clouds: Clouds,
) -> None:
    clouds.refusals["register_endpoint"] = [refusal(status=None, ambiguous=True)]
    clouds.refusals["list_registrations"] = [refusal(status=404)]
    with pytest.raises(ApiError, match="does not find its list of private endpoint connections"):
        registered(clouds)
    assert clouds.names().count("register_endpoint") == 1


# --- undoing

STEP = RegisterEndpoint(VPCE, (), CLUSTER_ID, GROUP_ID)
ERROR = WaitFailed("It is deleted.")


def undone(clouds: Clouds, state: str) -> list[TerminateRegistration]:
    clouds.endpoints[VPCE] = interface_endpoint(state=state)
    here = current(main=pair(clouds.endpoints[VPCE], registration()))
    steps: list[TerminateRegistration] = []
    conditions = Conditions(desired(), here, t.cast(t.Any, clouds))
    undo_registrations(ERROR, {VPCE: STEP}, conditions, steps.append)
    return steps


@pytest.mark.parametrize("state", ["available", "pendingacceptance", "rejected"])
def test_a_registration_stays_while_its_interface_endpoint_is_there(clouds: Clouds, state: str) -> None:
    assert undone(clouds, state) == []


def test_a_registration_ends_where_another_run_deletes_its_interface_endpoint(clouds: Clouds) -> None:
    assert undone(clouds, "deleting") == [STEP.undone(VPCE, CONNECTION_ID)]
