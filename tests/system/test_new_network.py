# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that an earlier task made seconds ago is waited for: what AWS does not list yet is not missing."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Result

UNKNOWN = "subnet-00000000000000000"


def desired(customer: Customer, **options: t.Any) -> dict[str, t.Any]:
    return {"cluster_id": customer.cluster_id("main"), **customer.network().options, **options}


def codes(result: Result) -> list[str]:
    return [violation["code"] for violation in result["violations"]]


def test_a_network_that_is_listed_late_is_waited_for(customer: Customer) -> None:
    customer.sandbox.settings.change({"network_visible": 6.0})
    result = customer.run("private_endpoint", **desired(customer))
    assert not result["failed"], result["msg"]
    assert result["private_endpoint"]["status"] == "active"


def test_each_of_a_fleet_is_waited_for_and_a_wrong_one_costs_the_others_nothing(customer: Customer) -> None:
    customer.sandbox.settings.change({"network_visible": 6.0})
    wrong = {**desired(customer), "subnet_ids": [UNKNOWN]}
    began = customer.sandbox.clock.now()
    result = customer.run("private_endpoints", endpoints=[wrong, {**wrong, "name": "b"}, desired(customer)])
    assert [item["failed"] for item in result["results"]] == [True, True, False], result["results"]
    assert codes(result["results"][0]) == codes(result["results"][1]) == ["subnet_not_found"]
    assert customer.sandbox.clock.now() - began < 60


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("vpc_id", "vpc-00000000000000000", "vpc_not_found"),
        ("subnet_ids", [UNKNOWN], "subnet_not_found"),
        ("security_group_ids", ["sg-00000000000000000"], "security_group_not_found"),
    ],
)
def test_a_wrong_id_is_the_same_violation_some_seconds_later(
    customer: Customer, option: str, value: t.Any, code: str
) -> None:
    began = customer.sandbox.clock.now()
    result = customer.run("private_endpoint", **desired(customer, **{option: value}))
    assert code in codes(result)
    assert customer.writing_calls == []
    assert customer.sandbox.clock.now() - began < 20


@pytest.mark.parametrize(
    "options",
    [
        {"check": True},
        {"wait": False},
        {"security_group_ids": ["sg-00000000000000000"], "vpc_id": "vpc-0", "check": True},
    ],
)
def test_nobody_waits_where_nothing_can_be_new_or_waiting_is_off(customer: Customer, options: t.Any) -> None:
    began = customer.sandbox.clock.now()
    result = customer.run("private_endpoint", **{**desired(customer), "subnet_ids": [UNKNOWN], **options})
    assert "subnet_not_found" in codes(result)
    assert customer.sandbox.clock.now() - began < 2


def test_a_violation_that_no_wait_ends_is_reported_at_once(customer: Customer) -> None:
    network = customer.network(dns=False)
    options = {**desired(customer), **network.options, "subnet_ids": [UNKNOWN]}
    began = customer.sandbox.clock.now()
    result = customer.run("private_endpoint", **options)
    assert codes(result) == ["subnet_not_found", "vpc_dns_disabled"]
    assert customer.sandbox.clock.now() - began < 2


def test_a_deadline_that_is_shorter_than_the_wait_does_not_hide_the_violation(customer: Customer) -> None:
    result = customer.run("private_endpoint", **desired(customer, subnet_ids=[UNKNOWN], wait_timeout=5))
    assert codes(result) == ["subnet_not_found"]


@pytest.mark.parametrize("code", ["InvalidSubnetID.NotFound", "InvalidGroup.NotFound", "InvalidVpcId.NotFound"])
def test_what_one_call_lists_and_the_next_does_not_know_yet_is_asked_for_again(customer: Customer, code: str) -> None:
    options = desired(customer)
    customer.sandbox.faults.add(
        {"api": "aws", "call": "CreateVpcEndpoint", "kind": "error", "value": code, "times": 4, "effect": "before"}
    )
    result = customer.run("private_endpoint", **options)
    assert not result["failed"], result["msg"]
    assert len(customer.live_endpoints()) == 1


def test_an_edit_asks_again_for_a_new_group_that_is_not_known_yet(customer: Customer) -> None:
    options = desired(customer)
    assert not customer.run("private_endpoint", **options)["failed"]
    group = customer.ec2().create_security_group(VpcId=options["vpc_id"], GroupName="new", Description="new")
    customer.sandbox.faults.add(
        {
            "api": "aws",
            "call": "ModifyVpcEndpoint",
            "kind": "error",
            "value": "InvalidGroup.NotFound",
            "times": 4,
            "effect": "before",
        }
    )
    result = customer.run("private_endpoint", **{**options, "security_group_ids": [group["GroupId"]]})
    assert not result["failed"], result["msg"]
    assert result["private_endpoint"]["security_group_ids"] == [group["GroupId"]]


def test_what_is_never_known_is_an_error_soon(customer: Customer) -> None:
    options = desired(customer)
    customer.sandbox.faults.add(
        {
            "api": "aws",
            "call": "CreateVpcEndpoint",
            "kind": "error",
            "value": "InvalidSubnetID.NotFound",
            "times": None,
            "effect": "before",
        }
    )
    began = customer.sandbox.clock.now()
    result = customer.run("private_endpoint", **options)
    assert result["error"]["code"] == "InvalidSubnetID.NotFound"
    assert customer.sandbox.clock.now() - began < 20


UNKNOWN_VPC = {"api": "aws", "kind": "error", "value": "InvalidVpcID.NotFound", "effect": "before"}


@pytest.mark.parametrize("call", ["DescribeVpcAttribute", "ModifyVpcAttribute", "CreateSubnet", "CreateSecurityGroup"])
def test_a_vpc_that_is_listed_and_not_known_everywhere_yet_gets_its_parts(customer: Customer, call: str) -> None:
    customer.sandbox.faults.add({**UNKNOWN_VPC, "call": call, "times": 3})
    common: dict[str, t.Any] = {
        "ownership": {"tidbcloud:managed-by": "tidbcloud.privatelink", "Name": "x"},
        "region": "us-east-1",
    }
    made = customer.run("connection_network", part="vpc", cidr_block="10.42.0.0/16", **common)
    assert not made["failed"], made["msg"]
    vpc_id = made["parts"][0]["id"]
    subnet = {"cidr_block": "10.42.0.0/24", "availability_zone_id": customer.zone_ids()[0]}
    parts: dict[str, dict[str, t.Any]] = {
        "subnets": {"subnets": [subnet]},
        "security_group": {"name": "x", "description": "x"},
    }
    for part, options in parts.items():
        made = customer.run("connection_network", part=part, vpc_id=vpc_id, **common, **options)
        assert not made["failed"], made["msg"]
        assert len(made["parts"]) == 1
    (fault,) = customer.sandbox.faults.list()
    assert fault.fired == 3


def test_a_vpc_that_is_never_known_is_an_error_soon(customer: Customer) -> None:
    vpc_id = customer.network().vpc_id
    customer.sandbox.faults.add({**UNKNOWN_VPC, "call": "CreateSubnet", "times": None})
    subnet = {"cidr_block": "10.7.9.0/24", "availability_zone_id": customer.zone_ids()[0]}
    began = customer.sandbox.clock.now()
    ownership = {"tidbcloud:managed-by": "tidbcloud.privatelink"}
    made = customer.run(
        "connection_network", part="subnets", vpc_id=vpc_id, subnets=[subnet], ownership=ownership, region="us-east-1"
    )
    assert made["error"]["code"] == "InvalidVpcID.NotFound"
    assert customer.sandbox.clock.now() - began < 20


def test_attributes_that_are_not_known_yet_are_waited_for(customer: Customer) -> None:
    options = desired(customer)
    customer.sandbox.faults.add({**UNKNOWN_VPC, "call": "DescribeVpcAttribute", "times": 3})
    result = customer.run("private_endpoint", **options)
    assert not result["failed"], result["msg"]
