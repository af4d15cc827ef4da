# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks publish and withdraw against the sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.log import Entry
from tests.support.customer import Customer
from tests.support.operator import Operator, PlaybookRun
from tests.support.service_provider import ServiceProvider

NAME = "orders"
TARGETS = "10.7.0.10:4000,10.7.1.10"
PUBLISHING = (
    "create_target_group",
    "register_targets",
    "create_listener",
    "create_endpoint_service",
    "permit_principals",
)
READS = 9


class Publisher:
    """Plays for a load balancer of the operator's account."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.provider = ServiceProvider(Customer(operator.sandbox))
        self.elb = self.provider.elb
        self.arn = self.provider.balancer(port=None)
        operator.sandbox.clock.advance(600)

    def play(self, playbook: str, *arguments: str, **options: Any) -> PlaybookRun:
        """Options are those of the role, without their prefix."""
        self.operator.sandbox.log.clear()
        given = {"self_hosted_name": NAME, "region": "us-east-1", "wait_delay": 0.2, **options}
        variables = {f"service_publication_{name}": value for name, value in given.items()}
        return self.operator.run(playbook, "-e", json.dumps(variables), *arguments)

    def publish(self, *arguments: str, **options: Any) -> PlaybookRun:
        wanted = {"load_balancer_arns": self.arn, "targets": TARGETS, "allowed_principals": self.account}
        return self.play("publish", *arguments, **{**wanted, **options})

    @property
    def account(self) -> str:
        return self.provider.consumer_account

    @property
    def there(self) -> tuple[int, int, int]:
        """How many listeners, target groups and endpoint services there are."""
        listeners = self.elb.describe_listeners(LoadBalancerArn=self.arn)["Listeners"]
        groups = self.elb.describe_target_groups()["TargetGroups"]
        found = self.provider.customer.ec2().describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
        live = [one for one in found if one["ServiceState"] not in ("Deleting", "Deleted")]
        return len(listeners), len(groups), len(live)


@pytest.fixture
def publisher(operator: Operator) -> Publisher:
    return Publisher(operator)


def reads(requests: tuple[Entry, ...]) -> list[str]:
    return [entry.call for entry in requests]


def steps_in(run: PlaybookRun) -> list[str]:
    """The names in the table of steps, in order."""
    lines = [line.strip(' ",') for line in run.output.splitlines()]
    return [line.split()[0] for line in lines if line and line.split()[0].count("_") and len(line.split("  ")) > 2]


@pytest.mark.exhaustive
def test_a_service_is_published_and_withdrawn_as_check_mode_says(publisher: Publisher) -> None:
    dry = publisher.publish("--check")
    assert (dry.status, dry.writing_calls) == (0, []), dry.output
    run = publisher.publish()
    assert (run.status, steps_in(run)) == (0, list(PUBLISHING)), run.output
    assert steps_in(dry) == list(PUBLISHING), dry.output
    assert publisher.there == (1, 1, 1)
    again = publisher.publish()
    assert (again.status, again.changed, again.writing_calls) == (0, 0, []), again.output
    assert len(again.requests) == READS
    dry = publisher.play("withdraw", "--check")
    assert (dry.status, dry.writing_calls) == (0, []), dry.output
    run = publisher.play("withdraw")
    assert run.status == 0, run.output
    assert steps_in(run) == steps_in(dry) == ["delete_endpoint_service", "delete_listener", "delete_target_group"]
    assert f"left load balancer {publisher.arn}" in run.output
    assert publisher.there == (0, 0, 0)
    run = publisher.play("withdraw")
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output


@pytest.mark.exhaustive
def test_every_value_is_checked_before_the_first_thing_is_made(publisher: Publisher) -> None:
    for arguments in (["--check"], []):
        run = publisher.publish(*arguments, prot="TCP", port="x")
        assert (run.status != 0, run.writing_calls) == (True, [])
        assert "Did you mean service_publication_port?" in run.output
        assert "service_publication_port must be a whole number" in run.output
        # What only the endpoint service knows stops the listener, too.
        run = publisher.publish(*arguments, allowed_principals="nobody")
        assert (run.status != 0, run.writing_calls) == (True, [])
        assert "service_publication_allowed_principals has 'nobody'" in run.output


@pytest.mark.exhaustive
def test_text_that_looks_like_a_template_stays_text(publisher: Publisher) -> None:
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch /tmp/never') }}\u202e\x1b[31m"
    publisher.elb.add_tags(ResourceArns=[publisher.arn], Tags=[{"Key": "who", "Value": hostile}])
    run = publisher.publish(tags={"note": "!unsafe"}, private_dns_name="tidb.example.com")
    assert run.status == 0, run.output
    again = publisher.publish(tags={"note": "!unsafe"}, private_dns_name="tidb.example.com")
    assert (again.status, again.changed) == (0, 0), again.output
    assert "\x1b[31m" not in again.output


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "call", ["CreateTargetGroup", "RegisterTargets", "CreateListener", "CreateVpcEndpointServiceConfiguration"]
)
def test_a_publication_that_was_stopped_is_finished_and_can_be_withdrawn(publisher: Publisher, call: str) -> None:
    once = {"aws_config": {"retries": {"max_attempts": 0}}, "wait_timeout": 20}
    publisher.operator.sandbox.faults.add({"api": "aws", "call": call, "kind": "reset", "times": 500})
    run = publisher.publish(**once)
    publisher.operator.sandbox.faults.clear()
    assert run.status != 0, run.output
    run = publisher.publish()
    assert (run.status, publisher.there) == (0, (1, 1, 1)), run.output
    assert publisher.play("withdraw").status == 0
    assert publisher.there == (0, 0, 0)


@pytest.mark.exhaustive
def test_a_withdrawal_is_refused_while_somebody_is_connected(publisher: Publisher) -> None:
    assert publisher.publish().status == 0
    found = publisher.provider.customer.ec2().describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    vpce = publisher.provider.connect(found[0]["ServiceName"])
    publisher.operator.sandbox.clock.advance(10)
    run = publisher.play("withdraw")
    assert (run.status != 0, run.writing_calls, publisher.there) == (True, [], (1, 1, 1)), run.output
    assert vpce in run.output
    assert publisher.play("withdraw", on_connections="reject").status == 0
    assert publisher.there == (0, 0, 0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("reached", ["fixed_state", "wanted"])
@pytest.mark.parametrize(("playbook", "other"), [("publish", "absent"), ("withdraw", "present")])
def test_no_extra_variable_turns_a_playbook_into_the_other(
    publisher: Publisher, playbook: str, other: str, reached: str
) -> None:
    """Extra variables beat every variable of the role: the state that a playbook is there for is none."""
    value = {"problems": [], "state": other} if reached == "wanted" else other
    options = {"load_balancer_arns": publisher.arn, "state": other}
    run = publisher.play(playbook, "-e", json.dumps({f"__service_publication_{reached}": value}), **options)
    assert run.status != 0
    assert "extra variables set what is the role's own" in run.output
    assert run.requests == ()
