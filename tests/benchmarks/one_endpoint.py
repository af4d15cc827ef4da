# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""One private endpoint: create, unchanged, delete; compared with a task of amazon.aws that reads an interface one."""

from __future__ import annotations

import json
import statistics
import time

import ansible_runner

from tests.benchmarks.place import COLLECTION, Options, Place
from tests.benchmarks.report import Report, Row

REPEATS = 11
SLOWER = 1.2
REGION = "us-east-1"
INFO = "amazon.aws.ec2_vpc_endpoint_info"


def measure(place: Place) -> Report:
    with place.unlimited():
        options = place.fleet(1).endpoints[0]
    # The task of amazon.aws needs a region; ours would look for one in the profile first.
    options = {**options, "region": REGION}
    ours = {f"{COLLECTION}.private_endpoint": {**options, "wait_delay": 1}}
    peer = {INFO: {"region": REGION, "filters": {"vpc-id": options["vpc_id"]}}}
    create = _alone(place, ours)
    place.begin_a_minute()
    first, other_first = _alone(place, ours), _alone(place, peer)
    place.begin_a_minute()
    seconds = _seconds(place, [ours, peer] * REPEATS)
    middle, other = statistics.median(seconds[::2]), statistics.median(seconds[1::2])
    place.begin_a_minute()
    delete = _alone(place, {f"{COLLECTION}.private_endpoint": {**options, "state": "absent", "wait_delay": 1}})
    return Report(
        "one_endpoint",
        "One private endpoint",
        [
            {"task": "private_endpoint, create", **create},
            {"task": "private_endpoint, unchanged, alone in its run", **first},
            {"task": f"{INFO}, alone in its run", **other_first},
            {"task": f"private_endpoint, unchanged (median of {REPEATS} in one run)", **first, "seconds": middle},
            {"task": f"{INFO} (median of {REPEATS} in the same run)", **other_first, "seconds": other},
            {"task": "private_endpoint, delete", **delete},
        ],
        [
            (
                f"unchanged at most 3 requests to each cloud: {first['TiDB Cloud']} and {first['AWS']}",
                first["TiDB Cloud"] <= 3 and first["AWS"] <= 3,
            ),
            (
                f"unchanged within {SLOWER} of the task of amazon.aws in the same run: {middle / other:.2f}",
                middle / other <= SLOWER,
            ),
        ],
        [
            "Seconds of the task as Ansible reports them; the sandbox accepts a connection after two.",
            "The first task of a run packs its module, later ones find it packed: alone, the unchanged task takes"
            f" {first['seconds'] / other_first['seconds']:.2f} of that of amazon.aws.",
        ],
    )


def _alone(place: Place, task: Options) -> Row:
    """A run of one task: its requests to both clouds, and its seconds."""
    with place.measured() as found:
        (seconds,) = _seconds(place, [task])
    return {"TiDB Cloud": found[0].count("tidbcloud"), "AWS": found[0].count("aws"), "seconds": seconds}


def _seconds(place: Place, tasks: list[Options]) -> list[float]:
    """A run of these tasks: the seconds of each."""
    directory = place.directory / "runner"
    (directory / "project").mkdir(parents=True, exist_ok=True)
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "the task", **task} for task in tasks]}]
    (directory / "project" / "play.json").write_text(json.dumps(play))
    run = ansible_runner.run(
        private_data_dir=str(directory),
        playbook="play.json",
        ident=str(time.monotonic_ns()),
        envvars=place.environment,
        quiet=True,
    )
    if run.status != "successful":
        raise SystemExit(f"A task failed: {run.stdout.read()}")
    return [event["event_data"]["duration"] for event in run.events if event["event"] == "runner_on_ok"]
