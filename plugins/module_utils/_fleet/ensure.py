# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many private endpoints in one run: all limits before the first change, then all changes, one shared wait."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .._privatelink.clouds import SharedClouds
from .._privatelink.desired import Desired
from .._privatelink.lifecycle import NETWORK_LISTED_WITHIN, Outcome, carry_out, prepare, settled
from .._privatelink.permissions import permitted
from .._privatelink.situation import Reserved, network_of, new_subnet_ids
from .._privatelink.steps import CreateVpcEndpoint, EnablePrivateDns, Step
from .._privatelink.violations import LimitsViolated, Violation
from .._run.errors import PrivateLinkError, WaitTimedOut, as_known
from .._run.progress import Count
from .._run.wait import Deadline, Patience, Work
from .._run.wait_all import NOT_BEGUN, WorkGroup
from .report import Ended, report

CUT_OFF = (
    "The run was ended after its deadline (wait_timeout) while this one was in progress: something neither answered nor"
    " failed. Run again to continue from here."
)
NOT_TOUCHED = "Not touched: strict is set, and another item is refused."


def _ended(found: Prepared | None, desired: Desired | PrivateLinkError, note: str = "") -> Ended:
    if isinstance(found, Outcome):
        return Ended(outcome=found, note=note)
    return Ended(error=found, advice=desired.warnings if isinstance(desired, Desired) else ())


Prepared = t.Union[Outcome, PrivateLinkError]


@dataclass
class Item:
    """One private endpoint of the fleet, and what is known of it during the run.

    `number` is counted from 1. `desired`: the desired state, or the error in its options. `found`: the outcome so far,
    or the error that ended it, null before it is checked. `done`: the finished steps, null before the first is started.
    """

    number: int
    desired: Desired | PrivateLinkError
    clouds: SharedClouds | None = None
    found: Prepared | None = None
    done: list[Step] | None = None
    is_ended: bool = False

    def end(self, found: Prepared) -> None:
        self.found, self.is_ended = found, True

    def ended(self) -> Ended:
        """What became of it; one that is not over yet was cut off."""
        found = self.found
        if not self.is_ended or found is None:
            found = WaitTimedOut(NOT_BEGUN if self.done is None else CUT_OFF)
        if isinstance(found, PrivateLinkError) and self.done is not None:
            found.steps = [step.returned() for step in self.done]
        return _ended(found, self.desired)


def ensure_fleet(
    items: Sequence[Item], deadline: Deadline, refresh: Callable[[], None], *, check_mode: bool, strict: bool
) -> list[Ended]:
    """Brings every private endpoint into its desired state; one that fails never stops the others.

    `refresh` forgets what is shared between polls. With `strict` nothing is touched if any item has an error. Raises
    nothing.
    """
    deadline.so_far = lambda: report([item.ended() for item in items])
    _prepare(items, deadline, check_mode)
    if not check_mode:
        _ask_permission(items, deadline)
    if strict and any(isinstance(item.found, PrivateLinkError) for item in items):
        return [_ended(item.found, item.desired, NOT_TOUCHED) for item in items]
    if check_mode:
        return [_ended(item.found, item.desired) for item in items]
    _carry_out(items, deadline, refresh)
    return [item.ended() for item in items]


def _prepare(items: Sequence[Item], deadline: Deadline, check_mode: bool) -> None:
    """In order, each against what those before it will use."""
    taken, count, every = _Taken(), Count(deadline.report), len(items)
    patience = None if check_mode else Patience(deadline, NETWORK_LISTED_WITHIN)
    for item in items:
        deadline.doing = f"checking item {item.number} of endpoints"
        try:
            item.found = _prepare_one(item, taken, patience, deadline)
        except BaseException as error:
            item.found = as_known(error, deadline.doing)
        count.report(partial("{} of {} checked".format, item.number, every), now=item.number == every)


def _prepare_one(item: Item, taken: _Taken, patience: Patience | None, deadline: Deadline) -> Outcome:
    if isinstance(item.desired, PrivateLinkError):
        raise item.desired
    taken.claim(item, item.desired)
    if not deadline.may_begin():
        raise WaitTimedOut(NOT_BEGUN)
    clouds = t.cast(SharedClouds, item.clouds)
    outcome = prepare(item.desired, clouds, check_mode=patience is None, reserved=taken.reserved(), patience=patience)
    taken.take(item, outcome)
    return outcome


def _ask_permission(items: Sequence[Item], deadline: Deadline) -> None:
    """An item that AWS would not permit fails here."""
    deadline.doing = "asking AWS whether it permits the changes"
    prepared = [(item, item.found) for item in items if isinstance(item.found, Outcome)]
    asked = [(outcome, t.cast(SharedClouds, item.clouds)) for item, outcome in prepared]
    try:
        judged: list[Outcome | PrivateLinkError] = [*permitted(asked)]
    except BaseException:  # Which item it is about shows if each is asked about alone.
        judged = [_permitted_alone(*one, deadline.doing) for one in asked]
    for (item, _outcome), found in zip(prepared, judged):
        item.found = found


def _permitted_alone(outcome: Outcome, clouds: SharedClouds, doing: str) -> Outcome | PrivateLinkError:
    try:
        return permitted([(outcome, clouds)])[0]
    except BaseException as error:
        return as_known(error, doing)


def _carry_out(items: Sequence[Item], deadline: Deadline, refresh: Callable[[], None]) -> None:
    """All changes together, then each item is read again."""
    works: dict[int, Work[None]] = {}
    for item in items:
        if isinstance(item.found, Outcome) and not item.found.is_settled:
            works[item.number] = _change(item, item.found)
        else:
            item.is_ended = True
    changing = _group(items, deadline, refresh)
    changing.drive(works)
    for item in items:
        result = changing.results.get(item.number)
        if isinstance(result, PrivateLinkError):  # Also of one that was never started.
            item.end(result)
    settling = _group(items, deadline, refresh)
    settling.complete({item.number: _settle(item) for item in items if not item.is_ended})
    for item in items:
        result = settling.results.get(item.number)
        if isinstance(result, PrivateLinkError):
            item.end(result)


def _group(items: Sequence[Item], deadline: Deadline, refresh: Callable[[], None]) -> WorkGroup[None]:
    """Of what is not over yet; those that are count as done or failed."""
    ended = [item.found for item in items if item.is_ended]
    failed = sum(isinstance(found, PrivateLinkError) for found in ended)
    return WorkGroup(deadline, refresh, done=len(ended) - failed, failed=failed)


def _change(item: Item, outcome: Outcome) -> Work[None]:
    item.done = []
    try:
        item.found = yield from carry_out(outcome, t.cast(SharedClouds, item.clouds), item.done)
    except BaseException as error:
        known = as_known(error, "changing this private endpoint")
        item.end(known)
        raise known from None


def _settle(item: Item) -> Work[None]:
    item.end((yield from settled(t.cast(Outcome, item.found), t.cast(SharedClouds, item.clouds))))


class _Taken:
    """What the items so far will use, and which private endpoint each of them means."""

    def __init__(self) -> None:
        self._identities: dict[t.Hashable, int] = {}
        self._endpoints: dict[str, int] = {}
        self._private_dns: dict[tuple[str, str], str] = {}
        self._addresses: Counter[str] = Counter()

    def reserved(self) -> Reserved:
        return Reserved(dict(self._endpoints), dict(self._private_dns), dict(self._addresses))

    def claim(self, item: Item, desired: Desired) -> None:
        """Before anything is read: raises LimitsViolated if an earlier item requests the very same."""
        place = (desired.cluster_id, desired.node_group_id, desired.service_name, desired.vpc_id)
        self._claim(item.number, (id(item.clouds), *place, desired.name, desired.vpc_endpoint_id), desired.target)

    def take(self, item: Item, outcome: Outcome) -> None:
        """Raises LimitsViolated if an earlier item means the same private endpoint, in other words."""
        number = item.number
        self._claim(number, _identity(outcome, item.clouds), outcome.desired.target)
        creation = outcome.planned.first(CreateVpcEndpoint)
        if creation is not None:
            # Names distinguish existing endpoints; of two runs that create one, the second would find the first's name.
            made = (id(item.clouds), "made", *_place(outcome))
            self._claim(number, made, outcome.desired.target, "Keep one of them: a VPC needs one.")
        self._addresses.update(new_subnet_ids(outcome.planned))
        if creation is not None and creation.vpc_id:
            self._endpoints[creation.vpc_id] = self._endpoints.get(creation.vpc_id, 0) + 1
        if outcome.planned.has(EnablePrivateDns):
            self._private_dns[_place(outcome)] = f"Item {number} of endpoints"

    def _claim(
        self,
        number: int,
        identity: t.Hashable,
        target: str,
        remedy: str = "Keep one of them, or tell them apart by name.",
    ) -> None:
        """Raises LimitsViolated if an earlier item has it: both would fight over it."""
        earlier = self._identities.setdefault(identity, number)
        if earlier != number:
            message = f"Items {earlier} and {number} of endpoints mean the same private endpoint of {target}."
            raise LimitsViolated([Violation("ambiguous_match", message, remedy)])


def _identity(outcome: Outcome, clouds: SharedClouds | None) -> t.Hashable:
    if outcome.before.found.main is not None:
        return outcome.before.found.main.vpc_endpoint_id
    desired = outcome.desired
    service = outcome.before.provider.service_name or desired.target
    # A delete that finds nothing does not learn the service: its node group stands for it.
    return (
        id(clouds),
        service,
        outcome.before.provider.node_group_id,
        desired.vpc_id,
        desired.name,
        desired.vpc_endpoint_id,
    )


def _place(outcome: Outcome) -> tuple[str, str]:
    vpc_id, _subnet_ids, _group_ids = network_of(outcome.desired, outcome.before, outcome.planned)
    return vpc_id or "", outcome.before.provider.service_name or ""
