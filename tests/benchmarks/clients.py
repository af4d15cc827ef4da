# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of EC2 that a run over many accounts makes, beside boto3's own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from tests.benchmarks.place import CHECKOUT, Place
from tests.benchmarks.report import Report, Row

ACCOUNTS = 10
REPEATS = 7
OURS = """
from types import SimpleNamespace
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
params = {**dict.fromkeys(aws_argument_spec()), "validate_certs": True}
def make():
    return AwsSession(SimpleNamespace(params=params)).client("ec2", "us-east-1")
"""
PEERS = """
import boto3
def make():
    return boto3.session.Session().client("ec2", region_name="us-east-1")
"""
MEASURE = """
import json, resource, sys, time
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
made, seconds, memory = [], [], []
for account in range(int(sys.argv[1])):
    began = time.perf_counter()
    made.append(make())
    seconds.append(time.perf_counter() - began)
    memory.append(peak())
print(json.dumps([seconds, memory]))
"""


def measure(place: Place) -> Report:
    ours, peers = _row(place, "this collection", OURS), _row(place, "boto3.session.Session", PEERS)
    return Report(
        "clients",
        f"Clients of EC2 for {ACCOUNTS} accounts",
        [ours, peers],
        [],
        [f"Medians of {REPEATS} processes. Each account has a session of its own; no call is made."],
    )


def _row(place: Place, how: str, program: str) -> Row:
    runs = [_run(place, program) for _run_number in range(REPEATS)]
    further = ACCOUNTS - 1
    return {
        "how": how,
        "first (ms)": statistics.median(1000 * seconds[0] for seconds, _memory in runs),
        "each further (ms)": statistics.median(1000 * sum(seconds[1:]) / further for seconds, _memory in runs),
        "each further (MB)": statistics.median((memory[-1] - memory[0]) / further for _seconds, memory in runs),
    }


def _run(place: Place, program: str) -> tuple[list[float], list[float]]:
    """Seconds and peak memory (MB) after each client."""
    output = subprocess.run(
        [sys.executable, "-c", program + MEASURE, str(ACCOUNTS)],
        env={**place.environment, "PYTHONPATH": str(CHECKOUT / ".cache" / "tree")},
        cwd=place.directory,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    seconds, memory = json.loads(output)
    return seconds, memory
