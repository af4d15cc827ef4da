# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control nodes that work on the same private endpoint at the same time, as processes of their own.

Whichever comes first, the end is a state that one of them asked for, with no twin and nothing left over, and each one
that loses says so at once.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos import promises
from tests.chaos.jobs import fleet
from tests.chaos.place import WAIT_TIMEOUT, Subject
from tests.chaos.runner import Ended
from tests.support.transitions import Options, creation, editable, made, succeeded

# How long AWS does not list what it made (sandbox seconds).
LAGS = {"": 0.0, "lag": 20.0}
NODES = (2, 4)
# Nodes start within this many real seconds.
SPREAD = 0.2
# Of the run's own clock: forty real seconds, for nodes that take each other's processor.
PATIENCE = 4 * WAIT_TIMEOUT
LIMIT = 80.0
GAVE_UP = f"Waited {PATIENCE} seconds"

# The options of each of that many nodes; it also sets up the state before.
Prepare = Callable[[Subject, int], list[Options]]


@dataclass(frozen=True)
class Race:
    """Several nodes at the same thing."""

    name: str
    nodes: int
    lag: str
    seed: int

    def __str__(self) -> str:
        return "/".join((self.name, str(self.nodes), self.lag or "no-lag", str(self.seed)))

    @classmethod
    def parse(cls, text: str) -> Race:
        """Raises ValueError for anything else than a race's name."""
        match = re.fullmatch(r"([^/]+)/(\d+)/(no-lag|lag)/(\d+)", text)
        if match is None or match[1] not in RACES:
            raise ValueError(f"{text} is not RACE/NODES/no-lag or lag/SEED. Races: {', '.join(RACES)}.")
        return cls(match[1], int(match[2]), "" if match[3] == "no-lag" else match[3], int(match[4]))


@dataclass(frozen=True)
class Raced:
    """How a race ended. `lost`: runs that failed."""

    race: Race
    problems: list[str] = field(default_factory=list)
    lost: int = 0


def same(subject: Subject, nodes: int) -> list[Options]:
    return [{**creation(subject), "tags": {"team": "a"}}] * nodes


def different(subject: Subject, nodes: int) -> list[Options]:
    """All in one VPC, with subnets, groups and tags of their own."""
    one, other = editable(subject)
    return [{**(one, other)[node % 2], "tags": {"node": str(node)}} for node in range(nodes)]


def present_absent(subject: Subject, nodes: int) -> list[Options]:
    options = creation(subject)
    return [options if node % 2 == 0 else {**options, "state": "absent"} for node in range(nodes)]


def made_present_absent(subject: Subject, nodes: int) -> list[Options]:
    options = made(subject)
    return [options if node % 2 == 0 else {**options, "state": "absent"} for node in range(nodes)]


def edit_edit(subject: Subject, nodes: int) -> list[Options]:
    desired = different(subject, nodes + 1)
    succeeded(subject, desired[nodes])
    return desired[:nodes]


def edit_absent(subject: Subject, nodes: int) -> list[Options]:
    desired = edit_edit(subject, nodes)
    return [options if node % 2 == 0 else {**options, "state": "absent"} for node, options in enumerate(desired)]


def fleet_fleet(subject: Subject, nodes: int) -> list[Options]:
    return [fleet(subject)] * nodes


def fleet_edits(subject: Subject, nodes: int) -> list[Options]:
    desired = fleet(subject)["endpoints"]
    return [{"endpoints": [{**one, "tags": {"node": str(node)}} for one in desired]} for node in range(nodes)]


RACES: dict[str, Prepare] = {
    "present-present": same,
    "present-other-options": different,
    "present-absent": present_absent,
    "present-absent-of-one-there": made_present_absent,
    "edit-edit": edit_edit,
    "edit-absent": edit_absent,
    "fleet-fleet": fleet_fleet,
    "fleet-other-options": fleet_edits,
}


def races(rounds: int, seed: int) -> Iterator[Race]:
    """Each kind with each number of nodes and each lag, that many times."""
    for turn in range(rounds):
        for name in RACES:
            for nodes in NODES:
                for lag in LAGS:
                    yield Race(name, nodes, lag, seed + turn)


def run(subject: Subject, race: Race) -> Raced:
    """The race, and one more run of one of its nodes alone."""
    chance = random.Random(str(race))
    subject.sandbox.reset()
    asked = RACES[race.name](subject, race.nodes)
    subject.sandbox.settings.endpoint_visible = LAGS[race.lag]
    ended = _at_once(subject, asked, chance)
    problems = promises.of_both_clouds(subject)
    for number, one in enumerate(ended, start=1):
        problems += [f"node {number}: {problem}" for problem in _of_node(subject, one)]
    desired = [list(one.get("endpoints", [one])) for one in asked]
    if all(one.result and not one.result["failed"] for one in ended) and all(
        promises.of_success(subject, list(options)) for options in desired
    ):
        problems.append("all succeeded, but the state is not what any of them asked for")
    number = chance.randrange(race.nodes)
    problems += [f"one more run: {problem}" for problem in _alone(subject, asked[number], desired[number])]
    return Raced(race, problems, sum(bool(one.result and one.result["failed"]) for one in ended))


def _module(asked: Options) -> str:
    return "private_endpoints" if "endpoints" in asked else "private_endpoint"


def _at_once(subject: Subject, asked: Sequence[Options], chance: random.Random) -> list[Ended]:
    runs = []
    for one in asked:
        runs.append(subject.begin(_module(one), {**one, "wait_timeout": PATIENCE}))
        time.sleep(chance.uniform(0, SPREAD) / len(asked))
    return [run.end(LIMIT) for run in runs]


def _of_node(subject: Subject, ended: Ended) -> Iterator[str]:
    yield from promises.of_any_run(subject, ended, ended.peak_mb, None)
    for one in (ended.result or {}).get("results", [ended.result or {}]):
        if GAVE_UP in str(one.get("msg", "")):
            yield f"loses after its whole timeout: {one['msg'][:300]}"


def _alone(subject: Subject, asked: Options, desired: list[Options]) -> list[str]:
    ended = subject.end(_module(asked), asked)
    problems = promises.of_any_run(subject, ended, ended.peak_mb, None)
    if ended.result and ended.result["failed"]:
        problems.append(f"does not converge: {ended.result['msg'][:400]}")
    elif ended.result:
        problems += promises.of_success(subject, desired)
    return problems + promises.of_both_clouds(subject) + promises.of_convergence(subject)
