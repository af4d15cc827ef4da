# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What interface endpoints cost a month. Pure.

An interface endpoint is billed for each zone and started hour, whatever its state; data and EC2 data transfer come on
top. Source: AWS PrivateLink pricing. Prices come from the AWS Price List, the collection's own dated table, or the
user. The default is the table: check mode and run must agree.
"""

from __future__ import annotations

import typing as t

from .._aws.model import Price
from .._run.text import listed
from .price_table import PER_GB_USD, ZONE_HOURS

HOURS_A_MONTH = 730


Prices = t.Mapping[str, Price]
Endpoint = t.Mapping[str, t.Any]

TABLE: Prices = {region: Price(usd, PER_GB_USD, "table", day) for region, (usd, day) in ZONE_HOURS.items()}


def monthly_cost_usd(region: str | None, zones: int, prices: Prices = TABLE) -> float | None:
    """USD a month (730 hours) for an interface endpoint in that many zones; null if no price is known."""
    if zones == 0:
        return 0.0
    price = prices.get(region or "")
    return None if price is None else round(price.zone_hour_usd * HOURS_A_MONTH * zones, 2)


def billed_regions(private_endpoints: t.Iterable[Endpoint]) -> list[str]:
    """The regions whose prices matter for private endpoints in the shape of `endpoint_info`."""
    return sorted({str(endpoint["region"]) for endpoint in private_endpoints if _zones(endpoint)})


def priced(private_endpoints: t.Iterable[Endpoint], prices: Prices) -> list[dict[str, t.Any]]:
    """The same private endpoints, their `monthly_cost_usd` from these prices."""
    return [
        {**endpoint, "monthly_cost_usd": monthly_cost_usd(endpoint["region"], _zones(endpoint), prices)}
        if endpoint["aws_visible"]
        else dict(endpoint)
        for endpoint in private_endpoints
    ]


def _zones(endpoint: Endpoint) -> int:
    """How many zones are billed: one for each subnet, until AWS has deleted the endpoint."""
    billed = endpoint["aws_visible"] and endpoint["vpc_endpoint_state"] != "deleted"
    return len(endpoint["subnet_ids"]) if billed else 0


def costs(
    private_endpoints: t.Iterable[Endpoint], prices: Prices = TABLE, unread: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    """The return value `costs`: sums in USD a month over what `priced` returns for the same prices.

    A sum includes only what has a known price; `not_included` names what has none, what is billed by use, and the
    places that could not be read (`unread`).
    """
    found = list(private_endpoints)
    endpoints = [endpoint for endpoint in found if endpoint["aws_visible"]]
    regions = billed_regions(found)
    used = {region: prices[region] for region in regions if region in prices}
    per_gb = {price.per_gb_usd for price in used.values()} if regions else {PER_GB_USD}
    shared = per_gb.pop() if len(per_gb) == 1 else None
    return {
        "currency": "USD",
        "source": _source(used),
        "as_of": min((price.as_of for price in _dated(used) if price.as_of), default=None),
        "per_gb_usd": shared,
        "total_monthly_usd": round(sum(endpoint["monthly_cost_usd"] or 0 for endpoint in endpoints), 2),
        "by_cluster": _sums(endpoints, "cluster_id"),
        "by_account": _sums(endpoints, "account_id"),
        "prices": [_returned(region, price) for region, price in used.items()],
        "not_included": [
            *_not_included(regions, used, shared, len(found) - len(endpoints)),
            *(f"AWS in {place}: it could not be read" for place in unread),
        ],
    }


def _source(used: Prices) -> str:
    sources = {price.source for price in used.values()} or {"table"}
    return sources.pop() if len(sources) == 1 else "mixed"


def _dated(used: Prices) -> t.Iterable[Price]:
    """The prices that date the whole: those used; where nothing is billed, the table's."""
    return (used or TABLE).values()


def _returned(region: str, price: Price) -> dict[str, t.Any]:
    return {
        "region": region,
        "zone_hour_usd": price.zone_hour_usd,
        "per_gb_usd": price.per_gb_usd,
        "source": price.source,
        "as_of": price.as_of,
    }


def _not_included(regions: t.Sequence[str], used: Prices, per_gb_usd: float | None, unseen: int) -> list[str]:
    differing = f" (no one price holds in {listed(regions)})" if per_gb_usd is None else ""
    return [
        f"data processed{differing}",
        "EC2 data transfer",
        *(f"zone-hours in {region}: no known price" for region in regions if region not in used),
        *([f"private endpoints that these credentials cannot see in AWS: {unseen}"] if unseen else []),
    ]


def _sums(endpoints: t.Iterable[Endpoint], key: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for endpoint in endpoints:
        name = str(endpoint[key] or "unknown")
        sums[name] = round(sums.get(name, 0.0) + (endpoint["monthly_cost_usd"] or 0), 2)
    return sums
