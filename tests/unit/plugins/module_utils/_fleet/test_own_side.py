# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""An own service has the keys of `endpoint_service`, with null for what was not read."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_side import (
    CONNECTIONS,
    NOBODY_READ,
    PRINCIPALS,
    ZONE_IDS,
    Own,
    OwnSide,
    row,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import Published
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import shape
from tests.support.publication_literals import ACCOUNT, REGION, ROOT, connection, published

FOUND = published(connection(state="available"), principals=[ROOT])


def test_what_was_read_is_as_the_module_returns_it() -> None:
    assert Own(FOUND, ACCOUNT, REGION).returned() == shape(FOUND, REGION, {})


@pytest.mark.parametrize(
    ("unread", "key"),
    [(PRINCIPALS, "allowed_principals"), (CONNECTIONS, "connections"), (ZONE_IDS, "availability_zone_ids")],
)
def test_what_was_not_read_is_null_and_the_rest_is_as_it_is(unread: str, key: str) -> None:
    whole = Own(FOUND, ACCOUNT, REGION).returned()
    assert whole[key]
    assert Own(FOUND, ACCOUNT, REGION, frozenset({unread})).returned() == {**whole, key: None}


def test_with_principals_that_were_not_read_only_the_own_account_is_known_to_be_permitted() -> None:
    connections = (connection("vpce-1", "available"), connection("vpce-2", "available", ACCOUNT))
    unknown = Published(published().service, NOBODY_READ, connections)
    shown = Own(unknown, ACCOUNT, REGION, frozenset({PRINCIPALS})).returned()
    assert [one["permitted"] for one in shown["connections"]] == [None, True]


def test_its_name_is_that_of_its_tag() -> None:
    assert Own(FOUND, ACCOUNT, REGION).name == "orders"
    assert Own(published(tags={}), ACCOUNT, REGION).name is None


def test_sides_add_up() -> None:
    one = OwnSide((Own(FOUND, ACCOUNT, REGION),), (row("principals", "No.", ACCOUNT, REGION),))
    assert (one + OwnSide(), len((one + one).services), len((one + one).not_read)) == (one, 2, 2)
