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
from .steps import Plan, Step

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
        return Seen(True, "accepted", (False, step.carry_out(elb, group_arn)))
    except ApiError as refused:
        if refused.code in _OVERTAKEN:
            return Seen(True, str(refused), (True, None))
        if refused.ambiguous or (step.removes and refused.code == _IN_USE):
            return Seen(False, str(refused))
        raise
