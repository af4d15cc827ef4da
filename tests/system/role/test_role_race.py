# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several control nodes run the role for one connection at the same time: one network, one private endpoint."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.operator import Operator
from tests.support.remains import ec2_client, remains

OWNERSHIP = {"tidbcloud:managed-by": "tidbcloud.privatelink"}


def options(operator: Operator) -> dict[str, Any]:
    return {"vpc_cidr": "10.42.0.0/16", "availability_zone_ids": operator.zone_ids()[:2], "check": False}


def kinds(operator: Operator) -> Counter[str]:
    """How many of each kind there are."""
    names = ("VPC", "subnet", "security group", "interface endpoint", "registration")
    return Counter(
        next(name for name in names if f" {name} " in line)
        for line in remains(operator.facts)
        if "network interface" not in line
    )


# Seconds until AWS lists what was made; the sandbox's clock runs faster than the one of the runs.
@pytest.mark.exhaustive
@pytest.mark.parametrize("lag", [0.0, 8.0])
def test_four_runs_at_once_make_one_network_and_one_private_endpoint(operator: Operator, lag: float) -> None:
    late = lag * operator.sandbox.clock.scale
    operator.sandbox.settings.change({"network_visible": late, "endpoint_visible": late})
    given = {"cluster_id": operator.cluster_id(), "wait_delay": 0.2, **options(operator)}
    variables = json.dumps({f"private_connection_{name}": value for name, value in given.items()})
    with ThreadPoolExecutor(4) as nodes:
        runs = list(nodes.map(lambda _node: operator.run("connect", "-e", variables), range(4)))
    for run in runs:
        assert run.status == 0, run.output
    wanted = {"VPC": 1, "subnet": 2, "security group": 1, "interface endpoint": 1, "registration": 1}
    assert kinds(operator) == wanted, remains(operator.facts)
    again = operator.play("connect", **options(operator))
    assert (again.status, again.changed, again.writing_calls) == (0, 0, []), again.output
    run = operator.play("disconnect")
    assert run.status == 0, run.output
    assert remains(operator.facts) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("is_there", [True, False])
def test_whatever_a_connect_and_a_disconnect_at_the_same_time_leave_the_next_run_of_either_finds(
    operator: Operator, is_there: bool
) -> None:
    """Nothing of a network is claimed by the run that removes it: what is made beside it carries all tags."""
    if is_there:
        assert operator.play("connect", **options(operator)).status == 0
    given = {"cluster_id": operator.cluster_id(), "wait_delay": 0.2, **options(operator)}
    variables = json.dumps({f"private_connection_{name}": value for name, value in given.items()})
    playbooks = ("connect", "disconnect", "connect", "disconnect")
    with ThreadPoolExecutor(len(playbooks)) as nodes:
        runs = list(nodes.map(lambda playbook: operator.run(playbook, "-e", variables), playbooks))
    for run in runs:
        assert "Traceback" not in run.output
        assert "a defect of tidbcloud.privatelink" not in run.output
    found = kinds(operator)
    assert found["interface endpoint"] <= 1, found
    assert found["registration"] <= found["interface endpoint"], found
    assert operator.play("connect", **options(operator)).status == 0
    assert kinds(operator)["VPC"] == 1
    run = operator.play("disconnect")
    assert run.status == 0, run.output
    assert remains(operator.facts) == []


@pytest.mark.exhaustive
def test_several_networks_that_were_made_before_there_were_claims_are_all_removed(operator: Operator) -> None:
    """As four runs of an older version left them: each with a private endpoint of its own."""
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    group = next(iter(operator.facts["clusters"]["main"]["node_groups"].values()))
    cluster_id = operator.cluster_id()
    owned = {**OWNERSHIP, "tidbcloud:cluster-id": cluster_id, "tidbcloud:node-group-id": group["node_group_id"]}
    tags = [{"Key": key, "Value": value} for key, value in {**owned, "Name": f"tidbcloud-{cluster_id}"}.items()]

    def tagged(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": tags}]

    for _run in range(2):
        vpc_id = ec2.create_vpc(CidrBlock="10.42.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(
            VpcId=vpc_id,
            CidrBlock="10.42.0.0/24",
            AvailabilityZoneId=operator.zone_ids()[0],
            TagSpecifications=tagged("subnet"),
        )
        ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=vpc_id,
            ServiceName=group["service_name"],
            SubnetIds=[subnet["Subnet"]["SubnetId"]],
            PrivateDnsEnabled=False,
            TagSpecifications=tagged("vpc-endpoint"),
        )
    run = operator.play("disconnect")
    assert run.status == 0, run.output
    assert remains(operator.facts) == [], run.output


@pytest.mark.exhaustive
def test_a_vpc_of_a_run_that_was_stopped_is_removed_by_the_next(operator: Operator) -> None:
    one_zone = {**options(operator), "availability_zone_ids": operator.zone_ids()[0]}
    assert operator.play("connect", **one_zone).status == 0
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in vpc["Tags"]]
    stopped = ec2.create_vpc(CidrBlock="10.42.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
    run = operator.play("connect", **one_zone)
    assert (run.status, run.writing_calls) == (0, ["DeleteVpc"]), run.output
    assert [left["VpcId"] for left in ec2.describe_vpcs()["Vpcs"]] == [vpc["VpcId"]] != [stopped["Vpc"]["VpcId"]]
