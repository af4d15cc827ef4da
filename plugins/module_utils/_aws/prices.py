# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prices of interface endpoints in the AWS Price List, which few accounts' roles may read.

Source: AWS Price List API, GetProducts; for its terms, "Interpreting price list files" in the AWS Billing guide.
"""

from __future__ import annotations

import json
import math
import re
import typing as t

from .._run.errors import PrivateLinkError
from .._run.text import printable
from .calls import Client, advised, pages
from .fields import Json, Unreadable
from .model import Price

# Few regions serve the API, each with the prices of all regions.
PRICE_LIST_REGION = "us-east-1"
# With or without a region's prefix. Others of the family are not interface endpoints: VpcEndpoint-GWLBE-Hours, ….
_HOURS = re.compile(r"(?:[A-Z0-9]+-)?VpcEndpoint-Hours")
_BYTES = re.compile(r"(?:[A-Z0-9]+-)?VpcEndpoint-Bytes")


def read_prices(pricing: Client, regions: t.Iterable[str]) -> tuple[dict[str, Price], list[str]]:
    """The prices of the regions for which the Price List gives exactly one, and sentences about the others.

    Stops at the first refused call: the next would be refused, too.
    """
    prices: dict[str, Price] = {}
    problems: list[str] = []
    wanted = list(regions)
    for region in wanted:
        try:
            products = _products(pricing, region)
        except PrivateLinkError as error:
            unread = ", ".join(wanted[wanted.index(region) :])
            return prices, [*problems, f"The AWS Price List was not read for {unread}: {error}"]
        try:
            price = _price([json.loads(text) for text in products])
        except Exception:  # It is a document of its own, and only advice.
            problems.append(f"The AWS Price List of {region} has an unknown form.")
            continue
        if price is None:
            problems.append(f"The AWS Price List has no single price of an interface endpoint's hour in {region}.")
        else:
            prices[region] = price
    return prices, problems


def _products(pricing: Client, region: str) -> list[str]:
    """Each product is a JSON document within a string."""
    wanted = {"productFamily": "VpcEndpoint", "regionCode": region}
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    selection: dict[str, t.Any] = {"ServiceCode": "AmazonVPC", "Filters": filters, "FormatVersion": "aws_v1"}
    return pages(advised(pricing), "get_products", "PriceList", _document, **selection)


def _document(text: t.Any) -> str:
    if not isinstance(text, str):
        raise Unreadable("a product is not a text")
    return text


def _price(products: t.Sequence[Json]) -> Price | None:
    """Null if there is no price, or more than one: then it is unclear which is billed."""
    hours = _first_tier(products, _HOURS)
    gigabytes = _first_tier(products, _BYTES)
    if len(hours) != 1 or not 0 < min(hours) < math.inf:
        return None
    per_gb = gigabytes.pop() if len(gigabytes) == 1 and 0 <= min(gigabytes) < math.inf else None
    published = min((printable(product.get("publicationDate") or "")[:10] for product in products), default="")
    return Price(hours.pop(), per_gb, "price_list", published or None)


def _first_tier(products: t.Iterable[Json], usage_type: t.Pattern[str]) -> set[float]:
    """The different prices (USD) of the first unit of these usage types, on demand."""
    return {
        float(dimension["pricePerUnit"]["USD"])
        for product in products
        if usage_type.fullmatch(product["product"]["attributes"].get("usagetype", ""))
        for term in product["terms"].get("OnDemand", {}).values()
        for dimension in term["priceDimensions"].values()
        if dimension.get("beginRange", "0") == "0" and "USD" in dimension["pricePerUnit"]
    }
