# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every change until it is in effect, whatever AWS answers meanwhile."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication import read
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.apply import Run, ask_for
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import SEEN, Published
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.read import read_current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.steps import Step
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.txt_record import Look
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    WaitFailed,
    WaitTimedOut,
)
from tests.support.publication_literals import ID, OTHER, ROOT, TAGS, arn, connection, desired

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World

PERMIT = desired(allowed_principals=(OTHER,))
ACCEPT = desired(accepted_accounts=frozenset({OTHER}))
DELETE = desired(state="absent", on_connections="reject")


def run(world: World, wanted: Desired, done: list[Step] | None = None, seconds: float = 600) -> Published | None:
    deadline = world.deadline(seconds)
    before = deadline.drive(read_current(wanted, world.provider))
    world.calls.clear()
    carried = Run(wanted, before, world.provider, [] if done is None else done)
    return deadline.drive(carried.carry_out(plan(wanted, before)))


def test_a_change_is_asked_for_once_and_seen_in_effect(world: World) -> None:
    world.publish(ID, tags=TAGS)
    found = run(world, PERMIT)
    assert found is not None
    assert found.principals == (ROOT,)
    assert world.writes == ["modify_principals"]


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_lost_answer_does_no_harm(world: World, takes_effect: bool) -> None:
    from tests.support.publishing_world import lost

    world.publish(ID, [connection()], tags=TAGS)
    world.faults["accept_connections"] = [(lost(), takes_effect)]
    found = run(world, ACCEPT)
    assert found is not None
    assert found.connections[0].state == "available"
    assert world.writes == ["accept_connections"] * (1 if takes_effect else 2)


def test_a_service_that_is_busy_is_asked_again(world: World) -> None:
    from tests.support.publishing_world import refusal

    world.publish(ID, tags=TAGS)
    world.faults["modify_principals"] = [(refusal("IncorrectState"), False)] * 2
    assert run(world, PERMIT) is not None
    assert world.writes == ["modify_principals"] * 3


def test_any_other_refusal_ends_the_run_with_what_was_done(world: World) -> None:
    from tests.support.publishing_world import refusal

    world.publish(ID, tags=TAGS, acceptance_required=False)
    world.faults["modify_principals"] = [(refusal("InvalidPrincipal"), False)]
    done: list[Step] = []
    with pytest.raises(ApiError, match="AWS refused it"):
        run(world, PERMIT, done)
    assert [step.name for step in done] == ["set_acceptance_required"]


def test_a_change_without_effect_is_asked_for_twice_more_and_then_said(world: World) -> None:
    world.publish(ID, tags=TAGS)
    world.principals[ID] = Stubborn()
    with pytest.raises(WaitFailed, match="although AWS accepted each change"):
        run(world, PERMIT)
    assert world.writes == ["modify_principals"] * 3


class Stubborn(set[str]):
    """Principals that nobody changes."""

    def __or__(self, other: t.Any) -> Stubborn:  # type: ignore[override]
        return self

    def __sub__(self, other: t.Any) -> Stubborn:
        return self


def test_an_acceptance_is_awaited_until_the_connection_is_available(world: World) -> None:
    world.publish(ID, [connection()], tags=TAGS)
    found = run(world, ACCEPT)
    assert found is not None
    assert [one.state for one in found.connections] == ["available"]


def test_without_waiting_it_is_asked_for_and_shown_as_it_is(world: World) -> None:
    world.publish(ID, [connection()], tags=TAGS)
    found = run(world, replace(ACCEPT, wait=False))
    assert found is not None
    assert [one.state for one in found.connections] == ["pending"]
    assert world.now == 0


def test_zones_are_served_after_aws_is_asked_to_change_nothing(world: World) -> None:
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    world.publish(ID, tags=TAGS)
    world.balancers[arn("orders")] = replace(world.balancers[arn("orders")], zones=zones)
    found = run(world, desired())
    assert found is not None
    assert found.service.availability_zones == zones
    assert world.writes == ["modify_own_service"]


def test_a_deletion_rejects_waits_and_deletes(world: World) -> None:
    world.publish(
        ID, [connection(state="available"), connection("vpce-2"), connection("vpce-3", "rejected")], tags=TAGS
    )
    assert run(world, DELETE) is None
    assert world.writes == ["reject_connections", "delete_own_service"]
    assert world.services == {}


def test_whoever_connects_after_the_last_look_is_rejected_too(world: World) -> None:
    world.publish(ID, [connection(state="available")], tags=TAGS)
    world.before["delete_own_service"] = [lambda: world.connect(ID, connection("vpce-9"))]
    assert run(world, DELETE) is None
    assert world.writes == ["reject_connections", "delete_own_service"] * 2


def test_without_leave_to_reject_it_is_named(world: World) -> None:
    world.publish(ID, tags=TAGS)
    world.before["delete_own_service"] = [lambda: world.connect(ID, connection("vpce-9"))]
    with pytest.raises(WaitFailed, match=f"vpce-9 of account {OTHER}"):
        run(world, desired(state="absent"))


def test_what_is_left_is_named_when_time_is_up(world: World) -> None:
    world.publish(ID, [connection(state="available")], tags=TAGS)
    world._become = lambda *_arguments: None  # type: ignore[method-assign]
    with pytest.raises(WaitTimedOut, match=f"vpce-1 of account {OTHER} is available"):
        run(world, DELETE, seconds=60)
    assert world.writes == ["reject_connections"]


def test_a_service_that_another_run_deletes_is_said_so(world: World) -> None:
    world.publish(ID, tags=TAGS)
    world.before["modify_principals"] = [lambda: world.forget(ID)]
    with pytest.raises(WaitFailed, match="was deleted by another run"):
        run(world, PERMIT)


def test_so_is_one_that_is_deleted_after_the_last_change(world: World) -> None:
    world.publish(ID, [connection(state="pending")], tags=TAGS)
    world.later.append(lambda: world.forget(ID))
    with pytest.raises(WaitFailed, match="was deleted by another run"):
        run(world, ACCEPT)


def test_one_that_another_run_deletes_first_is_as_absent_as_desired(world: World) -> None:
    from tests.support.publishing_world import refusal

    world.publish(ID, [connection(state="available")], tags=TAGS)
    world.before["reject_connections"] = [lambda: world.forget(ID)]
    world.faults["reject_connections"] = [(refusal("InvalidVpcEndpointServiceId.NotFound"), False)]
    assert run(world, DELETE) is None


def test_one_that_is_gone_already_needs_no_deletion(world: World) -> None:
    world.publish(ID, tags=TAGS)
    world.before["delete_own_service"] = [lambda: world.forget(ID)]
    assert run(world, DELETE) is None


def test_a_load_balancer_that_is_provisioning_is_waited_for(world: World) -> None:
    ready = world.balancers[arn("orders")]
    world.balancers[arn("orders")] = replace(ready, state="provisioning")
    world.later.append(lambda: world.balancers.update({arn("orders"): ready}))
    found = run(world, desired())
    assert found is not None
    assert found.service.state == "available"


def test_one_that_fails_meanwhile_is_said_so(world: World) -> None:
    failed = replace(world.balancers[arn("orders")], state="failed")
    world.balancers[arn("orders")] = replace(failed, state="provisioning")
    world.later.append(lambda: world.balancers.update({arn("orders"): failed}))
    with pytest.raises(WaitFailed, match="orders failed"):
        run(world, desired())
    assert world.writes == []


@pytest.mark.parametrize("state", ["pendingverification", "failed"])
def test_a_name_is_verified_or_its_record_is_named(world: World, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setattr(read, "look_for", lambda *_question: Look(SEEN))
    record = PrivateDnsRecord(state, "_abc", "TXT", "vpce:xyz")
    wanted = desired(private_dns_name="tidb.example.com")
    world.publish(ID, tags=TAGS, private_dns_name="tidb.example.com", record=record)
    found = run(world, wanted)
    assert found is not None
    assert found.service.record == replace(record, state="verified")
    world.verification = "failed"
    world.publish(ID, tags=TAGS, private_dns_name="tidb.example.com", record=record)
    with pytest.raises(WaitFailed, match="_abc = vpce:xyz"):
        run(world, wanted)


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_verification_whose_answer_is_lost_is_started_for_certain(
    world: World, monkeypatch: pytest.MonkeyPatch, takes_effect: bool
) -> None:
    from tests.support.publishing_world import lost

    monkeypatch.setattr(read, "look_for", lambda *_question: Look(SEEN))
    record = PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz")
    world.publish(ID, tags=TAGS, private_dns_name="tidb.example.com", record=record)
    world.faults["verify_private_dns_name"] = [(lost(), takes_effect)]
    found = run(world, desired(private_dns_name="tidb.example.com"))
    assert found is not None
    assert found.service.record == replace(record, state="verified")


def test_a_step_of_another_kind_has_another_call(world: World) -> None:
    world.publish(ID, tags={**TAGS, "team": "data"})
    wanted = desired(tags={"env": "test"})
    before = world.deadline().drive(read_current(wanted, world.provider))
    world.calls.clear()
    for step in plan(wanted, before).steps:
        ask_for("ec2", step, ID)
    assert world.writes == ["create_tags", "delete_tags"]
    assert world.services[ID].tags == {**TAGS, "env": "test"}
