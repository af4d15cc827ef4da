# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that fails at any step is finished by the next one, and a connection that was never finished can be removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.operator import Operator, PlaybookRun
from tests.support.remains import remains

# What connect and disconnect write, in order; subnets are made in one zone only.
CONNECT = [
    "CreateVpc",
    "ModifyVpcAttribute",
    "CreateSubnet",
    "CreateSecurityGroup",
    "RevokeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateVpcEndpoint",
    "CreatePrivateEndpointConnection",
    "ModifyVpcEndpoint",
]
DISCONNECT = [
    "DeletePrivateEndpointConnection",
    "DeleteVpcEndpoints",
    "DeleteSecurityGroup",
    "DeleteSubnet",
    "DeleteVpc",
]
# A playbook run takes seconds: connect fails only where it leaves something half made, disconnect wherever something is
# left. That a private endpoint survives a fault at any of its calls is proved without the role.
HALF_MADE = [
    "ModifyVpcAttribute",
    "RevokeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreatePrivateEndpointConnection",
]
LEFT = ["DeleteSecurityGroup", "DeleteSubnet", "DeleteVpc"]
# No retry hides a fault.
ONCE = {"aws_config": {"retries": {"max_attempts": 0}}, "wait_timeout": 30}


def connect(operator: Operator, **options: Any) -> PlaybookRun:
    zone = {"availability_zone_ids": operator.zone_ids()[0], "vpc_cidr": "10.42.0.0/16"}
    return operator.play("connect", check=False, **zone, **options)


def broken(operator: Operator, playbook: str, call: str, kind: str = "reset") -> PlaybookRun:
    """A run that fails because of a fault at this call, proved from the sandbox's log."""
    api = "tidbcloud" if call.endswith("PrivateEndpointConnection") else "aws"
    operator.sandbox.faults.add({"api": api, "call": call, "kind": kind, "times": 100})
    run = connect(operator, **ONCE) if playbook == "connect" else operator.play(playbook, **ONCE)
    operator.sandbox.faults.clear()
    assert any(entry.fault == kind for entry in run.requests if entry.call == call), run.output
    assert run.status != 0, run.output
    return run


def written(*runs: PlaybookRun) -> list[str]:
    return list(dict.fromkeys(call for run in runs for call in run.writing_calls))


@pytest.mark.exhaustive
def test_runs_that_fail_at_one_step_after_the_other_lead_to_a_connection_and_back_to_nothing(
    operator: Operator,
) -> None:
    runs = [broken(operator, "connect", call) for call in HALF_MADE]
    runs.append(connect(operator))
    assert (runs[-1].status, runs[-1].writing_calls[:1]) == (0, ["CreatePrivateEndpointConnection"]), runs[-1].output
    assert written(*runs) == CONNECT
    runs = [broken(operator, "disconnect", call) for call in LEFT]
    runs.append(operator.play("disconnect"))
    assert runs[-1].status == 0, runs[-1].output
    assert written(*runs) == DISCONNECT
    assert remains(operator.facts) == []


@pytest.mark.exhaustive
# What was handled although its answer was lost is the harder case.
@pytest.mark.parametrize("call", ["CreateVpc", "CreateSecurityGroup"])
def test_a_connection_that_was_never_finished_can_be_removed(operator: Operator, call: str) -> None:
    broken(operator, "connect", call, "lost")
    assert remains(operator.facts) != []
    run = operator.play("disconnect")
    assert run.status == 0, run.output
    assert remains(operator.facts) == []
