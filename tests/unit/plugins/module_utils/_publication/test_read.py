# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The current state in as few calls as can be, and what of it is looked for again."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import provider_api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication import read
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import (
    NOT_LOOKED,
    SEEN,
    Current,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.read import live_of_name, read_current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.txt_record import Look
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import LimitsViolated
from tests.support.publication_literals import ID, ROOT, TAGS, arn, connection, desired

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World

IDS: dict[str, t.Any] = {"availability_zone_ids": ("use1-az1", "use1-az2")}


def now(world: World, wanted: Desired) -> Current:
    return world.deadline().drive(read_current(wanted, world.provider))


def test_a_service_with_zone_ids_takes_four_calls(world: World) -> None:
    world.publish(ID, [connection()], principals=[ROOT], tags=TAGS, **IDS)
    found = now(world, desired())
    assert sorted(world.calls) == [
        "describe_connections",
        "describe_load_balancers",
        "describe_own_services",
        "describe_principals",
    ]
    assert found.published is not None
    assert (found.published.principals, found.published.connections) == ((ROOT,), (connection(),))
    assert found.balancers == (world.balancers[arn("orders")],)


def test_ids_of_zones_that_come_by_name_take_one_more(world: World) -> None:
    world.publish(ID, tags=TAGS)
    assert now(world, desired()).zone_ids == {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2"}
    assert len(world.calls) == 5


def test_absent_asks_for_no_load_balancer(world: World) -> None:
    world.publish(ID, tags=TAGS, **IDS)
    now(world, desired(state="absent"))
    assert "describe_load_balancers" not in world.calls


def test_a_stand_in_that_does_not_select_by_tags_finds_no_strange_service(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(ID, tags={})
    every = list(world.services.values())
    monkeypatch.setattr(provider_api, "describe_own_services", lambda *_arguments, **_options: every)
    assert live_of_name(desired(), world.provider) == []


def test_one_that_is_being_deleted_is_not_the_one_that_is_meant(world: World) -> None:
    world.publish(ID, tags=TAGS, state="deleting")
    found = now(world, desired())
    assert (found.published, [one.service_id for one in found.gone]) == (None, [ID])


def test_load_balancers_are_found_by_their_tags(world: World) -> None:
    world.balancer_tags[arn("orders")] = {"app": "tidb", "env": "test"}
    wanted = desired(load_balancer_arns=None, load_balancer_tags={"app": "tidb"})
    assert now(world, wanted).wanted_arns == (arn("orders"),)
    assert now(world, replace(wanted, load_balancer_tags={"app": "other"})).wanted_arns is None


def test_a_service_that_is_named_by_id_must_exist_unless_it_is_to_be_absent(world: World) -> None:
    with pytest.raises(LimitsViolated, match=ID):
        now(world, desired(service_id=ID))
    assert now(world, desired(service_id=ID, state="absent")).published is None
    world.publish(ID, tags={})
    found = now(world, desired(service_id=ID))
    assert found.service is not None
    assert found.service.service_id == ID


def test_adopting_looks_for_another_service_of_the_name_and_later_runs_do_not(world: World) -> None:
    world.publish(ID, tags={}, load_balancer_arns=())
    world.publish("vpce-svc-2", tags=TAGS)
    with pytest.raises(LimitsViolated, match="vpce-svc-2"):
        now(world, desired(service_id=ID))
    world.calls.clear()
    now(world, desired(service_id="vpce-svc-2"))
    assert world.calls.count("describe_own_services") == 1


def test_a_new_endpoint_that_is_named_is_waited_for_some_seconds(world: World) -> None:
    world.publish(ID, tags=TAGS)
    world.later.append(lambda: world.connect(ID, connection("vpce-9")))
    found = now(world, desired(accepted_endpoint_ids=frozenset({"vpce-9"})))
    assert found.missing_ids == ()
    assert found.published is not None
    assert [one.vpc_endpoint_id for one in found.published.connections] == ["vpce-9"]


def test_one_that_is_not_listed_then_is_missing_and_holds_nothing_up(world: World) -> None:
    world.publish(ID, tags=TAGS)
    assert now(world, desired(rejected_endpoint_ids=frozenset({"vpce-9"}))).missing_ids == ("vpce-9",)
    assert 15 < world.now <= 30


NAME = "tidb.example.com"
WAITS = PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz")


@pytest.mark.parametrize(
    ("fields", "state", "asked"),
    [
        ({}, "pendingverification", True),
        ({}, "failed", True),
        ({}, "verified", False),
        ({"verify_private_dns": False}, "failed", False),
        ({"private_dns_name": None}, "failed", False),
        ({"private_dns_name": "other.example.com"}, "failed", False),
    ],
)
def test_public_dns_is_asked_only_where_a_verification_would_be_of_use(
    world: World, monkeypatch: pytest.MonkeyPatch, fields: dict[str, t.Any], state: str, asked: bool
) -> None:
    questions: list[t.Any] = []

    def look(*question: t.Any) -> Look:
        questions.append(question)
        return Look(SEEN)

    monkeypatch.setattr(read, "look_for", look)
    world.publish(ID, tags=TAGS, private_dns_name=NAME, record=replace(WAITS, state=state))
    found = now(world, desired(**{"private_dns_name": NAME, "verify_dns_servers": ("127.0.0.1",), **fields}))
    assert found.record == (SEEN if asked else NOT_LOOKED)
    assert [question[1:] for question in questions] == ([(NAME, ("127.0.0.1",))] if asked else [])
