# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.lifecycle import Outcome, ensure_listener
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitFailed,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.support.fake_balancing import Balancing, refusal
from tests.support.listener_literals import FIRST, LISTENER_ARN, SECOND, current, desired, group, listener, made

WANTED = desired(targets=(FIRST,))
MAKING = ["create_target_group", "register_targets", "create_listener"]


class Clock:
    """Sleeping moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.01)


def ensure(balancing: Balancing, wanted: Desired = WANTED, *, check: bool = False, seconds: float = 600) -> Outcome:
    clock = Clock()
    deadline = Deadline(seconds, 5, clock=lambda: clock.now, sleep=clock.sleep, spread=lambda low, high: 1)
    warned: list[str] = []
    with balancing:
        return ensure_listener(wanted, object(), deadline, check_mode=check, warn=warned.append)


def test_check_mode_calls_nothing_and_says_what_a_run_does() -> None:
    dry, wet = Balancing(current()), Balancing(current())
    planned, ended = ensure(dry, check=True), ensure(wet)
    assert (dry.calls, wet.calls) == ([], MAKING)
    assert planned.returned()["steps"] == ended.returned()["steps"]
    assert planned.returned()["diff"] == ended.returned()["diff"]
    assert ended.returned()["load_balancer_listener"]["listener_arn"] == LISTENER_ARN


@pytest.mark.parametrize("acts", [False, True], ids=["without effect", "with effect"])
@pytest.mark.parametrize("call", MAKING)
def test_a_lost_answer_is_asked_for_again_and_makes_nothing_twice(call: str, acts: bool) -> None:
    balancing = Balancing(current())
    balancing.fails, balancing.acts_before_failing = {call: [refusal("Lost", ambiguous=True)]}, acts
    ended = ensure(balancing)
    assert [step["name"] for step in ended.returned()["steps"]] == MAKING
    assert balancing.calls.count(call) == 2
    assert {one.name for one in ended.after.groups} == {group().name}


@pytest.mark.parametrize("call", MAKING)
def test_a_refusal_names_the_steps_that_were_done_and_the_next_run_finishes(call: str) -> None:
    balancing = Balancing(current())
    balancing.fails = {call: [refusal("AccessDenied")]}
    with pytest.raises(ApiError) as caught:
        ensure(balancing)
    before = MAKING[: MAKING.index(call)]
    assert [step["name"] for step in caught.value.steps] == before
    ended = ensure(balancing)
    assert [step["name"] for step in ended.returned()["steps"]] == MAKING[len(before) :]


def test_a_run_that_another_one_overtook_plans_again() -> None:
    balancing = Balancing(made(FIRST, listeners=()))
    balancing.fails = {"create_listener": [refusal("DuplicateListener")]}
    balancing.acts_before_failing = True  # The other run made it.
    ended = ensure(balancing, desired(targets=(FIRST,)))
    assert (len(ended.after.listeners), ended.returned()["changed"]) == (1, False)


def test_what_is_still_used_is_waited_for() -> None:
    balancing = Balancing(made(FIRST))
    balancing.fails = {"delete_target_group": [refusal("ResourceInUse") for _turn in range(5)]}
    ended = ensure(balancing, desired(state="absent"))
    assert (ended.after.listeners, ended.after.groups) == ((), ())


def test_what_never_comes_free_ends_in_a_sentence_with_what_was_done() -> None:
    balancing = Balancing(made(FIRST))
    balancing.fails = {"delete_target_group": [refusal("ResourceInUse") for _turn in range(500)]}
    with pytest.raises(PrivateLinkError, match="Waited 60 seconds") as caught:
        ensure(balancing, desired(state="absent"), seconds=60)
    assert [step["name"] for step in caught.value.steps] == ["delete_listener"]


def test_what_something_else_keeps_changing_ends_in_a_sentence() -> None:
    balancing = Balancing(made(SECOND))

    def nothing(*dummy: t.Any) -> None:
        balancing.calls.append("register_targets")

    balancing.register_targets = nothing  # type: ignore[method-assign, assignment]
    with pytest.raises(WaitFailed, match="Something else changes it"):
        ensure(balancing, desired(targets=(FIRST,), purge_targets=False))
    assert len(balancing.calls) > 1


def test_a_limit_ends_the_run_before_anything_is_touched() -> None:
    balancing = Balancing(current(listeners=(listener(tags={}, protocol="UDP"),)))
    with pytest.raises(LimitsViolated):
        ensure(balancing)
    assert balancing.calls == []


def test_the_tags_of_a_new_target_group_may_be_listed_late() -> None:
    with pytest.raises(LimitsViolated) as caught:
        ensure(Balancing(current(groups=(group(tags={}),))))
    assert [one.code for one in caught.value.violations] == ["target_group_in_use"]
