# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private endpoints, services, costs and findings as lines."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.status_table import status_lines, table
from tests.support.role_runs import ENDPOINT

FINDING = {"severity": "error", "code": "leftover", "message": "It is alone.", "remedy": "Remove it."}
EMPTY: dict[str, t.Any] = {"private_endpoints": [], "endpoint_services": [], "findings": [], "costs": None}
SHOWN = {**ENDPOINT, "cluster_name": "orders", "monthly_cost_usd": 7.3, "node_group_id": "2"}
SERVICE = {"state": "active", "cluster_name": "orders", "cluster_id": "1", "node_group_id": "2", "region": "us-east-1"}


def test_columns_are_as_wide_as_their_widest_cell_and_the_last_has_no_padding() -> None:
    assert table([("A", "B", "C"), ("aaa", "b", "c"), ("a", "bb", "")]) == ["A    B   C", "aaa  b   c", "a    bb  "]


def test_nothing_is_said_to_be_nothing() -> None:
    assert status_lines(EMPTY) == ["There are no private endpoints.", "Nothing is wrong between the two sides."]


def test_an_endpoint_is_a_row_and_its_service_counts_it() -> None:
    unknown = {**SHOWN, "vpc_endpoint_id": None, "monthly_cost_usd": None, "host": None, "port": None, "region": None}
    lines = status_lines({**EMPTY, "private_endpoints": [SHOWN, unknown], "endpoint_services": [SERVICE]})
    assert lines[1].split() == ["active", "orders", "vpce-1", "vpc-1", "us-east-1", "1", "7.30", "db.example.com:4000"]
    assert lines[2].split() == ["active", "orders", "-", "vpc-1", "-", "1", "-", "-"]
    assert lines[5].split() == ["active", "orders", "2", "us-east-1", "1"]


def test_costs_and_findings_follow_with_their_remedies() -> None:
    costs = {"total_monthly_usd": 21.9, "source": "price_table", "as_of": "2026-11-01"}
    lines = status_lines({**EMPTY, "costs": costs, "findings": [FINDING]})
    assert lines[-3:] == [
        "Zone-hours cost USD 21.90 a month (price_table, 2026-11-01).",
        "ERROR leftover: It is alone.",
        "  -> Remove it.",
    ]


def test_no_name_makes_a_line_of_its_own() -> None:
    hostile = {**SHOWN, "cluster_name": "x\nok: [localhost]\x1b[2J"}
    lines = status_lines({**EMPTY, "private_endpoints": [hostile], "findings": [{**FINDING, "message": "a\nb"}]})
    assert all(line.isprintable() for line in lines)
    assert "x ok: [localhost] [2J" in lines[1]
