# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole life of one private endpoint: read, plan, check limits, apply, result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._aws.tags import is_managed
from .._run.errors import PrivateLinkError, WaitFailed, as_known
from .._run.text import listed
from .._run.wait import Await, Deadline, Patience, Seen, Work
from .clouds import Clouds
from .current import Current, unverified_name
from .desired import Desired
from .diff import difference
from .plan import plan
from .promise import lacking
from .read import read_again, read_current
from .registrations import RegistrationUnknown
from .result import private_endpoint
from .steps import CreateVpcEndpoint, EnablePrivateDns, Plan, Step
from .violations import LimitsViolated, Verdict

# Most runs find nothing to do: what only changes need is imported only when it is used.
if t.TYPE_CHECKING:
    from .situation import Reserved

NOTHING_TO_CHECK = Verdict()
_MOST_ADOPTIONS = 5
# Seconds in which a read must show again what a look has seen: lists may be behind.
_SHOWN_WITHIN = 60.0
_MOST_NAMED = 10
# Seconds in which AWS lists a new network. Nothing shows how old an id is, so a wrong one costs a run as long.
NETWORK_LISTED_WITHIN = 10.0


@dataclass(frozen=True)
class Outcome:
    """What a run found, planned and did. `after` is the state at the end; before the run has changed anything, the
    present one.

    If a run adopted what another one made meanwhile, `before` is that one, `planned` are the steps of this run
    alone, and `notes` say so.
    """

    desired: Desired
    before: Current
    after: Current
    planned: Plan
    verdict: Verdict = NOTHING_TO_CHECK
    notes: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Nothing to do and nothing to wait for."""
        return not (self.planned.steps or self.planned.goals)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, whether the run succeeds or not."""
        return (
            *self.desired.warnings,
            *self.verdict.warnings,
            *_dns_warning(self),
            *_dropped_warning(self),
            *_unseen_warning(self),
            *_unverified_warning(self),
            *self.notes,
        )

    def returned(self) -> dict[str, t.Any]:
        """The return values of the module `private_endpoint`."""
        return {
            "changed": bool(self.planned.steps),
            "private_endpoint": private_endpoint(self.desired, self.after),
            "steps": [step.returned() for step in self.planned.steps],
            "diff": difference(self.planned, self.before, self.desired.planned_subnets),
            "unchecked_limits": list(self.verdict.unchecked),
        }


def ensure(
    desired: Desired,
    clouds: Clouds,
    deadline: Deadline,
    *,
    check_mode: bool,
    warn: t.Callable[[str], None],
    is_rehearsal: bool | None = None,
) -> Outcome:
    """Brings one private endpoint into the desired state, or says what would be done.

    `is_rehearsal`: whether nothing can be too new to be listed, since earlier tasks made nothing either; by default as
    in check mode. `warn` gets what the user should know before anything is touched, even if the run fails later; what
    comes up on the way follows at the end.

    Raises LimitsViolated, or ApiError if AWS would not permit it, before anything is touched, PrivateLinkError
    otherwise; `steps` of the error names the steps that were done.
    """
    for warning in desired.warnings:
        warn(warning)
    deadline.doing = f"reading the private endpoint of {desired.target}"
    rehearses = check_mode if is_rehearsal is None else is_rehearsal
    outcome = prepare(
        desired,
        clouds,
        check_mode=check_mode,
        patience=None if rehearses else Patience(deadline, NETWORK_LISTED_WITHIN),
    )
    for warning in outcome.warnings:
        if warning not in desired.warnings:
            warn(warning)
    if check_mode or outcome.is_settled:
        return outcome
    deadline.doing = f"asking AWS whether it permits to change the private endpoint of {desired.target}"
    outcome = _permitted(outcome, clouds)
    done: list[Step] = []
    deadline.doing = f"changing the private endpoint of {desired.target}"
    deadline.so_far = partial(_so_far, done)
    carried = deadline.drive(carry_out(outcome, clouds, done))
    deadline.doing = f"reading the private endpoint of {desired.target} again, after all changes"
    ended = deadline.drive(settled(carried, clouds))
    for warning in ended.warnings:
        if warning not in outcome.warnings:
            warn(warning)
    return ended


def _permitted(outcome: Outcome, clouds: Clouds) -> Outcome:
    from .permissions import permitted

    (found,) = permitted([(outcome, clouds)])
    if isinstance(found, PrivateLinkError):
        raise found
    return found


def _so_far(done: t.Sequence[Step]) -> dict[str, t.Any]:
    return {"changed": bool(done), "steps": [step.returned() for step in done]}


def prepare(
    desired: Desired,
    clouds: Clouds,
    *,
    check_mode: bool,
    reserved: Reserved | None = None,
    patience: Patience | None = None,
) -> Outcome:
    """Reads, plans and checks the limits: everything that comes before the first change.

    `reserved` is what other private endpoints of the same run will use; `patience` waits for a network that is not
    listed, null for not waiting. Raises LimitsViolated, PrivateLinkError.
    """
    before = read_current(desired, clouds)
    planned = plan(desired, before)
    if not planned.steps and not before.found.violations:
        return Outcome(desired, before, before, planned)
    verdict = _check_limits(desired, before, planned, clouds, reserved)
    if verdict.violations:
        if patience and _waits_for_network(desired, before, planned, verdict, clouds, patience):
            return prepare(desired, clouds, check_mode=check_mode, reserved=reserved)
        raise LimitsViolated(verdict.violations)
    _require_network(desired, planned, check_mode)
    return Outcome(desired, before, before, planned, verdict)


def _waits_for_network(
    desired: Desired, current: Current, planned: Plan, verdict: Verdict, clouds: Clouds, patience: Patience
) -> bool:
    from .limit_facts import waits_for_network

    return waits_for_network(desired, current, planned, verdict, clouds, patience)


def _check_limits(
    desired: Desired, current: Current, planned: Plan, clouds: Clouds, reserved: Reserved | None
) -> Verdict:
    from .limit_facts import read_limit_facts
    from .limits import check
    from .situation import NOTHING_RESERVED

    facts = read_limit_facts(desired, current, planned, clouds)
    return check(desired, current, planned, facts, reserved or NOTHING_RESERVED)


def carry_out(outcome: Outcome, clouds: Clouds, done: list[Step] | None = None) -> Work[Outcome]:
    """Does what was planned. Returns the outcome as it was carried out; its desired state names the interface endpoint.

    `done` collects each step when it is finished. Any error names them.
    """
    from .apply import Run

    done = [] if done is None else done
    try:
        for _adoption in range(_MOST_ADOPTIONS):
            run = Run(outcome.desired, outcome.before, clouds, done)
            made = yield from run.carry_out(outcome.planned)
            if run.adopted is None:
                planned = replace(outcome.planned, steps=tuple(done))
                return replace(outcome, desired=made, planned=planned)
            note = _adoption_note(made, run.adopted.withdrawn)
            outcome = yield from _adopted(replace(outcome, desired=made, notes=(*outcome.notes, note)), clouds)
        raise PrivateLinkError(
            f"Other runs made and removed interface endpoints of {outcome.desired.target} {_MOST_ADOPTIONS} times "
            "while this one tried to change them. Let one run end, then run again."
        )
    except BaseException as error:
        known = as_known(error, f"changing the private endpoint of {outcome.desired.target}")
        known.steps = [step.returned() for step in done]
        raise known from None


def _adopted(outcome: Outcome, clouds: Clouds) -> Work[Outcome]:
    """Plans what differs in the endpoint that another run made. The limits have been checked already."""

    def look() -> Seen:
        try:
            now = read_again(outcome.desired, outcome.before, clouds)
        except RegistrationUnknown as unknown:
            return Seen(False, str(unknown))
        found = now.found
        return Seen(any(pair.endpoint for pair in found.pairs) or bool(found.gone), "it is not listed", now)

    now: Current = (yield Await(look, f"AWS to show {outcome.desired.vpc_endpoint_id}")).value
    planned = plan(outcome.desired, now)
    # What this run has removed before belongs to its difference.
    removed = tuple(
        pair for pair in outcome.before.found.pairs if pair.vpc_endpoint_id != outcome.desired.vpc_endpoint_id
    )
    before = replace(now, found=replace(now.found, dead=(*now.found.dead, *removed)))
    return replace(outcome, before=before, planned=planned)


def _adoption_note(made: Desired, withdrawn: str | None) -> str:
    note = f"Another run made the interface endpoint {made.vpc_endpoint_id} at the same time; this run adopted it."
    return f"{note} {withdrawn}, which this run had made, was deleted again." if withdrawn else note


def settled(outcome: Outcome, clouds: Clouds) -> Work[Outcome]:
    """The outcome with the state at the end, looked at until it is what the run promised.

    With wait=false nothing is promised: the state is as the first look shows it. An error names the steps, since all of
    them are done. Raises WaitFailed if the promise can no longer be kept.
    """
    desired = outcome.desired
    look = partial(_look_at_the_end, outcome, clouds)
    at_most = _SHOWN_WITHIN if desired.state == "present" else None
    try:
        what = "both clouds to show the private endpoint as desired"
        seen = yield Await(look, what, at_most, leaves_half=at_most is not None)
        if not seen.done:
            raise WaitFailed(
                f"The private endpoint of {desired.target} was as desired, but no longer is: {seen.value}. Another "
                "run changes it at the same time. Run again once that has ended."
            )
    except PrivateLinkError as error:
        error.steps = [step.returned() for step in outcome.planned.steps]
        raise
    return replace(outcome, after=seen.value)


def _look_at_the_end(outcome: Outcome, clouds: Clouds) -> Seen:
    """The value of the look is the state at the end, or what that state lacks of the promise."""
    desired = outcome.desired
    try:
        after = read_again(desired, outcome.before, clouds)
    except RegistrationUnknown as unknown:
        if not desired.wait:
            raise
        return Seen(False, str(unknown), str(unknown))
    lacks = lacking(desired, outcome.before, after) if desired.wait else ""
    return Seen(False, lacks, lacks) if lacks else Seen(True, "as desired", after)


def _require_network(desired: Desired, planned: Plan, check_mode: bool) -> None:
    creation = planned.first(CreateVpcEndpoint)
    if creation is None or (check_mode and desired.allow_missing_network):
        return
    if creation.lacking:
        raise PrivateLinkError(
            f"{desired.target} has no private endpoint here, and creating one needs {', '.join(creation.lacking)}. "
            "Give them: nothing falls silently to the VPC's defaults."
        )


def _dns_warning(outcome: Outcome) -> tuple[str, ...]:
    """Private DNS changes a name for a whole VPC, so a run warns if this collection did not make the endpoint."""
    endpoint = outcome.before.found.main.endpoint if outcome.before.found.main else None
    enabled = outcome.planned.has(EnablePrivateDns) and outcome.desired.private_dns_enabled is None
    if endpoint is None or not enabled or is_managed(endpoint.tags):
        return ()
    return (
        f"Private DNS is switched on for {endpoint.vpc_endpoint_id}, which this collection did not make: "
        "without it the cluster's host name does not work. Set private_dns_enabled=false to leave it off.",
    )


def _dropped_warning(outcome: Outcome) -> tuple[str, ...]:
    if not outcome.before.provider.dropped:
        return ()
    cluster, cluster_id = outcome.before.provider.cluster, outcome.desired.cluster_id
    if cluster is None:
        said, options = f"TiDB Cloud has no cluster {cluster_id}; it", "cluster_id and the API key"
    else:
        said = f"Cluster {cluster_id} ({cluster.name}) no longer has the node group of this private endpoint; the group"
        options = "cluster_id and node_group_id"
    return (f"{said} counts as dropped. If that is wrong, check {options}.",)


def _unverified_warning(outcome: Outcome) -> tuple[str, ...]:
    """Why private DNS is off by default although the service has a name. Where it is requested, the limits say it."""
    service, desired = outcome.before.provider.other, outcome.desired
    if service is None or service.unverified is None or not service.private_dns_name:
        return ()
    if desired.state == "absent" or desired.private_dns_enabled is not None:
        return ()
    return (f"{unverified_name(service)} Private DNS is off until then; run again once it is verified.",)


def _unseen_warning(outcome: Outcome) -> tuple[str, ...]:
    """That nothing was found proves little if the credentials may be those of another account."""
    unseen = outcome.before.unseen
    if not unseen or outcome.before.found.pairs or outcome.desired.state == "present":
        return ()
    more = f" and {len(unseen) - _MOST_NAMED} more" if len(unseen) > _MOST_NAMED else ""
    return (
        "Nothing was found to remove, but interface endpoints that AWS does not show to these credentials in "
        f"{outcome.before.provider.region} are registered with {outcome.desired.target}: "
        f"{listed(unseen[:_MOST_NAMED])}{more}. "
        "If one is meant, use the credentials of its AWS account; if it is gone, vpc_endpoint_id ends its "
        "registration.",
    )
