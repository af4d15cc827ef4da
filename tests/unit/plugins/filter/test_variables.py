# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters about variables, as the role calls them."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.filter.variables import FilterModule, given, variable_problems


def test_a_name_belongs_to_the_value_of_the_same_place() -> None:
    names = ["private_connection_wait", "private_connection_state", "private_connection_names"]
    found = variable_problems(names, ["", "present", "x"], "absent")
    assert len(found) == 2
    assert "no variable private_connection_names" in found[0]
    assert "'present' was given" in found[1]


def test_what_is_not_set_is_replaced() -> None:
    assert (given("", 5), given(0, 5)) == (5, 0)


def test_both_are_there_under_their_names() -> None:
    assert FilterModule().filters() == {"given": given, "variable_problems": variable_problems}
