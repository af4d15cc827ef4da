# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode predicts every transition of a private endpoint exactly, and touches nothing."""

from __future__ import annotations

import pytest

from tests.support.customer import Customer, Result
from tests.support.transitions import TRANSITIONS, Options


def predicted(customer: Customer, desired: Options) -> Result:
    before = customer.sandbox.status()["aws"], customer.sandbox.status()["tidbcloud"]
    result = customer.run("private_endpoint", check=True, **desired)
    assert not result["failed"], result["msg"]
    assert customer.requests != []
    assert customer.writing_calls == []
    assert (customer.sandbox.status()["aws"], customer.sandbox.status()["tidbcloud"]) == before
    return result


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_run_does_what_check_mode_predicted_and_the_next_one_nothing(customer: Customer, name: str) -> None:
    transition = TRANSITIONS[name]
    desired = transition.prepare(customer)
    dry = predicted(customer, desired)
    run = customer.run("private_endpoint", **desired)
    assert not run["failed"], run["msg"]
    assert [step["name"] for step in run["steps"]] == list(transition.steps)
    assert run["changed"] is bool(transition.steps) is bool(customer.writing_calls)
    for key in ("changed", "steps", "diff", "unchecked_limits"):
        assert dry[key] == run[key]
    if transition.next is None:
        return
    done = {**desired, **transition.next}
    for again in (predicted(customer, done), customer.run("private_endpoint", **done)):
        assert not again["failed"], again["msg"]
        assert (again["changed"], again["steps"]) == (False, [])
        assert again["diff"]["before"] == again["diff"]["after"]
        assert customer.writing_calls == []


@pytest.mark.parametrize("name", [name for name, transition in TRANSITIONS.items() if transition.next is None])
def test_runs_that_do_not_wait_get_there_and_each_is_predicted(customer: Customer, name: str) -> None:
    desired = TRANSITIONS[name].prepare(customer)
    for _run in range(20):
        dry = predicted(customer, desired)
        began = customer.sandbox.clock.now()
        run = customer.run("private_endpoint", **desired)
        assert customer.sandbox.clock.now() - began < 5
        assert not run["failed"], run["msg"]
        assert (dry["changed"], dry["steps"], dry["diff"]) == (run["changed"], run["steps"], run["diff"])
        customer.sandbox.clock.advance(60)
        if not run["changed"] and run["private_endpoint"]["status"] in ("active", "not_configured"):
            break
    else:
        pytest.fail(f"It never got there: {run}")
    gone = desired.get("state") == "absent"
    assert run["private_endpoint"]["status"] == ("not_configured" if gone else "active")
    assert len(customer.live_endpoints()) == len(customer.registered()) == (0 if gone else 1)
