# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import Price
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs import prices as costing
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.costs import TABLE
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError

LISTED = Price(0.011, 0.01, "price_list", "2026-11-02")


class Session:
    """In place of an AWS session: `asked` lists the requested clients."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def client(self, service: str, region: str) -> str:
        self.asked.append((service, region))
        return "the client"


@pytest.fixture
def session() -> t.Any:
    return Session()


def endpoints(*regions: str) -> list[dict[str, t.Any]]:
    return [
        {"region": region, "aws_visible": True, "vpc_endpoint_state": "available", "subnet_ids": ["subnet-a"]}
        for region in regions
    ]


def price_list(
    monkeypatch: pytest.MonkeyPatch, prices: dict[str, Price], problems: tuple[str, ...] = ()
) -> list[list[str]]:
    """The regions that are requested."""
    asked: list[list[str]] = []

    def read(client: object, regions: list[str]) -> tuple[dict[str, Price], list[str]]:
        assert client == "the client"
        asked.append(regions)
        return prices, list(problems)

    monkeypatch.setattr(costing, "read_prices", read)
    return asked


def test_the_price_list_goes_before_the_table(session: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = price_list(monkeypatch, {"us-east-1": LISTED})
    assert costing.read_costing(endpoints("us-east-1"), {}, session) == ({**TABLE, "us-east-1": LISTED}, ())
    assert (asked, session.asked) == ([["us-east-1"]], [("pricing", "us-east-1")])


def test_what_the_user_pays_goes_before_both_and_is_not_asked_for(
    session: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = price_list(monkeypatch, {"us-west-2": LISTED})
    own = {"us-east-1": Price(0.008)}
    prices, warnings = costing.read_costing(endpoints("us-east-1", "us-west-2"), own, session)
    assert (prices["us-east-1"], prices["us-west-2"], warnings) == (Price(0.008), LISTED, ())
    assert asked == [["us-west-2"]]


@pytest.mark.parametrize("own", [{}, {"us-east-1": Price(0.008)}], ids=["nothing billed", "all given"])
def test_nothing_is_asked_where_nothing_is_to_be_learned(session: t.Any, own: dict[str, Price]) -> None:
    assert costing.read_costing(endpoints(*own), own, session) == ({**TABLE, **own}, ())
    assert session.asked == []


def test_the_user_learns_why_the_table_was_used_and_where_no_price_is_known(
    session: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    price_list(monkeypatch, {}, ("The AWS Price List was not read: a reason.",))
    prices, warnings = costing.read_costing(endpoints("us-east-1", "us-west-2", "mars-north-1"), {}, session)
    assert prices == TABLE
    assert warnings == (
        "The AWS Price List was not read: a reason.",
        f"The collection's own dated prices are used for us-east-1 ({TABLE['us-east-1'].as_of}), "
        f"us-west-2 ({TABLE['us-west-2'].as_of}). Others can be given in prices.",
        "No price is known for mars-north-1. Give one in prices.",
    )


def test_a_client_that_cannot_be_made_costs_the_price_list_and_not_the_run(
    session: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reject(_service: str, _region: str) -> t.NoReturn:
        raise PrivateLinkError("no client for pricing")

    monkeypatch.setattr(session, "client", reject)
    prices, warnings = costing.read_costing(endpoints("us-east-1"), {}, session)
    assert prices == TABLE
    assert warnings[0] == "The AWS Price List was not read for us-east-1: no client for pricing"
