# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the parts of the test suite, each a make target, two at a time, and says at the end how each went.

    python -m tests.tools.parts lint unit ...

A part begins when one of the two before it has ended, in the order given: the longest are best named first. What a
part prints goes to .cache/parts/PART.log and is shown when it has ended. After a failure no other part begins: those
count as skipped, and the exit status is 1.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

Run = Callable[[str], int]
LOGS = Path(__file__).resolve().parents[2] / ".cache" / "parts"
AT_ONCE = 2


@dataclass(frozen=True)
class Part:
    """One part and how it went: `outcome` is passed, failed or skipped, `seconds` what it took."""

    name: str
    outcome: str
    seconds: float = 0.0


def run_parts(
    names: Sequence[str], run: Run, clock: Callable[[], float] = time.monotonic, at_once: int = AT_ONCE
) -> list[Part]:
    """Run the parts until one fails, and return them in the same order; `run` takes a name, returns its exit status."""
    failed = Event()

    def run_part(name: str) -> Part:
        if failed.is_set():
            return Part(name, "skipped")
        print(f"==> {name} begins", flush=True)
        began = clock()
        outcome = "failed"
        try:
            outcome = "passed" if run(name) == 0 else "failed"
        finally:
            if outcome == "failed":
                failed.set()
        return Part(name, outcome, clock() - began)

    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(run_part, names))


def summary(parts: Sequence[Part], seconds: float) -> str:
    """A table of the parts with the `seconds` that all of them took, and one line that counts them."""
    width = max(len(name) for name in ("in all", *(part.name for part in parts)))
    rows = [f"{part.name:<{width}}  {part.outcome:<7}  {part.seconds:5.0f} s" for part in parts]
    total = f"{'in all':<{width}}  {'':<7}  {seconds:5.0f} s"
    counts = [sum(part.outcome == outcome for part in parts) for outcome in ("passed", "failed", "skipped")]
    closing = f"{counts[0]} passed, {counts[1]} failed" + (f", {counts[2]} skipped" if counts[2] else "")
    return "\n".join(["", *rows, total, "", closing])


def _make(target: str) -> int:
    log = LOGS / f"{target}.log"
    began = time.monotonic()
    with log.open("w") as output:
        # No part may wait for somebody to type: CI has nobody. The other part takes the other half of the machine.
        command = ["make", "--no-print-directory", target, "JOBS=1"]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    outcome = "failed" if ended.returncode else "passed"
    text = log.read_text(errors="backslashreplace")
    print(f"{text}<== {target}: {outcome} in {time.monotonic() - began:.0f} s\n", flush=True)
    return ended.returncode


def main(names: Sequence[str]) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    parts = run_parts(names, _make)
    print(summary(parts, time.monotonic() - began), flush=True)
    return 1 if any(part.outcome == "failed" for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
