# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was made by hand is exported by the playbook "status" and taken over by the module private_endpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.operator import Operator
from tests.support.remains import ec2_client

ADOPT = """
- hosts: localhost
  gather_facts: false
  vars_files: [{file}]
  tasks:
    - tidbcloud.privatelink.private_endpoints:
        endpoints: "{{{{ endpoints }}}}"
        wait_delay: 0.2
"""


@pytest.fixture
def made_by_hand(operator: Operator) -> list[str]:
    """Two interface endpoints that nobody registered, in a VPC each, as the console makes them."""
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    group = next(iter(operator.facts["clusters"]["main"]["node_groups"].values()))
    zone = ec2.describe_availability_zones(Filters=[{"Name": "zone-id", "Values": [operator.zone_ids()[0]]}])
    made = []
    for number in (1, 2):
        vpc = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/24")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        name = zone["AvailabilityZones"][0]["ZoneName"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.0.0/28", AvailabilityZone=name)
        endpoint = ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=vpc,
            ServiceName=group["service_name"],
            SubnetIds=[subnet["Subnet"]["SubnetId"]],
            PrivateDnsEnabled=False,
        )
        made.append(endpoint["VpcEndpoint"]["VpcEndpointId"])
    return made


@pytest.mark.exhaustive
def test_what_was_made_by_hand_is_exported_and_adopted(
    operator: Operator, made_by_hand: list[str], tmp_path: Path
) -> None:
    exported = tmp_path / "fleet.yml"
    run = operator.play("status", export_file=str(exported))
    assert (run.status, run.changed, run.writing_calls) == (0, 1, []), run.output
    listed: dict[str, list[dict[str, Any]]] = yaml.safe_load(exported.read_text(encoding="utf-8"))
    assert sorted(item["vpc_endpoint_id"] for item in listed["endpoints"]) == sorted(made_by_hand)
    assert exported.stat().st_mode & 0o777 == 0o600
    playbook = tmp_path / "adopt.yml"
    playbook.write_text(ADOPT.format(file=exported), encoding="utf-8")
    run = operator.run(str(playbook))
    assert (run.status, run.changed) == (0, 1), run.output
    assert {one.state for one in operator.sandbox.aws.endpoints()} == {"available"}
    assert len(operator.sandbox.aws.endpoints()) == len(made_by_hand)
    run = operator.run(str(playbook))
    assert (run.status, run.changed) == (0, 0), run.output
    run = operator.play("status", export_file=str(exported))
    assert "active" in run.output
    run = operator.play("status", export_file=str(exported))
    assert (run.status, run.changed) == (0, 0), run.output


def test_where_nothing_is_the_export_is_an_empty_list(operator: Operator, tmp_path: Path) -> None:
    exported = tmp_path / "fleet.yml"
    assert operator.play("status", export_file=str(exported)).status == 0
    assert yaml.safe_load(exported.read_text(encoding="utf-8")) == {"endpoints": []}
