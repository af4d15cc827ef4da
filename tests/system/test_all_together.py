# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that forbids a desired state is reported by one run, whichever side it is found on."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Result
from tests.support.refused_runs import codes, refused


@pytest.fixture
def desired(customer: Customer) -> dict[str, t.Any]:
    return {"cluster_id": customer.cluster_id("main"), **customer.network().options}


def reported(result: Result) -> list[str]:
    """The code of each limit that is broken."""
    assert codes(result)
    return sorted(violation["code"] for violation in result["violations"])


def test_what_the_cluster_forbids_is_reported_beside_the_wrong_region(
    customer: Customer, desired: dict[str, t.Any]
) -> None:
    paused = {**desired, "cluster_id": customer.cluster_id("paused"), "region": "us-west-2"}
    assert reported(refused(customer, **paused)) == ["cluster_not_ready", "region_mismatch"]
    creating = {**desired, "cluster_id": customer.cluster_id("service-creating"), "region": "us-west-2"}
    assert reported(refused(customer, **creating)) == ["region_mismatch", "service_not_active"]
    nowhere = {**desired, "node_group_id": "1", "region": "us-west-2"}
    assert reported(refused(customer, **nowhere)) == ["node_group_not_found", "region_mismatch"]


def test_what_the_network_forbids_is_reported_beside_a_change_that_is_impossible(
    customer: Customer, desired: dict[str, t.Any]
) -> None:
    vpc_endpoint_id = customer.run("private_endpoint", **desired)["private_endpoint"]["vpc_endpoint_id"]
    elsewhere = customer.network(customer.zone_ids()[0], "use1-az6", dns=False)
    moved = {**elsewhere.options, "security_group_ids": [*desired["security_group_ids"], "sg-0123456789abcdef0"]}
    result = refused(customer, **{**desired, **moved}, vpc_endpoint_id=vpc_endpoint_id)
    assert reported(result) == [
        "immutable_change",
        "security_group_not_found",
        "security_group_not_in_vpc",
        "zone_not_supported",
    ]


def test_an_endpoint_that_cannot_be_what_is_wanted_is_refused_also_where_nothing_else_would_change(
    customer: Customer, desired: dict[str, t.Any]
) -> None:
    vpc_endpoint_id = customer.run("private_endpoint", **desired)["private_endpoint"]["vpc_endpoint_id"]
    elsewhere = customer.network().vpc_id
    moved = {"cluster_id": desired["cluster_id"], "vpc_id": elsewhere, "vpc_endpoint_id": vpc_endpoint_id}
    assert reported(refused(customer, **moved)) == ["immutable_change"]


@pytest.mark.parametrize("module", ["private_endpoint", "private_endpoints"])
def test_gateway_load_balancer_endpoints_count_against_the_quota(
    customer: Customer, desired: dict[str, t.Any], module: str
) -> None:
    customer.sandbox.settings.endpoint_quota = 2
    for _firewall in range(2):
        customer.sandbox.aws.add_gateway_load_balancer_endpoint(
            customer.account["account_id"], "us-east-1", desired["vpc_id"]
        )
    result = customer.run(module, **(desired if module == "private_endpoint" else {"endpoints": [desired]}))
    (violation,) = result["violations"] if module == "private_endpoint" else result["results"][0]["violations"]
    assert violation["code"] == "endpoint_quota_reached"
    assert "has 2 interface and Gateway Load Balancer endpoints; the quota is 2." in violation["message"]
    assert customer.writing_calls == []
    customer.sandbox.settings.endpoint_quota = 3
    assert not customer.run(module, **(desired if module == "private_endpoint" else {"endpoints": [desired]}))["failed"]


@pytest.mark.parametrize("cluster", ["dropped", "without a service"])
def test_an_interface_endpoint_of_an_aws_service_is_never_taken_for_a_cluster_that_is_gone(
    customer: Customer, desired: dict[str, t.Any], cluster: str
) -> None:
    vpc_endpoint_id = customer.run("private_endpoint", **desired)["private_endpoint"]["vpc_endpoint_id"]
    made = customer.sandbox.aws.endpoint(vpc_endpoint_id)
    assert made is not None
    customer.ec2().delete_tags(
        Resources=[vpc_endpoint_id], Tags=[{"Key": key} for key in ("tidbcloud:managed-by", "tidbcloud:cluster-id")]
    )
    made.service_name = "com.amazonaws.us-east-1.secretsmanager"
    role = {"dropped": "1" * 19, "without a service": customer.cluster_id("service-absent")}[cluster]
    absent = {"state": "absent", "cluster_id": role, "vpc_endpoint_id": vpc_endpoint_id, "region": "us-east-1"}
    assert reported(refused(customer, **absent)) == ["endpoint_of_other_service"]


def test_endpoints_of_others_do_not_hide_that_a_cluster_has_no_service(
    customer: Customer, desired: dict[str, t.Any]
) -> None:
    for name in ("one", "other"):
        mine = {**desired, "name": name, "private_dns_enabled": name == "one"}
        vpc_endpoint_id = customer.run("private_endpoint", **mine)["private_endpoint"]["vpc_endpoint_id"]
        made = customer.sandbox.aws.endpoint(vpc_endpoint_id)
        assert made is not None
        made.service_name = "com.amazonaws.us-east-1.secretsmanager"
    result = refused(customer, **{**desired, "cluster_id": customer.cluster_id("service-absent")})
    assert reported(result) == ["service_not_created"]
