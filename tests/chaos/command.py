# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: which parts of chaos, how much of each, and from which seed."""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.chaos import parts, pool
from tests.chaos.report import Part, write_page

PARTS: dict[str, Callable[[argparse.Namespace], Part]] = {
    "matrix": parts.matrix_part,
    "races": parts.races_part,
    "model": parts.model_part,
    "hostile": parts.hostile_part,
}


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description="Try to break the promises of the collection."
    )
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=f"of {', '.join(PARTS)}; all of them without any")
    parser.add_argument(
        "--only",
        action="append",
        help="cells as they are listed, JOB/API/CALL/FAULT/DOSE, or a beginning such as JOB or JOB/API; one race,"
        " RACE/NODES/LAG/SEED; may be given several times",
    )
    parser.add_argument("--sample", type=int, help="this many cells of the matrix, drawn by the seed")
    parser.add_argument("--rounds", type=int, default=3, help="of races")
    parser.add_argument("--operations", type=int, default=60, help="of the random model")
    parser.add_argument("--cases", type=int, default=500, help="for each parser")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--places", type=int, default=pool.PLACES, help="sandboxes in parallel")
    parser.add_argument("--kept", type=Path, help="outcomes of the matrix: those that are there are not run again")
    parser.add_argument("--page", type=Path, help="write the findings to this page")
    found = parser.parse_args(given)
    if not set(found.parts) <= set(PARTS):
        parser.error(f"There are the parts {', '.join(PARTS)}.")
    return found


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    print(f"Seed {asked.seed}", flush=True)
    random.seed(asked.seed)
    # Where outcomes are kept is of this machine alone.
    repeatable = " ".join(word for word in given if word not in ("--kept", str(asked.kept)))
    found = []
    for name in asked.parts:
        began = time.monotonic()
        part = PARTS[name](asked)
        found.append(part)
        print(f"\n{part.text()}\n({time.monotonic() - began:.0f} seconds, seed {asked.seed})", flush=True)
        if asked.page is not None:
            write_page(asked.page, part, f"python -m tests.chaos {repeatable}", asked.seed)
    return 1 if any(part.broken for part in found) else 0
