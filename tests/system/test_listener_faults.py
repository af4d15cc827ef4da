# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener and its target group while calls go wrong, runs are stopped, and other runs are under way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.balancer_side import ADDRESS, OTHER, WRITES, Side, names
from tests.support.customer import Customer, Result, run_and_tell
from tests.support.forks import PROCESSES, be_ready
from tests.support.service_provider import NAME

SCALE = 20.0
KINDS: dict[str, dict[str, Any]] = {
    "503": {"kind": "status", "value": 503},
    "reset": {"kind": "reset"},
    "lost": {"kind": "lost"},
    "502": {"kind": "masked", "value": 502},
}
# Longer than botocore retries by itself, and than the run waits.
LASTING = 200
# What a life consists of, one run each.
LIFE: list[dict[str, Any]] = [
    {"targets": [ADDRESS]},
    {"targets": [OTHER], "tags": {"team": "data"}, "health_check": {"interval": 10}},
    {"targets": [OTHER], "tags": {}, "port": 4001},
    {"state": "absent"},
]


@pytest.fixture
def side(customer: Customer) -> Side:
    return Side(customer)


@pytest.mark.exhaustive
@pytest.mark.parametrize("count", [1, LASTING], ids=["once", "lasting"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", WRITES)
def test_whatever_becomes_of_a_writing_call_the_next_run_ends_as_desired(
    side: Side, call: str, kind: str, count: int
) -> None:
    fired = 0
    for wanted in LIFE:
        fault = side.customer.sandbox.faults.add({"api": "aws", "call": call, "times": count, **KINDS[kind]})
        first = side.run(**wanted, wait_timeout=60)
        side.customer.sandbox.faults.clear()
        fired += fault.fired
        if fault.fired == 0 or count == 1:
            assert not first["failed"], first["msg"]
        assert not side.run(**wanted)["failed"]
        again = side.run(**wanted)
        assert (names(again), side.writes) == ([], [])
        assert side.there == ((0, 0) if wanted.get("state") == "absent" else (1, 1))
    assert fired > 0


@pytest.fixture
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """Of a sandbox whose time passes by itself, for processes that have clocks of their own."""
    be_ready()
    with Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("crowded")) as sandbox:
        yield Side(Customer(sandbox))


def at_once(side: Side, runs: list[dict[str, Any]]) -> list[Result]:
    answers: Any = PROCESSES.Queue()
    shared = {"name": NAME, "region": "us-east-1", "wait_delay": 0.2, "wait_timeout": 60}
    nodes = [
        PROCESSES.Process(
            target=run_and_tell,
            args=(answers, "load_balancer_listener", {**shared, **one}, side.customer.environment),
        )
        for one in runs
    ]
    for node in nodes:
        node.start()
    results = [answers.get(timeout=100) for _node in nodes]
    for node in nodes:
        node.join()
    return results


@pytest.mark.exhaustive
@pytest.mark.parametrize("count", [2, 4])
def test_nodes_at_once_make_one_listener_and_remove_it(crowded: Side, count: int) -> None:
    wanted = {"load_balancer_arn": crowded.arn, "targets": [ADDRESS]}
    for result in at_once(crowded, [wanted] * count):
        assert not result["failed"], result["msg"]
    assert crowded.there == (1, 1)
    assert names(crowded.run(targets=[ADDRESS])) == []
    for result in at_once(crowded, [{"state": "absent"}] * count):
        assert not result["failed"], result["msg"]
    assert crowded.there == (0, 0)


@pytest.mark.exhaustive
def test_nodes_that_differ_leave_one_listener_and_the_next_run_decides(crowded: Side) -> None:
    wanted = [{"load_balancer_arn": crowded.arn, "targets": [one], "purge_targets": False} for one in (ADDRESS, OTHER)]
    for result in at_once(crowded, wanted):
        assert not result["failed"], result["msg"]
    made = crowded.run(targets=[ADDRESS, OTHER])
    assert (names(made), crowded.there) == ([], (1, 1))
