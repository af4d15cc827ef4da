# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own services and their connections as lines."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import shape
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.status_own import own_lines
from tests.support.publication_literals import ID, ROOT, connection, published

CONNECTED = published(connection("vpce-1", "available"), connection("vpce-2"), principals=[ROOT])


def shaped(**changes: t.Any) -> dict[str, t.Any]:
    return {**shape(CONNECTED, "us-east-1", {}), **changes}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_nothing_is_shown_where_there_is_none() -> None:
    assert own_lines([]) == []


def test_a_service_is_a_row_and_so_is_each_connection() -> None:
    shown = own_lines([shaped()])
    assert cells(shown[2]) == ["orders", "active", ID, "us-east-1", "2", "2", ROOT]
    assert cells(shown[5]) == ["available", "vpce-1", "210987654321", "yes", f"orders ({ID})"]
    assert cells(shown[6]) == ["pendingAcceptance", "vpce-2", "210987654321", "yes", f"orders ({ID})"]


def test_what_was_not_read_is_no_number_and_no_empty_list() -> None:
    unread = dict.fromkeys(("availability_zone_ids", "allowed_principals", "connections"))
    shown = own_lines([shaped(**unread)])
    assert cells(shown[2])[4:] == ["not looked at"] * 3
    assert len(shown) == 3


def test_a_service_without_a_name_principals_and_connections_is_shown_as_such() -> None:
    shown = own_lines([shaped(tags={}, allowed_principals=[], connections=[])])
    assert cells(shown[2]) == ["-", "active", ID, "us-east-1", "2", "0", "none"]


def test_it_is_said_where_nobody_can_know_whether_an_account_is_permitted() -> None:
    (one, _other) = shaped()["connections"]
    shown = own_lines([shaped(connections=[{**one, "permitted": None}, {**one, "permitted": False}])])
    assert [cells(line)[3] for line in shown[5:]] == ["not known", "no"]
