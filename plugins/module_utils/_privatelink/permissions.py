# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks AWS before anything is touched whether it permits the plan, so that no run stops half way for a permission.

It is only advice: what AWS does not answer within seconds stays open. Source: DryRun in the Amazon EC2 API reference.
DryRun does not check what a call does elsewhere on the caller's behalf (route53:AssociateVPCWithHostedZone).
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._aws import api as aws
from .._aws.model import InterfaceEndpoint
from .._aws.tags import is_managed
from .._run.bounded import Acting, Overdue, bounded
from .._run.errors import ApiError
from .apply import ask_for
from .clouds import Clouds
from .create import client_token
from .steps import CreateVpcEndpoint, Modification, RemoveTags, Step

if t.TYPE_CHECKING:
    from .lifecycle import Outcome

# Seconds for all questions together.
ANSWERED_WITHIN = 3.0
_Place = tuple[str, bool]


@dataclass(frozen=True)
class _Question:
    """Would a step of an item be permitted? `subject`: the account, the region and the call.

    An answer holds for every item with the same `place`, which is what policies distinguish: a VPC, and whether the
    interface endpoint is this collection's own.
    """

    item: int
    subject: tuple[t.Hashable, str, str]
    place: _Place
    ask: t.Callable[[], aws.DryRun]

    @property
    def key(self) -> t.Hashable:
        return self.subject, self.place


@dataclass(frozen=True)
class _Answer:
    """The answer to the question of one item."""

    item: int
    answered: aws.DryRun


def permitted(items: t.Sequence[tuple[Outcome, Clouds]]) -> list[Outcome | ApiError]:
    """Each outcome as it can be carried out, or the refusal that it would meet, which names every missing action.

    One request for each action, account and region, all of them at once; more, for other VPCs, only if one is refused.
    Raises nothing.
    """
    asked = [_questions(item, outcome, clouds) for item, (outcome, clouds) in enumerate(items)]
    groups: dict[t.Hashable, dict[_Place, _Question]] = {}
    for question in (question for questions in asked for question in questions):
        groups.setdefault(question.subject, {}).setdefault(question.place, question)
    answers: dict[t.Hashable, _Answer] = {}
    acting = [Acting(partial(_ask, tuple(group.values()), answers)) for group in groups.values()]
    with contextlib.suppress(Overdue):
        bounded(lambda: [act.result() for act in acting], ANSWERED_WITHIN)
    said = dict(answers)
    return [_judged(item, outcome, asked[item], said) for item, (outcome, _clouds) in enumerate(items)]


def _ask(questions: t.Sequence[_Question], answers: dict[t.Hashable, _Answer]) -> None:
    """One after the other, until one is not refused."""
    for question in questions:
        answer = question.ask()
        answers[question.key] = _Answer(question.item, answer)
        if answer.permitted is not False:
            return


def _judged(
    item: int, outcome: Outcome, questions: t.Sequence[_Question], answers: t.Mapping[t.Hashable, _Answer]
) -> Outcome | ApiError:
    found = [answers[question.key] for question in questions if question.key in answers]
    refusals = [answer.answered.refusal for answer in found if answer.answered.refusal]
    if refusals:
        return _refusal(refusals)
    for answer in found:
        if answer.item == item and isinstance(answer.answered.done, aws.Created):
            return _with_made(outcome, answer.answered.done.endpoint.vpc_endpoint_id)
    return outcome


def _refusal(refusals: t.Sequence[ApiError]) -> ApiError:
    """All refusals together, with the fields of the first."""
    first = refusals[0]
    said = " ".join(str(refusal) for refusal in refusals)
    return ApiError(
        f"{said} Nothing was touched.", api=first.api, code=first.code, status=first.status, request_id=first.request_id
    )


def _with_made(outcome: Outcome, vpc_endpoint_id: str) -> Outcome:
    """Something in place of AWS mistook the DryRun for the call: the interface endpoint exists, and no other is
    made.
    """
    steps = tuple(
        replace(step, made=vpc_endpoint_id) if isinstance(step, CreateVpcEndpoint) else step
        for step in outcome.planned.steps
    )
    return replace(outcome, planned=replace(outcome.planned, steps=steps))


def _questions(item: int, outcome: Outcome, clouds: Clouds) -> list[_Question]:
    """One for each action, about the first step that needs it."""
    questions: dict[str, _Question] = {}
    region = str(outcome.before.provider.region)
    for step in outcome.planned.steps:
        place = _place(outcome, step) if step.action else None
        if place and step.action not in questions:
            ask = partial(_dry_run, outcome, clouds.ec2(region), step)
            questions[step.action] = _Question(item, (id(clouds), region, step.action), place, ask)
    return list(questions.values())


def _place(outcome: Outcome, step: Step) -> _Place | None:
    """Null if AWS cannot say yet: the endpoint is not made, or this run first makes it ours by its tags."""
    if isinstance(step, CreateVpcEndpoint):
        return str(step.vpc_id), True
    endpoint = _endpoint(outcome, step)
    if endpoint is None:
        return None
    ours = is_managed(endpoint.tags)
    return None if not ours and isinstance(step, (Modification, RemoveTags)) else (endpoint.vpc_id, ours)


def _endpoint(outcome: Outcome, step: Step) -> InterfaceEndpoint | None:
    endpoints = (pair.endpoint for pair in outcome.before.found.pairs)
    return next((one for one in endpoints if one and one.vpc_endpoint_id == step.vpc_endpoint_id), None)


def _dry_run(outcome: Outcome, ec2: t.Any, step: Step) -> aws.DryRun:
    if not isinstance(step, CreateVpcEndpoint):
        return aws.dry_run(ec2, lambda asking: ask_for(asking, [step], str(step.vpc_endpoint_id)))
    # The token of the call itself: if DryRun is not known there, the same endpoint is the answer to both.
    token = client_token(str(step.service_name), str(step.vpc_id), outcome.before.found.gone, 0)
    return aws.dry_run(ec2, lambda asking: aws.create_vpc_endpoint(asking, client_token=token, **step.request))
