# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both sides of a connection to a TiDB of the user's own, over two accounts: one run makes them, one ends them."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.policies.documents import path_of
from tests.support.customer import Customer
from tests.support.operator import Operator, PlaybookRun
from tests.support.service_provider import NAME, ServiceProvider

PRIVATE_NAME = "tidb.example.com"


class TwoAccounts:
    """The operator's account connects, another one publishes. `options` are those of the role, without its prefix."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.provider = ServiceProvider(Customer(operator.sandbox, "other"))
        self.consumer = Customer(operator.sandbox, "main")
        self.arn = self.provider.balancer()
        self.network = self.consumer.network()
        account = self.provider.customer.account["account_id"]
        self.options: dict[str, Any] = {
            "cluster_id": "",
            "self_hosted_name": NAME,
            "region": "us-east-1",
            "provider_assume_role_arn": f"arn:aws:iam::{account}:role/publisher",
            "check": False,
            **self.network.options,
        }

    @property
    def made_of(self) -> dict[str, Any]:
        return {"provider_load_balancer_arns": self.arn}

    def another_group(self) -> str:
        """The id of another security group of the consumer's VPC."""
        asked = {"VpcId": self.network.vpc_id, "GroupName": "other", "Description": "other"}
        return str(self.consumer.ec2().create_security_group(**asked)["GroupId"])

    def network_of(self, account_id: str) -> dict[str, Any]:
        """The network of another consumer, as options."""
        keys = boto3.client("sts", **self._place, **_keys(self.consumer.account)).assume_role(
            RoleArn=f"arn:aws:iam::{account_id}:role/app", RoleSessionName="test"
        )["Credentials"]
        ec2: Any = boto3.client(
            "ec2",
            **self._place,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        zone = self.consumer.zone_ids()[0]
        subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.9.0.0/24", AvailabilityZoneId=zone)["Subnet"]
        group = ec2.create_security_group(VpcId=vpc_id, GroupName="clients", Description="clients")
        return {"vpc_id": vpc_id, "subnet_ids": subnet["SubnetId"], "security_group_ids": group["GroupId"]}

    @property
    def _place(self) -> dict[str, Any]:
        return {"region_name": "us-east-1", "endpoint_url": self.operator.facts["aws"]["endpoint_url"]}

    def play(self, playbook: str, *arguments: str, **options: Any) -> PlaybookRun:
        return self.operator.play(playbook, *arguments, **{**self.options, **options})

    def connect(self, *arguments: str, **options: Any) -> PlaybookRun:
        return self.play("connect", *arguments, **{**self.made_of, **options})

    @property
    def services(self) -> list[Any]:
        ec2 = self.provider.customer.ec2()
        return list(ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"])

    @property
    def tags(self) -> dict[str, str]:
        (service,) = self.services
        return {tag["Key"]: tag["Value"] for tag in service.get("Tags", [])}

    @property
    def principals(self) -> list[str]:
        (service,) = self.services
        answer = self.provider.customer.ec2().describe_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"])
        return sorted(one["Principal"] for one in answer["AllowedPrincipals"])

    @property
    def connections(self) -> dict[str, str]:
        answer = self.provider.customer.ec2().describe_vpc_endpoint_connections()
        return {one["VpcEndpointId"]: one["VpcEndpointState"] for one in answer["VpcEndpointConnections"]}


@pytest.fixture
def both(operator: Operator) -> TwoAccounts:
    return TwoAccounts(operator)


def _keys(account: dict[str, str]) -> dict[str, Any]:
    return {"aws_access_key_id": account["access_key"], "aws_secret_access_key": account["secret_key"]}


def table(run: PlaybookRun) -> list[str]:
    """The steps that a run prints, in check mode and else."""
    lines = [line.strip().strip('",') for line in run.output.splitlines()]
    start = next((number for number, line in enumerate(lines) if line.endswith("STEPS")), None)
    if start is None:
        return []
    at = lines[start].index("STEPS")
    raw = [line.strip()[1:] for line in run.output.splitlines()][start + 1 :]
    return [line[at:].rstrip('",') for line in itertools.takewhile(lambda line: line[at - 1 : at] == " ", raw)]


def names(run: PlaybookRun) -> list[str]:
    return [line.split(":")[0] for line in table(run)]


def same(both: TwoAccounts, playbook: str, **options: Any) -> PlaybookRun:
    """A run that does what check mode says."""
    planned = both.play(playbook, "--check", **options)
    assert (planned.status, planned.writing_calls) == (0, []), planned.output
    run = both.play(playbook, **options)
    assert run.status == 0, run.output
    assert table(run) == table(planned) != []
    return run


def test_one_run_makes_both_sides(both: TwoAccounts) -> None:
    run = both.connect()
    assert run.status == 0, run.output
    made = ["create_endpoint_service", "permit_principals", "create_vpc_endpoint", "accept_connections"]
    assert names(run) == made, run.output
    assert list(both.connections.values()) == ["available"]
    root = f"arn:aws:iam::{both.consumer.account['account_id']}:root"
    assert both.principals == [root]
    (permitted,) = [value for key, value in both.tags.items() if key.startswith("tidbcloud:permitted:")]
    assert permitted == f"{root} {both.network.vpc_id}"


@pytest.mark.exhaustive
def test_check_mode_says_what_a_run_does_and_again_nothing_is_done(both: TwoAccounts) -> None:
    same(both, "connect", **both.made_of)
    again = both.connect()
    assert (again.status, again.changed, again.writing_calls) == (0, 0, []), again.output
    run = same(both, "disconnect")
    assert names(run) == ["delete_vpc_endpoint", "delete_endpoint_service"]
    assert both.services == []
    again = both.play("disconnect")
    assert (again.status, again.changed, again.writing_calls) == (0, 0, []), again.output
    assert "There is no private endpoint in" in again.output


@pytest.mark.exhaustive
def test_a_service_that_is_there_is_found_by_its_name_and_stays_without_what_was_added(both: TwoAccounts) -> None:
    other = "arn:aws:iam::333333333333:root"
    options: dict[str, Any] = {"load_balancer_arns": [both.arn], "allowed_principals": [other]}
    assert not both.provider.publish(**options, tags={"team": "data"})["failed"]
    before = both.tags
    run = same(both, "connect")
    assert names(run) == ["set_tags", "permit_principals", "create_vpc_endpoint", "accept_connections"]
    assert other in both.principals
    run = same(both, "disconnect", provider_on_connections="reject")
    assert names(run) == ["delete_vpc_endpoint", "withdraw_principals", "remove_tags"]
    assert (both.principals, both.tags) == ([other], before)
    assert "which no run of connect made" in run.output


@pytest.mark.exhaustive
def test_without_load_balancers_nothing_is_made_of_nothing(both: TwoAccounts) -> None:
    run = both.play("connect")
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "There is no endpoint service orders" in run.output
    assert "Give private_connection_provider_load_balancer_arns" in run.output


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"cluster_id": "1234567890123456789"},
            "private_connection_cluster_id and private_connection_self_hosted_name, not both",
        ),
        ({"self_hosted_name": ""}, "Say what to connect to"),
        (
            {"cluster_id": "1234567890123456789", "self_hosted_name": " "},
            "would do nothing without private_connection_self_hosted_name",
        ),
        ({"vpc_cidr": "10.1.0.0/16", "vpc_id": ""}, "The role makes no network for"),
        ({"provider_on_connections": "accept"}, "must be one of refuse, reject"),
    ],
)
def test_what_contradicts_is_refused_before_anything_is_asked(
    both: TwoAccounts, options: dict[str, Any], says: str
) -> None:
    run = both.connect(**options)
    assert (run.status != 0, run.requests) == (True, ()), run.output
    assert says in " ".join(run.output.split()), run.output


@pytest.mark.exhaustive
def test_a_limit_of_either_side_ends_the_run_before_anything_is_made(both: TwoAccounts) -> None:
    run = both.connect(subnet_ids="subnet-0123456789abcdef0")
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "There is no subnet" in run.output
    run = both.connect(provider_port=5000)
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "no TCP, TLS or TCP_UDP listener on port 5000" in run.output


@pytest.mark.exhaustive
def test_a_provider_who_may_not_ends_the_run_before_anything_is_made(both: TwoAccounts) -> None:
    account = both.provider.customer.account
    keys = {
        "provider_assume_role_arn": "",
        "provider_access_key": account["access_key"],
        "provider_secret_key": account["secret_key"],
    }
    reads = {"Effect": "Allow", "Action": ["ec2:Describe*", "elasticloadbalancing:Describe*"], "Resource": "*"}
    authorizer = both.operator.sandbox.aws.authorizer
    authorizer.attach(account["access_key"], {"Version": "2012-10-17", "Statement": [reads]})
    try:
        run = both.connect(**keys)
    finally:
        authorizer.detach(account["access_key"])
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert "ec2:CreateVpcEndpointServiceConfiguration" in run.output
    assert account["secret_key"] not in run.output
    assert both.connect(**keys).status == 0


@pytest.mark.exhaustive
def test_a_profile_of_the_provider_counts_although_the_environment_has_keys(both: TwoAccounts, tmp_path: Path) -> None:
    account = both.provider.customer.account
    (tmp_path / "credentials").write_text(
        f"[provider]\naws_access_key_id={account['access_key']}\naws_secret_access_key={account['secret_key']}\n"
    )
    both.operator.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "credentials")
    run = both.connect(provider_assume_role_arn="", provider_profile="provider")
    assert run.status == 0, run.output
    assert list(both.connections.values()) == ["available"]


HALF_MADE = (
    ("CreateVpcEndpointServiceConfiguration", "lost"),
    ("ModifyVpcEndpointServicePermissions", "reset"),
    ("CreateVpcEndpoint", "lost"),
    ("AcceptVpcEndpointConnections", "reset"),
)
HALF_ENDED = (("DeleteVpcEndpoints", "reset"), ("DeleteVpcEndpointServiceConfigurations", "reset"))


def broken(both: TwoAccounts, playbook: str, call: str, kind: str) -> None:
    """A run that is stopped at this call, proved from the sandbox's log."""
    both.operator.sandbox.faults.add({"api": "aws", "call": call, "kind": kind, "times": 100})
    run = both.play(playbook, wait_timeout=8, **(both.made_of if playbook == "connect" else {}))
    both.operator.sandbox.faults.clear()
    assert any(entry.fault == kind for entry in run.requests if entry.call == call), run.output
    assert run.status != 0, run.output


@pytest.mark.exhaustive
def test_runs_that_are_stopped_at_one_call_after_the_other_lead_to_both_sides_and_back_to_nothing(
    both: TwoAccounts,
) -> None:
    for call, kind in HALF_MADE:
        broken(both, "connect", call, kind)
    run = both.connect()
    assert run.status == 0, run.output
    assert (len(both.services), list(both.connections.values())) == (1, ["available"])
    for call, kind in HALF_ENDED:
        broken(both, "disconnect", call, kind)
    run = both.play("disconnect")
    assert run.status == 0, run.output
    assert both.services == []
    assert both.consumer.live_endpoints() == []


@pytest.mark.exhaustive
def test_a_principal_is_taken_back_after_a_run_that_was_stopped_before_it(both: TwoAccounts) -> None:
    """The tag goes after the principal, and the service stays: what remembers is there until nothing is left to do."""
    assert not both.provider.publish(load_balancer_arns=[both.arn])["failed"]
    before = both.tags
    assert both.play("connect").status == 0
    for call in ("ModifyVpcEndpointServicePermissions", "DeleteTags"):
        broken(both, "disconnect", call, "reset")
    run = both.play("disconnect")
    assert run.status == 0, run.output
    assert (both.principals, both.tags) == ([], before)


@pytest.mark.exhaustive
def test_two_consumers_connect_at_once_and_neither_ends_the_other(both: TwoAccounts) -> None:
    second = both.consumer.network()
    with ThreadPoolExecutor() as pool:
        pending = [pool.submit(both.connect), pool.submit(both.connect, **second.options)]
    for ended in pending:
        assert ended.result().status == 0, ended.result().output
    assert (len(both.services), list(both.connections.values())) == (1, ["available"] * 2)
    run = both.play("disconnect")
    assert run.status == 0, run.output
    assert (len(both.principals), sorted(both.connections.values())) == (1, ["available"])
    run = both.play("disconnect", **second.options)
    assert run.status == 0, run.output
    assert both.services == []


@pytest.mark.exhaustive
def test_a_private_endpoint_whose_service_was_withdrawn_is_described_and_removed(both: TwoAccounts) -> None:
    assert both.connect().status == 0
    assert not both.provider.publish(state="absent", on_connections="reject")["failed"]
    (vpce,) = [one.vpc_endpoint_id for one in both.operator.sandbox.aws.endpoints()]
    run = both.play("check")
    assert (run.status != 0, run.writing_calls) == (True, []), run.output
    assert (
        f"interface endpoint {vpce} is rejected. Run again with private_connection_recreate_failed=true" in run.output
    )
    run = same(both, "disconnect", vpc_id="", subnet_ids="", security_group_ids="")
    assert names(run) == ["delete_vpc_endpoint"]
    assert both.consumer.live_endpoints() == []


@pytest.fixture
def checked(both: TwoAccounts) -> dict[str, Any]:
    """Options of a connection whose check reaches a server."""
    port = both.operator.facts["database"]["port"]
    arn = both.provider.balancer("checked", port)
    both.provider.register_target(arn)
    return {
        **both.operator.check_options(),
        "check": "required",
        "provider_port": port,
        "provider_load_balancer_arns": arn,
        "provider_private_dns_name": PRIVATE_NAME,
    }


@pytest.mark.exhaustive
def test_clients_are_checked_by_the_private_name(both: TwoAccounts, checked: dict[str, Any]) -> None:
    run = both.connect(**checked)
    assert run.status == 0, run.output
    assert "logged in as" in run.output
    run = both.play("check", **both.operator.check_options(), provider_port=checked["provider_port"])
    assert (run.status, run.writing_calls) == (0, []), run.output
    assert "logged in as" in run.output


@pytest.mark.exhaustive
def test_a_change_that_breaks_the_connection_is_undone_and_the_providers_side_stays(
    both: TwoAccounts, checked: dict[str, Any]
) -> None:
    good, bad = both.network.security_group_ids[0], both.another_group()
    assert both.connect(**checked, security_group_ids=good).status == 0
    database, aws = both.operator.sandbox.database, both.operator.sandbox.aws
    is_open = database.is_open
    database.is_open = lambda _host: any(good in one.security_group_ids for one in aws.endpoints() if one.is_live)
    options = {**checked, "check": True, "on_failed_check": "revert", "security_group_ids": bad, "check_retries": 0}
    try:
        run = both.connect(**options, check_host="localhost")
    finally:
        database.is_open = is_open
    assert run.status != 0, run.output
    said = " ".join(run.output.split())
    assert "was undone: clients could connect before it" in said
    assert [one.security_group_ids for one in aws.endpoints() if one.is_live] == [[good]]
    assert list(both.connections.values()) == ["available"]


@pytest.mark.exhaustive
def test_each_side_needs_no_more_than_its_policy(both: TwoAccounts) -> None:
    account, authorizer = both.provider.customer.account, both.operator.sandbox.aws.authorizer
    policies = {
        both.consumer.account["access_key"]: path_of("endpoints"),
        account["access_key"]: path_of("publication"),
    }
    keys = {
        "provider_assume_role_arn": "",
        "provider_access_key": account["access_key"],
        "provider_secret_key": account["secret_key"],
    }
    for key, path in policies.items():
        authorizer.attach(key, json.loads(path.read_text(encoding="utf-8")))
    try:
        runs = [both.connect(**keys), both.play("check", **keys), both.play("disconnect", **keys, vpc_id="")]
    finally:
        for key in policies:
            authorizer.detach(key)
    for run in (runs[0], runs[2]):
        assert run.status == 0, run.output
    assert both.services == []


@pytest.mark.exhaustive
def test_private_dns_is_enabled_once_the_name_is_verified_and_at_once_for_the_next_consumer(both: TwoAccounts) -> None:
    named = {**both.made_of, "provider_private_dns_name": PRIVATE_NAME, "provider_verify_private_dns": False}
    assert both.play("connect", **named).status == 0
    (service,) = both.services
    both.operator.sandbox.aws.provider.force_name(service["ServiceId"], "verified")
    run = same(both, "connect", **named)
    assert names(run) == ["enable_private_dns"]
    assert f"Host: {PRIVATE_NAME}" in run.output
    run = same(both, "connect", **named, **both.consumer.network().options)
    assert names(run) == ["create_vpc_endpoint", "accept_connections", "enable_private_dns"]


@pytest.mark.exhaustive
def test_without_waiting_each_run_does_what_can_be_done_at_once(both: TwoAccounts) -> None:
    runs = [both.connect(wait=False)]
    while runs[-1].changed and len(runs) < 9:
        both.operator.sandbox.clock.advance(600)
        runs.append(both.connect(wait=False))
    assert [run.status for run in runs] == [0] * len(runs), runs[-1].output
    assert list(both.connections.values()) == ["available"]
    assert len(both.services) == 1


@pytest.mark.exhaustive
def test_a_consumer_in_a_third_account_connects_at_the_same_time(both: TwoAccounts) -> None:
    """Each takes back its own principal alone."""
    first = {"assume_role_arn": "arn:aws:iam::333333333333:role/app"}
    network = both.network_of("333333333333")
    with ThreadPoolExecutor() as pool:
        pending = [pool.submit(both.connect), pool.submit(both.connect, **first, **network)]
    for ended in pending:
        assert ended.result().status == 0, ended.result().output
    own = f"arn:aws:iam::{both.consumer.account['account_id']}:root"
    assert both.principals == sorted([own, "arn:aws:iam::333333333333:root"])
    run = both.play("disconnect", **first, **network)
    assert run.status == 0, run.output
    assert (both.principals, sorted(both.connections.values())) == ([own], ["available"])


@pytest.mark.exhaustive
def test_one_that_the_provider_rejected_is_replaced_if_the_user_says_so(both: TwoAccounts) -> None:
    assert both.connect().status == 0
    (vpce,) = both.connections
    assert not both.provider.publish(rejected_endpoint_ids=[vpce], allowed_principals=[])["failed"]
    run = both.connect()
    assert run.status != 0
    assert (
        f"interface endpoint {vpce} is rejected. Run again with private_connection_recreate_failed=true" in run.output
    )
    run = same(both, "connect", **both.made_of, recreate_failed=True)
    assert names(run)[-3:] == ["delete_vpc_endpoint", "create_vpc_endpoint", "accept_connections"]
    assert [one.state for one in both.operator.sandbox.aws.endpoints() if one.is_live] == ["available"]
