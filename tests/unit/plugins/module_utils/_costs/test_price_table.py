# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The price table is data; these are the rules that it keeps, against what botocore knows of AWS and the sums."""

from __future__ import annotations

import datetime

import botocore.session
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.costs import TABLE, monthly_cost_usd
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.price_table import PER_GB_USD, ZONE_HOURS

# The first day on which an interface endpoint to somebody else's service could be bought.
PRIVATELINK_BEGAN = datetime.date(2017, 11, 8)


def test_every_region_is_one_of_aws_that_bills_in_dollars() -> None:
    """Not of a partition such as that of China, whose prices are in yuan: the table is in USD. By the pattern, as the
    oldest supported botocore does not list the newest regions.
    """
    session = botocore.session.get_session()
    assert {session.get_partition_for_region(region) for region in ZONE_HOURS} == {"aws"}


def test_regions_stand_in_order_so_that_nobody_adds_one_twice() -> None:
    assert list(ZONE_HOURS) == sorted(ZONE_HOURS)


@pytest.mark.parametrize("region", ZONE_HOURS)
def test_a_price_is_dollars_for_one_hour_confirmed_on_a_day(region: str) -> None:
    usd, day = ZONE_HOURS[region]
    # Not cents, not a month: an hour of a zone costs between one cent and three.
    assert 0.01 <= usd < 0.03
    # AWS gives prices of an hour in steps of a hundredth of a cent.
    assert round(usd, 4) == usd
    assert datetime.date.fromisoformat(day) > PRIVATELINK_BEGAN


def test_a_gigabyte_costs_less_than_an_hour_of_the_dearest_zone() -> None:
    """They are two columns of one page of AWS: a mix-up of the two would show here."""
    assert 0 < PER_GB_USD <= min(usd for usd, _day in ZONE_HOURS.values())


@pytest.mark.parametrize("region", ZONE_HOURS)
def test_what_is_summed_is_what_the_table_says(region: str) -> None:
    usd, day = ZONE_HOURS[region]
    price = TABLE[region]
    assert (price.zone_hour_usd, price.per_gb_usd, price.source, price.as_of) == (usd, PER_GB_USD, "table", day)
    # Three zones cost as much as thrice one, to the cent that each may be rounded by.
    one, three = monthly_cost_usd(region, 1), monthly_cost_usd(region, 3)
    assert one is not None
    assert three == pytest.approx(3 * one, abs=0.015)


def test_the_table_of_sums_has_no_other_region() -> None:
    assert set(TABLE) == set(ZONE_HOURS)
