# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that waits promises, compared with what a read after its last write shows. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._aws.model import InterfaceEndpoint
from .._run.errors import WaitFailed
from .._tidbcloud.model import Registration
from .current import Current, Found, Pair
from .desired import Desired
from .diff import options_of
from .plan import plan
from .result import private_endpoint
from .steps import Change, CreateVpcEndpoint, Step


def missing(
    desired: Desired, current: Current, endpoint: InterfaceEndpoint, registration: Registration | None
) -> tuple[Change, ...]:
    """The changes in place that `endpoint` still needs to be as desired."""
    now = replace(current, found=Found(Pair(endpoint, registration)))
    return tuple(
        step
        for step in plan(replace(desired, wait=True), now).steps
        if isinstance(step, Change) and step.vpc_endpoint_id == endpoint.vpc_endpoint_id
    )


def differences(steps: t.Iterable[Change]) -> str:
    """The steps as a part of a sentence."""
    return "; ".join(step.summary for step in steps)


def is_overridden(step: Change, before: InterfaceEndpoint | None, now: InterfaceEndpoint) -> bool:
    """Whether what `step` changes has neither the desired value nor the one that it had `before` this run.

    AWS shows a change after seconds: until then the old value is there. Any other value comes from elsewhere.
    """
    return bool(step.value(now) != step.value(before))


def is_overtaken(
    before: InterfaceEndpoint | None, done: t.Collection[Step], endpoint: InterfaceEndpoint | None
) -> bool:
    """Whether the endpoint has subnets or security groups other than those from before with the finished steps applied.

    `before` is null for one that the finished steps made.
    """
    made = any(isinstance(step, CreateVpcEndpoint) for step in done)
    if endpoint is None or (before is None and not made):
        return False
    options = options_of(before) if before else {}
    for step in done:
        if step.vpc_endpoint_id in (None, endpoint.vpc_endpoint_id):
            options = step.changed(options)
    now = options_of(endpoint)
    return any(options.get(option) != now[option] for option in ("subnet_ids", "security_group_ids"))


def lacking(desired: Desired, before: Current, after: Current) -> str:
    """What the state at the end lacks of what the run promised; empty if the promise is kept.

    Raises WaitFailed if what is missing never comes by itself. It names what is there instead and what to do next.
    """
    if desired.state == "absent":
        return _left(desired, before, after)
    found, main = private_endpoint(desired, after), after.found.main
    # Neither listed nor registered proves nothing: an answer may be behind. A dead one is listed as such.
    is_gone = found["status"] == "not_configured" and bool(after.found.gone)
    if found["status"] in ("failed", "deleting") or is_gone:
        raise WaitFailed(_lost(desired, found))
    if (found["status"], found["stage"]) != ("active", "done") or main is None or main.endpoint is None:
        return _halves(desired, found)
    steps = missing(desired, after, main.endpoint, main.registration)
    return f"still missing: {differences(steps)}" if steps else ""


def _halves(desired: Desired, found: t.Mapping[str, t.Any]) -> str:
    states = (("interface endpoint", found["vpc_endpoint_state"]), ("registration", found["endpoint_state"]))
    halves = ", ".join(f"{half} {state}" for half, state in states if state) or "neither half is there"
    said = f" ({found['endpoint_message']})" if found["endpoint_message"] else ""
    return f"private endpoint {found['vpc_endpoint_id'] or f'of {desired.target}'} is {found['status']}: {halves}{said}"


def _lost(desired: Desired, found: t.Mapping[str, t.Any]) -> str:
    return (
        f"Everything was done and the private endpoint was ready, but now {_halves(desired, found)}. Something else "
        f"changed it. {found['status_note']}"
    )


def _left(desired: Desired, before: Current, after: Current) -> str:
    pairs = after.found.pairs
    if desired.keep_vpc_endpoint:
        return "; ".join(_described(pair) for pair in pairs if pair.registered)
    known = {pair.vpc_endpoint_id for pair in before.found.pairs}
    new = [pair for pair in pairs if pair.vpc_endpoint_id not in known and pair.listed]
    if new:
        made = "; ".join(_described(pair) for pair in new)
        raise WaitFailed(
            f"The private endpoint of {desired.target} is removed, but another run made a new one meanwhile "
            f"({made}). It is left alone: run again with state=absent to remove it, too."
        )
    return "; ".join(_described(pair) for pair in pairs)


def _described(pair: Pair) -> str:
    endpoint = pair.endpoint.state if pair.endpoint else "not visible"
    registration = f", registration {pair.registration.state}" if pair.registration else ""
    return f"{pair.vpc_endpoint_id}: interface endpoint {endpoint}{registration}"
