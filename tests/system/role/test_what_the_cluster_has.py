# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint that the module made without a name is found by check and disconnect, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.operator import Operator
from tests.support.remains import ec2_client

FIRST_EXAMPLE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - tidbcloud.privatelink.private_endpoint:
        cluster_id: "{{ private_connection_cluster_id }}"
        vpc_id: "{{ vpc_id }}"
        subnet_ids: "{{ subnet_ids }}"
        security_group_ids: "{{ security_group_ids }}"
        wait_delay: 0.2
"""


class Site:
    """VPCs, and the first example of the README that connects them."""

    def __init__(self, operator: Operator, home: Path) -> None:
        self.operator = operator
        self.ec2 = ec2_client(operator.facts, "main", "us-east-1")
        self.playbook = home / "first.yml"
        self.playbook.write_text(FIRST_EXAMPLE, encoding="utf-8")

    def network(self, cidr: str) -> dict[str, Any]:
        vpc_id = self.ec2.create_vpc(CidrBlock=f"{cidr}/16")["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        zone_id = self.operator.zone_ids()[0]
        subnet = self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"{cidr}/24", AvailabilityZoneId=zone_id)["Subnet"]
        group_id = self.ec2.create_security_group(VpcId=vpc_id, GroupName="own", Description="own")["GroupId"]
        return {"vpc_id": vpc_id, "subnet_ids": [subnet["SubnetId"]], "security_group_ids": [group_id]}

    def connect(self, network: dict[str, Any]) -> str:
        """The id of the private endpoint that the example made there."""
        before = {one.vpc_endpoint_id for one in self.operator.sandbox.aws.endpoints()}
        run = self.operator.play(str(self.playbook), "-e", json.dumps(network))
        assert run.status == 0, run.output
        (made,) = {one.vpc_endpoint_id for one in self.operator.sandbox.aws.endpoints()} - before
        return made

    def living(self) -> set[str]:
        return {one.vpc_endpoint_id for one in self.operator.sandbox.aws.endpoints() if one.is_live}


@pytest.fixture
def site(operator: Operator, tmp_path: Path) -> Site:
    return Site(operator, tmp_path)


@pytest.mark.exhaustive
def test_the_only_one_is_checked_and_removed(site: Site) -> None:
    made = site.connect(site.network("10.7.0.0"))
    run = site.operator.play("check", **site.operator.check_options())
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
    assert "logged in as" in run.output
    planned = site.operator.play("disconnect", "--check")
    assert (planned.status, planned.writing_calls, site.living()) == (0, [], {made}), planned.output
    assert "delete_vpc_endpoint: interface endpoint in vpc-" in planned.output
    run = site.operator.play("disconnect")
    assert (run.status, site.living()) == (0, set()), run.output
    again = site.operator.play("disconnect")
    assert (again.status, again.changed) == (0, 0), again.output


@pytest.mark.exhaustive
def test_of_several_none_is_touched_and_all_are_listed(site: Site) -> None:
    ids = [site.connect(site.network(cidr)) for cidr in ("10.7.0.0", "10.8.0.0")]
    for playbook in ("check", "disconnect"):
        run = site.operator.play(playbook)
        assert (run.status != 0, run.writing_calls, site.living()) == (True, [], set(ids)), run.output
        assert all(one in run.output for one in ids)


@pytest.mark.exhaustive
def test_what_was_made_by_hand_is_checked_but_not_removed(site: Site) -> None:
    made = site.connect(site.network("10.7.0.0"))
    keys = ("tidbcloud:managed-by", "tidbcloud:cluster-id", "tidbcloud:node-group-id")
    site.ec2.delete_tags(Resources=[made], Tags=[{"Key": key} for key in keys])
    assert site.operator.play("check", **site.operator.check_options()).status == 0
    run = site.operator.play("disconnect")
    assert (run.status != 0, run.writing_calls, site.living()) == (True, [], {made}), run.output
    assert f"{made} (without a name" in run.output


@pytest.mark.exhaustive
def test_a_vpc_without_one_names_the_others_and_one_that_does_not_exist_is_an_error(site: Site) -> None:
    made, empty = site.connect(site.network("10.7.0.0")), site.network("10.8.0.0")
    run = site.operator.play("disconnect", vpc_id=empty["vpc_id"])
    assert (run.status, run.changed, site.living()) == (0, 0, {made}), run.output
    assert made in run.output
    run = site.operator.play("disconnect", vpc_id="vpc-00000000000000001")
    assert (run.status != 0, site.living()) == (True, {made}), run.output
    assert "There is no VPC vpc-00000000000000001" in run.output


@pytest.mark.exhaustive
def test_a_connection_with_all_tags_comes_first_and_its_end_leaves_the_others(site: Site) -> None:
    other = site.connect(site.network("10.7.0.0"))
    own = {"vpc_cidr": "10.42.0.0/16", "availability_zone_ids": site.operator.zone_ids()[0], "check": False}
    assert site.operator.play("connect", **own).status == 0
    assert len(site.living()) == 2
    run = site.operator.play("disconnect")
    assert (run.status, site.living()) == (0, {other}), run.output
