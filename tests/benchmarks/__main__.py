# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benchmarks: python -m tests.benchmarks [NAME ...]; without names, all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack

from tests.benchmarks import (
    clients,
    connect_time,
    first_run,
    growth,
    one_endpoint,
    role_loop,
    role_run,
    slices,
    start_up,
    unchanged,
)
from tests.benchmarks.place import LATENCY, LIMIT, OUTPUT, Place
from tests.benchmarks.report import Report

BENCHMARKS: dict[str, Callable[[Place], Report]] = {
    "unchanged": unchanged.measure,
    "role_loop": role_loop.measure,
    "role_run": role_run.measure,
    "first_run": first_run.measure,
    "slices": slices.measure,
    "one_endpoint": one_endpoint.measure,
    "growth": growth.measure,
    "start_up": start_up.measure,
    "clients": clients.measure,
    "connect_time": connect_time.measure,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    print(
        f"Sandbox on this machine, {LIMIT} requests a minute and key, {LATENCY * 1000:.0f} ms latency for each answer"
        " of both clouds, its clock not scaled.\n",
        flush=True,
    )
    for name in names or BENCHMARKS:
        with ExitStack() as stack:
            place = stack.enter_context(Place(OUTPUT / "sandbox"))
            report = BENCHMARKS[name](place)
        report.write(OUTPUT)
        print(report.text(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
