# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of chaos, each carried out and counted."""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from tests.chaos import matrix, model, pool, races
from tests.chaos.jobs import JOBS
from tests.chaos.kept import Kept, code
from tests.chaos.kinds import KINDS
from tests.chaos.place import Subject
from tests.chaos.report import HOSTILE, MATRIX, MODEL, RACES, Part

TELL_EVERY = 100
CHECKOUT = Path(__file__).resolve().parents[2]


def _reproduce(part: str, what: object) -> str:
    return f"`python -m tests.chaos {part} --only '{what}'`"


def matrix_part(asked: argparse.Namespace) -> Part:
    """Every call of every job goes wrong in every way."""
    kept = Kept(asked.kept, code())
    with pool.open_places(asked.places) as places:
        cells, of_all = _cells(asked, places)
        before = kept.read()
        outcomes = [before[str(cell)] for cell in cells if str(cell) in before]
        for cell, outcome in pool.each(places, matrix.run_cell, [cell for cell in cells if str(cell) not in before]):
            outcomes.append(outcome)
            kept.add(outcome)
            for problem in outcome.problems:
                print(f"{cell}: {problem}", flush=True)
            if len(outcomes) % TELL_EVERY == 0:
                print(f"{len(outcomes):,} of {len(cells):,} cells", flush=True)
    part = Part(
        MATRIX,
        f"Each call that a job makes goes wrong in each of {len(KINDS) + 1} ways: once, always, or from the second time"
        f" on. {len(cells):,} of {of_all:,} such faults were tried. If the run sent anything that could have changed"
        " something, it runs once more without the fault.",
        ("job", "calls", "faults", "met", "succeeded", "failed clearly", "finished by the next run", "broken"),
    )
    for job in JOBS:
        of_job = [one for one in outcomes if one.cell.job == job]
        met = [one for one in of_job if one.hit]
        part.rows.append(
            [
                job,
                len({(one.cell.api, one.cell.call) for one in of_job}),
                len(of_job),
                len(met),
                sum(one.succeeded for one in met),
                sum(not one.succeeded and not one.problems for one in met),
                sum(one.ran_again and not one.succeeded and not one.problems for one in met),
                sum(bool(one.problems) for one in of_job),
            ]
        )
    part.total()
    part.notes = _bounds(outcomes)
    part.broken = sorted(f"{_reproduce('matrix', one.cell)}: {one.problems[0]}" for one in outcomes if one.problems)
    return part


def _cells(asked: argparse.Namespace, places: Executor) -> tuple[list[matrix.Cell], int]:
    """The selected cells, and how many there are in all."""
    if asked.only and all(text.count("/") == matrix.PARTS - 1 for text in asked.only):
        return [matrix.Cell.parse(text) for text in asked.only], len(asked.only)
    found = [cell for _job, cells in pool.each(places, matrix.cells_of, list(JOBS)) for cell in cells]
    found.sort(key=str)
    of_all = len(found)
    if asked.only:
        found = [cell for cell in found if f"{cell}/".startswith(tuple(f"{text}/" for text in asked.only))]
    chance = random.Random(asked.seed)
    if asked.sample:
        found = chance.sample(found, min(asked.sample, len(found)))
    chance.shuffle(found)
    # A place stays with a job as long as nothing has changed in it.
    return sorted(found, key=lambda cell: list(JOBS).index(cell.job)), of_all


def _bounds(outcomes: Sequence[matrix.Outcome]) -> list[str]:
    hanging = [one for one in outcomes if one.cell.fault.hangs]
    late = max(hanging, key=lambda one: one.overrun, default=None)
    large = max(outcomes, key=lambda one: one.extra_mb, default=None)
    notes = []
    if late is not None:
        notes.append(
            f"Time: of {len(hanging)} runs that a peer held up, the slowest ended {late.overrun:.1f}"
            f" seconds past its `wait_timeout` (`{late.cell}`)."
        )
    if large is not None:
        notes.append(f"Memory: at most {large.extra_mb:.0f} MB more than a run without faults (`{large.cell}`).")
    return notes


def races_part(asked: argparse.Namespace) -> Part:
    """Control nodes at the same private endpoint at the same time."""
    wanted = [races.Race.parse(text) for text in asked.only or ()] or list(races.races(asked.rounds, asked.seed))
    # Nodes must not wait for processors that other races use.
    with pool.open_places(max(1, (os.cpu_count() or 1) // 2)) as places:
        found = []
        for race, raced in pool.each(places, races.run, wanted):
            found.append(raced)
            for problem in raced.problems:
                print(f"{race}: {problem}", flush=True)
    part = Part(
        RACES,
        "Two and four control nodes work on the same private endpoints at the same time, while AWS lists what was made"
        " at once, and while it does so 20 seconds later. In the end the state is what one of them asked for.",
        ("race", "races", "runs", "lost, and said so at once", "broken"),
    )
    for name in races.RACES:
        of_name = [one for one in found if one.race.name == name]
        runs = sum(one.race.nodes for one in of_name)
        part.rows.append(
            [name, len(of_name), runs, sum(one.lost for one in of_name), sum(bool(one.problems) for one in of_name)]
        )
    part.total()
    part.broken = sorted(f"{_reproduce('races', one.race)}: {one.problems[0]}" for one in found if one.problems)
    return part


def model_part(asked: argparse.Namespace) -> Part:
    """Everything in any order."""
    operations = -(-asked.operations // asked.places) if asked.operations > 100 else asked.operations
    seeds = [asked.seed + number for number in range(-(-asked.operations // operations))]
    with pool.open_places(min(asked.places, len(seeds))) as places:
        found = dict(pool.each(places, Explore(operations), seeds))
    part = Part(
        MODEL,
        "Runs that create, edit, delete and look, in any order, with faults, killed at any call, while somebody changes"
        " the same in the consoles and time passes. At the end, without faults, each desired state is reached and"
        " nothing is left over.",
        ("operation", "times"),
    )
    names = sorted({name for counts, _problem in found.values() for name in counts})
    part.rows = [[name, sum(counts.get(name, 0) for counts, _problem in found.values())] for name in names]
    part.total()
    part.broken = [
        f"`python -m tests.chaos model --operations {operations} --seed {seed}`:\n{problem}"
        for seed, (_counts, problem) in sorted(found.items())
        if problem
    ]
    return part


class Explore:
    """Operations of the model, as counts and broken promises, in a form that processes can pass on."""

    def __init__(self, operations: int) -> None:
        self._operations = operations

    def __call__(self, subject: Subject, seed: int) -> tuple[dict[str, int], str]:
        history = model.History()
        try:
            model.explore(subject, self._operations, seed, history)
        except AssertionError as broken:
            return dict(history.counts), str(broken)
        return dict(history.counts), ""


def hostile_part(asked: argparse.Namespace) -> Part:
    """Answers, options and greetings that were made to break a parser."""
    environment = {**os.environ, "CHAOS_CASES": str(asked.cases), "CHAOS_SEED": str(asked.seed)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "--no-header",
        f"--hypothesis-seed={asked.seed}",
        "--tb=short",
    ]
    ended = subprocess.run(
        [*command, "tests/chaos/hostile"], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    found = re.findall(r"^\S+/test_(\w+)\.py::test_(\w+) (PASSED|FAILED)", ended.stdout, re.MULTILINE)
    part = Part(
        HOSTILE,
        f"{asked.cases:,} cases each: answers of both clouds by their own descriptions, the greeting, login and"
        " certificate of a database, options, URLs, keys and challenges, with fields that are missing, of another kind"
        " or made to break a parser or a terminal.",
        ("of", "promises", "broken"),
    )
    for name in dict.fromkeys(name for name, _test, _outcome in found):
        outcomes = [outcome for of, _test, outcome in found if of == name]
        part.rows.append([name.replace("_", " "), len(outcomes), outcomes.count("FAILED")])
    part.total()
    again = f"`CHAOS_CASES={asked.cases} python -m pytest --hypothesis-seed={asked.seed} tests/chaos/hostile -k {{}}`"
    part.broken = [again.format(test) for _of, test, outcome in found if outcome == "FAILED"]
    if ended.returncode:
        print(ended.stdout + ended.stderr, flush=True)
    if not part.broken and (ended.returncode or not found):
        part.broken = [f"the tests did not run: {ended.stderr[-500:]}"]
    return part
