# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of what "make chaos" does: cells of each job, races, and the random model.

CHAOS_CELLS says how many cells of each job, CHAOS_SEED which.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.chaos import matrix, model, races
from tests.chaos.jobs import JOBS
from tests.chaos.place import Subject

CELLS = int(os.environ.get("CHAOS_CELLS", "3"))
OPERATIONS = 40
RACES = (
    "present-present/2/lag",
    "present-other-options/2/no-lag",
    "present-absent/2/lag",
    "edit-absent/2/no-lag",
    "fleet-other-options/2/no-lag",
)


@pytest.mark.parametrize("job", JOBS)
def test_no_fault_of_any_call_breaks_a_promise(subject: Subject, seed: int, job: str) -> None:
    # Faults that hang take time: they are left to "make chaos" and to the tests of each call's bound.
    cells = [cell for cell in matrix.cells_of(subject, job) if not cell.fault.hangs]
    chosen = random.Random(f"{seed} {job}").sample(cells, min(CELLS, len(cells)))
    outcomes = [matrix.run_cell(subject, cell) for cell in chosen]
    assert [f"{one.cell}: {problem}" for one in outcomes for problem in one.problems] == []


@pytest.mark.parametrize("race", RACES)
def test_nodes_at_the_same_time_end_in_what_one_of_them_asked(subject: Subject, seed: int, race: str) -> None:
    assert races.run(subject, races.Race.parse(f"{race}/{seed}")).problems == []


def test_everything_in_any_order(subject: Subject, seed: int) -> None:
    model.explore(subject, OPERATIONS, seed, model.History())
