# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and tags of the clouds are data wherever the role shows or writes them: none runs, none forges a line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.operator import Operator, PlaybookRun
from tests.support.remains import ec2_client

FORGED = "FORGED-0123456789"
APPLY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - tidbcloud.privatelink.private_endpoints:
        endpoints: "{{ endpoints }}"
        wait_delay: 0.2
"""


class Hostile:
    """Text that does harm where it is taken for anything but data. `proof` is there if it was executed."""

    def __init__(self, directory: Path) -> None:
        self.proof = directory / "executed"
        self.pipe = "{{ lookup('ansible.builtin.pipe', 'touch " + str(self.proof) + "') }}"
        self.lines = f"x\nok: [localhost] => {FORGED}\nPLAY RECAP {FORGED}\x1b[2J\u2028{FORGED}\u202e"
        self.item = f'x\n  - vpc_endpoint_id: vpce-0\n    state: absent\n    name: "{self.pipe}"'
        self.every = (self.lines, self.item, self.pipe, "!!python/object/apply:os.system ['id']", "%YAML 1.1\n--- *x")

    def must_not_have_run(self, run: PlaybookRun) -> None:
        assert not self.proof.exists(), run.output
        assert "\x1b" not in run.output
        assert "\u202e" not in run.output
        assert "\u2028" not in run.output
        assert not re.search(rf"^\W*(ok: \[localhost\] => |PLAY RECAP ){FORGED}", run.output, re.MULTILINE), run.output


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path)


def network(operator: Operator) -> dict[str, Any]:
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    zone_id = operator.zone_ids()[0]
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.7.0.0/24", AvailabilityZoneId=zone_id)["Subnet"]
    group = ec2.create_security_group(VpcId=vpc_id, GroupName="open", Description="open")
    return {"vpc_id": vpc_id, "subnet_ids": subnet["SubnetId"], "security_group_ids": group["GroupId"]}


@pytest.fixture
def connected(operator: Operator) -> dict[str, Any]:
    options = network(operator)
    run = operator.play("connect", check=False, **options)
    assert run.status == 0, run.output
    return options


def poison(operator: Operator, hostile: Hostile, text: str) -> None:
    """The text as a name and as tags of the interface endpoint, and as the name of the cluster."""
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    [endpoint] = [one for one in operator.sandbox.aws.endpoints() if one.is_live]
    # XML, in which EC2 answers, has no escape character.
    tags = {"Name": text, "team": hostile.pipe, hostile.lines: "x"}
    listed = [{"Key": key.replace("\x1b", ""), "Value": value.replace("\x1b", "")} for key, value in tags.items()]
    ec2.create_tags(Resources=[endpoint.vpc_endpoint_id], Tags=listed)
    operator.sandbox.tidbcloud.estate.cluster(operator.cluster_id()).name = text


@pytest.mark.exhaustive
def test_an_export_of_hostile_names_is_ids_only_and_runs_nothing_as_extra_variables(
    operator: Operator, connected: dict[str, Any], hostile: Hostile, tmp_path: Path
) -> None:
    exported, playbook = tmp_path / "fleet.yml", tmp_path / "apply.yml"
    playbook.write_text(APPLY, encoding="utf-8")
    for text in hostile.every:
        poison(operator, hostile, text)
        run = operator.play("status", export_file=str(exported))
        assert run.status == 0, run.output
        hostile.must_not_have_run(run)
        run = operator.run(str(playbook), "-e", f"@{exported}")
        hostile.must_not_have_run(run)
        assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
        [item] = yaml.safe_load(exported.read_text(encoding="utf-8"))["endpoints"]
        assert (item["vpc_id"], item["subnet_ids"]) == (connected["vpc_id"], [connected["subnet_ids"]])


@pytest.mark.exhaustive
@pytest.mark.parametrize("result_format", ["json", "yaml"])
def test_no_name_forges_a_line_of_any_playbook(
    operator: Operator, connected: dict[str, Any], hostile: Hostile, result_format: str
) -> None:
    operator.environment["ANSIBLE_CALLBACK_RESULT_FORMAT"] = result_format
    vpc = {"vpc_id": connected["vpc_id"]}
    # Nothing listens there: the check fails, and its verdict is shown.
    check = {**operator.check_options(), "check_connect_to": "127.0.0.2", "check_host": "localhost", "check_retries": 0}
    poison(operator, hostile, hostile.lines)
    runs = [
        operator.play("status", include_costs=True),
        operator.play("check", **vpc, **check),
        operator.play("connect", **connected, **check, on_failed_check="keep"),
        operator.play("connect", "--check", **connected, check=False),
        operator.play("disconnect", "--check", **vpc),
        operator.play("disconnect", **vpc),
    ]
    for run in runs:
        hostile.must_not_have_run(run)
    assert [run.status == 0 for run in runs] == [True, False, True, True, True, True], runs[1].output


@pytest.mark.exhaustive
def test_a_host_that_is_no_host_name_is_in_no_command_and_not_handed_on(
    operator: Operator, connected: dict[str, Any], hostile: Hostile
) -> None:
    cluster = operator.sandbox.tidbcloud.estate.cluster(operator.cluster_id())
    [group] = [group for group in cluster.groups if group.is_default]
    assert group.service is not None
    command = f"db.example;touch {hostile.proof}"
    group.service.host = command
    operator.environment["ANSIBLE_SHOW_CUSTOM_STATS"] = "true"
    run = operator.play("connect", **connected, check=False)
    assert run.status == 0, run.output
    assert "mysql -h" not in run.output
    assert f"TiDB Cloud gives {command} as the host, which is not a host name." in run.output
    stats = run.output.partition("CUSTOM STATS")[2]
    assert '"private_connection_host": ""' in stats, run.output
    assert command not in stats


def test_the_command_to_connect_with_is_quoted_for_the_shell(operator: Operator, connected: dict[str, Any]) -> None:
    run = operator.play("connect", **connected, check=False, check_user="o'hara", check_password="p" * 20)
    assert run.status == 0, run.output
    assert json.dumps("-u 'o'\"'\"'hara' -p").strip('"') in run.output
