# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks AWS before anything is touched whether it permits the plan, so that no run stops half way for a permission.

It is only advice: what AWS does not answer within seconds stays open. Source: DryRun in the Amazon EC2 API reference.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace
from functools import partial

from .._aws import api, provider_api
from .._aws.provider_model import OwnService
from .._aws.tags import is_managed
from .._run.bounded import Acting, Overdue, bounded
from .._run.errors import ApiError
from .apply import ask_for
from .create import client_token
from .current import Current
from .provider import Provider
from .steps import CreateEndpointService, Plan, SetRegions, SetTags, Step

# Seconds for all questions together.
ANSWERED_WITHIN = 3.0


def permitted(planned: Plan, current: Current, provider: Provider) -> Plan:
    """The plan as it can be carried out. One request for each action, all at once.

    Raises ApiError, which names every missing action, if AWS would not permit it.
    """
    questions = _questions(planned, current, provider)
    answers: dict[int, api.DryRun] = {}
    acting = [Acting(partial(_ask, number, ask, answers)) for number, ask in enumerate(questions)]
    with contextlib.suppress(Overdue):
        bounded(lambda: [act.result() for act in acting], ANSWERED_WITHIN)
    said = dict(answers)
    refusals = [answer.refusal for _number, answer in sorted(said.items()) if answer.refusal]
    if refusals:
        raise _refusal(refusals)
    return _with_made(planned, [answer.done for answer in said.values()])


def _ask(number: int, ask: t.Callable[[], api.DryRun], answers: dict[int, api.DryRun]) -> None:
    answers[number] = ask()


def _questions(planned: Plan, current: Current, provider: Provider) -> list[t.Callable[[], api.DryRun]]:
    """One about the first step of each action. Other regions are a permission of their own."""
    found: dict[tuple[str, bool], t.Callable[[], api.DryRun]] = {}
    for step in planned.steps:
        if _can_be_asked(step, current):
            key = (step.action, isinstance(step, SetRegions))
            found.setdefault(key, partial(_dry_run, step, current, provider))
    return list(found.values())


def _can_be_asked(step: Step, current: Current) -> bool:
    """Not about a service that is not made yet, or that this run first makes ours by its tags."""
    if isinstance(step, CreateEndpointService):
        return True
    service = current.service
    return service is not None and (is_managed(service.tags) or isinstance(step, SetTags))


def _dry_run(step: Step, current: Current, provider: Provider) -> api.DryRun:
    if not isinstance(step, CreateEndpointService):
        service_id = current.service.service_id if current.service else ""
        return api.dry_run(provider.ec2, lambda asking: ask_for(asking, step, service_id))
    # The token of the call itself: where DryRun is not known, the same service is the answer to both.
    token = client_token(step.service, [one.service_id for one in current.gone], 0)
    return api.dry_run(
        provider.ec2, lambda asking: provider_api.create_own_service(asking, client_token=token, **step.request)
    )


def _refusal(refusals: t.Sequence[ApiError]) -> ApiError:
    """All refusals together, with the fields of the first."""
    first = refusals[0]
    said = " ".join(str(refusal) for refusal in refusals)
    return ApiError(
        f"{said} Nothing was touched.", api=first.api, code=first.code, status=first.status, request_id=first.request_id
    )


def _with_made(planned: Plan, done: t.Sequence[object]) -> Plan:
    """Something in place of AWS mistook the DryRun for the call: the service exists, and no other is made."""
    made = next((one.service_id for one in done if isinstance(one, OwnService)), None)
    if made is None:
        return planned
    steps = (replace(step, made=made) if isinstance(step, CreateEndpointService) else step for step in planned.steps)
    return replace(planned, steps=tuple(steps))
