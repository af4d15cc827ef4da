# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from tests.support.listener_literals import OWNED, desired


def test_only_what_carries_both_tags_is_owned() -> None:
    assert desired().owns({**OWNED, "team": "data"})
    assert not desired(name="billing").owns(OWNED)
    assert not desired().owns({"tidbcloud:service-name": "orders"})
