# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Price List as the API gives it: JSON documents within strings, one for each usage type."""

from __future__ import annotations

import json
import typing as t

import boto3
import pytest
from botocore.config import Config

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import Price
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.prices import read_prices
from tests.support.scripted_aws import Script as Stubber

PB = "1048576"


def product(usage_type: str, *tiers: tuple[str, str], currency: str = "USD") -> str:
    """One document; each tier is its start (GB) and its price."""
    dimensions = {
        f"SKU.TERM.{number}": {"beginRange": begin, "pricePerUnit": {currency: price}}
        for number, (begin, price) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {"productFamily": "VpcEndpoint", "attributes": {"usagetype": usage_type}},
            "terms": {"OnDemand": {"SKU.TERM": {"priceDimensions": dimensions}}},
            "publicationDate": "2026-09-17T19:05:28Z",
        }
    )


HOURS = product("USE1-VpcEndpoint-Hours", ("0", "0.0100000000"))
BYTES = product("USE1-VpcEndpoint-Bytes", ("0", "0.0100000000"), (PB, "0.0060000000"), ("5242880", "0.0040000000"))
PRICE = Price(0.01, 0.01, "price_list", "2026-09-17")


class PriceList:
    """A client that answers GetProducts as scripted, one page after the other."""

    def __init__(self) -> None:
        untyped: t.Any = boto3
        self.client = untyped.client(
            "pricing",
            region_name="us-east-1",
            aws_access_key_id="AKIATESTTESTTESTTEST",
            aws_secret_access_key="test-secret-access-key-0123456789",
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.stubber = Stubber(self.client)
        self.stubber.activate()

    def answer(self, region: str, *products: str, more: str = "", token: str = "") -> None:
        """`token`: the token that requests the page; `more`: the token of the next one."""
        filters = {"productFamily": "VpcEndpoint", "regionCode": region}
        asked: dict[str, t.Any] = {
            "ServiceCode": "AmazonVPC",
            "Filters": [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()],
            "FormatVersion": "aws_v1",
        }
        answer: dict[str, t.Any] = {"PriceList": list(products)}
        self.stubber.add_response(
            "get_products",
            {**answer, **({"NextToken": more} if more else {})},
            {**asked, **({"NextToken": token} if token else {})},
        )


@pytest.fixture
def price_list() -> t.Iterator[PriceList]:
    price_list = PriceList()
    yield price_list
    price_list.stubber.assert_no_pending_responses()


def test_the_hour_and_the_first_tier_of_the_gigabyte_with_the_day_of_publication(price_list: PriceList) -> None:
    price_list.answer("us-east-1", HOURS, BYTES)
    assert read_prices(price_list.client, ["us-east-1"]) == ({"us-east-1": PRICE}, [])


def test_each_region_is_asked_for_and_every_page_read(price_list: PriceList) -> None:
    price_list.answer("us-east-1", HOURS, more="page-2")
    price_list.answer("us-east-1", BYTES, token="page-2")
    price_list.answer("eu-central-1", product("EUC1-VpcEndpoint-Hours", ("0", "0.0120000000")))
    assert read_prices(price_list.client, ["us-east-1", "eu-central-1"]) == (
        {"us-east-1": PRICE, "eu-central-1": Price(0.012, None, "price_list", "2026-09-17")},
        [],
    )


def test_endpoints_of_other_kinds_are_not_interface_endpoints(price_list: PriceList) -> None:
    others = [
        product(f"USE1-VpcEndpoint-{kind}", ("0", "0.9"))
        for kind in ("GWLBE-Hours", "GWLBE-Bytes", "Resource-Hours", "Service-Hours", "Hours:reserved")
    ]
    price_list.answer("us-east-1", *others, HOURS, BYTES)
    assert read_prices(price_list.client, ["us-east-1"]) == ({"us-east-1": PRICE}, [])


def test_two_prices_of_a_gigabyte_are_none(price_list: PriceList) -> None:
    price_list.answer("us-east-1", HOURS, BYTES, product("USE1-VpcEndpoint-Bytes", ("0", "0.02")))
    prices, problems = read_prices(price_list.client, ["us-east-1"])
    assert (prices["us-east-1"].per_gb_usd, problems) == (None, [])


def test_a_usage_type_without_a_prefix_counts_too(price_list: PriceList) -> None:
    price_list.answer("us-east-1", product("VpcEndpoint-Hours", ("0", "0.01")), BYTES)
    assert read_prices(price_list.client, ["us-east-1"]) == ({"us-east-1": PRICE}, [])


@pytest.mark.parametrize(
    "products",
    [
        [],
        [BYTES],
        [HOURS, product("USE1-VpcEndpoint-Hours", ("0", "0.02"))],
        [product("USE1-VpcEndpoint-Hours", ("0", "0.0000000000"))],
        [product("CNN1-VpcEndpoint-Hours", ("0", "0.08"), currency="CNY")],
    ],
    ids=["nothing", "no hour", "two prices", "free", "no dollars"],
)
def test_no_price_where_there_is_not_exactly_one(price_list: PriceList, products: list[str]) -> None:
    price_list.answer("us-east-1", *products)
    assert read_prices(price_list.client, ["us-east-1"]) == (
        {},
        ["The AWS Price List has no single price of an interface endpoint's hour in us-east-1."],
    )


@pytest.mark.parametrize(
    "text",
    ["<html>", "[]", "{}", '{"product": {"attributes": []}}', product("USE1-VpcEndpoint-Hours", ("0", "a cent"))],
)
def test_a_document_that_cannot_be_read_costs_its_region_only(price_list: PriceList, text: str) -> None:
    price_list.answer("us-west-2", text)
    price_list.answer("us-east-1", HOURS, BYTES)
    prices, problems = read_prices(price_list.client, ["us-west-2", "us-east-1"])
    assert prices == {"us-east-1": PRICE}
    assert len(problems) == 1
    assert problems[0] == "The AWS Price List of us-west-2 has an unknown form."


def test_a_refusal_ends_the_reading_and_says_what_permits_it(price_list: PriceList) -> None:
    price_list.answer("us-east-1", HOURS, BYTES)
    price_list.stubber.add_client_error("get_products", "AccessDeniedException", "User: x is not authorized", 400)
    prices, problems = read_prices(price_list.client, ["us-east-1", "us-west-2", "eu-west-1"])
    assert prices == {"us-east-1": PRICE}
    assert problems == [
        "The AWS Price List was not read for us-west-2, eu-west-1: AWS did not permit GetProducts in us-east-1: allow "
        "pricing:GetProducts in the IAM policy of these credentials. AWS says: User: x is not authorized"
    ]
