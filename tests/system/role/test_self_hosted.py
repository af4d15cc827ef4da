# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both sides of a connection to a TiDB of the user's own, over two accounts: one run of the role makes and ends them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.customer import Customer
from tests.support.operator import Operator, PlaybookRun
from tests.support.service_provider import NAME, ServiceProvider

PRIVATE_NAME = "tidb.example.com"


class TwoAccounts:
    """The operator's account connects, another one publishes. `options` are those of the role, without its prefix."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.provider = ServiceProvider(Customer(operator.sandbox, "other"))
        self.consumer = Customer(operator.sandbox, "main")
        self.arn = self.provider.balancer()
        self.network = self.consumer.network()
        account = self.provider.customer.account["account_id"]
        self.options: dict[str, Any] = {
            "cluster_id": "",
            "self_hosted_name": NAME,
            "region": "us-east-1",
            "provider_assume_role_arn": f"arn:aws:iam::{account}:role/publisher",
            "check": False,
            **self.network.options,
        }

    @property
    def made_of(self) -> dict[str, Any]:
        return {"provider_load_balancer_arns": self.arn}

    def play(self, playbook: str, *arguments: str, **options: Any) -> PlaybookRun:
        return self.operator.play(playbook, *arguments, **{**self.options, **options})

    def connect(self, *arguments: str, **options: Any) -> PlaybookRun:
        return self.play("connect", *arguments, **{**self.made_of, **options})

    @property
    def services(self) -> list[Any]:
        ec2 = self.provider.customer.ec2()
        return list(ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"])

    @property
    def tags(self) -> dict[str, str]:
        (service,) = self.services
        return {tag["Key"]: tag["Value"] for tag in service.get("Tags", [])}

    @property
    def principals(self) -> list[str]:
        (service,) = self.services
        answer = self.provider.customer.ec2().describe_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"])
        return sorted(one["Principal"] for one in answer["AllowedPrincipals"])

    @property
    def connections(self) -> dict[str, str]:
        answer = self.provider.customer.ec2().describe_vpc_endpoint_connections()
        return {one["VpcEndpointId"]: one["VpcEndpointState"] for one in answer["VpcEndpointConnections"]}


@pytest.fixture
def both(operator: Operator) -> TwoAccounts:
    return TwoAccounts(operator)


def table(run: PlaybookRun) -> list[str]:
    """The steps that a run prints, in check mode and else."""
    lines = [line.strip().strip('",') for line in run.output.splitlines()]
    words = ("service", "principal", "endpoint", "connections", "private_dns", "tags")
    return [
        line.split("  ")[-1].strip()
        for line in lines
        if ": " in line and any(w in line.split(": ")[0] for w in words) and "(" in line
    ]


def test_one_run_makes_both_sides_and_one_ends_them(both: TwoAccounts) -> None:
    planned = both.connect("--check")
    assert (planned.status, planned.writing_calls) == (0, []), planned.output
    made = both.connect()
    assert made.status == 0, made.output
    print(planned.output, made.output)
    assert list(both.connections.values()) == ["available"]
    again = both.connect()
    print(again.output)
    assert (again.status, again.changed, again.writing_calls) == (0, 0, []), again.output
    plan = both.play("disconnect", "--check")
    print(plan.output)
    ended = both.play("disconnect")
    assert ended.status == 0, ended.output
    print(ended.output)
    assert both.services == []
