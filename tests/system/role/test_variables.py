# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as people mistype them, and as surveys hand them over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.operator import Operator
from tests.support.remains import ec2_client, remains

SPECS = Path(__file__).resolve().parents[3] / "roles/private_connection/meta/argument_specs.yml"
VPC_RANGE = "10.42.0.0/16"
PREFIX_LIST = "pl-0123456789abcdef0"
PLAYBOOKS = {"connect": "connect", "disconnect": "disconnect", "check": "verify", "status": "status"}


def one_zone(operator: Operator) -> dict[str, Any]:
    return {"vpc_cidr": VPC_RANGE, "availability_zone_ids": operator.zone_ids()[0], "check": False}


def left_empty(playbook: str) -> dict[str, str]:
    """Every question of a survey about this playbook, without an answer."""
    options = yaml.safe_load(SPECS.read_text())["argument_specs"][PLAYBOOKS[playbook]]["options"]
    return {name.removeprefix("private_connection_"): "" for name in options}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_misspelt_variable_ends_the_run_before_anything_is_asked(operator: Operator, playbook: str) -> None:
    run = operator.play(playbook, vpc_cidr=VPC_RANGE, client_cidr="10.0.0.0/8")
    assert run.status != 0
    assert "has no variable private_connection_client_cidr. Did you mean private_connection_client_cidrs?" in run.output
    assert run.requests == ()


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_refuses_the_state_of_another(operator: Operator, playbook: str) -> None:
    state = "present" if playbook == "disconnect" else "absent"
    run = operator.play(playbook, **one_zone(operator), state=state)
    assert run.status != 0
    assert f"private_connection_state='{state}' was given" in run.output
    assert run.requests == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "reached", ["__private_connection_fixed_state", "__private_connection_state", "__private_connection_given"]
)
@pytest.mark.parametrize("playbook", ["connect", "disconnect"])
def test_no_extra_variable_turns_a_playbook_into_the_other(operator: Operator, playbook: str, reached: str) -> None:
    """Extra variables beat every variable of the role: the state that a playbook is there for is none."""
    state = "present" if playbook == "disconnect" else "absent"
    given = {"state": state, "cluster_id": operator.cluster_id(), "vpc_cidr": VPC_RANGE, "check": False}
    value = given if reached.endswith("given") else state
    run = operator.play(playbook, "-e", json.dumps({reached: value}), **one_zone(operator))
    assert run.status != 0
    assert "extra variables set what is the role's own" in run.output
    assert run.requests == ()


@pytest.mark.exhaustive
def test_a_life_whose_other_questions_are_left_empty(operator: Operator) -> None:
    """What an earlier job hands on is among the extra variables, too, and IDs are pasted with a blank behind."""
    handed_on = {"host": "db.example.com", "port": 4000}
    checked = {**one_zone(operator), "check": "", **operator.check_options()}
    answers = {"cluster_id": f"{operator.cluster_id()} ", **checked, **handed_on}
    run = operator.play("connect", **{**left_empty("connect"), **answers})
    assert run.status == 0, run.output
    run = operator.play("connect", **{**left_empty("connect"), **answers})
    assert (run.status, run.changed) == (0, 0), run.output
    assert "logged in as" in run.output
    run = operator.play(
        "check", **{**left_empty("check"), "cluster_id": operator.cluster_id(), **operator.check_options()}
    )
    assert run.status == 0, run.output
    assert "logged in as" in run.output
    run = operator.play("status", **{**left_empty("status"), "cluster_ids": f" {operator.cluster_id()} "})
    assert run.status == 0, run.output
    run = operator.play("disconnect", **{**left_empty("disconnect"), "cluster_id": f"{operator.cluster_id()} "})
    assert run.status == 0, run.output
    assert remains(operator.facts) == []


@pytest.mark.parametrize("mode", [[], ["--check"]])
def test_ranges_that_aws_would_refuse_are_refused_before_the_first_call(operator: Operator, mode: list[str]) -> None:
    wrong = {"client_cidrs": "10.1.2.3,10.0.0.0/33", "subnet_cidrs": "10.43.0.0/24"}
    run = operator.play("connect", *mode, **{**one_zone(operator), **wrong})
    assert run.status != 0
    for problem in (
        "'10.1.2.3' has no prefix length",
        "10.0.0.0/33 has no valid prefix length",
        "10.43.0.0/24 is not in the",
    ):
        assert problem in run.output
    assert run.requests == ()


@pytest.mark.exhaustive
def test_a_prefix_list_may_connect(operator: Operator) -> None:
    clients = {"client_cidrs": ["10.0.0.0/8", PREFIX_LIST], "tags": json.dumps({"team": "data", "unset": None})}
    run = operator.play("connect", **one_zone(operator), **clients)
    assert run.status == 0, run.output
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    [group] = [one for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] != "default"]
    [rule] = group["IpPermissions"]
    assert [one["PrefixListId"] for one in rule["PrefixListIds"]] == [PREFIX_LIST]
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert (tags["team"], "unset" in tags) == ("data", False)
    run = operator.play("connect", **one_zone(operator), **clients)
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
    run = operator.play("disconnect")
    assert run.status == 0, run.output
