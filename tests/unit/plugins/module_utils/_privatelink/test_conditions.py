# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is awaited: when it holds, when it never will, and what is asked to know."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.conditions import (
    DESCRIPTIONS,
    Conditions,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.errors import WaitFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.wait import Seen
from tests.unit.plugins.module_utils._privatelink.clouds_played import Clouds
from tests.unit.plugins.module_utils._privatelink.literals import (
    CONNECTION_ID,
    SERVICE_NAME,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

UNDERWAY = ["pendingacceptance", "pending", "partial"]
OTHER_SERVICE = Desired(service_name=SERVICE_NAME, private_dns_enabled=False)


class Room:
    """Conditions over played clouds."""

    def __init__(self, clouds: Clouds, wish: Desired | None = None, here: Current | None = None) -> None:
        self.clouds = clouds
        self.conditions = Conditions(wish or desired(), here or current(), t.cast(t.Any, clouds))

    def see(self, state: str | None, row: str | None = None, **fields: t.Any) -> Room:
        self.clouds.endpoints = {VPCE: interface_endpoint(state=state, **fields)} if state else {}
        self.clouds.registrations = {VPCE: registration(state=row, message="out of order")} if row else {}
        return self

    def look(self, kind: str) -> Seen:
        return self.conditions.look(kind, VPCE)


def test_every_condition_says_what_is_waited_for() -> None:
    assert set(DESCRIPTIONS) == {
        plan.LISTED,
        plan.AVAILABLE,
        plan.ACCEPTED,
        plan.DONE,
        plan.UNREGISTERED,
        plan.GONE,
    }


def test_listed_is_what_aws_shows(clouds: Clouds) -> None:
    room = Room(clouds)
    assert not room.see(None).look(plan.LISTED).done
    assert room.see("pendingacceptance").look(plan.LISTED).done


@pytest.mark.parametrize("state", UNDERWAY)
def test_what_is_under_way_is_not_available_yet_and_tidb_cloud_is_not_asked(clouds: Clouds, state: str) -> None:
    room = Room(clouds).see(state, "PENDING")
    assert [room.look(plan.AVAILABLE).done for _turn in range(6)] == [False] * 6
    assert clouds.calls == []
    assert room.see("available").look(plan.AVAILABLE).done


@pytest.mark.parametrize("kind", [plan.AVAILABLE, plan.ACCEPTED, plan.DONE])
@pytest.mark.parametrize("state", ["rejected", "failed", "expired", "deleting", "deleted"])
def test_a_dead_endpoint_ends_the_wait_at_once(clouds: Clouds, kind: str, state: str) -> None:
    with pytest.raises(WaitFailed, match=rf"{VPCE} is {state} \(no room\).*recreate_failed=true"):
        Room(clouds).see(state, last_error="no room").look(kind)


def test_one_that_is_not_listed_yet_is_no_dead_one(clouds: Clouds) -> None:
    assert Room(clouds).see(None).look(plan.ACCEPTED) == Seen(False, f"interface endpoint {VPCE} is not listed yet")


def test_accepted_is_available_and_active(clouds: Clouds) -> None:
    room = Room(clouds)
    assert not room.see("available", "PENDING").look(plan.ACCEPTED).done
    assert not room.see("available").look(plan.ACCEPTED).done
    assert room.see("available", "ACTIVE", private_dns_enabled=False).look(plan.ACCEPTED).done


def test_an_active_registration_alone_is_not_enough(clouds: Clouds) -> None:
    room = Room(clouds).see("pending", "ACTIVE")
    assert [room.look(plan.ACCEPTED).done for _turn in range(4)] == [False] * 4


@pytest.mark.parametrize("row", ["FAILED", "DELETING"])
def test_a_registration_that_was_given_up_ends_the_wait(clouds: Clouds, row: str) -> None:
    room = Room(clouds).see("pendingacceptance", row)
    # Every third look asks for the registration.
    assert not any(room.look(plan.ACCEPTED).done for _turn in range(2))
    with pytest.raises(WaitFailed, match=f"registration of {VPCE} is {row}: out of order"):
        room.look(plan.ACCEPTED)


def test_before_the_endpoint_is_available_only_every_third_look_asks_tidb_cloud(clouds: Clouds) -> None:
    room = Room(clouds).see("pendingacceptance", "PENDING")
    for _turn in range(6):
        room.look(plan.ACCEPTED)
    assert clouds.names() == ["list_registrations"] * 2


def test_a_registration_whose_id_is_known_is_asked_for_alone(clouds: Clouds) -> None:
    known = current(main=pair(interface_endpoint(), registration()))
    Room(clouds, here=known).see("available", "ACTIVE").look(plan.ACCEPTED)
    assert clouds.calls == [("get_registration", CONNECTION_ID)]


def test_done_is_private_dns_as_wanted(clouds: Clouds) -> None:
    room = Room(clouds)
    off = room.see("available", "ACTIVE", private_dns_enabled=False).look(plan.DONE)
    assert off == Seen(False, f"private DNS of {VPCE} is off still")
    assert room.see("available", "ACTIVE").look(plan.DONE).done
    unwanted = Room(clouds, desired(private_dns_enabled=False)).see("available", "ACTIVE").look(plan.DONE)
    assert unwanted == Seen(False, f"private DNS of {VPCE} is on still")


def test_done_is_subnets_and_groups_as_wanted(clouds: Clouds) -> None:
    late = Room(clouds, desired(subnet_ids=("subnet-b",))).see("available", "ACTIVE").look(plan.DONE)
    assert late == Seen(False, f"{VPCE} still has subnet-a")
    late = Room(clouds, desired(security_group_ids=("sg-2",))).see("available", "ACTIVE").look(plan.DONE)
    assert late == Seen(False, f"{VPCE} still has sg-1")


@pytest.mark.parametrize("state", UNDERWAY)
def test_another_service_is_never_done_before_it_is_available(clouds: Clouds, state: str) -> None:
    room = Room(clouds, OTHER_SERVICE).see(state, private_dns_enabled=False)
    assert [room.look(plan.DONE).done for _turn in range(6)] == [False] * 6
    assert room.see("available", private_dns_enabled=False).look(plan.DONE).done
    assert clouds.calls == []


@pytest.mark.parametrize(("row", "done"), [(None, True), ("DISCOVERED", True), ("DELETING", False), ("ACTIVE", False)])
def test_unregistered_is_gone_or_nobodys(clouds: Clouds, row: str | None, done: bool) -> None:
    seen = Room(clouds).see("available", row).look(plan.UNREGISTERED)
    assert seen.done == done
    assert done or seen.state == f"the registration of {VPCE} is {row}"


def test_without_a_cluster_nothing_is_registered(clouds: Clouds) -> None:
    assert Room(clouds, here=current(cluster=None)).see("available", "ACTIVE").look(plan.UNREGISTERED).done
    assert clouds.calls == []


@pytest.mark.parametrize("state", ["available", "deleting", "rejected"])
def test_what_is_listed_is_not_gone(clouds: Clouds, state: str) -> None:
    assert Room(clouds).see(state).look(plan.GONE) == Seen(False, f"interface endpoint {VPCE} is {state}")


@pytest.mark.parametrize("state", ["deleted", None])
def test_gone_is_also_the_network_interfaces(clouds: Clouds, state: str | None) -> None:
    """AWS does not list them with an endpoint that it lists no more: those that were read before are looked for."""
    eni = f"eni-of-{VPCE}"
    room = Room(clouds, here=current(main=pair(interface_endpoint())))
    clouds.interfaces = [eni, "eni-of-somebody"]
    left = room.see(state, network_interface_ids=()).look(plan.GONE)
    assert left == Seen(False, f"network interfaces of {VPCE} are left: {eni}")
    clouds.interfaces = ["eni-of-somebody"]
    assert room.look(plan.GONE).done
