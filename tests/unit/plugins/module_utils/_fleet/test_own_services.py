# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own services are read by few calls, and what cannot be read is said, never taken for empty."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import OwnService
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_services import Reader
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_side import OwnSide
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.publication_literals import ACCOUNT, ID, REGION, ROOT, ZONES, arn, connection
from tests.support.publishing_world import World, refusal

DENIED = refusal("UnauthorizedOperation", "You are not authorized.")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


class Session:
    def client(self, service: str, _region: str) -> str:
        return service


def read(world: World) -> tuple[OwnSide, list[str]]:
    """What is found, and the calls in their order."""
    world.calls.clear()
    reader = Reader(t.cast(t.Any, Session()), ACCOUNT, REGION)
    found = reader.read(reader.listed())
    return found, sorted(world.calls)


def not_read(side: OwnSide) -> list[tuple[str | None, str | None]]:
    return [(row["what"], row["service_id"]) for row in side.not_read]


def test_without_a_service_nothing_more_is_asked(world: World) -> None:
    assert read(world) == (OwnSide(), ["describe_own_services"])


def test_a_service_takes_two_calls_and_all_load_balancers_one(world: World) -> None:
    zone_ids = ("use1-az1", "use1-az2")
    world.publish(ID, [connection()], principals=[ROOT], availability_zone_ids=zone_ids)
    world.publish("vpce-svc-2", availability_zone_ids=zone_ids)
    found, calls = read(world)
    assert calls == [
        "describe_connections",
        "describe_connections",
        "describe_load_balancers",
        "describe_own_services",
        "describe_principals",
        "describe_principals",
    ]
    first, second = sorted(found.services, key=lambda one: one.service.service_id != ID)
    assert (first.published.principals, len(first.published.connections)) == ((ROOT,), 1)
    assert (second.published.principals, second.published.connections) == ((), ())
    assert [one.arn for one in first.balancers] == [arn("orders")]
    assert (found.not_read, first.unread) == ((), frozenset())


def test_zone_ids_are_asked_for_once_where_a_service_has_names_only(world: World) -> None:
    for service_id in (ID, "vpce-svc-2"):
        world.publish(service_id)
    found, calls = read(world)
    assert calls.count("describe_zone_ids") == 1
    assert [one.returned()["availability_zone_ids"] for one in found.services] == [["use1-az1", "use1-az2"]] * 2


@pytest.mark.parametrize(
    ("call", "what", "key"),
    [
        ("describe_principals", "principals", "allowed_principals"),
        ("describe_connections", "connections", "connections"),
        ("describe_zone_ids", "zone ids", "availability_zone_ids"),
        ("describe_load_balancers", "load balancers", None),
    ],
)
def test_what_is_denied_is_null_and_said(world: World, call: str, what: str, key: str | None) -> None:
    world.publish(ID, [connection()], principals=[ROOT])
    world.faults[call] = [(DENIED, False)]
    found, _calls = read(world)
    (own,) = found.services
    assert not_read(found) == [(what, ID if key in ("allowed_principals", "connections") else None)]
    assert "not authorized" in str(found.not_read[0]["reason"])
    assert [name for name, value in own.returned().items() if value is None and name == key] == ([key] if key else [])
    assert own.unread == {what}


def test_a_service_that_cannot_be_listed_raises(world: World) -> None:
    world.faults["describe_own_services"] = [(DENIED, False)]
    with pytest.raises(ApiError):
        read(world)


def test_one_that_is_being_deleted_is_not_asked_about_and_a_deleted_one_is_left_out(world: World) -> None:
    world.publish(ID, state="deleting")
    world.publish("vpce-svc-2", state="deleted")
    found, calls = read(world)
    assert calls == ["describe_own_services"]
    (own,) = found.services
    shown = own.returned()
    assert (shown["state"], shown["allowed_principals"], shown["connections"]) == ("deleting", None, None)


def test_a_load_balancer_that_is_not_listed_and_a_name_without_a_verdict_are_said(world: World) -> None:
    world.publish(ID, load_balancer_arns=(arn("gone"),), private_dns_name="tidb.example.com", record=None)
    found, _calls = read(world)
    assert not_read(found) == [("load balancers", ID), ("private name", ID)]
    assert arn("gone") in str(found.not_read[0]["reason"])
    assert found.services[0].balancers == ()


def test_services_come_in_the_order_of_their_ids(world: World) -> None:
    for service_id in ("vpce-svc-2", "vpce-svc-1"):
        world.publish(service_id, availability_zones=ZONES)
    services: list[OwnService] = [one.service for one in read(world)[0].services]
    assert [one.service_id for one in services] == ["vpce-svc-1", "vpce-svc-2"]
