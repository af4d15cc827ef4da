# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check that fails is explained, and a change that broke the connection is undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws.endpoints import Endpoint
from tests.support.operator import Operator, PlaybookRun
from tests.support.remains import ec2_client

# A check host that Ansible reaches and that has no interpreter.
CHECK_HOST = "broken"

RESCUE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - block:
        - ansible.builtin.import_role:
            name: tidbcloud.privatelink.private_connection
      rescue:
        - ansible.builtin.copy:
            content: "{{{{ private_connection_result | to_json }}}}"
            dest: {file}
            mode: "0600"
"""


@dataclass
class Site:
    """A VPC with a client in it and two security groups; the database is open while `is_open` holds."""

    operator: Operator
    ec2: Any
    port: int
    network: dict[str, Any]
    admitting_id: str
    blocking_id: str
    client_id: str
    client_group_id: str

    def connect(self, *arguments: str, **options: Any) -> PlaybookRun:
        return self.operator.play("connect", *arguments, **{**self.network, **self.operator.check_options(), **options})

    def check(self, **options: Any) -> PlaybookRun:
        vpc = {"vpc_id": self.network["vpc_id"], "check_source_network_interface_id": self.client_id}
        return self.operator.play("check", **{**vpc, **self.operator.check_options(), **options})

    def revert(self, *arguments: str, **options: Any) -> PlaybookRun:
        return self.connect(*arguments, on_failed_check="revert", **options)

    def endpoint(self) -> Endpoint:
        [endpoint] = [one for one in self.operator.sandbox.aws.endpoints() if one.is_live]
        return endpoint

    def open_while(self, holds: Callable[[], bool]) -> None:
        self.operator.sandbox.database.is_open = lambda _host: holds()

    def admits(self) -> bool:
        return self.admitting_id in self.endpoint().security_group_ids


@pytest.fixture
def site(operator: Operator) -> Iterator[Site]:
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet_ids = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZoneId=operator.zone_ids()[0])["Subnet"]["SubnetId"]
        for cidr in ("10.7.1.0/24", "10.7.2.0/24")
    ]
    admitting_id, blocking_id, client_group_id = (
        ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
        for name in ("admitting", "blocking", "client")
    )
    port = operator.facts["clusters"]["main"]["port"]
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.7.2.0/24"}]}
    ec2.authorize_security_group_ingress(GroupId=admitting_id, IpPermissions=[rule])
    client = ec2.create_network_interface(SubnetId=subnet_ids[1], Groups=[client_group_id])["NetworkInterface"]
    client_id = client["NetworkInterfaceId"]
    network = {"vpc_id": vpc_id, "subnet_ids": subnet_ids[0], "check_source_network_interface_id": client_id}
    is_open = operator.sandbox.database.is_open
    site = Site(operator, ec2, port, network, admitting_id, blocking_id, client_id, client_group_id)
    site.open_while(site.admits)
    yield site
    operator.sandbox.database.is_open = is_open


@pytest.fixture
def connected(site: Site) -> Site:
    run = site.connect(security_group_ids=site.admitting_id, check=False)
    assert run.status == 0, run.output
    return site


@pytest.mark.exhaustive
def test_the_verdict_names_the_object_that_blocks_and_the_command_that_fixes_it(site: Site) -> None:
    why = f"Why: No rule of {site.blocking_id} admits TCP {site.port} from the source."
    change = (
        f"What to change: Add to {site.blocking_id} an inbound rule for TCP {site.port} from {site.client_group_id}: "
        f"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id {site.blocking_id} --ip-permissions "
    )
    run = site.connect(security_group_ids=site.blocking_id)
    assert (run.status != 0, site.endpoint().state) == (True, "available"), run.output
    assert "What fails, from localhost: " in run.output
    assert "The problem is closed in stage tls." in run.output
    assert (why in run.output, change in run.output) == (True, True), run.output
    run = site.connect(security_group_ids=site.blocking_id, on_failed_check="keep")
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
    assert "WARNING: clients cannot connect from localhost." in run.output
    assert (why in run.output, change in run.output) == (True, True), run.output
    run = site.check()
    assert (run.status != 0, run.changed, run.writing_calls) == (True, 0, []), run.output
    assert (why in run.output, change in run.output) == (True, True), run.output


@pytest.mark.exhaustive
def test_the_verdict_says_where_aws_is_not_the_reason_and_what_it_could_not_know(connected: Site) -> None:
    connected.open_while(lambda: False)
    run = connected.check()
    assert f"Why: nothing in AWS's configuration, which lets connections pass from {connected.client_id}" in run.output
    assert "Likely: The cluster is overloaded" in run.output
    assert "The private endpoint is not active" not in run.output
    free = {"check_source_network_interface_id": "", "check_source_address": "10.7.2.200"}
    run = connected.check(**free)
    assert "Why: nothing in AWS's configuration blocks for certain." in run.output
    assert "Not known: " in run.output
    assert "10.7.2.200" in run.output


@pytest.mark.exhaustive
def test_a_wrong_password_is_not_looked_for_in_aws(connected: Site) -> None:
    run = connected.check(check_password="wrong-password-0000")
    assert run.status != 0
    assert "The problem is access_denied in stage login." in run.output
    assert "Why: it is not the way there, and so not AWS's configuration." in run.output
    assert "Likely: The user name or the password is wrong" in run.output
    assert "DescribeNetworkAcls" not in {entry.call for entry in run.requests}


@pytest.mark.exhaustive
def test_a_check_host_that_is_nowhere_in_the_vpc_is_named_with_the_ways_to_say_where_it_is(connected: Site) -> None:
    connected.open_while(lambda: False)
    run = connected.check(check_source_network_interface_id="")
    assert f"{connected.network['vpc_id']} has no network interface with an IPv4 address of localhost" in run.output
    assert "private_connection_check_source_instance_id" in run.output
    assert "Likely: " in run.output


@pytest.mark.exhaustive
def test_a_diagnosis_that_fails_does_not_hide_what_the_check_found(connected: Site) -> None:
    connected.open_while(lambda: False)
    connected.operator.sandbox.faults.add({"api": "aws", "call": "DescribeRouteTables", "kind": "reset", "times": 100})
    run = connected.check(aws_config={"retries": {"max_attempts": 0}})
    assert any(entry.fault for entry in run.requests)
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "The problem is closed in stage tls." in run.output
    assert "Looking for the reason failed: " in run.output
    assert "Likely: The cluster is overloaded" in run.output
    assert "The private endpoint is not active" not in run.output


@pytest.mark.exhaustive
def test_verify_changes_nothing_not_even_what_its_options_ask_for(connected: Site) -> None:
    run = connected.check(private_dns_enabled=False)
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
    assert "logged in as" in run.output


@pytest.mark.exhaustive
def test_what_broke_the_connection_is_undone_and_an_unchanged_run_is_checked_once(connected: Site) -> None:
    run = connected.revert(security_group_ids=connected.blocking_id)
    assert run.status != 0, run.output
    assert connected.endpoint().security_group_ids == [connected.admitting_id]
    assert f"Undone: add_security_groups ({connected.blocking_id})" in run.output
    assert "seconds at most, from the start of the change" in run.output
    run = connected.revert(security_group_ids=connected.admitting_id)
    assert (run.status, run.changed, run.exchanges) == (0, 0, 3), run.output
    once = [entry.call for entry in run.requests if entry.api == "database"]
    run = connected.connect(security_group_ids=connected.admitting_id)
    assert once == [entry.call for entry in run.requests if entry.api == "database"]


@pytest.mark.exhaustive
def test_a_rescue_finds_in_the_result_what_was_undone_and_why(connected: Site, tmp_path: Path) -> None:
    playbook, written = tmp_path / "change.yml", tmp_path / "result.json"
    playbook.write_text(RESCUE.format(file=written), encoding="utf-8")
    connected.network["security_group_ids"] = connected.blocking_id
    options = {**connected.network, **connected.operator.check_options()}
    run = connected.operator.play(str(playbook), on_failed_check="revert", **options)
    assert run.status == 0, run.output
    result = json.loads(written.read_text(encoding="utf-8"))
    assert result["security_group_ids"] == [connected.admitting_id]
    assert (result["check"]["host"], result["check"]["reachable"]) == ("localhost", False)
    assert f"Why: No rule of {connected.blocking_id} admits" in "\n".join(result["check"]["verdict"])
    reverted = result["reverted"]
    assert (reverted["complete"], reverted["reachable"]) == (True, True)
    assert 0 < reverted["down_seconds"] < 120
    done, undone = ([step["name"] for step in reverted[key]] for key in ("undone", "steps"))
    assert done == undone == ["add_security_groups", "remove_security_groups"]


@pytest.mark.exhaustive
def test_check_mode_says_what_would_be_verified_and_undone(connected: Site) -> None:
    run = connected.revert("--check", security_group_ids=connected.blocking_id)
    assert (run.status, run.writing_calls) == (0, []), run.output
    assert "Clients would be checked from localhost before and after." in run.output
    assert "add_security_groups, remove_security_groups" in run.output
    assert [entry for entry in run.requests if entry.api == "database"] == []


@pytest.mark.exhaustive
def test_what_did_not_work_before_is_not_undone(connected: Site) -> None:
    connected.open_while(lambda: False)
    run = connected.revert(security_group_ids=connected.blocking_id)
    assert run.status != 0, run.output
    assert connected.endpoint().security_group_ids == [connected.blocking_id]
    assert "Not undone: clients could not connect before the change either." in run.output


@pytest.mark.exhaustive
def test_a_change_that_fixes_the_connection_succeeds(connected: Site) -> None:
    connected.open_while(lambda: not connected.admits())
    run = connected.revert(security_group_ids=connected.blocking_id)
    assert (run.status, connected.endpoint().security_group_ids) == (0, [connected.blocking_id]), run.output


@pytest.mark.exhaustive
def test_what_cannot_be_undone_is_left_to_do(connected: Site) -> None:
    def breaks_for_good() -> bool:
        if not connected.admits():
            connected.operator.sandbox.faults.add(
                {"api": "aws", "call": "ModifyVpcEndpoint", "kind": "reset", "times": 100}
            )
        return connected.admits()

    connected.open_while(breaks_for_good)
    aws_config = {"retries": {"max_attempts": 0}}
    run = connected.revert(security_group_ids=connected.blocking_id, aws_config=aws_config)
    assert run.status != 0, run.output
    assert connected.endpoint().security_group_ids == [connected.blocking_id]
    assert (
        "was to be undone, since clients could connect before it and could not after it, but that failed:" in run.output
    )
    assert f"the security groups {connected.admitting_id}, private DNS on" in run.output


@pytest.mark.exhaustive
def test_what_still_fails_after_it_was_undone_is_said(connected: Site) -> None:
    broken = []

    def never_again() -> bool:
        broken.extend([] if connected.admits() else [True])
        return not broken

    connected.open_while(never_again)
    run = connected.revert(security_group_ids=connected.blocking_id)
    assert run.status != 0, run.output
    assert connected.endpoint().security_group_ids == [connected.admitting_id]
    assert "before it and could not after it, but they still cannot: " in run.output
    assert "seconds at most" not in run.output


@pytest.mark.exhaustive
def test_a_new_private_endpoint_is_not_undone(site: Site) -> None:
    run = site.revert(security_group_ids=site.blocking_id)
    assert run.status != 0, run.output
    assert site.endpoint().state == "available"
    assert "Not undone: create_vpc_endpoint, register_endpoint, enable_private_dns." in run.output


@pytest.mark.exhaustive
def test_without_a_check_that_runs_nothing_is_changed(connected: Site, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.json"
    host = {"ansible_connection": "local", "ansible_python_interpreter": "/nonexistent/python"}
    inventory.write_text(json.dumps({"all": {"hosts": {CHECK_HOST: host}}}), encoding="utf-8")
    swap = {"security_group_ids": connected.blocking_id, "check_host": CHECK_HOST}
    run = connected.revert("-i", str(inventory), **swap)
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "The private endpoint was not changed" in run.output


@pytest.mark.parametrize("option", ["check", "wait"])
def test_revert_needs_the_check_and_the_waiting(site: Site, option: str) -> None:
    run = site.revert(security_group_ids=site.admitting_id, **{option: False})
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "leave private_connection_check and private_connection_wait on" in run.output


@pytest.mark.exhaustive
def test_subnets_that_the_role_made_leave_again_and_its_own_rules_stay(operator: Operator) -> None:
    zones = operator.zone_ids()
    made = {"vpc_cidr": "10.42.0.0/16", **operator.check_options()}
    changed = {**made, "availability_zone_ids": zones[:2], "client_cidrs": "10.42.0.0/17"}
    assert operator.play("connect", availability_zone_ids=zones[0], **made, check=False).status == 0
    run = operator.play("connect", "--check", **changed, on_failed_check="revert")
    assert "this would be undone, and the run would fail: the change of subnets" in run.output
    [endpoint] = operator.sandbox.aws.endpoints()
    [subnet_id] = endpoint.subnet_ids
    database = operator.sandbox.database
    is_open, database.is_open = database.is_open, lambda _host: len(endpoint.subnet_ids) == 1
    try:
        run = operator.play("connect", **changed, on_failed_check="revert")
    finally:
        database.is_open = is_open
    assert run.status != 0, run.output
    assert endpoint.subnet_ids == [subnet_id]
    assert "Undone: add_subnets" in run.output
    assert f"Not undone: this run made or changed security group {endpoint.security_group_ids[0]}." in run.output
