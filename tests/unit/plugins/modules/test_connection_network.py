# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.options import network_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import connection_network
from tests.support import module_documents as documents
from tests.support.remains import ec2_client
from tests.support.service_provider import ServiceProvider

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Result

OWNERSHIP = {"Name": "tidbcloud-1", "tidbcloud:managed-by": "tidbcloud.privatelink"}


def make(customer: Customer, part: str, **options: t.Any) -> Result:
    return customer.run("connection_network", part=part, ownership=OWNERSHIP, region="us-east-1", **options)


def test_the_options_are_documented_as_they_are() -> None:
    taken = {**shared_arguments(), **network_arguments(), **read_arguments()}
    assert documents.shapes(documents.options(connection_network)) == documents.shapes(taken)


def test_the_examples_use_only_options_that_exist() -> None:
    documents.assert_examples_use_only(connection_network, "connection_network")


@pytest.mark.parametrize(
    ("part", "option"), [("vpc", "cidr_block"), ("subnets", "vpc_id"), ("security_group", "vpc_id")]
)
def test_what_a_part_cannot_do_without_is_asked_for(customer: Customer, part: str, option: str) -> None:
    result = make(customer, part)
    assert (result["failed"], customer.requests) == (True, [])
    assert f"{option} is needed to make the {part.replace('_', ' ')}." in result["msg"]


def test_a_network_is_made_part_by_part_and_again_is_unchanged(customer: Customer) -> None:
    planned = make(customer, "vpc", cidr_block="10.42.0.0/16", check=True)
    assert (planned["changed"], planned["parts"]) == (True, [])
    vpc = make(customer, "vpc", cidr_block="10.42.0.0/16")
    assert vpc["changed"], vpc
    vpc_id = vpc["parts"][0]["id"]
    wanted: dict[str, dict[str, t.Any]] = {
        "subnets": {
            "vpc_id": vpc_id,
            "subnets": [{"cidr_block": "10.42.0.0/19", "availability_zone_id": "use1-az1"}],
        },
        "security_group": {"vpc_id": vpc_id, "name": "tidbcloud-1", "description": "Clients"},
    }
    for part, options in wanted.items():
        planned = make(customer, part, **options, check=True)
        assert (planned["changed"], planned["parts"]) == (True, [])
        made = make(customer, part, **options)
        assert (made["changed"], len(made["parts"])) == (True, 1), made
        again = make(customer, part, **options)
        assert (again["changed"], again["parts"]) == (False, made["parts"])
    again = make(customer, "vpc", cidr_block="10.42.0.0/16", used_vpc_id=vpc_id)
    assert (again["changed"], again["parts"]) == (False, vpc["parts"])
    ec2 = ec2_client(customer.facts, "main", "us-east-1")
    tags = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["tidbcloud:claim"]}])["Tags"]
    assert sorted(tag["ResourceType"] for tag in tags) == ["security-group", "subnet", "vpc"]


def test_the_account_and_the_service_are_looked_at_and_nothing_is_touched(customer: Customer) -> None:
    provider = ServiceProvider(customer)
    account = customer.account["account_id"]
    looked = customer.run("connection_network", part="account", region="us-east-1")
    assert (looked["changed"], looked["account_id"]) == (False, account)
    asked: dict[str, t.Any] = {"part": "service", "self_hosted_name": "orders", "region": "us-east-1"}
    none = customer.run("connection_network", **asked)
    assert (none["account_id"], none["endpoint_service"]["service_id"]) == (account, None)
    assert none["endpoint_service"]["region"] == "us-east-1"
    made = provider.publish(load_balancer_arns=[provider.balancer()])["endpoint_service"]
    there = customer.run("connection_network", **asked)
    assert there["endpoint_service"] == made
    assert not [entry.call for entry in customer.requests if not entry.call.startswith(("Describe", "Get"))]


def test_the_service_needs_its_name_and_is_in_the_region_of_its_load_balancers(customer: Customer) -> None:
    result = customer.run("connection_network", part="service", region="us-east-1")
    assert (result["failed"], customer.requests) == (True, [])
    assert "self_hosted_name is needed to look at the service." in result["msg"]
    arn = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/orders/0123456789abcdef"
    found = customer.run("connection_network", part="service", self_hosted_name="orders", load_balancer_arns=[arn])
    assert found["endpoint_service"]["region"] == "us-west-2"
