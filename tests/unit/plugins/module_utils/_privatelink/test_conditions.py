# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions that a run awaits: when they hold, when they never will, and which requests decide it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import steps
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.conditions import (
    DESCRIPTIONS,
    Conditions,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, WaitFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Seen
from tests.support.changes import IN_PLACE
from tests.support.endpoint_literals import (
    CONNECTION_ID,
    OWNED,
    SERVICE_NAME,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.scripted_clouds import Clouds, refusal

UNDERWAY = ["pendingacceptance", "pending", "partial"]
OTHER_SERVICE = Desired(service_name=SERVICE_NAME, private_dns_enabled=False)


class Room:
    """Conditions over scripted clouds."""

    def __init__(self, clouds: Clouds, wanted: Desired | None = None, here: Current | None = None) -> None:
        self.clouds = clouds
        self.conditions = Conditions(wanted or desired(), here or current(), t.cast(t.Any, clouds))

    def see(self, state: str | None, row: str | None = None, **fields: t.Any) -> Room:
        self.clouds.endpoints = {VPCE: interface_endpoint(state=state, **fields)} if state else {}
        self.clouds.registrations = {VPCE: registration(state=row, message="out of order")} if row else {}
        return self

    def look(self, kind: str) -> Seen:
        return self.conditions.look(kind, VPCE)


def test_every_condition_says_what_is_waited_for() -> None:
    assert set(DESCRIPTIONS) == {
        steps.LISTED,
        steps.AVAILABLE,
        steps.ACCEPTED,
        steps.DONE,
        steps.UNREGISTERED,
        steps.GONE,
    }


def test_listed_is_what_aws_shows(clouds: Clouds) -> None:
    room = Room(clouds)
    assert not room.see(None).look(steps.LISTED).done
    assert room.see("pendingacceptance").look(steps.LISTED).done


@pytest.mark.parametrize("state", UNDERWAY)
def test_what_is_under_way_is_not_available_yet_and_tidb_cloud_is_not_asked(clouds: Clouds, state: str) -> None:
    room = Room(clouds).see(state, "PENDING")
    assert [room.look(steps.AVAILABLE).done for _turn in range(6)] == [False] * 6
    assert clouds.calls == []
    assert room.see("available").look(steps.AVAILABLE).done


@pytest.mark.parametrize("kind", [steps.AVAILABLE, steps.ACCEPTED, steps.DONE])
@pytest.mark.parametrize("state", ["rejected", "failed", "expired"])
def test_a_dead_endpoint_ends_the_wait_at_once(clouds: Clouds, kind: str, state: str) -> None:
    with pytest.raises(WaitFailed, match=rf"{VPCE} is {state} \(no room\).*recreate_failed=true"):
        Room(clouds).see(state, last_error="no room").look(kind)


@pytest.mark.parametrize("kind", [steps.LISTED, steps.AVAILABLE, steps.ACCEPTED, steps.DONE])
@pytest.mark.parametrize("state", ["deleting", "deleted"])
def test_an_endpoint_that_another_run_deletes_ends_the_wait_at_once(clouds: Clouds, kind: str, state: str) -> None:
    with pytest.raises(WaitFailed, match=f"{VPCE} is {state}: another run.*Run again to create a new one"):
        Room(clouds).see(state).look(kind)


def test_an_endpoint_that_was_listed_and_is_not_in_five_looks_in_a_row_was_deleted(clouds: Clouds) -> None:
    """One that is new may be missing again for seconds, and a single answer may be behind."""
    room = Room(clouds).see("available", "ACTIVE")
    assert room.look(steps.DONE).done
    for _turn in range(4):
        assert not room.see(None, "ACTIVE").look(steps.DONE).done
    assert room.see("available", "ACTIVE").look(steps.DONE).done
    room.see(None, "ACTIVE")
    assert [room.look(steps.DONE).done for _turn in range(4)] == [False] * 4
    with pytest.raises(WaitFailed, match=f"{VPCE} is no longer listed: another run"):
        room.look(steps.DONE)


@pytest.mark.parametrize("row", [None, "DISCOVERED"])
def test_a_registration_that_was_there_and_is_not_was_ended_by_another_run(clouds: Clouds, row: str | None) -> None:
    room = Room(clouds).see("available", "PENDING")
    assert not room.look(steps.ACCEPTED).done
    room.see("available", row)
    assert [room.look(steps.ACCEPTED).done for _turn in range(4)] == [False] * 4
    with pytest.raises(WaitFailed, match=f"had a registration of {VPCE} and no longer has one"):
        room.look(steps.ACCEPTED)


def test_a_registration_that_is_missing_in_some_answers_is_not_gone(clouds: Clouds) -> None:
    room = Room(clouds).see("available", "PENDING")
    for row in ("PENDING", None, "PENDING", None, None, None, None, "PENDING", None):
        assert not room.see("available", row).look(steps.ACCEPTED).done
    assert room.see("available", "ACTIVE", private_dns_enabled=False).look(steps.ACCEPTED).done


def test_a_registration_that_is_not_found_by_its_id_is_looked_for_in_the_list(clouds: Clouds) -> None:
    """A 404 is not documented: only the list proves that it is gone."""
    room = Room(clouds, here=current(main=pair(interface_endpoint(), registration()))).see("available", "ACTIVE")
    clouds.finds_no_single = True
    assert not room.look(steps.UNREGISTERED).done
    assert clouds.names() == ["get_registration", "list_registrations"]
    assert room.see("available").look(steps.UNREGISTERED).done


@pytest.mark.parametrize("kind", [steps.UNREGISTERED, steps.GONE])
def test_a_list_that_is_not_found_tells_nothing_about_a_registration(clouds: Clouds, kind: str) -> None:
    clouds.refusals["list_registrations"] = [refusal(status=404)]
    with pytest.raises(ApiError, match="Nothing is concluded from that"):
        Room(clouds).look(kind)


@pytest.mark.parametrize("kind", [steps.UNREGISTERED, steps.GONE])
def test_a_list_that_names_not_every_interface_endpoint_tells_nothing_either(clouds: Clouds, kind: str) -> None:
    room = Room(clouds)
    clouds.registrations = {"": registration("")}
    seen = room.look(kind)
    assert (seen.done, f"not known whether {VPCE} is registered" in seen.state) == (False, True)
    clouds.registrations = {"": registration("", "DISCOVERED")}
    assert room.look(kind).done


def test_gone_is_also_a_registration_that_another_run_made_meanwhile(clouds: Clouds) -> None:
    room = Room(clouds).see("deleted", "FAILED")
    assert room.look(steps.GONE) == Seen(False, f"the registration of {VPCE} is FAILED")
    assert room.see("deleted").look(steps.GONE).done


def test_one_that_is_not_listed_yet_is_not_a_dead_one(clouds: Clouds) -> None:
    assert Room(clouds).see(None).look(steps.ACCEPTED) == Seen(False, f"interface endpoint {VPCE} is not listed yet")


def test_accepted_is_available_and_active(clouds: Clouds) -> None:
    room = Room(clouds)
    assert not room.see("available").look(steps.ACCEPTED).done
    assert not room.see("available", "PENDING").look(steps.ACCEPTED).done
    room = Room(clouds).see("available", "ACTIVE", private_dns_enabled=False)
    assert room.look(steps.ACCEPTED).done


def test_an_active_registration_alone_is_not_enough(clouds: Clouds) -> None:
    room = Room(clouds).see("pending", "ACTIVE")
    assert [room.look(steps.ACCEPTED).done for _turn in range(4)] == [False] * 4


@pytest.mark.parametrize("row", ["FAILED", "DELETING"])
def test_a_registration_that_was_given_up_ends_the_wait(clouds: Clouds, row: str) -> None:
    room = Room(clouds).see("pendingacceptance", row)
    # Every third look requests the registration.
    assert not any(room.look(steps.ACCEPTED).done for _turn in range(2))
    with pytest.raises(WaitFailed, match=f"registration of {VPCE} is {row}: out of order"):
        room.look(steps.ACCEPTED)


def test_before_the_endpoint_is_available_only_every_third_look_asks_tidb_cloud(clouds: Clouds) -> None:
    room = Room(clouds).see("pendingacceptance", "PENDING")
    for _turn in range(6):
        room.look(steps.ACCEPTED)
    assert clouds.names() == ["list_registrations", "get_registration"]


def test_a_registration_whose_id_is_known_is_asked_for_alone(clouds: Clouds) -> None:
    known = current(main=pair(interface_endpoint(), registration()))
    Room(clouds, here=known).see("available", "ACTIVE").look(steps.ACCEPTED)
    assert clouds.calls == [("get_registration", CONNECTION_ID)]


@pytest.mark.parametrize(
    ("options", "fields", "missing"),
    [
        ({}, {"private_dns_enabled": False}, "enable_private_dns"),
        ({"private_dns_enabled": False}, {}, "disable_private_dns"),
        ({"subnet_ids": ("subnet-b",)}, {}, "add_subnets subnet-b; remove_subnets subnet-a"),
        ({"security_group_ids": ("sg-2",)}, {}, "add_security_groups sg-2; remove_security_groups sg-1"),
        ({"tags": {"stage": "test"}}, {}, "set_tags stage=test"),
        ({"tags": {}}, {"tags": {**OWNED, "old": "x"}}, "remove_tags old"),
        ({}, {"tags": {}}, "set_tags "),
    ],
)
def test_done_is_everything_as_desired(
    clouds: Clouds, options: dict[str, t.Any], fields: dict[str, t.Any], missing: str
) -> None:
    wanted = desired(**options)
    seen = Room(clouds, wanted).see("available", "ACTIVE", **fields).look(steps.DONE)
    assert (seen.done, seen.state.startswith(f"still missing at {VPCE}: {missing}")) == (False, True)
    assert Room(clouds).see("available", "ACTIVE").look(steps.DONE).done


@pytest.mark.parametrize("name", IN_PLACE)
def test_done_is_every_change_in_place_in_effect(clouds: Clouds, name: str) -> None:
    change = IN_PLACE[name]
    room = Room(clouds, change.wanted).see("available", "ACTIVE", **change.before)
    assert room.look(steps.DONE).state.startswith(f"still missing at {VPCE}: {name}")
    assert room.see("available", "ACTIVE", **change.after).look(steps.DONE).done


@pytest.mark.parametrize(
    ("found", "overridden"), [({}, False), ({"stage": "old"}, False), ({"stage": "new"}, False), ({"stage": "x"}, True)]
)
def test_the_old_value_may_still_change_and_a_third_one_comes_from_elsewhere(
    clouds: Clouds, found: dict[str, str], overridden: bool
) -> None:
    old = {**OWNED, **({"stage": "old"} if found else {})}
    here = current(main=pair(interface_endpoint(tags=old), registration()))
    room = Room(clouds, desired(tags={"stage": "new"}), here).see("available", "ACTIVE", tags={**OWNED, **found})
    assert room.look(steps.DONE).done == (found == {"stage": "new"})
    assert bool(room.conditions.overridden) == overridden


@pytest.mark.parametrize(
    ("wanted", "before", "found"),
    [
        ({"tags": {"a": "1", "b": "2"}}, {"tags": OWNED}, {"tags": {**OWNED, "a": "1"}}),
        ({"tags": {}}, {"tags": {**OWNED, "a": "1", "b": "2"}}, {"tags": {**OWNED, "b": "2"}}),
        ({"subnet_ids": ("subnet-a", "subnet-b", "subnet-d")}, {}, {"subnet_ids": ("subnet-a", "subnet-d")}),
        ({"security_group_ids": ("sg-2", "sg-3")}, {}, {"security_group_ids": ("sg-1", "sg-2")}),
    ],
)
def test_what_shows_in_part_is_on_its_way_and_not_another_runs(
    clouds: Clouds, wanted: dict[str, t.Any], before: dict[str, t.Any], found: dict[str, t.Any]
) -> None:
    here = current(main=pair(interface_endpoint(**before), registration()))
    room = Room(clouds, desired(**wanted), here).see("available", "ACTIVE", **found)
    assert not room.look(steps.DONE).done
    assert room.conditions.overridden == ()


@pytest.mark.parametrize("state", UNDERWAY)
def test_another_service_is_never_done_before_it_is_available(clouds: Clouds, state: str) -> None:
    room = Room(clouds, OTHER_SERVICE).see(state, private_dns_enabled=False)
    assert [room.look(steps.DONE).done for _turn in range(6)] == [False] * 6
    assert room.see("available", private_dns_enabled=False).look(steps.DONE).done
    assert clouds.calls == []


@pytest.mark.parametrize(("row", "done"), [(None, True), ("DISCOVERED", True), ("DELETING", False), ("ACTIVE", False)])
def test_unregistered_is_gone_or_never_registered(clouds: Clouds, row: str | None, done: bool) -> None:
    seen = Room(clouds).see("available", row).look(steps.UNREGISTERED)
    assert seen.done == done
    assert done or seen.state == f"the registration of {VPCE} is {row}"


def test_without_a_cluster_nothing_is_registered(clouds: Clouds) -> None:
    assert Room(clouds, here=current(cluster=None)).see("available", "ACTIVE").look(steps.UNREGISTERED).done
    assert clouds.calls == []


@pytest.mark.parametrize("state", ["available", "deleting", "rejected"])
def test_what_is_listed_is_not_gone(clouds: Clouds, state: str) -> None:
    assert Room(clouds).see(state).look(steps.GONE) == Seen(False, f"interface endpoint {VPCE} is {state}")


@pytest.mark.parametrize("state", ["deleted", None])
def test_gone_is_also_the_network_interfaces(clouds: Clouds, state: str | None) -> None:
    """AWS does not list them with an endpoint that it no longer lists: those that were read before are looked for."""
    eni = f"eni-of-{VPCE}"
    room = Room(clouds, here=current(main=pair(interface_endpoint())))
    clouds.interfaces = [eni, "eni-of-somebody"]
    left = room.see(state, network_interface_ids=()).look(steps.GONE)
    assert left == Seen(False, f"network interfaces of {VPCE} are left: {eni}")
    clouds.interfaces = ["eni-of-somebody"]
    assert room.look(steps.GONE).done
