# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many private endpoints in one run: all limits before the first change, then all changes, one shared wait."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .._privatelink.clouds import SharedClouds
from .._privatelink.desired import Desired
from .._privatelink.lifecycle import Outcome, carry_out, prepare, settled
from .._privatelink.limits import Reserved
from .._privatelink.permissions import permitted
from .._privatelink.steps import CreateVpcEndpoint, EnablePrivateDns, Step
from .._privatelink.violations import LimitsViolated, Violation
from .._run.errors import PrivateLinkError, WaitTimedOut, as_known
from .._run.progress import Count
from .._run.wait import Deadline
from .._run.wait_all import NOT_BEGUN, WorkGroup

CUT_OFF = (
    "The run was ended after its deadline (wait_timeout) while this one was under way: something neither answered nor"
    " failed. Run again to go on from here."
)
NOT_TOUCHED = "Not touched: strict is set, and another item is refused."


@dataclass(frozen=True)
class Item:
    """One wish and the account it is for."""

    desired: Desired
    clouds: SharedClouds


@dataclass(frozen=True)
class Ended:
    """What became of an item: an outcome, or the error that ended it. C(note) says why nothing was done."""

    outcome: Outcome | None = None
    error: PrivateLinkError | None = None
    note: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.outcome.warnings if self.outcome else ()

    def returned(self) -> dict[str, t.Any]:
        """The single module's return values, with C(failed) and C(msg)."""
        if self.error is not None:
            steps = list(self.error.steps)
            return {
                "changed": bool(steps),
                "failed": True,
                "msg": str(self.error),
                "steps": steps,
                **self.error.returned(),
            }
        returned = self.outcome.returned() if self.outcome else {}
        if self.note:
            returned.update(changed=False, steps=[])
        return {**returned, "failed": False, "msg": self.note}


Wish = t.Union[Item, PrivateLinkError]
Prepared = t.Union[Outcome, PrivateLinkError]


def ensure_all(
    wishes: Sequence[Wish], deadline: Deadline, refresh: Callable[[], None], *, check_mode: bool, strict: bool
) -> list[Ended]:
    """Brings every private endpoint into its desired state; one that fails never stops the others.

    C(wishes): an item, or the error in its options. C(refresh) forgets what is shared between polls. With C(strict)
    nothing is touched where any item is refused. Raises nothing.
    """
    fleet = _Fleet(wishes, deadline)
    deadline.so_far = fleet.so_far
    prepared = fleet.prepare(check_mode)
    if not check_mode:
        prepared = fleet.permitted(prepared)
    if strict and any(isinstance(found, PrivateLinkError) for found in prepared):
        return [_ended(found, NOT_TOUCHED) for found in prepared]
    if check_mode:
        return [_ended(found) for found in prepared]
    return fleet.carry_out(prepared, refresh)


class _Fleet:
    """What is known of every item while the run is on its way."""

    def __init__(self, wishes: Sequence[Wish], deadline: Deadline) -> None:
        self._wishes = wishes
        self._deadline = deadline
        self._ended: dict[int, Ended] = {}
        self._done: dict[int, list[Step]] = {}
        # By item, filled while they are driven: what was changed, and what it is after that.
        self._changed: t.Mapping[int, Outcome | PrivateLinkError] = {}
        self._settled: t.Mapping[int, Outcome | PrivateLinkError] = {}

    def so_far(self) -> dict[str, t.Any]:
        """The return values of a run that has to be left behind."""
        return report([self._end_of(number) for number in range(len(self._wishes))])

    def _end_of(self, number: int) -> Ended:
        if number in self._ended:
            return self._ended[number]
        result = self._settled.get(number)
        if result is None:
            changed = self._changed.get(number)
            if not isinstance(changed, PrivateLinkError):
                return self._cut_off(number)
            result = changed
        if isinstance(result, PrivateLinkError):
            result.steps = [step.returned() for step in self._done[number]]
        return _ended(result)

    def _cut_off(self, number: int) -> Ended:
        error = WaitTimedOut(CUT_OFF if number in self._done else NOT_BEGUN)
        error.steps = [step.returned() for step in self._done.get(number, ())]
        return Ended(error=error)

    def prepare(self, check_mode: bool) -> list[Prepared]:
        """In order, each against what those before it will take up."""
        prepared: list[Prepared] = []
        taken, count, every = _Taken(), Count(self._deadline.report), len(self._wishes)
        for number, wish in enumerate(self._wishes, start=1):
            self._deadline.doing = f"checking item {number} of endpoints"
            try:
                prepared.append(_prepare_one(number, wish, taken, check_mode, self._deadline))
            except Exception as error:
                prepared.append(as_known(error, self._deadline.doing))
            count.report(partial("{} of {} checked".format, number, every), now=number == every)
        return prepared

    def permitted(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """The same, with a refusal in the place of each that AWS would not permit."""
        self._deadline.doing = "asking AWS whether it permits the changes"
        under = {number: found for number, found in enumerate(prepared) if isinstance(found, Outcome)}
        judged = permitted([(found, self._clouds(number)) for number, found in under.items()])
        by_number = dict(zip(under, judged))
        return [by_number.get(number, found) for number, found in enumerate(prepared)]

    def carry_out(self, prepared: Sequence[Prepared], refresh: Callable[[], None]) -> list[Ended]:
        """All changes together, then each item is read again."""
        under: dict[int, Outcome] = {}
        for number, found in enumerate(prepared):
            if isinstance(found, PrivateLinkError) or found.is_settled:
                self._ended[number] = _ended(found)
            else:
                under[number] = found
                self._done[number] = []
        changing: WorkGroup[Outcome] = WorkGroup(self._deadline, refresh)
        self._changed = changing.results
        changing.drive(
            {number: carry_out(found, self._clouds(number), self._done[number]) for number, found in under.items()}
        )
        settling: WorkGroup[Outcome] = WorkGroup(self._deadline, refresh)
        self._settled = settling.results
        settling.complete(
            {
                number: settled(carried, self._clouds(number))
                for number, carried in changing.results.items()
                if isinstance(carried, Outcome)
            }
        )
        return [self._end_of(number) for number in range(len(prepared))]

    def _clouds(self, number: int) -> SharedClouds:
        return t.cast(Item, self._wishes[number]).clouds


def _prepare_one(number: int, wish: Wish, taken: _Taken, check_mode: bool, deadline: Deadline) -> Outcome:
    if isinstance(wish, PrivateLinkError):
        raise wish
    taken.claim(number, wish)
    if not deadline.may_begin():
        raise WaitTimedOut(NOT_BEGUN)
    outcome = prepare(wish.desired, wish.clouds, check_mode=check_mode, reserved=taken.reserved())
    taken.take(number, outcome, wish.clouds)
    return outcome


class _Taken:
    """What the items so far will take up, and which private endpoint each of them means."""

    def __init__(self) -> None:
        self._identities: dict[t.Hashable, int] = {}
        self._endpoints: dict[str, int] = {}
        self._private_dns: dict[tuple[str, str], str] = {}

    def reserved(self) -> Reserved:
        return Reserved(dict(self._endpoints), dict(self._private_dns))

    def claim(self, number: int, item: Item) -> None:
        """Before anything is read: raises LimitsViolated where an earlier item is the very same wish."""
        wish = item.desired
        named = (wish.cluster_id, wish.node_group_id, wish.service_name, wish.vpc_id, wish.name, wish.vpc_endpoint_id)
        self._claim(number, (id(item.clouds), *named), wish.target)

    def take(self, number: int, outcome: Outcome, clouds: SharedClouds) -> None:
        """Raises LimitsViolated where an earlier item means the same private endpoint, in other words."""
        self._claim(number, _identity(outcome, clouds), outcome.desired.target)
        creation = outcome.planned.first(CreateVpcEndpoint)
        if creation is not None:
            # Names tell apart what is there; whoever makes one finds that of the other and refuses its name.
            made = (id(clouds), "made", *_place(outcome))
            self._claim(number, made, outcome.desired.target, "Keep one of them: a VPC needs one.")
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
        """Both would fight for it."""
        earlier = self._identities.setdefault(identity, number)
        if earlier != number:
            message = f"Items {earlier} and {number} of endpoints mean the same private endpoint of {target}."
            raise LimitsViolated([Violation("ambiguous_match", message, remedy)])


def _identity(outcome: Outcome, clouds: SharedClouds) -> t.Hashable:
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
    endpoint = outcome.before.found.main.endpoint if outcome.before.found.main else None
    vpc_id = outcome.desired.vpc_id or (endpoint.vpc_id if endpoint else "")
    return vpc_id, outcome.before.provider.service_name or ""


def _ended(found: Prepared, note: str = "") -> Ended:
    return Ended(outcome=found, note=note) if isinstance(found, Outcome) else Ended(error=found)


def report(ended: Sequence[Ended], *, tracebacks: bool = False) -> dict[str, t.Any]:
    """The module's return values. It failed if any item did, and then C(msg) counts and quotes.

    C(tracebacks): whether an item that met a defect of this collection has one, as C(exception).
    """
    results = [item.returned() for item in ended]
    for result in () if tracebacks else results:
        result.pop("exception", None)
    failed = [number for number, result in enumerate(results, start=1) if result["failed"]]
    changed = sum(result["changed"] for result in results)
    summary = {"ok": len(results) - len(failed), "changed": changed, "failed": len(failed)}
    report: dict[str, t.Any] = {"changed": bool(changed), "results": results, "summary": summary}
    if failed:
        first = results[failed[0] - 1]["msg"]
        report.update(
            failed=True, msg=f"{len(failed)} of {len(results)} private endpoints failed. Item {failed[0]}: {first}"
        )
    return report
