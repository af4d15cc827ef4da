# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service for each name, whatever else happens."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.create import (
    Creation,
    client_token,
    create_service,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.steps import CreateEndpointService
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import LimitsViolated
from tests.support.publication_literals import TAGS, arn, balancer, current, desired

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World

FIRST = "vpce-svc-00000000000000001"


def create(world: World, gone: t.Sequence[str] = (), **fields: t.Any) -> Creation:
    wanted = desired(**fields)
    arns = wanted.load_balancer_arns
    step = plan(wanted, current(wanted_arns=arns, balancers=tuple(world.balancers.values()))).first(
        CreateEndpointService
    )
    assert step is not None
    return world.deadline().drive(create_service(world.provider, wanted, step, gone))


def another_run(world: World, name: str) -> t.Callable[[], None]:
    """Makes the service of the same name with the same token and another load balancer."""

    def act() -> None:
        world.balancers[arn(name)] = balancer(name)
        asked = {
            "load_balancer_arns": (arn(name),),
            "acceptance_required": True,
            "tags": TAGS,
            "address_types": (),
            "regions": (),
            "private_dns_name": None,
        }
        world._create_own_service(client_token=client_token("orders", (), 0), **asked)

    return act


def test_the_token_depends_on_the_name_and_on_what_is_gone_and_on_no_option() -> None:
    assert client_token("orders", ["b", "a"], 0) == client_token("orders", ["a", "b"], 0)
    others = {client_token("billing", [], 0), client_token("orders", ["a"], 0), client_token("orders", [], 1)}
    assert client_token("orders", [], 0) not in others
    assert len(others) == 3


def test_a_service_is_made_once(world: World) -> None:
    assert create(world) == Creation(FIRST)
    assert world.writes == ["create_own_service"]


def test_one_of_the_name_that_is_there_by_now_is_adopted(world: World) -> None:
    world.publish("vpce-svc-9", tags=TAGS)
    assert create(world) == Creation("vpce-svc-9", made=False)
    assert world.writes == []


def test_a_lost_answer_is_asked_for_again_with_the_same_token(world: World) -> None:
    from tests.support.publishing_world import lost

    world.faults["create_own_service"] = [(lost(), True), (lost(), False)]
    assert create(world) == Creation(FIRST)
    assert len(world.services) == 1


def test_a_refusal_that_is_clear_is_raised_at_once(world: World) -> None:
    from tests.support.publishing_world import refusal

    world.faults["create_own_service"] = [(refusal("UnauthorizedOperation"), False)]
    with pytest.raises(ApiError):
        create(world)
    assert world.writes == ["create_own_service"]


def test_another_run_that_wants_other_load_balancers_makes_the_one_service(world: World) -> None:
    world.before["create_own_service"] = [another_run(world, "billing")]
    assert create(world) == Creation(FIRST, made=False)
    assert len(world.services) == 1


def test_another_run_that_took_the_same_load_balancer_with_another_token_is_joined(world: World) -> None:
    def act() -> None:
        world.later.append(lambda: world.publish("vpce-svc-9", tags=TAGS))
        world.publish("vpce-svc-9", tags={})

    world.before["create_own_service"] = [act]
    assert create(world) == Creation("vpce-svc-9", made=False)


def test_a_load_balancer_that_serves_another_name_is_named(world: World) -> None:
    world.before["create_own_service"] = [lambda: world.publish("vpce-svc-9", tags={"Name": "billing"})]
    with pytest.raises(LimitsViolated, match=r"vpce-svc-9 .*billing.*service_id: vpce-svc-9") as error:
        create(world)
    assert [violation.code for violation in error.value.violations] == ["load_balancer_in_use"]


def test_a_token_that_aws_remembers_of_a_deleted_service_is_not_used_again(world: World) -> None:
    assert create(world).service_id == FIRST
    world.forget(FIRST)
    made = create(world)
    assert made.service_id != FIRST
    assert list(world.services) == [made.service_id]


def test_what_is_listed_as_gone_gives_another_token_at_once(world: World) -> None:
    create(world)
    world.forget(FIRST)
    before = world.now
    create(world, gone=[FIRST])
    assert world.now - before < 10


@pytest.mark.parametrize(("state", "kept"), [("pending", FIRST), ("available", "vpce-svc-9")])
def test_of_twins_all_runs_keep_the_same_and_withdraw_only_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch, state: str, kept: str
) -> None:
    def act() -> None:
        world.later.append(lambda: world.publish("vpce-svc-9", tags=TAGS, load_balancer_arns=(), state=state))

    world.before["create_own_service"] = [act]
    monkeypatch.setattr(world, "sleep", pending_for_ever(world))
    made = create(world)
    own = Creation(FIRST) if kept == FIRST else Creation("vpce-svc-9", made=False, withdrawn=FIRST)
    assert made == own
    assert "vpce-svc-9" in world.services


def pending_for_ever(world: World) -> t.Callable[[float], None]:
    """Time that passes without the new service ever becoming available."""

    def sleep(seconds: float) -> None:
        world.now += seconds
        events, world.later = world.later, []
        for event in events:
            event()
        if FIRST in world.services and world.services[FIRST].state == "available":
            world.services[FIRST] = replace(world.services[FIRST], state="pending")

    return sleep
