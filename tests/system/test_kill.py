# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed while any one of its calls is under way is finished by the next run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import WRITING_CALLS, Customer
from tests.support.forks import be_ready
from tests.support.kills import Call, Victim, killed_at_each
from tests.support.transitions import TRANSITIONS, Options, assert_fulfilled

# Sandbox seconds in a real one.
SCALE = 100.0
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
    sandbox = customer.sandbox
    sandbox.reset()
    desired = TRANSITIONS[name].prepare(customer)
    # Each change is taken at once, so that the second run makes the same calls as the first.
    sandbox.settings.endpoint_settle = sandbox.settings.private_dns_ready = 0.0
    victim = Victim(customer, "private_endpoint", desired, api, WRITING_CALLS, partial(settle_slowly, sandbox))
    calls = victim.killed_at(call, number)
    finished_by_the_next_run(customer, desired, calls[-1])
    return calls


def settle_slowly(sandbox: Sandbox) -> None:
    sandbox.settings.endpoint_settle = SETTLING


@pytest.mark.parametrize("api", ["tidbcloud", pytest.param("aws", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", KILLED)
def test_a_run_killed_at_any_call_is_finished_by_the_next_one(customer: Customer, name: str, api: str) -> None:
    killed_at_each(partial(kill, customer, name, api), WRITING_CALLS)
