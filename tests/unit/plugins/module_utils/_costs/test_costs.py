# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import Price
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.costs import (
    TABLE,
    billed_regions,
    costs,
    monthly_cost_usd,
    priced,
)
from tests.support.endpoint_literals import CLUSTER_ID, VPCE

ACCOUNT = "210987654321"
LISTED = Price(0.01, 0.01, "price_list", "2026-11-02")


def endpoint(region: str = "us-east-1", zones: int = 2, **fields: t.Any) -> dict[str, t.Any]:
    """The part of a private endpoint, as `endpoint_info` returns it, that costs use."""
    return {
        "vpc_endpoint_id": VPCE,
        "vpc_endpoint_state": "available",
        "aws_visible": True,
        "region": region,
        "subnet_ids": [f"subnet-{number}" for number in range(zones)],
        "cluster_id": CLUSTER_ID,
        "account_id": ACCOUNT,
        "monthly_cost_usd": monthly_cost_usd(region, zones),
        **fields,
    }


def test_a_zone_costs_730_hours_a_month() -> None:
    assert [monthly_cost_usd("us-east-1", zones) for zones in (0, 1, 3)] == [0.0, 7.3, 21.9]


def test_nothing_costs_nothing_even_where_no_price_is_known() -> None:
    assert (monthly_cost_usd("mars-north-1", 0), monthly_cost_usd(None, 0)) == (0.0, 0.0)


def test_no_guess_where_no_price_is_known() -> None:
    assert (monthly_cost_usd("mars-north-1", 1), monthly_cost_usd(None, 1)) == (None, None)


def test_private_endpoints_are_priced_again() -> None:
    seen, unseen = endpoint(), endpoint(aws_visible=False, subnet_ids=[], monthly_cost_usd=None)
    found = priced([seen, unseen], {"us-east-1": Price(0.02)})
    assert [one["monthly_cost_usd"] for one in found] == [29.2, None]
    assert seen["monthly_cost_usd"] == 14.6


@pytest.mark.parametrize("state", ["rejected", "failed", "expired", "pendingAcceptance", "deleting"])
def test_an_endpoint_is_billed_whatever_its_state(state: str) -> None:
    assert priced([endpoint(vpc_endpoint_state=state)], TABLE)[0]["monthly_cost_usd"] == 14.6


def test_a_deleted_endpoint_is_not_billed() -> None:
    assert priced([endpoint(vpc_endpoint_state="deleted")], TABLE)[0]["monthly_cost_usd"] == 0.0


def test_only_regions_with_something_billed_matter() -> None:
    found = [
        endpoint("us-west-2"),
        endpoint("eu-west-1", aws_visible=False),
        endpoint("eu-central-1", vpc_endpoint_state="deleted"),
        endpoint("ap-south-1", 0),
        endpoint("us-east-1"),
        endpoint("us-east-1"),
    ]
    assert billed_regions(found) == ["us-east-1", "us-west-2"]


def test_the_whole_of_it() -> None:
    found = [endpoint(), endpoint(zones=1, cluster_id=None, account_id="310987654322")]
    assert costs(found) == {
        "currency": "USD",
        "source": "table",
        "as_of": TABLE["us-east-1"].as_of,
        "per_gb_usd": 0.01,
        "total_monthly_usd": 21.9,
        "by_cluster": {CLUSTER_ID: 14.6, "unknown": 7.3},
        "by_account": {ACCOUNT: 14.6, "310987654322": 7.3},
        "prices": [
            {
                "region": "us-east-1",
                "zone_hour_usd": 0.01,
                "per_gb_usd": 0.01,
                "source": "table",
                "as_of": TABLE["us-east-1"].as_of,
            }
        ],
        "not_included": ["data processed", "EC2 data transfer"],
    }


def test_nothing_found_is_dated_by_the_table() -> None:
    empty = costs([])
    assert (empty["source"], empty["per_gb_usd"], empty["total_monthly_usd"], empty["prices"]) == ("table", 0.01, 0, [])
    assert empty["as_of"] == min(str(price.as_of) for price in TABLE.values())


def test_what_these_credentials_cannot_see_is_named() -> None:
    unseen = endpoint(aws_visible=False, monthly_cost_usd=None)
    assert costs([endpoint(), unseen])["not_included"][-1] == (
        "private endpoints that these credentials cannot see in AWS: 1"
    )


def test_a_region_without_a_price_is_named_and_not_summed() -> None:
    sums = costs([endpoint(), endpoint("mars-north-1")])
    assert (sums["total_monthly_usd"], sums["source"]) == (14.6, "table")
    assert sums["not_included"][-1] == "zone-hours in mars-north-1: no known price"


def test_the_day_is_the_oldest_of_the_prices_used() -> None:
    prices = {"us-east-1": LISTED, "us-west-2": Price(0.01, 0.01, "price_list", "2026-10-30")}
    sums = costs([endpoint(), endpoint("us-west-2")], prices)
    assert (sums["source"], sums["as_of"]) == ("price_list", "2026-10-30")


def test_prices_of_several_sources_are_distinguished() -> None:
    prices = {**TABLE, "us-east-1": LISTED}
    sums = costs([endpoint(), endpoint("us-west-2")], prices)
    assert sums["source"] == "mixed"
    assert [(price["region"], price["source"]) for price in sums["prices"]] == [
        ("us-east-1", "price_list"),
        ("us-west-2", "table"),
    ]


def test_the_users_own_price_has_no_day() -> None:
    sums = costs([endpoint()], {"us-east-1": Price(0.008, 0.007)})
    assert (sums["source"], sums["as_of"], sums["per_gb_usd"]) == ("option", None, 0.007)


@pytest.mark.parametrize("other", [Price(0.01, 0.02), Price(0.01, None)], ids=["differs", "unknown"])
def test_a_gigabyte_has_no_one_price_where_regions_differ(other: Price) -> None:
    sums = costs([endpoint(), endpoint("us-west-2")], {"us-east-1": LISTED, "us-west-2": other})
    assert sums["per_gb_usd"] is None
    assert sums["not_included"][0] == "data processed (no one price holds in us-east-1, us-west-2)"


def test_what_could_not_be_read_is_named_among_what_a_sum_leaves_out() -> None:
    assert costs([], unread=["1, eu-west-1"])["not_included"][-1] == "AWS in 1, eu-west-1: it could not be read"
