# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private endpoints, services, costs and findings as lines."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import shape
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.status_table import status_lines
from tests.support.fleet_facts import EMPTY, SCOPE
from tests.support.publication_literals import connection, published
from tests.support.role_runs import ENDPOINT

FINDING = {
    "severity": "error",
    "code": "leftover",
    "message": "It is alone.",
    "remedy": "Remove it.",
    "vpc_endpoint_id": "vpce-1",
}
SHOWN = {**ENDPOINT, "cluster_name": "orders", "monthly_cost_usd": 7.3, "node_group_id": "2", "aws_visible": True}
UNSEEN: dict[str, t.Any] = {
    "aws_visible": False,
    "vpc_id": None,
    "subnet_ids": [],
    "availability_zone_ids": [],
    "monthly_cost_usd": None,
}
SERVICE = {"state": "active", "cluster_name": "orders", "cluster_id": "1", "node_group_id": "2", "region": "us-east-1"}


def lines(**info: t.Any) -> list[str]:
    """Without the one that says what was looked at."""
    return status_lines({**EMPTY, **info})[1:]


def test_nothing_is_said_to_be_nothing_where_all_was_looked_at() -> None:
    assert status_lines(EMPTY) == [
        "Looked at: TiDB Cloud project 7; AWS account 210987654321 in us-east-1.",
        "There are no private endpoints.",
        "Nothing is wrong between the two sides.",
    ]


def test_an_endpoint_is_a_row_and_its_service_counts_it() -> None:
    unknown = {**SHOWN, "vpc_endpoint_id": None, "monthly_cost_usd": None, "host": None, "port": None, "region": None}
    shown = lines(private_endpoints=[SHOWN, unknown], endpoint_services=[SERVICE])
    assert shown[1].split() == ["active", "orders", "vpce-1", "vpc-1", "us-east-1", "1", "7.30", "db.example.com:4000"]
    assert shown[2].split() == ["active", "orders", "-", "vpc-1", "-", "1", "-", "-"]
    assert shown[5].split() == ["active", "orders", "2", "us-east-1", "1"]
    assert shown[-1] == "Nothing is wrong between the two sides."


def test_what_aws_was_not_asked_about_is_no_number_in_any_column() -> None:
    shown = lines(private_endpoints=[{**SHOWN, **UNSEEN}])
    assert shown[1].count("not looked at") == 3
    assert not re.search(r"\b0\b|0\.00", shown[1])


def test_a_zone_that_is_not_visible_is_counted_by_its_subnet() -> None:
    shared = {**SHOWN, "subnet_ids": ["subnet-1", "subnet-2"], "availability_zone_ids": ["use1-az1"]}
    assert lines(private_endpoints=[shared])[1].split()[5] == "2"


def test_what_aws_was_asked_about_and_does_not_have_is_not_called_unseen() -> None:
    gone = {**FINDING, "code": "interface_endpoint_missing"}
    shown = lines(private_endpoints=[{**SHOWN, **UNSEEN}], findings=[gone])
    assert shown[1].split() == ["active", "orders", "vpce-1", "-", "us-east-1", "0", "-", "db.example.com:4000"]


@pytest.mark.parametrize(
    ("region", "filters", "endpoints", "count"),
    [
        ("us-east-1", {}, [], "0"),
        ("us-east-1", {}, [SHOWN], "1"),
        ("us-east-1", {"statuses": ["failed"]}, [], "0 of those looked at"),
        ("us-east-1", {"cluster_ids": ["1"]}, [], "0"),
        ("eu-west-1", {}, [], "not looked at"),
        ("eu-west-1", {"regions": ["us-east-1"]}, [], "not looked at"),
        ("eu-west-1", {}, [{**SHOWN, **UNSEEN}], "1 registered, AWS not looked at"),
        (None, {}, [], "not looked at"),
    ],
)
def test_a_service_counts_only_what_was_looked_at(
    region: str | None, filters: dict[str, t.Any], endpoints: list[dict[str, t.Any]], count: str
) -> None:
    service = {**SERVICE, "region": region}
    scope = {**SCOPE, "filters": filters}
    shown = lines(endpoint_services=[service], private_endpoints=endpoints, scope=scope)
    row = shown[[line.startswith("SERVICE") for line in shown].index(True) + 1]
    assert row.endswith(f"  {count}")


def test_costs_and_findings_follow_with_their_remedies() -> None:
    costs = {"total_monthly_usd": 21.9, "source": "price_table", "as_of": "2026-11-01", "not_included": ["data"]}
    assert lines(costs=costs, findings=[FINDING], private_endpoints=[SHOWN])[-4:] == [
        "Zone-hours cost USD 21.90 a month (price_table, 2026-11-01).",
        "Not included: data.",
        "ERROR leftover: It is alone.",
        "  -> Remove it.",
    ]


def test_costs_of_what_was_not_looked_at_are_no_number() -> None:
    costs = {"total_monthly_usd": 0.0, "source": "table", "as_of": "2026-11-01", "not_included": []}
    assert "Zone-hours: not looked at." in lines(costs=costs, private_endpoints=[{**SHOWN, **UNSEEN}])


def test_no_name_makes_a_line_of_its_own() -> None:
    hostile = {**SHOWN, "cluster_name": "x\nok: [localhost]\x1b[2J"}
    missing = [{"option": "vpc_ids", "id": "vpc-\x1b[2J", "reason": "a\nb"}]
    shown = lines(
        private_endpoints=[hostile],
        findings=[{**FINDING, "message": "a\nb"}],
        scope={**SCOPE, "not_found": missing, "filters": {"vpc_ids": ["vpc-\x1b[2J"]}},
    )
    assert all(line.isprintable() for line in shown)
    assert any("x ok: [localhost] [2J" in line for line in shown)


def test_own_services_have_tables_of_their_own() -> None:
    own = shape(published(connection("vpce-7", "available"), principals=["*"]), "us-east-1", {})
    shown = lines(endpoint_services=[SERVICE, own])
    assert [line for line in shown if "orders" in line and "vpce-svc-" in line and "us-east-1" in line]
    assert [line for line in shown if line.startswith("available") and "vpce-7" in line]
    assert len([line for line in shown if line.startswith("active") and SERVICE["node_group_id"] in line.split()]) == 1
    assert shown[-1].endswith("nor with your own endpoint services.")
    assert "was found in what was looked at" not in "".join(lines(endpoint_services=[own]))
