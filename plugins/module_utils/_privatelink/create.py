# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates the interface endpoint of an identity (a service in a VPC) exactly once, even with concurrent runs."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass
from functools import partial

from .._aws import api as aws
from .._aws.model import DEAD_STATES, InterfaceEndpoint
from .._aws.refusals import MOST_UNKNOWN, is_busy, is_unknown_part
from .._aws.shared import Reads
from .._run.errors import ApiError, PrivateLinkError
from .._run.wait import Await, Seen, Work
from .current import Pair
from .desired import Desired
from .duplicates import by_age
from .identify import ambiguities
from .steps import CreateVpcEndpoint, DeleteVpcEndpoint
from .violations import LimitsViolated

_MOST_TOKENS = 32
_MOST_LOST = 3
# Seconds in which another run's interface endpoint must be listed. Waited for once in a run: AWS may remember the
# tokens of several deleted endpoints longer than it lists these.
_OTHERS_LISTED_WITHIN = 60.0
# Seconds that a call may take: an endpoint that was older when AWS answered was made by an earlier call.
_LONGEST_CALL = 15.0
_MISMATCH = "IdempotentParameterMismatch"
# States of an answer that is about an earlier endpoint. One that has failed may be the new one, and is reported later.
_SPENT = DEAD_STATES - {"failed"}


@dataclass(frozen=True)
class Creation:
    """The live interface endpoint of the identity. `made` is false for another run's; `withdrawn` is then the id
    of the one that this run made and deleted again, if any.
    """

    vpc_endpoint_id: str
    made: bool = True
    withdrawn: str | None = None


def client_token(service_name: str, vpc_id: str, gone: t.Iterable[str], counter: int) -> str:
    """The same for every run that needs an endpoint of this service in this VPC, whatever options they differ in.

    A fixed token would break create-delete-create (AWS answers with the deleted endpoint); one made from the options
    would give each of two runs its own endpoint. So it includes the endpoints that are listed as dead and a counter,
    and nothing that can be changed. Source: ClientToken in the Amazon EC2 API reference, "Ensuring idempotency".
    """
    identity = json.dumps([service_name, vpc_id, sorted(gone), counter])
    return hashlib.sha256(identity.encode()).hexdigest()


def create_interface_endpoint(
    ec2: t.Any, reads: Reads, step: CreateVpcEndpoint, desired: Desired, registered: t.Sequence[str] = ()
) -> Work[Creation]:
    """Returns the live interface endpoint of the identity: made now, or by another run meanwhile.

    It waits for an id that AWS returned. Only one that AWS lists as deleted, or that an earlier call made and that is
    not listed for a minute, counts as dead, and then the next token is used. Before that AWS is asked by id, for that
    one or for one of `registered`, the ids that TiDB Cloud has and AWS did not list: its lists may be wrong.

    Raises LimitsViolated (`ambiguous_match`) if the live one has another name, ApiError, WaitTimedOut, and
    PrivateLinkError if every token is used up.
    """
    here = _Listed(reads, step, desired)
    yield Await(here.look, "AWS to list the interface endpoints of the VPC")
    patience = _OTHERS_LISTED_WITHIN
    doubtful = registered[:1]
    for token in here.tokens():
        if here.live:
            return Creation(_adoptable(desired, here.oldest), made=False)
        answer = yield from _ask(ec2, token, step)
        if answer is None:
            seen = yield Await(here.look_for_change, _OF_ANOTHER_RUN, at_most=patience, leaves_half=True)
        elif answer.endpoint.state in _SPENT:
            seen = yield Await(here.look, "AWS to list the interface endpoints of the VPC")
        else:
            made = answer.endpoint.vpc_endpoint_id
            doubtful = (made,)
            replayed = answer.age is not None and answer.age > _LONGEST_CALL
            look = partial(here.look_for, made)
            seen = yield Await(look, f"AWS to show the new interface endpoint {made}", patience if replayed else None)
            if seen.done and not here.is_deleted(made):
                return (yield from _settle(ec2, here, step, made, desired))
        if not seen.done:
            for one in doubtful:
                aws.require_answer(ec2, one)
            patience = 0.0
    raise PrivateLinkError(
        f"AWS remembers {_MOST_TOKENS} requests for an interface endpoint of {step.service_name} in "
        f"{step.vpc_id}, and lists no live endpoint of any of them. Run again in an hour."
    )


_OF_ANOTHER_RUN = "AWS to show the interface endpoint that another run has asked for"


def _ask(ec2: t.Any, token: str, step: CreateVpcEndpoint) -> Work[aws.Created | None]:
    """Null if AWS remembers the token with other parameters. After a lost answer it asks again with the same token."""
    attempt = partial(_attempt, ec2, token, step, iter(range(_MOST_LOST)), iter(range(MOST_UNKNOWN)))
    seen = attempt()
    if not seen.done:
        seen = yield Await(attempt, "AWS to answer the request for the interface endpoint")
    return t.cast("aws.Created | None", seen.value)


def _attempt(ec2: t.Any, token: str, step: CreateVpcEndpoint, lost: t.Iterator[int], unknown: t.Iterator[int]) -> Seen:
    """Asks for it once. A lost answer uses up one of `lost`, an answer that does not know a part of the network one of
    `unknown`, and is raised if none is left.
    """
    try:
        return Seen(True, "answered", aws.create_vpc_endpoint(ec2, client_token=token, **step.request))
    except ApiError as refused:
        if refused.code == _MISMATCH:
            return Seen(True, "answered for another run")
        again = lost if refused.ambiguous else unknown if is_unknown_part(refused) else iter(())
        if not is_busy(refused) and next(again, None) is None:
            raise
        return Seen(False, str(refused))


class _Listed:
    """The interface endpoints of the identity as AWS listed them at the last look. Every look belongs to an Await,
    since lists are shared between looks.

    One that is named by its id and replaced may have others with another Name beside it: those are left alone.
    """

    def __init__(self, reads: Reads, step: CreateVpcEndpoint, desired: Desired) -> None:
        self._names = {step.tags.get("Name")} if desired.vpc_endpoint_id else None
        self._reads = reads
        self._service_name = str(step.service_name)
        self._vpc_id = str(step.vpc_id)
        self._every: list[InterfaceEndpoint] = []
        self._known_dead: set[str] = set()

    @property
    def live(self) -> list[InterfaceEndpoint]:
        live = [one for one in self._every if one.is_live]
        return live if self._names is None else [one for one in live if one.name in self._names]

    @property
    def oldest(self) -> InterfaceEndpoint:
        """The oldest live one; every run that looks finds the same."""
        return min(self.live, key=by_age)

    def tokens(self) -> t.Iterator[str]:
        """One token after the other, all made from the dead ones that are listed now."""
        gone = self._dead()
        return (client_token(self._service_name, self._vpc_id, gone, counter) for counter in range(_MOST_TOKENS))

    def _dead(self) -> set[str]:
        return {one.vpc_endpoint_id for one in self._every if not one.is_live}

    def is_deleted(self, vpc_endpoint_id: str) -> bool:
        states = {one.vpc_endpoint_id: one.state for one in self._every}
        return states.get(vpc_endpoint_id) in ("deleting", "deleted")

    def is_live(self, vpc_endpoint_id: str) -> bool:
        return any(one.vpc_endpoint_id == vpc_endpoint_id for one in self.live)

    def look(self) -> Seen:
        self._known_dead |= self._dead()
        filters = {"service-name": [self._service_name], "vpc-id": [self._vpc_id]}
        self._every = self._reads.vpc_endpoints(filters=filters)
        return Seen(True, "listed")

    def look_for(self, vpc_endpoint_id: str) -> Seen:
        self.look()
        listed = any(one.vpc_endpoint_id == vpc_endpoint_id for one in self._every)
        return Seen(listed, f"{vpc_endpoint_id} is not listed yet")

    def look_without(self, vpc_endpoint_id: str) -> Seen:
        self.look()
        return Seen(not self.is_live(vpc_endpoint_id), f"{vpc_endpoint_id} is not deleted yet")

    def look_for_change(self) -> Seen:
        """Looks for a live one, or for one more dead one, which then had the token."""
        self.look()
        return Seen(bool(self.live) or bool(self._dead() - self._known_dead), "none is listed")


def _settle(ec2: t.Any, here: _Listed, step: CreateVpcEndpoint, made: str, desired: Desired) -> Work[Creation]:
    """Runs that saw different lists of dead endpoints used different tokens and made twins: the oldest survives.

    Each run withdraws the one that it made and no other. As soon as its own is listed, it sees all older ones.
    """
    if not here.is_live(made) or here.oldest.vpc_endpoint_id == made:
        return Creation(made)
    survivor = here.oldest
    what = f"AWS to withdraw {made}, the twin of {survivor.vpc_endpoint_id}"
    yield Await(partial(undo_creation, ec2, step.undone(made)), what)
    yield Await(partial(here.look_without, made), what)
    return Creation(_adoptable(desired, survivor), made=False, withdrawn=made)


def undo_creation(ec2: t.Any, step: DeleteVpcEndpoint) -> Seen:
    """Requests once the deletion of the twin that this run made. Raises ApiError if repeating that would not help."""
    try:
        aws.delete_vpc_endpoint(ec2, str(step.vpc_endpoint_id))
    except ApiError as refused:
        if not is_busy(refused) and not refused.ambiguous:
            raise
        return Seen(False, str(refused))
    return Seen(True, "accepted")


def _adoptable(desired: Desired, live: InterfaceEndpoint) -> str:
    """The id of the live one. Raises LimitsViolated if its name is not the desired one."""
    pair = Pair(live, None)
    named = [pair] if desired.name in (None, live.name) else []
    violations = ambiguities(desired, [pair], named)
    if violations:
        raise LimitsViolated(violations)
    return live.vpc_endpoint_id
