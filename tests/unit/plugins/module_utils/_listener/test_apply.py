# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.apply import carry_out
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.steps import Step
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.support.fake_balancing import Balancing, refusal
from tests.support.listener_literals import FIRST, GROUP_ARN, current, desired

PLANNED = plan(desired(targets=(FIRST,)), current())


def carried(balancing: Balancing) -> list[Step]:
    done: list[Step] = []
    deadline = Deadline(60, 5, clock=lambda: 0.0, sleep=lambda seconds: None)
    with balancing:
        deadline.drive(carry_out(PLANNED, object(), "the listener", done))
    return done


def test_what_is_made_is_what_the_later_steps_are_about() -> None:
    balancing = Balancing(current())
    assert tuple(carried(balancing)) == PLANNED
    assert balancing.current.listeners[0].forwards == (GROUP_ARN,)
    assert [one.key for one in balancing.current.targets[GROUP_ARN]] == [FIRST.key]


def test_a_step_that_another_run_overtook_ends_the_plan_and_is_not_done() -> None:
    balancing = Balancing(current())
    balancing.fails = {"register_targets": [refusal("TargetGroupNotFound")]}
    assert [step.name for step in carried(balancing)] == ["create_target_group"]


def test_any_other_refusal_ends_the_run() -> None:
    balancing = Balancing(current())
    balancing.fails = {"create_target_group": [refusal("TooManyTargetGroups")]}
    with pytest.raises(ApiError):
        carried(balancing)
