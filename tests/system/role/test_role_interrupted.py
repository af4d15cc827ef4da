# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that fails at any step is finished by the next one, and a connection that was never finished can be removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operator import Operator, Played
from tests.remains import remains

# What connect and disconnect write, in order; subnets are made in one zone only.
CONNECT = [
    ("aws", "CreateVpc"),
    ("aws", "ModifyVpcAttribute"),
    ("aws", "CreateSubnet"),
    ("aws", "ModifySubnetAttribute"),
    ("aws", "CreateSecurityGroup"),
    ("aws", "RevokeSecurityGroupEgress"),
    ("aws", "AuthorizeSecurityGroupIngress"),
    ("aws", "CreateVpcEndpoint"),
    ("tidbcloud", "CreatePrivateEndpointConnection"),
    ("aws", "ModifyVpcEndpoint"),
]
DISCONNECT = [
    ("tidbcloud", "DeletePrivateEndpointConnection"),
    ("aws", "DeleteVpcEndpoints"),
    ("aws", "DeleteSecurityGroup"),
    ("aws", "DeleteSubnet"),
    ("aws", "DeleteVpc"),
]
# No retry hides a fault.
ONCE = {"aws_config": {"retries": {"max_attempts": 0}}, "wait_timeout": 30}


def connect(operator: Operator, **options: Any) -> Played:
    zone = {"availability_zone_ids": operator.zone_ids()[0], "vpc_cidr": "10.42.0.0/16"}
    return operator.play("connect", check=False, **zone, **options)


def broken(operator: Operator, playbook: str, api: str, call: str, kind: str = "reset") -> None:
    """A run that fails because of a fault at this call, proved from the sandbox's log."""
    often = {"value": 500} if kind == "status" else {}
    operator.sandbox.faults.add({"api": api, "call": call, "kind": kind, "times": 100, **often})
    run = connect(operator, **ONCE) if playbook == "connect" else operator.play(playbook, **ONCE)
    operator.sandbox.faults.clear()
    assert any(entry.fault == kind for entry in run.requests if entry.call == call), run.output
    assert run.status != 0, run.output


def test_connect_and_disconnect_write_what_the_tests_below_break(operator: Operator) -> None:
    for run, calls in ((connect(operator), CONNECT), (operator.play("disconnect"), DISCONNECT)):
        assert list(dict.fromkeys(run.writing_calls)) == [call for _api, call in calls], run.output


def test_runs_that_fail_at_one_step_after_the_other_lead_to_a_connection_and_back_to_nothing(
    operator: Operator,
) -> None:
    for api, call in CONNECT:
        broken(operator, "connect", api, call)
    run = connect(operator)
    assert (run.status, run.writing_calls[:1]) == (0, ["ModifyVpcEndpoint"]), run.output
    assert connect(operator).changed == 0
    for api, call in DISCONNECT:
        broken(operator, "disconnect", api, call, "status" if api == "tidbcloud" else "reset")
    assert operator.play("disconnect").status == 0
    assert remains(operator.facts) == []
    assert operator.play("disconnect").changed == 0


# What was handled although nobody heard of it is the harder case; TiDB Cloud is asked again at once, so that does not
# break a run there. The calls that make nothing of their own are in the test above.
@pytest.mark.parametrize(("api", "call"), [step for step in CONNECT if step[1].startswith("Create")])
def test_a_connection_that_was_never_finished_can_be_removed(operator: Operator, api: str, call: str) -> None:
    broken(operator, "connect", api, call, "lost" if api == "aws" else "status")
    assert remains(operator.facts) != []
    run = operator.play("disconnect")
    assert run.status == 0, run.output
    assert remains(operator.facts) == []
