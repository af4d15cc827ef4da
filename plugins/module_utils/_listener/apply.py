# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a plan out, step by step. The only room that changes the world."""

from __future__ import annotations

import typing as t
from functools import partial

from .._aws import listener_api as aws
from .._aws.calls import Client
from .._run.errors import ApiError
from .._run.wait import Await, Seen, Work
from .steps import (
    CreateListener,
    CreateTargetGroup,
    DeleteListener,
    DeleteTargetGroup,
    DeregisterTargets,
    Plan,
    RegisterTargets,
    RemoveTags,
    SetHealthCheck,
    SetListener,
    SetTags,
    Step,
)

# These say that another run changed what the plan was made from: it is made again.
_OVERTAKEN = frozenset(
    {"DuplicateListener", "DuplicateTargetGroupName", aws.LISTENER_NOT_FOUND, aws.TARGET_GROUP_NOT_FOUND}
)
# Something still uses what is to be deleted: a listener that was deleted a moment ago, or an endpoint service.
_IN_USE = "ResourceInUse"


def carry_out(planned: Plan, elb: Client, desired: str, done: list[Step]) -> Work[None]:
    """Does the steps in order, and adds each to `done`; stops early where another run changed what they are about.

    Raises ApiError, WaitTimedOut; what is done stays done, and the next run continues from there.
    """
    group_arn: str | None = None
    for step in planned:
        seen = yield Await(partial(_attempt, step, elb, group_arn), f"AWS to change {desired}")
        overtaken, made = t.cast("tuple[bool, str | None]", seen.value)
        if overtaken:
            return
        group_arn = made or group_arn
        if step.returned() not in [one.returned() for one in done]:
            done.append(step)


def _attempt(step: Step, elb: Client, group_arn: str | None) -> Seen:
    """One try. All of these may be asked for twice, so that a lost answer is no reason to look first."""
    try:
        return Seen(True, "accepted", (False, ask_for(elb, step, group_arn)))
    except ApiError as refused:
        if refused.code in _OVERTAKEN:
            return Seen(True, str(refused), (True, None))
        if refused.ambiguous or (step.removes and refused.code == _IN_USE):
            return Seen(False, str(refused))
        raise


def ask_for(elb: Client, step: Step, group_arn: str | None) -> str | None:
    """Makes the one call of the step. `group_arn`: the target group that the run made. Returns the ARN of one that the
    step makes. Raises ApiError.
    """
    if isinstance(step, CreateTargetGroup):
        return aws.create_target_group(elb, step.group)
    if isinstance(step, CreateListener):
        aws.create_listener(elb, step.forwarding(group_arn))
    elif isinstance(step, SetListener):
        aws.modify_listener(elb, step.forwarding(group_arn))
    elif isinstance(step, DeleteListener):
        aws.delete_listener(elb, step.listener.arn)
    elif isinstance(step, DeleteTargetGroup):
        aws.delete_target_group(elb, step.group.arn)
    else:
        _ask_for_change(elb, step, group_arn)
    return None


def _ask_for_change(elb: Client, step: Step, group_arn: str | None) -> None:
    if isinstance(step, SetHealthCheck):
        aws.modify_target_group(elb, step.arn_or(group_arn), step.health_check)
    elif isinstance(step, RegisterTargets):
        aws.register_targets(elb, step.arn_or(group_arn), step.targets)
    elif isinstance(step, DeregisterTargets):
        aws.deregister_targets(elb, step.arn_or(group_arn), step.targets)
    elif isinstance(step, SetTags):
        aws.add_tags(elb, step.arn, step.tags)
    elif isinstance(step, RemoveTags):
        aws.remove_tags(elb, step.arn, step.keys)
    else:
        raise NotImplementedError(step.name)
