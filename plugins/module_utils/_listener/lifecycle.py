# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole life of one listener: read, plan, check limits, apply, read again, result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._aws.calls import Client
from .._run.errors import WaitFailed, as_known
from .._run.text import listed
from .._run.violations import LimitsViolated
from .._run.wait import Await, Deadline, Seen, Work
from .apply import carry_out
from .current import Current
from .desired import Desired
from .limits import NAME_TAKEN, violations, warnings
from .plan import left, plan, used
from .read import read_current
from .result import difference, load_balancer_listener
from .steps import CreateListener, Plan, RegisterTargets, Step

# Seconds in which AWS shows what it accepted, before what is still missing is asked for again.
_SHOWN_WITHIN = 30.0
# Seconds in which the tags of a new target group are listed.
_TAGGED_WITHIN = 15.0
# Seconds for the first health checks. What is not healthy by then is said, and is no failure.
_CHECKED_WITHIN = 120.0
_ROUNDS = 4


@dataclass(frozen=True)
class Outcome:
    """What a run found, planned and did. `after` is the state at the end."""

    desired: Desired
    before: Current
    after: Current
    planned: Plan

    def returned(self) -> dict[str, t.Any]:
        """The return values of the module `load_balancer_listener`."""
        return {
            "changed": bool(self.planned),
            "load_balancer_listener": load_balancer_listener(self.desired, self.after),
            "steps": [step.returned() for step in self.planned],
            "diff": difference(self.desired, self.before, self.planned),
            "left": list(left(self.desired, self.before)) if self.desired.state == "absent" else [],
        }


def ensure_listener(
    desired: Desired, elb: Client, deadline: Deadline, *, check_mode: bool, warn: t.Callable[[str], None]
) -> Outcome:
    """Brings one listener into the desired state, or says what would be done.

    Raises LimitsViolated before anything is touched, PrivateLinkError otherwise; `steps` of the error names the steps
    that were done.
    """
    deadline.doing = f"reading {desired.target}"
    before = deadline.drive(_prepared(desired, elb))
    planned = plan(desired, before)
    outcome = Outcome(desired, before, before, planned)
    if planned and not check_mode:
        done: list[Step] = []
        deadline.doing = f"changing {desired.target}"
        deadline.so_far = partial(_so_far, done)
        after = deadline.drive(_carried_out(desired, before, planned, elb, done))
        outcome = replace(outcome, after=after, planned=tuple(done))
    for warning in warnings(desired, outcome.after):
        warn(warning)
    return outcome


def _so_far(done: t.Sequence[Step]) -> dict[str, t.Any]:
    return {"changed": bool(done), "steps": [step.returned() for step in done]}


def _prepared(desired: Desired, elb: Client) -> Work[Current]:
    """Raises LimitsViolated. A target group that a stopped run has just made may show its tags seconds later."""

    def look() -> Seen:
        current = read_current(desired, elb)
        found = violations(desired, current, plan(desired, current))
        untagged = any(one.code == NAME_TAKEN for one in found)
        return Seen(not untagged, "its tags are not listed", (current, found))

    seen = yield Await(look, "AWS to list the tags of the target group", _TAGGED_WITHIN, leaves_half=True)
    current, found = t.cast("tuple[Current, list[t.Any]]", seen.value)
    if found:
        raise LimitsViolated(found)
    return current


def _carried_out(desired: Desired, before: Current, planned: Plan, elb: Client, done: list[Step]) -> Work[Current]:
    """Does what was planned until a look shows nothing left to do. Any error names the steps that were done."""
    try:
        current, steps = before, planned
        for _round in range(_ROUNDS):
            yield from carry_out(steps, elb, desired.target, done)
            if not desired.wait:
                return read_current(desired, elb)
            seen = yield Await(partial(_look, desired, elb), "AWS to show every change", _SHOWN_WITHIN)
            current, steps = t.cast("tuple[Current, Plan]", seen.value)
            if not steps:
                return (yield from _with_health(desired, current, planned, elb))
        raise WaitFailed(
            f"{desired.target} is not as desired, although AWS accepted each change; missing: {_shown(steps)}. "
            "Something else changes it at the same time. Run again once that has ended."
        )
    except Exception as error:
        known = as_known(error, f"changing {desired.target}")
        known.steps = [step.returned() for step in done]
        raise known from None


def _look(desired: Desired, elb: Client) -> Seen:
    now = read_current(desired, elb)
    steps = plan(desired, now)
    return Seen(not steps, f"missing: {_shown(steps)}", (now, steps))


def _shown(steps: Plan) -> str:
    return listed((f"{step.name} {step.detail}" for step in steps), "; ")


def _with_health(desired: Desired, current: Current, planned: Plan, elb: Client) -> Work[Current]:
    """Waits until the first health checks have said something about new targets."""
    if not any(isinstance(step, (CreateListener, RegisterTargets)) for step in planned) or desired.state == "absent":
        return current

    def look() -> Seen:
        now = read_current(desired, elb)
        group = used(desired, now).group if now.balancer else None
        early = [one for one in now.registered(group.arn if group else None) if one.state in ("initial", "unused")]
        return Seen(not early, listed(f"{one.shown} is {one.state}" for one in early), now)

    seen = yield Await(look, "the first health checks of the targets", _CHECKED_WITHIN, leaves_half=True)
    return t.cast(Current, seen.value)
