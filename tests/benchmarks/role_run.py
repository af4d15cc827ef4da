# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of the playbooks and waits for: lines, tasks and seconds where nothing is to be done."""

from __future__ import annotations

import json
import re
import resource
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.place import COLLECTION, Place
from tests.benchmarks.report import Report, Row

REPEATS = 5
MOST_LINES = 40
MOST_SECONDS = 3.0
RUNS = {"connect": ["connect"], "connect, check mode": ["connect", "--check"], "check": ["check"], "status": ["status"]}


def measure(place: Place) -> Report:
    """Without the latency of a network: what is measured is this machine's own work."""
    options = _options(place)
    place.ansible([f"{COLLECTION}.connect", *_variables(options)])
    rows = [_row(place, name, arguments, options) for name, arguments in RUNS.items()]
    place.ansible([f"{COLLECTION}.disconnect", *_variables(options)])
    lines, seconds = rows[0]["lines"], rows[0]["seconds"]
    return Report(
        "role_run",
        "The playbooks where nothing is to be done, with the default output of Ansible",
        rows,
        [
            (f"an unchanged connect prints at most {MOST_LINES} lines: {lines}", lines <= MOST_LINES),
            (f"an unchanged connect takes at most {MOST_SECONDS:.0f} s: {seconds:.2f}", seconds <= MOST_SECONDS),
            ("nothing was changed", not any(row["changed"] for row in rows)),
        ],
        [f"Seconds: the best of {REPEATS} runs. The network has three subnets; the check logs in."],
    )


def _row(place: Place, name: str, arguments: list[str], options: Mapping[str, Any]) -> Row:
    playbook, *rest = arguments
    runs = []
    for _run in range(REPEATS):
        place.begin_a_minute()
        before = _processor_seconds()
        with place.measured() as found:
            output = place.ansible([f"{COLLECTION}.{playbook}", *rest, *_variables(options)])
        runs.append((found[0].seconds, _processor_seconds() - before, found[0], output))
    seconds, processor, requests, output = min(runs, key=lambda run: run[0])
    recap = {key: int(number) for key, number in re.findall(r"(\w+)=(\d+)", output.splitlines()[-2])}
    return {
        "playbook": name,
        "lines": len(output.splitlines()),
        "seconds": seconds,
        "of the processor": processor,
        "tasks": recap["ok"],
        "skipped": recap["skipped"],
        "changed": recap["changed"],
        "exchanges with TiDB Cloud": requests.count("tidbcloud"),
        "calls to AWS": requests.count("aws"),
    }


def _processor_seconds() -> float:
    """Of all processes that have ended: the sandbox has not."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _options(place: Place) -> dict[str, Any]:
    database = place.facts["database"]
    return {
        "private_connection_cluster_id": place.facts["clusters"]["main"]["cluster_id"],
        "private_connection_vpc_cidr": "10.42.0.0/16",
        "private_connection_wait_delay": 0.2,
        "private_connection_check_connect_to": database["host"],
        "private_connection_check_ca_path": database["ca_path"],
        "private_connection_check_user": database["user"],
        "private_connection_check_password": database["password"],
    }


def _variables(options: Mapping[str, Any]) -> list[str]:
    return ["-e", json.dumps(options)]
