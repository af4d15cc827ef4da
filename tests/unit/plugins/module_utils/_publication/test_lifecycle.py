# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A published service from nothing to nothing, in check mode and in a run."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.lifecycle import publish
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import LimitsViolated
from tests.support.publication_literals import ID, OTHER, ROOT, TAGS, THIRD, arn, balancer, connection, desired

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World

Returned = dict[str, t.Any]
CONNECTED = desired(allowed_principals=(OTHER,), accepted_accounts=frozenset({OTHER}))


def run(world: World, wanted: Desired, *, check: bool = False, said: list[str] | None = None) -> Returned:
    warn = (said if said is not None else []).append
    world.calls.clear()
    return publish(wanted, world.provider, world.deadline(), check_mode=check, warn=warn).returned()


def names(returned: Returned) -> list[str]:
    return [step["name"] for step in returned["steps"]]


def nothing(world: World) -> None:
    """There is no service yet."""


def a_service(world: World) -> None:
    world.publish(ID, [connection()], tags=TAGS, principals=[ROOT])


def a_strange_one(world: World) -> None:
    world.balancers[arn("orders")] = balancer(zones=("us-east-1a", "us-east-1b", "us-east-1c"))
    world.publish(
        ID,
        [connection(state="available"), connection("vpce-2", account_id=THIRD)],
        tags={"team": "data"},
        principals=["*"],
        acceptance_required=False,
        private_dns_name="old.example.com",
        regions={"eu-west-1": "available"},
    )


TRANSITIONS: dict[str, tuple[t.Callable[[World], None], Desired, list[str]]] = {
    "from nothing": (nothing, CONNECTED, ["create_endpoint_service", "permit_principals"]),
    "as it is": (a_service, replace(CONNECTED, accepted_accounts=frozenset()), []),
    "a connection": (a_service, CONNECTED, ["accept_connections"]),
    "all at once": (
        a_strange_one,
        desired(
            service_id=ID,
            allowed_principals=(OTHER,),
            reject_unpermitted=True,
            private_dns_name="new.example.com",
            regions=(),
            tags={},
        ),
        [
            "set_tags",
            "remove_tags",
            "set_acceptance_required",
            "set_regions",
            "withdraw_principals",
            "permit_principals",
            "set_private_dns_name",
            "refresh_zones",
            "reject_connections",
        ],
    ),
    "to nothing": (
        a_service,
        desired(state="absent", on_connections="reject"),
        ["reject_connections", "delete_endpoint_service"],
    ),
    "from nothing to nothing": (nothing, desired(state="absent"), []),
}
transitions = pytest.mark.parametrize(("prepare", "wanted", "expected"), TRANSITIONS.values(), ids=TRANSITIONS)


@transitions
def test_check_mode_says_what_the_run_does_and_a_second_run_finds_nothing_to_do(
    world: World, prepare: t.Callable[[World], None], wanted: Desired, expected: list[str]
) -> None:
    prepare(world)
    checked = run(world, wanted, check=True)
    assert world.writes == []
    done = run(world, wanted)
    assert (checked["steps"], checked["diff"], checked["changed"]) == (done["steps"], done["diff"], done["changed"])
    assert names(done) == expected
    assert done["changed"] is bool(expected)
    again = run(world, wanted)
    assert (again["changed"], again["steps"], world.writes) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]
    assert again["endpoint_service"] == done["endpoint_service"]


@transitions
def test_the_difference_is_what_the_next_run_finds(
    world: World, prepare: t.Callable[[World], None], wanted: Desired, expected: list[str]
) -> None:
    prepare(world)
    done = run(world, wanted)
    after = {key: value for key, value in done["diff"]["after"].items() if key != "connections"}
    found = {key: value for key, value in run(world, wanted)["diff"]["before"].items() if key != "connections"}
    assert after == found


@transitions
def test_a_run_that_is_stopped_at_any_call_is_finished_by_the_next(
    world: World, prepare: t.Callable[[World], None], wanted: Desired, expected: list[str]
) -> None:
    prepare(world)
    state = world.saved()
    run(world, wanted)
    goal, calls = run(world, wanted)["diff"]["before"], len(world.calls) + 60
    for number in range(calls):
        world.restore(state)
        world.stop_after(number)
        try:
            run(world, wanted)
        except KeyboardInterrupt:
            world.stop_after(None)
        else:
            break
        run(world, wanted)
        assert run(world, wanted)["diff"]["before"] == goal, number
        assert len(world.services) == (wanted.state == "present")
    else:
        pytest.fail("The run never ended.")


@transitions
def test_a_lost_answer_of_any_writing_call_changes_nothing_about_the_outcome(
    world: World, prepare: t.Callable[[World], None], wanted: Desired, expected: list[str]
) -> None:
    from tests.support.publishing_world import lost

    prepare(world)
    state = world.saved()
    run(world, wanted)
    writes, goal = list(dict.fromkeys(world.writes)), run(world, wanted)["diff"]["before"]
    for call in writes:
        for takes_effect in (True, False):
            world.restore(state)
            world.faults[call] = [(lost(), takes_effect)]
            assert names(run(world, wanted)) == expected
            assert world.faults[call] == []
            assert run(world, wanted)["diff"]["before"] == goal


def test_nothing_is_touched_before_the_limits_were_checked(world: World) -> None:
    with pytest.raises(LimitsViolated) as error:
        run(world, desired(acceptance_required=False, allowed_principals=("*", "nobody"), port=9092))
    codes = [violation.code for violation in error.value.violations]
    assert codes == ["listener_missing", "principal_invalid", "public_service"]
    assert world.writes == []


def test_what_the_user_should_know_is_said_once_and_before_anything_is_touched(world: World) -> None:
    said: list[str] = []
    world.before["create_own_service"] = [lambda: said.append("create")]
    run(world, desired(allowed_principals=("*",)), said=said)
    assert [one == "create" for one in said] == [False, True]


def test_what_another_run_made_meanwhile_is_adopted_and_edited(world: World) -> None:
    said: list[str] = []

    def other() -> None:
        world.publish(ID, tags=TAGS, acceptance_required=False)

    world.before["create_own_service"] = [other]
    done = run(world, CONNECTED, said=said)
    assert names(done) == ["set_acceptance_required", "permit_principals"]
    assert done["endpoint_service"]["service_id"] == ID
    assert any("this run adopted it" in one for one in said)


def test_a_failure_names_the_steps_that_were_done(world: World) -> None:
    from tests.support.publishing_world import refusal

    world.publish(ID, tags=TAGS, acceptance_required=False)
    world.faults["modify_principals"] = [(refusal("InvalidPrincipal"), False)]
    with pytest.raises(PrivateLinkError) as error:
        run(world, CONNECTED)
    assert [step["name"] for step in error.value.steps] == ["set_acceptance_required"]


def test_without_waiting_only_what_needs_none_is_done_and_the_next_run_goes_on(world: World) -> None:
    world.publish(ID, [connection(state="available")], tags=TAGS)
    wanted = desired(state="absent", on_connections="reject", wait=False)
    assert names(run(world, wanted)) == ["reject_connections"]
    assert world.now == 0
    world.sleep(5)
    assert names(run(world, wanted)) == ["delete_endpoint_service"]
