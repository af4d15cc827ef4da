# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as aligned lines."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.text_table import table


def test_columns_are_as_wide_as_their_widest_cell_and_the_last_has_no_padding() -> None:
    assert table([("A", "B", "C"), ("aaa", "b", "c"), ("a", "bb", "")]) == ["A    B   C", "aaa  b   c", "a    bb  "]
