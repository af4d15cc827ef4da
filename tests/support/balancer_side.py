# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer with a network load balancer, and runs of the module that makes its listener."""

from __future__ import annotations

from typing import Any

from tests.support.customer import Customer, Result
from tests.support.service_provider import NAME, ServiceProvider

WRITES = (
    "CreateTargetGroup",
    "ModifyTargetGroup",
    "RegisterTargets",
    "CreateListener",
    "ModifyListener",
    "DeregisterTargets",
    "AddTags",
    "RemoveTags",
    "DeleteListener",
    "DeleteTargetGroup",
)
ADDRESS = {"id": "10.7.0.10"}
OTHER = {"id": "10.7.1.10"}


class Side:
    """The provider's load balancer, and runs of the module for it."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.provider = ServiceProvider(customer)
        self.elb = self.provider.elb
        self.arn = self.provider.balancer(port=None)
        customer.sandbox.clock.advance(600)

    def run(self, *, check: bool = False, **options: Any) -> Result:
        given: dict[str, Any] = {"name": NAME, "region": "us-east-1", **options}
        if given.get("state") != "absent":
            given = {"load_balancer_arn": self.arn, **given}
        return self.customer.run("load_balancer_listener", check=check, **given)

    @property
    def writes(self) -> list[str]:
        """The requests of the last run that could have changed something."""
        return [entry.call for entry in self.customer.requests if entry.call in WRITES]

    def done(self, expected: list[str], **options: Any) -> Any:
        """Check mode, the run, and again both: the first two agree, the last two find nothing to do."""
        dry = self.run(check=True, **options)
        assert self.writes == []
        run = self.run(**options)
        assert names(run) == names(dry) == expected
        assert (dry["steps"], dry["diff"], dry["changed"]) == (run["steps"], run["diff"], run["changed"])
        for check in (True, False):
            again = self.run(check=check, **options)
            assert (names(again), again["changed"], self.writes) == ([], False, [])
            assert again["diff"]["before"] == again["diff"]["after"]
            assert again["diff"]["before"] == run["diff"]["after"]
        return run["load_balancer_listener"]

    @property
    def there(self) -> tuple[int, int]:
        """How many listeners and target groups there are."""
        listeners = self.elb.describe_listeners(LoadBalancerArn=self.arn)["Listeners"]
        return len(listeners), len(self.elb.describe_target_groups()["TargetGroups"])

    def registered(self, group_arn: str) -> list[str]:
        answer = self.elb.describe_target_health(TargetGroupArn=group_arn)
        return sorted(one["Target"]["Id"] for one in answer["TargetHealthDescriptions"])

    def by_hand(self, port: int = 4000, name: str = "hand") -> str:
        """The ARN of a target group with a target, to which a listener forwards; both made by hand."""
        asked = {"Name": name, "Protocol": "TCP", "Port": port, "VpcId": self.provider.network.vpc_id}
        answer = self.elb.create_target_group(**asked, TargetType="ip")
        group = str(answer["TargetGroups"][0]["TargetGroupArn"])
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.7.0.99", "Port": port}])
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        self.elb.create_listener(LoadBalancerArn=self.arn, Protocol="TCP", Port=port, DefaultActions=forward)
        return group


def names(result: Result) -> list[str]:
    assert not result["failed"], result["msg"]
    return [step["name"] for step in result["steps"]]
