# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts' own endpoint services in `endpoint_info`: who may connect, who does, and what is wrong with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.policies.jobs import verifiable
from tests.support.customer import Customer, Result
from tests.support.service_provider import NAME, ServiceProvider

TASK = re.compile(r"tidbcloud\.privatelink\.endpoint_service: (\{[^}]*\})")
OWN_CALLS = (
    "DescribeVpcEndpointServiceConfigurations",
    "DescribeVpcEndpointServicePermissions",
    "DescribeVpcEndpointConnections",
    "DescribeLoadBalancers",
    "DescribeAvailabilityZones",
)


class Site:
    """A service that permits the other account, and what `endpoint_info` says of it."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.provider = ServiceProvider(customer)
        self.options: dict[str, Any] = {"load_balancer_arns": [self.provider.balancer()]}
        self.made = self.publish(allowed_principals=[self.account])

    @property
    def account(self) -> str:
        return self.provider.consumer_account

    def publish(self, **options: Any) -> dict[str, Any]:
        result = self.provider.publish(**{**self.options, **options})
        assert not result["failed"], result["msg"]
        return dict(result["endpoint_service"])

    def connect(self) -> str:
        vpce = self.provider.connect(self.made["service_name"])
        self.customer.sandbox.clock.advance(10)
        return vpce

    def look(self, **options: Any) -> Result:
        result = self.customer.run("endpoint_info", **{"region": "us-east-1", **options})
        assert not result["failed"], result["msg"]
        assert self.customer.writing_calls == []
        return result

    def own(self, **options: Any) -> list[dict[str, Any]]:
        return own(self.look(**options))

    def calls(self) -> dict[str, int]:
        """Of the last run, those about own services."""
        found = Counter(entry.call for entry in self.customer.requests)
        return {call: found[call] for call in OWN_CALLS if found[call]}

    def forget_the_key(self) -> None:
        for half in ("PUBLIC", "PRIVATE"):
            del self.customer.environment[f"TIDBCLOUD_{half}_KEY"]

    def remedied(self, code: str, **options: Any) -> list[dict[str, Any]]:
        """The options of the tasks in the remedy of the one finding."""
        (finding,) = self.look(**options)["findings"]
        assert (finding["code"], finding["service_id"]) == (code, self.made["service_id"])
        tasks = [yaml.safe_load(found) for found in TASK.findall(finding["remedy"])]
        assert tasks
        return tasks

    def follow(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """What the service is after the task, run on a control node whose own region is another one."""
        self.customer.environment["AWS_REGION"] = "eu-west-1"
        result = self.customer.run("endpoint_service", **task)
        del self.customer.environment["AWS_REGION"]
        assert not result["failed"], result["msg"]
        return dict(result["endpoint_service"])

    def deny(self, *actions: str) -> None:
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        denied = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [everything, denied]}
        self.customer.sandbox.aws.authorizer.attach(self.customer.account["access_key"], policy)

    def permit_all(self) -> None:
        self.customer.sandbox.aws.authorizer.detach(self.customer.account["access_key"])


def own(result: Result) -> list[dict[str, Any]]:
    return [one for one in result["endpoint_services"] if one["hosting"] == "self_hosted"]


def codes(result: Result) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def states(service: Mapping[str, Any]) -> list[str]:
    return [one["state"] for one in service["connections"]]


@pytest.fixture
def site(customer: Customer) -> Site:
    return Site(customer)


def test_a_service_is_returned_as_by_the_module_that_made_it_with_its_connections(site: Site) -> None:
    vpce = site.connect()
    (found,) = site.own()
    made = site.publish()
    assert found == {**made, "port": None}
    (connection,) = found["connections"]
    assert (connection["vpc_endpoint_id"], connection["account_id"]) == (vpce, site.account)
    assert (connection["state"], connection["permitted"]) == ("pendingAcceptance", True)
    assert found["allowed_principals"] == [f"arn:aws:iam::{site.account}:root"]


def test_without_a_key_of_tidb_cloud_own_services_are_read_and_the_rest_is_said_to_be_missing(site: Site) -> None:
    site.forget_the_key()
    result = site.look(include_costs=True)
    assert [one["service_id"] for one in result["endpoint_services"]] == [site.made["service_id"]]
    assert (result["private_endpoints"], result["findings"], result["costs"]) == ([], [], None)
    (row,) = result["scope"]["not_read"]
    assert row["what"] == "TiDB Cloud"
    assert any("TiDB Cloud. No API key is set" in warning for warning in site.customer.warnings)
    assert site.customer.count("tidbcloud") == 0
    assert result["scope"]["accounts"] == [site.customer.account["account_id"]]


@pytest.mark.parametrize(
    "options",
    [{"cluster_id": "1379661944646413143"}, {"vpc_id": "vpc-1"}, {"statuses": ["failed"]}, {"project_id": "1"}],
)
def test_a_filter_of_private_endpoints_needs_the_key(site: Site, options: dict[str, Any]) -> None:
    site.forget_the_key()
    result = site.customer.run("endpoint_info", region="us-east-1", **options)
    assert result["failed"]
    assert "The public half of the TiDB Cloud API key is missing." in result["msg"]


def test_half_a_key_is_an_error_and_no_missing_key(site: Site) -> None:
    del site.customer.environment["TIDBCLOUD_PRIVATE_KEY"]
    result = site.customer.run("endpoint_info", region="us-east-1")
    assert "The private half of the TiDB Cloud API key is missing." in result["msg"]


def test_without_a_key_and_a_region_nothing_can_be_read(site: Site) -> None:
    site.forget_the_key()
    result = site.customer.run("endpoint_info")
    assert result["failed"]
    assert "it is not known in which region" in result["msg"]
    assert [one["service_id"] for one in site.own(regions=["us-east-1"])] == [site.made["service_id"]]


def test_calls_are_few_and_none_is_made_for_a_filter_that_leaves_own_services_out(site: Site) -> None:
    site.look()
    assert site.calls() == dict.fromkeys(OWN_CALLS[:4], 1)
    site.provider.publish(self_hosted_name="more", load_balancer_arns=[site.provider.balancer("more")])
    site.look()
    assert site.calls() == {
        "DescribeVpcEndpointServiceConfigurations": 1,
        "DescribeVpcEndpointServicePermissions": 2,
        "DescribeVpcEndpointConnections": 2,
        "DescribeLoadBalancers": 1,
    }
    assert site.own(cluster_id=site.customer.cluster_id("main")) == []
    assert site.calls() == {}


def test_an_account_without_services_costs_one_call(customer: Customer) -> None:
    result = customer.run("endpoint_info", region="us-east-1")
    assert (own(result), result["scope"]["not_read"]) == ([], [])
    assert Counter(entry.call for entry in customer.requests)["DescribeVpcEndpointServiceConfigurations"] == 1
    assert not {entry.call for entry in customer.requests} & set(OWN_CALLS[1:])


def test_services_of_two_accounts_are_read_each_with_its_own(site: Site) -> None:
    other = ServiceProvider(Customer(site.customer.sandbox, "other"))
    theirs = other.publish(self_hosted_name="billing", load_balancer_arns=[other.balancer("billing")])
    roles = [f"arn:aws:iam::{one.account['account_id']}:role/reader" for one in (site.customer, other.customer)]
    accounts = [{"assume_role_arn": role, "regions": ["us-east-1"]} for role in roles]
    found = {one["service_id"] for one in site.own(accounts=accounts, region=None)}
    assert found == {site.made["service_id"], theirs["endpoint_service"]["service_id"]}
    site.connect()
    tasks = site.remedied("connection_waiting", accounts=accounts, region=None)
    assert {task["assume_role_arn"] for task in tasks} == {roles[0]}


# What these credentials may not read


@pytest.mark.parametrize(
    ("action", "what", "unknown"),
    [
        ("ec2:DescribeVpcEndpointServicePermissions", "principals", "allowed_principals"),
        ("ec2:DescribeVpcEndpointConnections", "connections", "connections"),
        ("elasticloadbalancing:DescribeLoadBalancers", "load balancers", None),
    ],
)
def test_what_may_not_be_read_is_null_and_said_and_ends_nothing(
    site: Site, action: str, what: str, unknown: str | None
) -> None:
    site.connect()
    site.deny(action)
    result = site.look()
    (row,) = result["scope"]["not_read"]
    assert (row["what"], row["region"]) == (what, "us-east-1")
    assert action in row["reason"]
    assert any(action in warning for warning in site.customer.warnings)
    (found,) = own(result)
    assert [key for key, value in found.items() if key in ("allowed_principals", "connections") and value is None] == (
        [unknown] if unknown else []
    )
    if what == "principals":
        assert [one["permitted"] for one in found["connections"]] == [None]
    assert codes(result) == ([] if what == "connections" else ["connection_waiting"])


def test_that_no_service_may_be_listed_ends_nothing_where_private_endpoints_are_read(site: Site) -> None:
    action = "ec2:DescribeVpcEndpointServiceConfigurations"
    site.deny(action)
    result = site.look()
    (row,) = result["scope"]["not_read"]
    assert (row["what"], row["account"]) == ("endpoint services", site.customer.account["account_id"])
    assert (own(result), result["scope"]["unreadable"]) == ([], [])
    assert any(action in warning for warning in site.customer.warnings)
    site.forget_the_key()
    alone = site.customer.run("endpoint_info", region="us-east-1")
    assert alone["failed"]
    assert action in alone["msg"]


@pytest.mark.parametrize("kind", ["status", "no_list"])
@pytest.mark.parametrize("call", OWN_CALLS[:4])
def test_a_call_that_fails_leaves_the_rest_readable(site: Site, call: str, kind: str) -> None:
    value = {"value": 500} if kind == "status" else {}
    site.customer.sandbox.faults.add({"api": "aws", "call": call, "kind": kind, "times": None, **value})
    result = site.look(wait_timeout=30)
    site.customer.sandbox.faults.clear()
    assert len(result["scope"]["not_read"]) == 1
    assert bool(own(result)) == (call != OWN_CALLS[0])


# The remedies of findings, as they are printed


def test_a_waiting_connection_is_accepted_by_either_task_and_rejected(site: Site) -> None:
    site.connect()
    one_by_one, by_account, rejected = site.remedied("connection_waiting")
    assert states(site.follow(one_by_one)) == ["available"]
    assert codes(site.look()) == []
    site.connect()
    assert sorted(states(site.follow(by_account))) == ["available", "available"]
    site.connect()
    *_accepted, rejected = site.remedied("connection_waiting")
    assert sorted(states(site.follow(rejected))) == ["available", "available", "rejected"]
    assert codes(site.look()) == []


def test_a_connection_that_is_not_permitted_is_rejected_or_permitted(site: Site) -> None:
    site.connect()
    site.publish(accepted_accounts=[site.account], allowed_principals=[])
    (connection,) = site.own()[0]["connections"]
    assert (connection["state"], connection["permitted"]) == ("available", False)
    rejected, permitted = site.remedied("connection_unpermitted")
    assert site.follow(permitted)["allowed_principals"] == [f"arn:aws:iam::{site.account}:root"]
    assert codes(site.look()) == []
    site.publish(allowed_principals=[])
    assert states(site.follow(rejected)) == ["rejected"]
    assert codes(site.look()) == []


def test_zones_that_are_not_served_are_taken_in(site: Site) -> None:
    (arn,) = site.options["load_balancer_arns"]
    subnet = site.customer.ec2().create_subnet(
        VpcId=site.provider.network.vpc_id, CidrBlock="10.7.9.0/24", AvailabilityZoneId=site.customer.zone_ids()[2]
    )["Subnet"]["SubnetId"]
    site.provider.elb.set_subnets(LoadBalancerArn=arn, Subnets=[*site.provider.network.subnet_ids[:2], subnet])
    (task,) = site.remedied("zones_not_served")
    assert len(site.follow(task)["availability_zone_ids"]) == 3
    assert codes(site.look()) == []


@pytest.mark.parametrize("state", ["pendingVerification", "failed"])
def test_a_private_name_that_is_new_or_lost_is_verified_once_its_record_is_published(site: Site, state: str) -> None:
    site.publish(private_dns_name="tidb.example.com")
    site.customer.sandbox.aws.provider.force_name(site.made["service_id"], state)
    (finding,) = site.look()["findings"]
    (found,) = site.own()
    record = found["private_dns_name_record"]
    assert record["state"] == state
    assert f"{record['name']} with the value {record['value']}" in finding["remedy"]
    assert finding["severity"] == ("error" if state == "failed" else "warning")
    (task,) = site.remedied("private_dns_unverified")
    site.customer.sandbox.aws.dns.publish("tidb.example.com", [record["value"]])
    with verifiable():
        assert site.follow(task)["private_dns_name_record"]["state"] == "verified"
    assert codes(site.look()) == []


def test_a_principal_that_is_gone_is_withdrawn_and_the_others_stay(site: Site) -> None:
    role = f"arn:aws:iam::{site.account}:role/analytics"
    site.publish(allowed_principals=[site.account, role])
    site.customer.sandbox.aws.provider.forget_principal(role)
    (task,) = site.remedied("principal_gone")
    assert site.follow(task)["allowed_principals"] == [f"arn:aws:iam::{site.account}:root"]
    assert codes(site.look()) == []


def test_a_service_that_was_made_by_hand_is_listed_judged_and_adopted_by_its_remedy(customer: Customer) -> None:
    provider = ServiceProvider(customer)
    arn = provider.balancer()
    customer.sandbox.clock.advance(600)
    ec2 = customer.ec2()
    answer = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn], AcceptanceRequired=True)
    service = answer["ServiceConfiguration"]
    customer.sandbox.clock.advance(600)
    root = f"arn:aws:iam::{provider.consumer_account}:root"
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=[root])
    provider.connect(service["ServiceName"])
    customer.sandbox.clock.advance(10)
    result = customer.run("endpoint_info", region="us-east-1")
    (finding,) = result["findings"]
    task = yaml.safe_load(TASK.findall(finding["remedy"])[0])
    accepted = customer.run("endpoint_service", **task)
    assert [step["name"] for step in accepted["steps"]] == ["set_tags", "accept_connections"], accepted
    assert codes(customer.run("endpoint_info", region="us-east-1")) == []


def test_the_defaults_of_the_module_change_nothing_by_a_remedy(site: Site) -> None:
    """A service for everybody, without acceptance, on another port."""
    site.connect()
    site.publish(
        acceptance_required=False, allowed_principals=["*"], allow_violations=["public_service"], tags={"team": "data"}
    )
    (before,) = site.own()
    (task, *_others) = site.remedied("connection_waiting")
    assert states(site.follow(task)) == ["available"]
    (after,) = site.own()
    assert {**after, "connections": None} == {**before, "connections": None}


def test_text_in_a_tag_is_data(site: Site) -> None:
    hostile = "{{ lookup('pipe', 'id') }}"
    tags = [{"Key": "tidbcloud:service-name", "Value": hostile}]
    site.customer.ec2().create_tags(Resources=[site.made["service_id"]], Tags=tags)
    site.connect()
    (finding,) = site.look()["findings"]
    assert not TASK.findall(finding["remedy"])
    assert site.own()[0]["tags"]["tidbcloud:service-name"] == hostile
    assert NAME not in finding["remedy"]
