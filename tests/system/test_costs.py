# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What endpoint_info says a fleet costs, by which prices, and with how many requests."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.customer import Customer, Result

MAIN_ACCOUNT = "210987654321"


@pytest.fixture
def connected(customer: Customer) -> Customer:
    """One private endpoint in two zones, not registered: a finding."""
    network = customer.network()
    group = next(iter(customer.facts["clusters"]["main"]["node_groups"].values()))
    customer.ec2().create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network.vpc_id,
        ServiceName=group["service_name"],
        SubnetIds=list(network.subnet_ids),
        SecurityGroupIds=list(network.security_group_ids),
        PrivateDnsEnabled=False,
    )
    return customer


def costed(customer: Customer, **options: t.Any) -> Result:
    result = customer.run("endpoint_info", include_costs=True, **options)
    assert not result["failed"], result["msg"]
    return result


def price_list_requests(customer: Customer) -> list[int]:
    """The status of each."""
    return [entry.status for entry in customer.requests if entry.call == "GetProducts"]


def amounts(result: Result) -> list[float]:
    return [one["monthly_cost_usd"] for key in ("private_endpoints", "findings") for one in result[key]]


def test_prices_come_from_the_price_list_with_one_request_for_the_region(connected: Customer) -> None:
    result = costed(connected)
    assert result["costs"] == {
        "currency": "USD",
        "source": "price_list",
        "as_of": "2026-10-06",
        "per_gb_usd": 0.01,
        "total_monthly_usd": 14.6,
        "by_cluster": {connected.cluster_id("main"): 14.6},
        "by_account": {MAIN_ACCOUNT: 14.6},
        "prices": [
            {
                "region": "us-east-1",
                "zone_hour_usd": 0.01,
                "per_gb_usd": 0.01,
                "source": "price_list",
                "as_of": "2026-10-06",
            }
        ],
        "not_included": ["data processed", "EC2 data transfer"],
    }
    assert amounts(result) == [14.6, 14.6]
    assert (price_list_requests(connected), connected.warnings) == ([200], [])


def test_where_the_price_list_may_not_be_read_the_table_is_used_and_the_reason_reported(connected: Customer) -> None:
    connected.sandbox.settings.price_list_readable = False
    result = costed(connected)
    assert (result["costs"]["source"], result["costs"]["total_monthly_usd"]) == ("table", 14.6)
    assert amounts(result) == [14.6, 14.6]
    assert price_list_requests(connected) == [400]
    why, instead = connected.warnings[:2]  # amazon.aws hands each to Ansible twice
    assert set(connected.warnings) == {why, instead}
    assert why.startswith(
        "The AWS Price List was not read for us-east-1: AWS did not permit GetProducts in us-east-1: "
        "allow pricing:GetProducts in the IAM policy of these credentials."
    )
    assert instead.startswith("The collection's own dated prices are used for us-east-1 (2026-")


def test_what_the_user_pays_is_asked_of_nobody(connected: Customer) -> None:
    result = costed(connected, prices=[{"region": "us-east-1", "zone_hour_usd": 0.008, "per_gb_usd": 0.007}])
    costs = result["costs"]
    assert (costs["source"], costs["as_of"], costs["per_gb_usd"]) == ("option", None, 0.007)
    assert (costs["total_monthly_usd"], amounts(result)) == (11.68, [11.68, 11.68])
    assert (price_list_requests(connected), connected.warnings) == ([], [])


def test_without_costs_nobody_is_asked_and_amounts_are_the_tables(connected: Customer) -> None:
    result = connected.run("endpoint_info", prices=[{"region": "us-east-1", "zone_hour_usd": 0.5}])
    assert (result["costs"], amounts(result)) == (None, [14.6, 14.6])
    assert price_list_requests(connected) == []


def test_an_empty_fleet_costs_nothing_and_asks_nobody(customer: Customer) -> None:
    costs = costed(customer)["costs"]
    assert (costs["total_monthly_usd"], costs["source"], costs["by_cluster"], costs["by_account"]) == (
        0,
        "table",
        {},
        {},
    )
    assert price_list_requests(customer) == []


@pytest.mark.parametrize(
    "price", [{"zone_hour_usd": -0.01}, {"zone_hour_usd": 0.01, "per_gb_usd": "nan"}, {"zone_hour_usd": "inf"}]
)
def test_a_price_that_is_none_is_refused_before_anything_is_read(customer: Customer, price: dict[str, t.Any]) -> None:
    result = customer.run("endpoint_info", include_costs=True, prices=[{"region": "us-east-1", **price}])
    assert result["failed"]
    assert result["msg"] == "The prices of us-east-1 must be USD, 0 or more: zone_hour_usd and per_gb_usd."
    assert customer.requests == []


def test_the_diff_is_costed_from_the_table_alike_in_check_mode_and_run(customer: Customer) -> None:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    seen = []
    for desired in (
        {},
        {"subnet_ids": options["subnet_ids"][:1]},
        {"state": "absent"},
    ):
        dry = customer.run("private_endpoint", check=True, **{**options, **desired})
        run = customer.run("private_endpoint", **{**options, **desired})
        assert dry["diff"] == run["diff"]
        seen.append(tuple(run["diff"][half]["monthly_cost_usd"] for half in ("before", "after")))
        assert price_list_requests(customer) == []
    assert seen == [(0.0, 14.6), (14.6, 7.3), (7.3, 0.0)]
