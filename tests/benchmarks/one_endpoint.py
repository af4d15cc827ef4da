# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""One private endpoint: create, unchanged, delete; beside a task of amazon.aws that looks at one interface endpoint."""

from __future__ import annotations

import json
import statistics
import time

import ansible_runner

from tests.benchmarks.place import COLLECTION, Options, Place
from tests.benchmarks.report import Report, Row

REPEATS = 11
SLOWER = 1.2
INFO = "amazon.aws.ec2_vpc_endpoint_info"


def measure(place: Place) -> Report:
    with place.unlimited():
        options = place.fleet(1).endpoints[0]
    ours = {f"{COLLECTION}.private_endpoint": {**options, "wait_delay": 1}}
    create = _task(place, ours)
    place.begin_a_minute()
    unchanged, info = [], []
    for _repeat in range(REPEATS):
        unchanged.append(_task(place, ours))
        info.append(_task(place, {INFO: {"region": "us-east-1", "filters": {"vpc-id": options["vpc_id"]}}}))
        place.begin_a_minute()
    delete = _task(place, {f"{COLLECTION}.private_endpoint": {**options, "state": "absent", "wait_delay": 1}})
    middle, other = (_median(rows) for rows in (unchanged, info))
    ratio = middle["seconds"] / other["seconds"]
    return Report(
        "one_endpoint",
        "One private endpoint",
        [
            {"task": "private_endpoint, create", **create},
            {"task": f"private_endpoint, unchanged (median of {REPEATS})", **middle},
            {"task": "private_endpoint, delete", **delete},
            {"task": f"{INFO} (median of {REPEATS})", **other},
        ],
        [
            (
                f"unchanged at most 3 requests to each cloud: {middle['TiDB Cloud']} and {middle['AWS']}",
                middle["TiDB Cloud"] <= 3 and middle["AWS"] <= 3,
            ),
            (f"unchanged within {SLOWER} of the task of amazon.aws: {ratio:.2f}", ratio <= SLOWER),
        ],
        ["Seconds of the task as Ansible reports them; the sandbox accepts a connection after two."],
    )


def _task(place: Place, task: Options) -> Row:
    """A play of one task: what it asked both clouds, and its seconds."""
    directory = place.directory / "runner"
    (directory / "project").mkdir(parents=True, exist_ok=True)
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "the task", **task}]}]
    (directory / "project" / "play.json").write_text(json.dumps(play))
    with place.measured() as found:
        run = ansible_runner.run(
            private_data_dir=str(directory),
            playbook="play.json",
            ident=str(time.monotonic_ns()),
            envvars=place.environment,
            quiet=True,
        )
    (duration,) = (
        event["event_data"]["duration"]
        for event in run.events
        if event["event"] in ("runner_on_ok", "runner_on_failed")
    )
    if run.status != "successful":
        raise SystemExit(f"The task failed: {run.stdout.read()}")
    return {"TiDB Cloud": found[0].count("tidbcloud"), "AWS": found[0].count("aws"), "seconds": duration}


def _median(rows: list[Row]) -> Row:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}
