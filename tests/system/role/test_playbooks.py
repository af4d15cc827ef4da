# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as users, CI and AWX run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ansible_runner
import pytest

from tests.policies.documents import differing, documents, path_of
from tests.policies.jobs import grants_of, grants_of_role
from tests.support.customer import Customer
from tests.support.operator import Operator
from tests.support.remains import ec2_client, remains
from tests.support.sampling import sampled

VPC_RANGE = "10.42.0.0/16"
# Of a connect that has nothing to do: a person reads them.
MOST_LINES = 40


@pytest.fixture
def one_zone(operator: Operator) -> dict[str, Any]:
    """A network with one subnet, which is made faster."""
    return {"vpc_cidr": VPC_RANGE, "availability_zone_ids": operator.zone_ids()[0], **operator.check_options()}


@pytest.mark.exhaustive
def test_nothing_that_connect_prints_is_a_secret(operator: Operator, one_zone: dict[str, Any]) -> None:
    run = operator.play("connect", "-vvv", **one_zone)
    assert run.status == 0, run.output
    assert "logged in as" in run.output
    account = operator.facts["aws"]["accounts"]["main"]
    for secret in (
        operator.facts["tidbcloud"]["private_key"],
        account["secret_key"],
        operator.facts["database"]["password"],
    ):
        assert secret not in run.output


@pytest.mark.exhaustive
def test_tags_that_only_aws_sets_are_ignored_for_the_network_and_the_endpoint(
    operator: Operator, one_zone: dict[str, Any]
) -> None:
    tagged = {**one_zone, "check": False, "tags": {"aws:created": "x", "team": "data"}}
    run = operator.play("connect", **tagged)
    assert run.status == 0, run.output
    assert "Ignored in tags: aws:created" in " ".join(run.output.split())
    again = operator.play("connect", **tagged)
    assert again.status == 0, again.output
    assert "changed=0" in again.output


@pytest.mark.exhaustive
def test_status_shows_a_table_and_fails_on_what_fail_on_names(operator: Operator, one_zone: dict[str, Any]) -> None:
    assert operator.play("connect", **one_zone).status == 0
    run = operator.play("status", fail_on="failed,leftover")
    assert run.status == 0, run.output
    rows = [line for line in run.output.splitlines() if "vpce-" in line or "STATUS" in line]
    assert len({line.index(word) for line, word in zip(rows, ("PRIVATE ENDPOINT", "vpce-"), strict=True)}) == 1
    (vpce,) = [one.vpc_endpoint_id for one in operator.sandbox.aws.endpoints()]
    operator.sandbox.aws.reject(vpce)
    run = operator.play("status", fail_on=["failed", "leftover"])
    assert run.status != 0
    assert f"Found what fail_on names: failed ({vpce}), leftover ({vpce})." in run.output
    assert operator.play("status", fail_on="not_registered").status == 0
    run = operator.play("status", fail_on="faild")
    assert run.status != 0
    assert "fail_on names faild; it may name" in run.output


@pytest.mark.exhaustive
def test_check_says_whether_clients_can_connect(operator: Operator, one_zone: dict[str, Any]) -> None:
    run = operator.play("check", **operator.check_options())
    assert run.status != 0
    assert "is not_configured" in run.output
    assert operator.play("connect", **{**one_zone, "check": False}).status == 0
    run = operator.play("check", **operator.check_options())
    assert (run.status, run.changed, run.writing_calls) == (0, 0, []), run.output
    assert "logged in as" in run.output
    run = operator.play("check", **{**operator.check_options(), "check_password": "wrong-password-0000"})
    assert run.status != 0
    assert "wrong-password-0000" not in run.output


@pytest.mark.exhaustive
def test_a_check_that_fails_keeps_the_connection(operator: Operator, one_zone: dict[str, Any]) -> None:
    wrong = {**one_zone, "check_connect_to": "127.0.0.2", "check_host": "localhost", "check_retries": 0}
    run = operator.play("connect", **wrong)
    assert (run.status != 0, run.writing_calls[-1]) == (True, "ModifyVpcEndpoint"), run.output
    run = operator.play("connect", **wrong, on_failed_check="keep")
    assert (run.status, run.changed) == (0, 0), run.output
    assert "WARNING: clients cannot connect from localhost" in run.output
    run = operator.play("connect", **wrong, on_failed_check="undo")
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "value of private_connection_on_failed_check must be one of: fail, keep, revert" in run.output


@pytest.mark.exhaustive
def test_subnets_and_security_group_are_made_in_a_given_vpc_and_only_they_are_removed(operator: Operator) -> None:
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    zone_id = operator.zone_ids()[0]
    own = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.7.0.0/24", AvailabilityZoneId=zone_id)["Subnet"]["SubnetId"]
    given = {"vpc_id": vpc_id, "client_cidrs": "10.7.0.0/24,2001:db8::/32", "check": False}
    run = operator.play("connect", **given, subnet_cidrs="10.7.0.0/24")
    assert (run.status != 0, run.writing_calls) == (True, [])
    assert f"The subnet 10.7.0.0/24 overlaps {own}" in run.output
    run = operator.play("connect", **given, subnet_cidrs="10.7.1.0/24,10.7.2.0/24")
    assert run.status == 0, run.output
    (group,) = [group for group in ec2.describe_security_groups()["SecurityGroups"] if group["GroupName"] != "default"]
    port = operator.facts["clusters"]["main"]["port"]
    (rule,) = group["IpPermissions"]
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", port, port)
    assert [source["CidrIp"] for source in rule["IpRanges"]] == ["10.7.0.0/24"]
    assert [source["CidrIpv6"] for source in rule["Ipv6Ranges"]] == ["2001:db8::/32"]
    assert group["IpPermissionsEgress"] == []
    run = operator.play("connect", **given, subnet_cidrs="10.7.1.0/24,10.7.2.0/24")
    assert (run.status, run.changed, run.exchanges) == (0, 0, 3), run.output
    assert len(run.output.splitlines()) <= MOST_LINES, run.output
    assert operator.play("disconnect", vpc_id=vpc_id).status == 0
    assert remains(operator.facts) == [f"AWS us-east-1: VPC {vpc_id}", f"AWS us-east-1: subnet {own}"]


@pytest.mark.exhaustive
def test_what_something_else_uses_is_left_and_named(operator: Operator, one_zone: dict[str, Any]) -> None:
    assert operator.play("connect", **one_zone).status == 0
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    (subnet,) = ec2.describe_subnets()["Subnets"]
    foreign = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]["NetworkInterfaceId"]
    for check in (["--check"], []):
        run = operator.play("disconnect", *check)
        assert run.status == 0, run.output
        for left in (f"subnet {subnet['SubnetId']}", f"VPC {subnet['VpcId']}"):
            assert f"left {left}, which something else uses" in run.output
    assert len(remains(operator.facts)) == 3
    ec2.delete_network_interface(NetworkInterfaceId=foreign)
    assert operator.play("disconnect").status == 0
    assert remains(operator.facts) == []


@pytest.mark.exhaustive
def test_a_dropped_cluster_leaves_nothing_behind_where_the_region_is_named(
    operator: Operator, one_zone: dict[str, Any]
) -> None:
    assert operator.play("connect", **one_zone).status == 0
    with operator.sandbox.clock.lock:
        operator.sandbox.tidbcloud.estate.drop_cluster(operator.cluster_id())
    operator.sandbox.clock.advance(60)
    run = operator.play("disconnect", region="us-east-1")
    assert run.status == 0, run.output
    assert remains(operator.facts) == []


@pytest.mark.parametrize(
    "role", sampled(["google", "creating", "paused", "starter", "service-absent", "second-project"])
)
def test_a_cluster_that_cannot_be_connected_leaves_the_account_empty(operator: Operator, role: str) -> None:
    run = operator.play("connect", vpc_cidr=VPC_RANGE, cluster_id=operator.cluster_id(role))
    assert (run.status != 0, run.writing_calls) == (True, []), run.output


@pytest.mark.exhaustive
def test_a_service_that_is_still_made_is_waited_for(operator: Operator) -> None:
    operator.sandbox.settings.change({"service_creating": 60.0})
    operator.sandbox.tidbcloud.reset(operator.sandbox.database.port)
    cluster_id = operator.cluster_id("service-creating")
    run = operator.play("connect", "--check", vpc_cidr=VPC_RANGE, cluster_id=cluster_id)
    assert (run.status, run.writing_calls) == (0, []), run.output
    run = operator.play("connect", vpc_cidr=VPC_RANGE, cluster_id=cluster_id, check=False)
    assert run.status == 0, run.output


@pytest.mark.exhaustive
def test_an_assumed_role_makes_all_of_it(operator: Operator, one_zone: dict[str, Any]) -> None:
    role = {"assume_role_arn": "arn:aws:iam::210987654321:role/connector", "assume_role_external_id": "sandbox"}
    run = operator.play("connect", "-vvv", **one_zone, **role)
    assert run.status == 0, run.output
    assert operator.play("disconnect", **role).status == 0
    assert remains(operator.facts) == []


def test_awx_hands_host_and_port_on(operator: Operator, tmp_path: Path) -> None:
    variables = {
        "private_connection_cluster_id": operator.cluster_id(),
        "private_connection_vpc_cidr": VPC_RANGE,
        "private_connection_availability_zone_ids": ",".join(operator.zone_ids()[:2]),
        "private_connection_client_cidrs": "10.42.0.0/20,10.42.16.0/20",
        # A survey's question that was not answered.
        "private_connection_name": "",
        **{f"private_connection_{name}": value for name, value in operator.check_options().items()},
        # AWX injects what is secret into the environment.
        "private_connection_check_password": "{{ lookup('ansible.builtin.env', 'DATABASE_PASSWORD') }}",
    }
    settings = {
        "env/envvars": {**operator.environment, "DATABASE_PASSWORD": operator.facts["database"]["password"]},
        "env/extravars": variables,
        "inventory/hosts.yml": {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}},
    }
    for name, content in settings.items():
        path = tmp_path / "job" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    (tmp_path / "job" / "project").mkdir()
    job = ansible_runner.run(
        private_data_dir=str(tmp_path / "job"), playbook="tidbcloud.privatelink.connect", quiet=True
    )
    output = job.stdout.read()
    assert (job.rc, job.status) == (0, "successful"), output
    (stats,) = [event for event in job.events if event["event"] == "playbook_on_stats"]
    main = operator.facts["clusters"]["main"]
    assert stats["event_data"]["artifact_data"] == {
        "private_connection_host": main["node_groups"]["DefaultGroup"]["host"],
        "private_connection_port": main["port"],
    }
    assert operator.facts["database"]["password"] not in output


@pytest.mark.exhaustive
def test_with_exactly_its_policies_the_role_makes_changes_and_removes_everything(
    operator: Operator, customer: Customer
) -> None:
    endpoints = grants_of("endpoints", customer)
    operator.sandbox.reset()  # Both sandboxes have the same networks.
    paths = [path_of("endpoints"), path_of("network")]
    statements = [one for path in paths for one in json.loads(path.read_text(encoding="utf-8"))["Statement"]]
    key = operator.facts["aws"]["accounts"]["main"]["access_key"]
    operator.sandbox.aws.authorizer.attach(key, {"Version": "2012-10-17", "Statement": statements})
    asked = {"endpoints": endpoints, "network": grants_of_role(operator)}
    assert differing(documents(asked)) == [], "Run python -m tests.policies to write them."
    operator.sandbox.aws.authorizer.detach(key)
    assert remains(operator.facts) == []
