# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole life of one published service: read, plan, check limits, apply, result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._run.errors import PrivateLinkError, as_known
from .._run.violations import LimitsViolated, Verdict
from .._run.wait import Await, Deadline, Seen, Work
from .apply import Run
from .current import Current, Published
from .desired import Desired
from .diff import difference
from .limit_facts import read_limit_facts
from .limits import LimitFacts, check, standing_warnings
from .permissions import permitted
from .plan import plan
from .provider import Provider
from .read import live_of_name, read_again, read_current
from .result import endpoint_service
from .steps import Plan, Step

NOTHING_TO_CHECK = Verdict()
_MOST_ADOPTIONS = 5


@dataclass(frozen=True)
class Outcome:
    """What a run found, planned and did. `after` is the state at the end; until the run has changed anything, the
    present one. If the run adopted what another one made, `before` is that one.
    """

    desired: Desired
    before: Current
    after: Current
    planned: Plan
    verdict: Verdict = NOTHING_TO_CHECK
    notes: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, whether the run succeeds or not."""
        said = [*standing_warnings(self.desired, self.before), *self.verdict.warnings, *self.notes]
        return tuple(dict.fromkeys(said))

    def returned(self) -> dict[str, t.Any]:
        """The return values of the module `endpoint_service`."""
        return {
            "changed": bool(self.planned.steps),
            "endpoint_service": endpoint_service(self.desired, self.after),
            "steps": [step.returned() for step in self.planned.steps],
            "diff": difference(self.planned, self.before),
        }


def publish(
    desired: Desired, provider: Provider, deadline: Deadline, *, check_mode: bool, warn: t.Callable[[str], None]
) -> Outcome:
    """Brings one published service into the desired state, or says what would be done.

    Raises LimitsViolated before anything is touched, PrivateLinkError otherwise; `steps` of the error names the steps
    that were done.
    """
    deadline.doing = f"reading {desired.target}"
    outcome = deadline.drive(_prepared(desired, provider))
    for warning in outcome.warnings:
        warn(warning)
    if check_mode or not (outcome.planned.steps or outcome.planned.goals):
        return outcome
    deadline.doing = f"asking AWS whether it permits to change {desired.target}"
    outcome = replace(outcome, planned=permitted(outcome.planned, outcome.before, provider))
    done: list[Step] = []
    deadline.doing = f"changing {desired.target}"
    deadline.so_far = partial(_so_far, done)
    ended = deadline.drive(_carried_out(outcome, provider, done))
    for warning in ended.warnings:
        if warning not in outcome.warnings:
            warn(warning)
    return ended


def _so_far(done: t.Sequence[Step]) -> dict[str, t.Any]:
    return {"changed": bool(done), "steps": [step.returned() for step in done]}


def _prepared(desired: Desired, provider: Provider) -> Work[Outcome]:
    """Reads, plans and checks the limits: everything that comes before the first change."""
    before = yield from read_current(desired, provider)
    planned = plan(desired, before)
    facts = read_limit_facts(desired, before, planned, provider) if planned.steps else LimitFacts()
    verdict = check(desired, before, planned, facts)
    if verdict.violations:
        raise LimitsViolated(verdict.violations)
    return Outcome(desired, before, before, planned, verdict)


def _carried_out(outcome: Outcome, provider: Provider, done: list[Step]) -> Work[Outcome]:
    """Does what was planned. Any error names the steps that were done."""
    try:
        for _adoption in range(_MOST_ADOPTIONS):
            run = Run(outcome.desired, outcome.before, provider, done)
            published = yield from run.carry_out(outcome.planned)
            if run.adopted is None:
                return _ended(outcome, published, provider, done)
            note = _adoption_note(run.adopted.service_id, run.adopted.withdrawn)
            outcome = yield from _adopted(replace(outcome, notes=(*outcome.notes, note)), provider)
        raise PrivateLinkError(
            f"Other runs made and removed {outcome.desired.target} {_MOST_ADOPTIONS} times while this one tried to "
            "change it. Let one run end, then run again."
        )
    except BaseException as error:
        known = as_known(error, f"changing {outcome.desired.target}")
        known.steps = [step.returned() for step in done]
        raise known from None


def _ended(outcome: Outcome, published: Published | None, provider: Provider, done: t.Sequence[Step]) -> Outcome:
    after = read_again(outcome.before, published, provider)
    return replace(outcome, after=after, planned=replace(outcome.planned, steps=tuple(done)))


def _adopted(outcome: Outcome, provider: Provider) -> Work[Outcome]:
    """Plans what differs in the service that another run made. The limits have been checked already."""

    def look() -> Seen:
        return Seen(bool(live_of_name(outcome.desired, provider)), "it is not listed")

    yield Await(look, f"AWS to show {outcome.desired.target}")
    now = yield from read_current(outcome.desired, provider)
    return replace(outcome, before=now, planned=plan(outcome.desired, now))


def _adoption_note(service_id: str, withdrawn: str | None) -> str:
    note = f"Another run made the endpoint service {service_id} at the same time; this run adopted it."
    return f"{note} {withdrawn}, which this run had made, was deleted again." if withdrawn else note
