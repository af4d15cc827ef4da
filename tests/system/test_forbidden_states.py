# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refuses on the way although the desired state is allowed: the run finds another way, or waits."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Result
from tests.support.transitions import Options, creation


def run(customer: Customer, **options: t.Any) -> Result:
    result = customer.run("private_endpoint", **options)
    assert not result["failed"], result["msg"]
    return result


def assert_unchanged(customer: Customer, **options: t.Any) -> None:
    assert not run(customer, **options)["changed"]


def groups(customer: Customer, vpc_id: str, names: t.Iterable[str]) -> list[str]:
    ec2 = customer.ec2()
    return [ec2.create_security_group(VpcId=vpc_id, GroupName=one, Description=one)["GroupId"] for one in names]


@pytest.mark.parametrize(("counted", "calls"), [("after", 1), ("before_removal", 10)])
def test_all_security_groups_are_replaced_at_the_limit(customer: Customer, counted: str, calls: int) -> None:
    customer.sandbox.settings.groups_counted = counted
    desired = creation(customer)
    old, new = (groups(customer, desired["vpc_id"], names) for names in ("abcde", "fghij"))
    run(customer, **{**desired, "security_group_ids": old})
    changed = {**desired, "security_group_ids": new}
    planned = customer.run("private_endpoint", check=True, **changed)
    edited = run(customer, **changed)
    assert [step["name"] for step in edited["steps"]] == ["add_security_groups", "remove_security_groups"]
    assert edited["steps"] == planned["steps"]
    assert edited["private_endpoint"]["security_group_ids"] == sorted(new)
    changes = [entry.status for entry in customer.requests if entry.call == "ModifyVpcEndpoint"]
    assert changes.count(200) == calls
    assert_unchanged(customer, **changed)


def test_more_security_groups_than_aws_allows_are_its_own_error_and_the_old_ones_stay(customer: Customer) -> None:
    desired = creation(customer)
    run(customer, **desired)
    many = groups(customer, desired["vpc_id"], "abcdef")
    result = customer.run("private_endpoint", **{**desired, "security_group_ids": many})
    assert (result["failed"], result["changed"], result["steps"]) == (True, False, [])
    assert result["error"]["code"] == "SecurityGroupsPerInterfaceLimitExceeded"
    assert_unchanged(customer, **desired)


def test_an_idempotent_operation_that_is_going_on_is_waited_for(customer: Customer) -> None:
    customer.sandbox.settings.busy_code = "InvalidParameter"
    customer.sandbox.settings.endpoint_settle = 20.0
    desired = creation(customer)
    run(customer, **desired)
    changed = {
        **desired,
        "subnet_ids": desired["subnet_ids"][:1],
        "security_group_ids": groups(customer, desired["vpc_id"], "a"),
    }
    assert len(run(customer, **changed)["steps"]) == 3
    assert_unchanged(customer, **changed)


def test_a_name_whose_holder_is_being_deleted_is_waited_for(customer: Customer) -> None:
    """Deleting and creating in one play."""
    customer.sandbox.settings.endpoint_deleting = 120.0
    customer.sandbox.settings.name_freed = 10.0
    desired: Options = {
        "service_name": customer.offered_service("db.example.com"),
        "region": "us-east-1",
        **customer.network().options,
    }
    run(customer, **desired)
    run(customer, **{**desired, "state": "absent", "wait": False})
    made = run(customer, **desired)
    assert made["private_endpoint"]["private_dns_enabled"]
    assert_unchanged(customer, **desired)


def test_a_security_group_of_another_vpc_that_is_associated_may_be_used(customer: Customer) -> None:
    desired = creation(customer)
    (foreign,) = customer.network().security_group_ids
    customer.ec2().associate_security_group_vpc(GroupId=foreign, VpcId=desired["vpc_id"])
    desired["security_group_ids"] = [foreign]
    assert run(customer, **desired)["private_endpoint"]["security_group_ids"] == [foreign]
    assert_unchanged(customer, **desired)


def test_tags_of_aws_are_ignored_with_a_warning_when_creating_and_afterwards(customer: Customer) -> None:
    desired = creation(customer)
    desired["tags"] = {"aws:created": "x", "team": "a"}
    for _run in range(2):
        customer.warnings.clear()
        result = run(customer, **desired)
        assert [warning for warning in customer.warnings if "aws:created" in warning]
    assert not result["changed"]
    assert result["private_endpoint"]["tags"]["team"] == "a"


def test_a_protected_endpoint_stays_protected_whatever_tags_say_unless_they_name_it(customer: Customer) -> None:
    desired = creation(customer)
    run(customer, **desired, tags={"deletion-protection": "true"})
    run(customer, **desired, tags={"team": "a"})
    refused = customer.run("private_endpoint", **desired, state="absent")
    assert [violation["code"] for violation in refused["violations"]] == ["deletion_protected"]
    run(customer, **desired, tags={"deletion-protection": "false"})
    assert run(customer, **desired, state="absent")["changed"]


def test_an_endpoint_with_ipv6_returns_its_addresses_of_both_families(customer: Customer) -> None:
    desired: Options = {
        "service_name": customer.offered_service(None, address_types=("ipv4", "dualstack")),
        "region": "us-east-1",
        **customer.network().options,
        "ip_address_type": "dualstack",
    }
    for number, subnet_id in enumerate(desired["subnet_ids"]):
        customer.ec2().associate_subnet_cidr_block(SubnetId=subnet_id, Ipv6CidrBlock=f"2600:1f18:0:{number}::/64")
    interfaces = run(customer, **desired)["private_endpoint"]["network_interfaces"]
    assert len(interfaces) == 2
    for interface in interfaces:
        assert interface["private_ip_address"].startswith("10.7.")
        assert [address.startswith("2600:1f18:") for address in interface["ipv6_addresses"]] == [True]
