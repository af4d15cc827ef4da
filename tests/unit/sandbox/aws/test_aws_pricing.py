# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.support.aws_sandbox import ACCOUNT, Cloud, refused

FAMILY = {"productFamily": "VpcEndpoint"}


def products(cloud: Cloud, **wanted: str) -> list[dict[str, Any]]:
    """What a client reads with these filters, page by page."""
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    pages = cloud.client("pricing").get_paginator("get_products").paginate(ServiceCode="AmazonVPC", Filters=filters)
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def usage_types(found: list[dict[str, Any]]) -> list[str]:
    return [one["product"]["attributes"]["usagetype"] for one in found]


def test_the_price_list_gives_every_kind_of_endpoint_of_a_region(cloud: Cloud) -> None:
    assert usage_types(products(cloud, regionCode="us-west-2", **FAMILY)) == [
        "USW2-VpcEndpoint-Hours",
        "USW2-VpcEndpoint-Bytes",
        "USW2-VpcEndpoint-GWLBE-Hours",
        "USW2-VpcEndpoint-GWLBE-Bytes",
        "USW2-VpcEndpoint-Resource-Hours",
    ]


def test_a_price_is_given_by_tiers(cloud: Cloud) -> None:
    (found,) = products(cloud, usagetype="USE1-VpcEndpoint-Bytes")
    (term,) = found["terms"]["OnDemand"].values()
    assert [
        (tier["beginRange"], tier["endRange"], tier["pricePerUnit"]["USD"]) for tier in term["priceDimensions"].values()
    ] == [
        ("0", "1048576", "0.0100000000"),
        ("1048576", "5242880", "0.0060000000"),
        ("5242880", "Inf", "0.0040000000"),
    ]


def test_a_filter_that_fits_nothing_finds_nothing(cloud: Cloud) -> None:
    assert products(cloud, regionCode="mars-north-1", **FAMILY) == []
    assert products(cloud, productFamily="NAT Gateway") == []
    assert cloud.client("pricing").get_products(ServiceCode="AmazonEC2")["PriceList"] == []


def test_the_price_list_comes_in_pages(cloud: Cloud) -> None:
    pricing = cloud.client("pricing")
    first = pricing.get_products(ServiceCode="AmazonVPC", MaxResults=7)
    rest = pricing.get_products(ServiceCode="AmazonVPC", MaxResults=7, NextToken=first["NextToken"])
    assert (len(first["PriceList"]), len(rest["PriceList"]), "NextToken" in rest) == (7, 3, False)


def test_an_account_may_be_kept_from_the_price_list(cloud: Cloud) -> None:
    cloud.settings.price_list_readable = False
    with refused(
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/sandbox is not authorized to perform: pricing:GetProducts because no "
        "identity-based policy allows the pricing:GetProducts action",
    ):
        products(cloud)


def test_the_price_list_is_served_from_few_regions(cloud: Cloud) -> None:
    with refused("UnknownOperationException", "The Price List has no GetProducts in us-west-2."):
        cloud.client("pricing", region="us-west-2").get_products(ServiceCode="AmazonVPC")


@pytest.mark.parametrize("key", ["AKIASANDBOXNOBODY0000", "AKIASANDBOXMAIN210987"], ids=["unknown", "wrong secret"])
def test_the_price_list_needs_keys_that_work(cloud: Cloud, key: str) -> None:
    stranger: Any = boto3.client(
        "pricing",
        region_name="us-east-1",
        endpoint_url=cloud.client().meta.endpoint_url,
        aws_access_key_id=key,
        aws_secret_access_key="a-secret-that-is-nobodys-0123456789",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
        stranger.get_products(ServiceCode="AmazonVPC")
