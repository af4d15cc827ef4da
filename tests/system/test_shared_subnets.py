# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets that another account shares: AWS is asked whose credentials these are only if subnets are used."""

from __future__ import annotations

import typing as t
from unittest import mock

from moto.ec2.models.subnets import Subnet

from tests.support.customer import Customer, Result

MAIN_ACCOUNT, OTHER_ACCOUNT = "210987654321", "310987654322"
PHRASE = f"belongs to account {OTHER_ACCOUNT} and is shared with {MAIN_ACCOUNT}"


def connect(customer: Customer, **options: t.Any) -> Result:
    result = customer.run("private_endpoint", cluster_id=customer.cluster_id("main"), **options)
    assert not result["failed"], result["msg"]
    return result


def questions(customer: Customer) -> int:
    """How often the last run asked who it is."""
    return sum(entry.call == "GetCallerIdentity" for entry in customer.requests)


def shared_by_the_other_account() -> t.Any:
    """moto cannot share subnets: as long as this lasts, it says that they are the other account's."""
    return mock.patch.object(Subnet, "owner_id", property(lambda _subnet: OTHER_ACCOUNT))


def test_the_caller_is_asked_for_where_subnets_are_put_to_use_and_nowhere_else(customer: Customer) -> None:
    network = customer.network()
    one = {**network.options, "subnet_ids": network.options["subnet_ids"][:1]}
    asked = []
    without_dns = {**network.options, "private_dns_enabled": False}
    tagged = {**network.options, "tags": {"a": "b"}}
    for options in (one, one, network.options, without_dns, tagged, one, {**one, "state": "absent"}):
        connect(customer, **options)
        asked.append(questions(customer))
    assert asked == [1, 0, 1, 0, 0, 0, 0]


def test_a_shared_subnet_is_warned_of_in_check_mode(customer: Customer) -> None:
    network = customer.network()
    with shared_by_the_other_account():
        connect(customer, check=True, **network.options)
    warnings = [warning for warning in dict.fromkeys(customer.warnings) if PHRASE in warning]
    assert [warning.split()[1] for warning in warnings] == sorted(network.subnet_ids)


def test_where_sts_cannot_be_asked_nothing_is_said_and_nothing_fails(customer: Customer) -> None:
    network = customer.network()
    customer.sandbox.faults.add(
        {"api": "aws", "call": "GetCallerIdentity", "kind": "status", "value": 500, "times": 99}
    )
    with shared_by_the_other_account():
        connect(customer, check=True, **network.options)
    assert not any(PHRASE in warning for warning in customer.warnings)
    assert questions(customer) > 0
