# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint service of the user's own while calls go wrong, answers lag, and other runs are under way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import Customer, Result, run_and_tell
from tests.support.forks import PROCESSES, be_ready
from tests.support.service_provider import NAME, WRITES, ServiceProvider

# Sandbox seconds in a real one, where processes with clocks of their own meet.
SCALE = 20.0
KINDS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "value": 500},
    "503": {"kind": "status", "value": 503},
    "reset": {"kind": "reset"},
    "lost": {"kind": "lost"},
    "throttled": {"kind": "throttle"},
    "502": {"kind": "masked", "value": 502},
}
# Longer than botocore retries by itself.
LASTING = 8
# One of each is seen on every change.
GOING_WRONG = [
    pytest.param(kind, count, marks=[] if (kind, count) == ("lost", 1) else pytest.mark.exhaustive)
    for kind in KINDS
    for count in (1, LASTING)
]


@pytest.fixture
def provider(customer: Customer) -> ServiceProvider:
    return ServiceProvider(customer)


def services(customer: Customer) -> list[dict[str, Any]]:
    """All that are not being deleted."""
    found = customer.ec2().describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    return [one for one in found if one["ServiceState"] not in ("Deleting", "Deleted")]


def life(provider: ServiceProvider, arn: str) -> list[dict[str, Any]]:
    """What a life consists of, one run each."""
    account = provider.consumer_account
    wanted: dict[str, Any] = {"load_balancer_arns": [arn], "allowed_principals": [account]}
    return [
        wanted,
        {**wanted, "accepted_accounts": [account], "tags": {"team": "data"}},
        {**wanted, "allowed_principals": [], "reject_unpermitted": True, "tags": {}},
        {"state": "absent"},
    ]


def connected(provider: ServiceProvider) -> None:
    """Another account connects, and AWS shows it."""
    (service,) = services(provider.customer)
    provider.connect(service["ServiceName"])
    provider.customer.sandbox.clock.advance(60)


@pytest.mark.parametrize(("kind", "count"), GOING_WRONG)
@pytest.mark.parametrize("call", WRITES)
def test_whatever_becomes_of_a_writing_call_the_next_run_ends_as_desired(
    provider: ServiceProvider, call: str, kind: str, count: int
) -> None:
    arn = provider.balancer()
    faults = provider.customer.sandbox.faults
    for number, wanted in enumerate(life(provider, arn)):
        fault = faults.add({"api": "aws", "call": call, "times": count, **KINDS[kind]})
        first = provider.publish(**wanted)
        faults.clear()
        if fault.fired == 0 or count == 1:
            assert not first["failed"], first["msg"]
        assert not provider.publish(**wanted)["failed"]
        again = provider.publish(**wanted)
        assert (again["failed"], again["steps"], provider.writes) == (False, [], [])
        assert len(services(provider.customer)) == (wanted.get("state") != "absent")
        if number == 0:
            connected(provider)


@pytest.mark.parametrize("setting", ["tags_visible", "modification_visible", "configuration_visible"])
def test_what_aws_shows_late_changes_nothing_about_the_outcome(provider: ServiceProvider, setting: str) -> None:
    setattr(provider.customer.sandbox.settings, setting, 12.0)
    arn = provider.balancer()
    for number, wanted in enumerate(life(provider, arn)):
        first = provider.publish(**wanted)
        assert not first["failed"], first["msg"]
        provider.customer.sandbox.clock.advance(30)
        again = provider.publish(**wanted)
        assert (again["failed"], again["steps"]) == (False, [])
        assert len(services(provider.customer)) == (wanted.get("state") != "absent")
        if number == 0:
            connected(provider)


@pytest.fixture
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProvider]:
    """Of a sandbox whose time passes by itself, for processes that have clocks of their own."""
    be_ready()
    with Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("crowded")) as sandbox:
        yield ServiceProvider(Customer(sandbox))


def at_once(customer: Customer, runs: list[dict[str, Any]]) -> list[Result]:
    answers: Any = PROCESSES.Queue()
    shared = {"self_hosted_name": NAME, "region": "us-east-1", "wait_delay": 0.2, "wait_timeout": 60}
    nodes = [
        PROCESSES.Process(
            target=run_and_tell, args=(answers, "endpoint_service", {**shared, **one}, customer.environment)
        )
        for one in runs
    ]
    for node in nodes:
        node.start()
    results = [answers.get(timeout=100) for _node in nodes]
    for node in nodes:
        node.join()
    return results


@pytest.mark.parametrize("nodes", [2, pytest.param(4, marks=pytest.mark.exhaustive)])
def test_nodes_that_want_the_same_make_one_service(crowded: ServiceProvider, nodes: int) -> None:
    wanted = {"load_balancer_arns": [crowded.balancer()], "allowed_principals": [crowded.consumer_account]}
    results = at_once(crowded.customer, [wanted] * nodes)
    assert [one["msg"] for one in results if one["failed"]] == []
    assert len({one["endpoint_service"]["service_id"] for one in results}) == 1
    assert len(services(crowded.customer)) == 1


@pytest.mark.parametrize("nodes", [2, pytest.param(4, marks=pytest.mark.exhaustive)])
def test_nodes_that_want_different_load_balancers_make_one_service_and_take_none_twice(
    crowded: ServiceProvider, nodes: int
) -> None:
    arns = [crowded.balancer(f"orders-{number}") for number in range(nodes)]
    results = at_once(crowded.customer, [{"load_balancer_arns": [arn], "tags": {"arn": arn}} for arn in arns])
    (service,) = services(crowded.customer)
    assert all(one["failed"] or one["endpoint_service"]["service_id"] == service["ServiceId"] for one in results)
    assert [one["msg"] for one in results if one["failed"] and "changes it at the same time" not in one["msg"]] == []
    last = crowded.publish(load_balancer_arns=arns[:1], tags={"arn": arns[0]})
    assert not last["failed"], last["msg"]
    assert last["endpoint_service"]["load_balancer_arns"] == arns[:1]
