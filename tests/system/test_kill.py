# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed while any one of its calls is under way is finished by the next run.

The call is held before it takes effect, its caller is killed meanwhile, and then it takes effect.
"""

from __future__ import annotations

import itertools
import signal
import time
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.log import Entry
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import WRITING_CALLS, Customer, run_alone
from tests.support.forks import PROCESSES, be_ready
from tests.support.transitions import TRANSITIONS, Options, assert_fulfilled

# Sandbox seconds in a real one.
SCALE = 100.0
GIVE_UP = 20.0
# AWS is still at the change when the next run comes (sandbox seconds).
SETTLING = 5.0
# Each transition is killed at each of its calls to either cloud.
MORE = ("everything at once", "adopt by service and VPC", "repair a FAILED registration", "delete")
KILLED = ["create", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in MORE)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself, for processes that have clocks of their own."""
    be_ready()
    with Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


def until(holds: t.Callable[[], bool]) -> None:
    give_up = time.monotonic() + GIVE_UP
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.002)


@dataclass(frozen=True)
class Call:
    """A call and how many of the same name came before it in its run."""

    name: str
    number: int


def calls_in(entries: t.Sequence[Entry], api: str) -> list[Call]:
    """The calls to one cloud in order, without challenges."""
    names = [entry.call for entry in entries if entry.api == api and entry.caller]
    return [Call(name, names[:index].count(name)) for index, name in enumerate(names)]


def killed_at(customer: Customer, desired: Options, api: str, call: str, number: int) -> list[Call]:
    """The calls to `api` of a run that was killed during the `number`-th (from 0) of those named `call`.

    The call itself takes effect after its caller's death. Where it is not the last, the run never came to that call and
    ended by itself.
    """
    sandbox = customer.sandbox
    # Each change is taken at once, so that the second run makes the same calls as the first.
    sandbox.settings.endpoint_settle = sandbox.settings.private_dns_ready = 0.0
    sandbox.log.clear()
    held: Fault = sandbox.faults.add({"api": api, "call": call, "kind": "held", "after": number})
    options = {**desired, "wait_delay": 0.05}
    process = PROCESSES.Process(target=run_alone, args=("private_endpoint", options, customer.environment))
    process.start()
    until(lambda: held.fired == 1 or not process.is_alive())
    process.kill()
    process.join()
    if not held.fired:
        sandbox.faults.clear()
        assert process.exitcode == 0
        return [*calls_in(sandbox.log.entries(), api), NOT_KILLED]
    assert process.exitcode == -signal.SIGKILL
    sandbox.settings.endpoint_settle = SETTLING
    sandbox.faults.clear()
    until(lambda: any(entry.fault for entry in sandbox.log.entries()))
    last = sandbox.log.entries()[-1]
    assert (last.api, last.fault) == (api, "held"), "it was killed too late"
    assert last.status == 200 or last.call not in WRITING_CALLS, "it took no effect"
    return calls_in(sandbox.log.entries(), api)


NOT_KILLED = Call("", 0)


def finished_by_the_next_run(customer: Customer, desired: Options, killed: Call) -> None:
    """Both sides hold exactly what was desired, and a further run has nothing to do."""
    result = customer.run("private_endpoint", **desired)
    assert not result["failed"], (killed, result["msg"])
    assert_fulfilled(result, desired)
    there = [] if desired.get("state") == "absent" else [result["private_endpoint"]["vpc_endpoint_id"]]
    assert customer.live_endpoints() == customer.registered() == there, killed
    dead = {one.state for one in customer.sandbox.aws.endpoints() if not one.is_live}
    assert dead <= {"deleted"}, killed
    again = customer.run("private_endpoint", **desired)
    assert (again["failed"], again["changed"], customer.writing_calls) == (False, False, []), killed


def kill(customer: Customer, name: str, api: str, call: str, number: int) -> list[Call]:
    customer.sandbox.reset()
    desired = TRANSITIONS[name].prepare(customer)
    calls = killed_at(customer, desired, api, call, number)
    finished_by_the_next_run(customer, desired, calls[-1])
    return calls


@pytest.mark.parametrize("api", ["tidbcloud", pytest.param("aws", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", KILLED)
def test_a_run_killed_at_any_call_is_finished_by_the_next_one(customer: Customer, name: str, api: str) -> None:
    kills: list[Call] = []
    for number in itertools.count():
        *before, last = kill(customer, name, api, "*", number)
        if last is NOT_KILLED:
            break
        kills.append(last)
    # A run that nobody kills has no more calls; one that polls more often shifts those after it, and some are made at
    # once: what was passed over is killed by its name.
    assert len(before) <= len(kills)
    for missed in sorted(set(before) - set(kills), key=str):
        if kill(customer, name, api, missed.name, missed.number)[-1] == missed:
            kills.append(missed)
    assert {one for one in before if one.name in WRITING_CALLS} <= set(kills)
    assert {one.name for one in before} == {one.name for one in kills}
