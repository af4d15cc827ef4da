# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed while any one of its calls is under way is finished by the next run."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import time
import typing as t
from collections.abc import Iterator
from multiprocessing import forkserver
from unittest import mock

import pytest

from tests.customer import Customer, run_alone
from tests.sandbox.faults import Fault
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings

# Sandbox seconds in a real one.
SCALE = 100.0
# For so long (real seconds) a call is held before it takes effect; meanwhile its caller is killed.
HELD = 0.3
GIVE_UP = 20.0
# A process is forked from one that has read the module and all it needs, for that takes far longer than a run.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.customer"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself, for processes that have clocks of their own."""
    # Python before 3.12 forgets sys.path when it preloads (gh-117378).
    with mock.patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
        forkserver.ensure_running()
    sandbox = Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


def until(holds: t.Callable[[], bool]) -> None:
    give_up = time.monotonic() + GIVE_UP
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.002)


def killed_at(customer: Customer, wish: dict[str, t.Any], api: str, number: int) -> str | None:
    """The name of the call to C(api), the C(number)-th of the run (from 0), during which the run was killed.

    The call itself takes effect after its caller's death. Null where the run ended before it came to that call.
    """
    sandbox = customer.sandbox
    sandbox.log.clear()
    held: Fault = sandbox.faults.add({"api": api, "call": "*", "kind": "latency", "value": HELD, "after": number})
    options = {**wish, "wait_delay": 0.05}
    process = PROCESSES.Process(target=run_alone, args=("private_endpoint", options, customer.environment))
    process.start()
    until(lambda: held.fired == 1 or not process.is_alive())
    process.kill()
    process.join()
    sandbox.faults.clear()
    if not held.fired:
        assert process.exitcode == 0
        return None
    assert process.exitcode == -signal.SIGKILL
    until(lambda: any(entry.fault for entry in sandbox.log.entries()))
    last = sandbox.log.entries()[-1]
    assert (last.api, last.fault) == (api, "latency"), "it was killed too late"
    return last.call


@pytest.mark.parametrize(
    ("api", "writing"),
    [("tidbcloud", {"CreatePrivateEndpointConnection"}), ("aws", {"CreateVpcEndpoint", "ModifyVpcEndpoint"})],
)
def test_a_creation_killed_at_any_call_is_finished_by_the_next_run(
    customer: Customer, api: str, writing: set[str]
) -> None:
    calls: list[str] = []
    for number in itertools.count():
        customer.sandbox.reset()
        wish = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
        call = killed_at(customer, wish, api, number)
        result = customer.run("private_endpoint", **wish)
        assert not result["failed"], (call, result["msg"])
        endpoint = result["private_endpoint"]
        assert endpoint["status"] == "active", call
        assert [one.vpc_endpoint_id for one in customer.sandbox.aws.endpoints()] == [endpoint["vpc_endpoint_id"]], call
        assert customer.registered() == [endpoint["vpc_endpoint_id"]], call
        if call is None:
            break
        calls.append(call)
    assert writing <= set(calls)


@pytest.mark.parametrize(
    ("api", "writing"), [("tidbcloud", {"DeletePrivateEndpointConnection"}), ("aws", {"DeleteVpcEndpoints"})]
)
def test_a_removal_killed_at_any_call_is_finished_by_the_next_run(
    customer: Customer, api: str, writing: set[str]
) -> None:
    calls: list[str] = []
    for number in itertools.count():
        customer.sandbox.reset()
        wish = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
        customer.run("private_endpoint", **wish)
        call = killed_at(customer, {**wish, "state": "absent"}, api, number)
        result = customer.run("private_endpoint", **wish, state="absent")
        assert not result["failed"], (call, result["msg"])
        assert result["private_endpoint"]["status"] == "not_configured", call
        assert {one.state for one in customer.sandbox.aws.endpoints()} == {"deleted"}, call
        assert customer.registered() == [], call
        if call is None:
            break
        calls.append(call)
    assert writing <= set(calls)
