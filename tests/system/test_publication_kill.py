# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run for an endpoint service that is killed while any one of its calls is under way is finished by the next run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import Customer
from tests.support.forks import be_ready
from tests.support.kills import Call, Victim, killed_at_each
from tests.support.service_provider import NAME, WRITES, ServiceProvider

# Sandbox seconds in a real one.
SCALE = 100.0
# The killed run looks for a twin no longer than half of it (real seconds); the run that ends by itself needs less.
WAIT_TIMEOUT = 4
KILLED = ("create", "whole edit", "absent")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself, for processes that have clocks of their own."""
    be_ready()
    with Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


class Transition:
    """What is there, what is desired, and what has to be there in the end."""

    def __init__(self, customer: Customer, name: str) -> None:
        self.provider = provider = ServiceProvider(customer)
        self.vpce: str | None = None
        first, account = provider.balancer(), provider.consumer_account
        self.desired: dict[str, Any] = {"load_balancer_arns": [first], "allowed_principals": [account]}
        if name == "create":
            return
        service = self._publish(**self.desired, tags={"team": "data"})
        self.vpce = self._connected(service)
        if name == "absent":
            self.desired = {"state": "absent", "on_connections": "reject"}
        else:
            self.desired = {
                "load_balancer_arns": [first, provider.balancer("more")],
                "allowed_principals": [f"arn:aws:iam::{account}:role/orders", customer.account["account_id"]],
                "accepted_accounts": [account],
                "supported_regions": ["eu-west-1"],
                "private_dns_name": "tidb.example.com",
                "tags": {"stage": "prod"},
            }

    def _publish(self, **options: Any) -> dict[str, Any]:
        result = self.provider.publish(**options)
        assert not result["failed"], result["msg"]
        return dict(result["endpoint_service"])

    def _connected(self, service: dict[str, Any]) -> str:
        vpce = self.provider.connect(service["service_name"])
        self.provider.customer.sandbox.clock.advance(60)
        return vpce

    def is_finished_by_the_next_run(self, killed: Call) -> None:
        provider, desired = self.provider, self.desired
        result = provider.publish(**desired)
        assert not result["failed"], (killed, result["msg"])
        self._assert_fulfilled(killed, result["endpoint_service"])
        again = provider.publish(**desired)
        assert (again["failed"], again["steps"], provider.writes) == (False, [], []), killed

    def _assert_fulfilled(self, killed: Call, returned: dict[str, Any]) -> None:
        desired = self.desired
        answer = self.provider.customer.ec2().describe_vpc_endpoint_service_configurations()
        found = [one for one in answer["ServiceConfigurations"] if one["ServiceState"] not in ("Deleting", "Deleted")]
        assert len(found) == (desired.get("state") != "absent"), killed
        taken = [arn for one in found for arn in one["NetworkLoadBalancerArns"]]
        assert sorted(taken) == sorted(desired.get("load_balancer_arns", ())), killed
        states = {one["vpc_endpoint_id"]: one["state"] for one in returned["connections"]} if found else {}
        assert states == ({self.vpce: "available"} if found and self.vpce else {}), killed
        if found and "tags" in desired:
            assert returned["tags"].items() >= desired["tags"].items(), killed
            assert "team" not in returned["tags"], killed
            assert len(returned["allowed_principals"]) == 2, killed
        if self.vpce and not found:
            (endpoint,) = self.provider.customer.sandbox.aws.endpoints()
            assert (endpoint.vpc_endpoint_id, endpoint.state) == (self.vpce, "rejected"), killed


def kill(customer: Customer, name: str, call: str, number: int) -> list[Call]:
    customer.sandbox.reset()
    transition = Transition(customer, name)
    options = {
        "self_hosted_name": NAME,
        "region": "us-east-1",
        "wait_timeout": WAIT_TIMEOUT,
        **transition.desired,
    }
    calls = Victim(customer, "endpoint_service", options, "aws", WRITES).killed_at(call, number)
    transition.is_finished_by_the_next_run(calls[-1])
    return calls


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", KILLED)
def test_a_run_killed_at_any_call_is_finished_by_the_next_one(customer: Customer, name: str) -> None:
    killed_at_each(partial(kill, customer, name), WRITES)


def test_a_run_killed_while_its_service_is_made_is_finished_by_the_next_one(customer: Customer) -> None:
    *_before, last = kill(customer, "create", "CreateVpcEndpointServiceConfiguration", 0)
    assert last.name == "CreateVpcEndpointServiceConfiguration"
