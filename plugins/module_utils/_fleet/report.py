# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run for many private endpoints returns: each result, the sum of them, and what differs. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from .._run.text import listed, printable, sentence

if t.TYPE_CHECKING:
    from .._privatelink.lifecycle import Outcome
    from .._run.errors import PrivateLinkError

Result = dict[str, t.Any]
# Of the failures in `msg`: how many are quoted, and characters for all of them together.
_MOST_QUOTED = 10
_ROOM = 3000
_COST = "monthly_cost_usd"


@dataclass(frozen=True)
class Ended:
    """What became of an item: an outcome, or the error that ended it. `note` says why nothing was done.

    `advice`: what there is to warn about even if it fails.
    """

    outcome: Outcome | None = None
    error: PrivateLinkError | None = None
    note: str = ""
    advice: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """Which private endpoint that is, as the user named it and the plan places it."""
        if self.outcome is None:
            return ""
        desired, found = self.outcome.desired, self.outcome.before.found.main
        vpc_id = found.endpoint.vpc_id if found and found.endpoint else desired.vpc_id
        return f"{desired.target} in {vpc_id}" if vpc_id else desired.target

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.outcome.warnings if self.outcome else self.advice

    def returned(self) -> dict[str, t.Any]:
        """The single module's return values, with `failed` and `msg`."""
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
        if self.note and returned:
            before = returned["diff"]["before"]
            returned.update(changed=False, steps=[], diff={"before": before, "after": before})
        return {**returned, "failed": False, "msg": self.note}


def report(ended: Sequence[Ended], *, tracebacks: bool = False) -> Result:
    """The module's return values. It failed if any item did, and then `msg` names each that failed and why.

    `tracebacks`: whether an item that met a defect of this collection has one, as `exception`.
    """
    results = [item.returned() for item in ended]
    for result in () if tracebacks else results:
        result.pop("exception", None)
    failed = sum(result["failed"] for result in results)
    changed = sum(result["changed"] for result in results)
    returned: Result = {
        "changed": bool(changed),
        "results": results,
        "summary": {"ok": len(results) - failed, "changed": changed, "failed": failed},
        "diff": _difference(ended, results),
    }
    if failed:
        returned.update(failed=True, msg=_failures(results))
    return returned


def _failures(results: Sequence[Result]) -> str:
    """Every failed item by its number from 1, the first ones with the reason; one that is shared is said once."""
    failed = {number: result["msg"] for number, result in enumerate(results, start=1) if result["failed"]}
    quoted = dict(list(failed.items())[:_MOST_QUOTED])
    longest = _ROOM // len(set(quoted.values()))
    first: dict[str, int] = {}
    said = []
    for number, message in quoted.items():
        earlier = first.setdefault(message, number)
        said.append(f"Item {number}: {printable(message, longest) if earlier == number else f'as item {earlier}.'}")
    others = [number for number in failed if number not in quoted]
    if others:
        said.append(f"Item{'s' if len(others) > 1 else ''} {_numbers(others)}: see results.")
    return sentence(f"{len(failed)} of {len(results)} private endpoints failed. {' '.join(said)}")


def _numbers(ascending: Sequence[int]) -> str:
    """As text, with those that follow each other as "from to to"."""
    runs: list[list[int]] = []
    for number in ascending:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return listed(f"{run[0]} to {run[-1]}" if len(run) > 2 else listed(run) for run in runs)


def _difference(ended: Sequence[Ended], results: Sequence[Result]) -> dict[str, Result]:
    """`before` and `after` of the items that change, each by its number and what it means, and their cost together."""
    changed = {
        f"{number}: {item.target}": result["diff"]
        for number, (item, result) in enumerate(zip(ended, results), start=1)
        if result["changed"] and "diff" in result
    }
    return {side: _side([(name, one[side]) for name, one in changed.items()]) for side in ("before", "after")}


def _side(options: Sequence[tuple[str, Result]]) -> Result:
    if not options:
        return {}
    costs = [one[_COST] for _name, one in options]
    total = None if None in costs else round(sum(costs), 2)
    return {**dict(options), _COST: total}
