# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the parts of the test suite one after the other (each a make target) and says at the end how each went.

    python -m tests.tools.parts lint unit ...

The first part that fails ends the run: the parts after it count as skipped, and the exit status is 1.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Run = Callable[[str], int]


@dataclass(frozen=True)
class Part:
    """One part and how it went: `outcome` is passed, failed or skipped, `seconds` what it took."""

    name: str
    outcome: str
    seconds: float = 0.0


def run_parts(names: Sequence[str], run: Run, clock: Callable[[], float] = time.monotonic) -> list[Part]:
    """Run each part until one fails; `run` takes a name and returns its exit status."""
    parts: list[Part] = []
    for name in names:
        if any(part.outcome == "failed" for part in parts):
            parts.append(Part(name, "skipped"))
            continue
        print(f"\n==> {name}", flush=True)
        began = clock()
        outcome = "passed" if run(name) == 0 else "failed"
        parts.append(Part(name, outcome, clock() - began))
        print(f"<== {name}: {outcome} in {parts[-1].seconds:.0f} s", flush=True)
    return parts


def summary(parts: Sequence[Part]) -> str:
    """A table of the parts, and one line that counts them."""
    width = max(len(name) for name in ("in all", *(part.name for part in parts)))
    rows = [f"{part.name:<{width}}  {part.outcome:<7}  {part.seconds:5.0f} s" for part in parts]
    total = f"{'in all':<{width}}  {'':<7}  {sum(part.seconds for part in parts):5.0f} s"
    counts = [sum(part.outcome == outcome for part in parts) for outcome in ("passed", "failed", "skipped")]
    closing = f"{counts[0]} passed, {counts[1]} failed" + (f", {counts[2]} skipped" if counts[2] else "")
    return "\n".join(["", *rows, total, "", closing])


def _make(target: str) -> int:
    # No part may wait for somebody to type: CI has nobody.
    return subprocess.run(["make", "--no-print-directory", target], stdin=subprocess.DEVNULL, check=False).returncode


def main(names: Sequence[str]) -> int:
    parts = run_parts(names, _make)
    print(summary(parts), flush=True)
    return 1 if any(part.outcome == "failed" for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
