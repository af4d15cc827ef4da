# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the modules handle faults between them and the clouds; each test proves that its fault hit."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Result


def inject(customer: Customer, api: str, call: str, kind: str, **fields: t.Any) -> None:
    customer.sandbox.faults.add({"api": api, "call": call, "kind": kind, **fields})


def fired(customer: Customer) -> list[int]:
    """How often each fault hit."""
    return [fault.fired for fault in customer.sandbox.faults.list()]


def connect(customer: Customer, **options: t.Any) -> Result:
    return customer.run("private_endpoint", **{"cluster_id": customer.cluster_id("main"), **options})


@pytest.mark.parametrize("call", ["DescribeVpcEndpoints", "CreateVpcEndpoint", "ModifyVpcEndpoint"])
def test_throttling_by_aws_is_waited_out(customer: Customer, call: str) -> None:
    network = customer.network()
    inject(customer, "aws", call, "throttle", times=2)
    result = connect(customer, **network.options)
    assert (result["failed"], result["private_endpoint"]["status"]) == (False, "active")
    assert fired(customer) == [2]
    assert len(customer.live_endpoints()) == 1


def test_throttling_by_aws_without_an_end_is_an_error_that_says_so(customer: Customer) -> None:
    inject(customer, "aws", "DescribeVpcEndpoints", "throttle", times=1000)
    result = customer.run("endpoint_info")
    assert (result["failed"], result["error"]["code"]) == (True, "RequestLimitExceeded")
    assert "too many requests" in result["msg"]
    assert fired(customer)[0] > 1


@pytest.mark.parametrize(("api", "call"), [("tidbcloud", "GetCluster"), ("aws", "DescribeVpcEndpoints")])
def test_a_truncated_answer_to_a_question_is_asked_for_again(customer: Customer, api: str, call: str) -> None:
    network = customer.network()
    inject(customer, api, call, "truncated")
    result = connect(customer, **network.options)
    assert (result["failed"], fired(customer)) == (False, [1])


@pytest.mark.parametrize(
    ("api", "call"), [("tidbcloud", "CreatePrivateEndpointConnection"), ("aws", "CreateVpcEndpoint")]
)
def test_a_write_whose_answer_is_truncated_is_not_done_twice(customer: Customer, api: str, call: str) -> None:
    network = customer.network()
    inject(customer, api, call, "truncated")
    results = [connect(customer, **network.options) for _run in range(2)]
    assert (results[-1]["failed"], results[-1]["private_endpoint"]["status"]) == (False, "active")
    assert fired(customer) == [1]
    assert len(customer.live_endpoints()) == 1


@pytest.mark.parametrize("status", [200, 502])
def test_the_page_of_a_proxy_is_no_answer_of_tidb_cloud(customer: Customer, status: int) -> None:
    inject(customer, "tidbcloud", "ListClusters", "not_json", value=status, times=1000)
    result = customer.run("endpoint_info")
    assert result["failed"]
    assert result["error"]["api"] == "tidbcloud"
    assert "<html>" not in result["msg"]
    assert fired(customer)[0] >= 1


@pytest.mark.parametrize(
    ("api", "change"),
    [
        ("tidbcloud", "registration_accept"),
        ("tidbcloud", "registration_active"),
        ("aws", "endpoint_available"),
        ("aws", "private_dns"),
    ],
)
def test_a_creation_that_gets_stuck_is_given_up_and_finished_by_the_next_run(
    customer: Customer, api: str, change: str
) -> None:
    network = customer.network()
    # A modification that does not show is sent again: that must not come through either.
    inject(customer, api, change, "stuck", times=1000)
    result = connect(customer, **network.options)
    assert result["failed"]
    assert fired(customer)[0] >= 1
    customer.sandbox.faults.clear()
    assert connect(customer, **network.options)["private_endpoint"]["status"] == "active"
    assert len(customer.live_endpoints()) == 1


@pytest.mark.parametrize(
    ("api", "change"),
    [("tidbcloud", "registration_deleting"), ("aws", "endpoint_deleting"), ("aws", "interfaces_gone")],
)
def test_a_deletion_that_gets_stuck_is_given_up_and_finished_by_the_next_run(
    customer: Customer, api: str, change: str
) -> None:
    network = customer.network()
    connect(customer, **network.options)
    inject(customer, api, change, "stuck")
    result = connect(customer, vpc_id=network.vpc_id, state="absent")
    assert (result["failed"], fired(customer)) == (True, [1])
    customer.sandbox.faults.clear()
    customer.sandbox.clock.advance(60)
    again = connect(customer, vpc_id=network.vpc_id, state="absent")
    assert (again["failed"], customer.live_endpoints()) == (False, [])
    customer.ec2().delete_subnet(SubnetId=network.subnet_ids[0])


def test_a_service_that_is_stuck_in_creation_is_given_up_and_found_active_later(customer: Customer) -> None:
    inject(customer, "tidbcloud", "service_creating", "stuck")
    cluster_id = customer.cluster_id("service-creating")
    assert customer.run("endpoint_service", cluster_id=cluster_id)["failed"]
    assert fired(customer) == [1]
    customer.sandbox.faults.clear()
    assert customer.run("endpoint_service", cluster_id=cluster_id)["endpoint_service"]["state"] == "active"
