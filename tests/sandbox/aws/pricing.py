# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the AWS Price List about VPC endpoints, which moto does not have.

Source: AWS Price List API, GetProducts; the products and prices are those of the offer AmazonVPC in October 2026.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from tests.sandbox.aws.credentials import Principal
    from tests.sandbox.settings import Settings

PUBLISHED = "2026-10-06T17:01:08Z"
SERVED_FROM = ("us-east-1", "eu-central-1", "ap-south-1")
"""The regions that have the API, whichever region's prices are asked for."""
PREFIXES = {"us-east-1": "USE1", "us-west-2": "USW2"}
HOUR = "0.0100000000"
GIGABYTE = {"0": "0.0100000000", "1048576": "0.0060000000", "5242880": "0.0040000000"}
"""Maps the start of each tier (GB a month) to its price."""
USAGE_TYPES = {
    "VpcEndpoint-Hours": ("Hrs", {"0": HOUR}),
    "VpcEndpoint-Bytes": ("GB", GIGABYTE),
    "VpcEndpoint-GWLBE-Hours": ("Hrs", {"0": HOUR}),
    "VpcEndpoint-GWLBE-Bytes": ("GB", {"0": "0.0035000000"}),
    "VpcEndpoint-Resource-Hours": ("Hrs", {"0": "0.0200000000"}),
}


class PriceList:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def answer(self, region: str, principal: Principal, action: str, body: bytes) -> Response:
        """`region` is the one that the request was signed for."""
        if not self._settings.price_list_readable:
            return _refusal(
                "AccessDeniedException",
                f"User: {principal.arn} is not authorized to perform: pricing:{action} because no identity-based "
                f"policy allows the pricing:{action} action",
            )
        if action != "GetProducts" or region not in SERVED_FROM:
            return _refusal("UnknownOperationException", f"The Price List has no {action} in {region}.")
        return _json(_page(json.loads(body)), 200)


def _page(asked: dict[str, Any]) -> dict[str, Any]:
    wanted = {one["Field"]: one["Value"] for one in asked.get("Filters", ())}
    found = [product for product in _products() if _matches(product, {**wanted, "servicecode": asked["ServiceCode"]})]
    start = int(asked.get("NextToken") or 0)
    end = start + int(asked.get("MaxResults") or 100)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in found[start:end]], **more}


def _matches(product: dict[str, Any], wanted: dict[str, str]) -> bool:
    """API, Filter: TERM_MATCH is equality without regard to case."""
    described = {**product["product"]["attributes"], "productFamily": product["product"]["productFamily"]}
    return all(str(described.get(field)).lower() == value.lower() for field, value in wanted.items())


def _products() -> list[dict[str, Any]]:
    return [
        _product(region, f"{prefix}-{usage_type}", unit, tiers)
        for region, prefix in PREFIXES.items()
        for usage_type, (unit, tiers) in USAGE_TYPES.items()
    ]


def _product(region: str, usage_type: str, unit: str, tiers: dict[str, str]) -> dict[str, Any]:
    sku = "".join(letter for letter in usage_type.upper() if letter.isalnum())[:16]
    term = f"{sku}.JRTCKXETXF"
    begins = list(tiers)
    ends = [*begins[1:], "Inf"]
    dimensions = {
        f"{term}.{number}": {
            "unit": unit,
            "beginRange": begin,
            "endRange": end,
            "pricePerUnit": {"USD": tiers[begin]},
            "rateCode": f"{term}.{number}",
            "appliesTo": [],
        }
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    }
    attributes = {
        "servicecode": "AmazonVPC",
        "servicename": "Amazon Virtual Private Cloud",
        "regionCode": region,
        "location": region,
        "locationType": "AWS Region",
        "usagetype": usage_type,
        "operation": "VpcEndpoint",
    }
    return {
        "product": {"productFamily": "VpcEndpoint", "attributes": attributes, "sku": sku},
        "serviceCode": "AmazonVPC",
        "terms": {"OnDemand": {term: {"priceDimensions": dimensions, "sku": sku, "effectiveDate": PUBLISHED}}},
        "version": "20261006170108",
        "publicationDate": PUBLISHED,
    }


def _refusal(code: str, message: str) -> Response:
    return _json({"__type": code, "Message": message}, 400)


def _json(answer: dict[str, Any], status: int) -> Response:
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(json.dumps(answer), status, headers, content_type="application/x-amz-json-1.1")
