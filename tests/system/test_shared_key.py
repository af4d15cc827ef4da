# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control nodes, or the slices of a job, share one API key: all converge, however long the rate limit makes them wait.

The limit is as tight for these fleets as 100 a minute are for larger ones, and a minute takes three seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.log import Entry
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.control_node import CHECKOUT, UNLIMITED, environment_of
from tests.support.customer import Customer
from tests.support.new_clusters import endpoints_of_new_clusters
from tests.support.sliced_job import SlicedJob

SCALE = 20.0
LIMIT = 20
SLICES = 4


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself."""
    with Sandbox(Settings(rate_limit=UNLIMITED), SCALE, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def environment(customer: Customer, tmp_path: Path) -> dict[str, str]:
    return environment_of(customer, tmp_path)


def limit(customer: Customer) -> None:
    """From now on, and from the beginning of a minute."""
    customer.sandbox.settings.change({"rate_limit": LIMIT})
    customer.sandbox.log.clear()
    customer.sandbox.clock.advance(60.0 - customer.sandbox.clock.now() % 60.0)


def assert_that_the_limit_was_met(customer: Customer) -> None:
    """More was asked than a minute allows, no minute had more, and what was refused was asked again."""
    entries = [one for one in customer.requests if one.api == "tidbcloud" and one.error != "challenge"]
    served = Counter(_minute(entry) for entry in entries if entry.status == 200)
    assert sum(served.values()) > LIMIT
    assert max(served.values()) <= LIMIT
    assert {entry.status for entry in entries} <= {200, 429}


def _minute(entry: Entry) -> int:
    return int(entry.time // 60)


def test_control_nodes_that_share_a_key_converge_without_a_failed_item(
    customer: Customer, environment: dict[str, str]
) -> None:
    endpoints = endpoints_of_new_clusters(customer, customer.network(), 8 * SLICES)
    limit(customer)
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.run_module", "private_endpoints"],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _slice in range(SLICES)
    ]
    for number, run in enumerate(runs):
        options = {"endpoints": endpoints[number::SLICES], "wait_delay": 0.5, "wait_timeout": 120}
        assert run.stdin is not None
        run.stdin.write(json.dumps(options))
        run.stdin.close()
    results = [json.load(t.cast(t.IO[str], run.stdout))["result"] for run in runs]
    assert [run.wait() for run in runs] == [0] * SLICES
    assert [result["summary"] for result in results] == [{"ok": 8, "changed": 8, "failed": 0}] * SLICES
    assert_that_the_limit_was_met(customer)
    assert len(customer.live_endpoints()) == len(customer.registered()) == 8 * SLICES


@pytest.mark.exhaustive
def test_the_slices_of_a_job_over_the_inventory_converge_at_once_with_one_key(
    customer: Customer, environment: dict[str, str], tmp_path: Path
) -> None:
    endpoints = endpoints_of_new_clusters(customer, customer.network(), 3 * SLICES)
    assert not customer.run("private_endpoints", endpoints=endpoints)["failed"]
    directory = tmp_path / "runner"
    directory.mkdir()
    job = SlicedJob(directory, environment)
    assert len(job.hosts) == 3 * SLICES
    limit(customer)
    for ended in job.run(SLICES):
        stats = ended.stats
        assert (ended.status, ended.rc) == ("successful", 0), ended.stdout.read()
        assert (len(stats["ok"]), stats["failures"], stats["dark"], stats["changed"]) == (3, {}, {}, {})
    assert_that_the_limit_was_met(customer)
