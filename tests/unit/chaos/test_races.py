# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a race is named to see it again."""

from __future__ import annotations

import pytest

from tests.chaos.races import Race


@pytest.mark.parametrize("name", ["edit-edit/2/no-lag/7", "present-absent/4/lag/271126"])
def test_a_race_is_read_from_the_name_that_is_printed(name: str) -> None:
    assert str(Race.parse(name)) == name


@pytest.mark.parametrize("name", ["edit-edit", "run-run/2/lag/7", "edit-edit/2/0/7", "edit-edit/two/lag/7"])
def test_anything_else_is_rejected_with_the_races_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not RACE/NODES/no-lag or lag/SEED\. Races: .*edit-edit"):
        Race.parse(name)
