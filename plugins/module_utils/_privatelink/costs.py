# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interface endpoint costs a month, from a dated table: check mode and run must agree. Pure.

Only the hours are known beforehand; data (0.01 USD/GB for the first PB) and EC2 data transfer come on top.
Source: AWS PrivateLink pricing; an endpoint is billed for each zone and started hour, whatever its state.
"""

from __future__ import annotations

import typing as t

AS_OF = "2026-11-01"
HOURS_A_MONTH = 730
GB_USD = 0.01  # the first PB of a region and month
# USD for one zone and hour. A region that is not listed has no known price here.
ZONE_HOUR_USD = {"us-east-1": 0.01, "us-east-2": 0.01, "us-west-2": 0.01}


def monthly_cost_usd(region: str | None, zones: int) -> float | None:
    """USD a month (730 hours) for an interface endpoint in so many zones; null where no price is known."""
    if zones == 0:
        return 0.0
    price = ZONE_HOUR_USD.get(region or "")
    return None if price is None else round(price * HOURS_A_MONTH * zones, 2)


def costs(private_endpoints: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The return value C(costs): sums in USD a month over private endpoints in the shape of C(endpoint_info).

    A sum counts only what has a known price; C(not_included) names what has none, and what is billed by use.
    """
    endpoints = [endpoint for endpoint in private_endpoints if endpoint["aws_visible"]]
    unknown = sorted({str(endpoint["region"]) for endpoint in endpoints if endpoint["monthly_cost_usd"] is None})
    return {
        "currency": "USD",
        "source": "table",
        "as_of": AS_OF,
        "per_gb_usd": GB_USD,
        "total_monthly_usd": round(sum(endpoint["monthly_cost_usd"] or 0 for endpoint in endpoints), 2),
        "by_cluster": _sums(endpoints, "cluster_id"),
        "by_account": _sums(endpoints, "account_id"),
        "not_included": [
            "data processed",
            "EC2 data transfer",
            *(f"zone-hours in {region}: no known price" for region in unknown),
        ],
    }


def _sums(endpoints: t.Iterable[t.Mapping[str, t.Any]], key: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for endpoint in endpoints:
        name = str(endpoint[key] or "unknown")
        sums[name] = round(sums.get(name, 0.0) + (endpoint["monthly_cost_usd"] or 0), 2)
    return sums
