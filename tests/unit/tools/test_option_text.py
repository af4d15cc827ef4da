# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as text: whatever their value, YAML reads the same from it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.tools.option_text import one_of, option_lines

LONG = "A sentence that goes on and on until no line can hold it any more. " * 4


@pytest.mark.parametrize(
    "about",
    [
        {"description": ["Short."], "type": "str"},
        {"description": ["One.", "Two."], "type": "list", "elements": "str", "default": []},
        {"description": [LONG.strip()], "type": "str", "choices": ["a", "off", "1"]},
        {"description": ["Where: a colon, and # a hash."], "type": "bool", "default": False},
        {"description": ["{{ a template }} first.", f"'quoted' {LONG}".strip()], "type": "raw", "aliases": ["b"]},
        {"description": ["Many."], "type": "str", "choices": [f"choice_{number}" for number in range(30)]},
    ],
)
def test_yaml_reads_from_the_text_what_the_option_holds(about: dict[str, Any]) -> None:
    lines = option_lines("name", about, 4)
    assert all(len(line) <= 150 for line in lines)
    read = yaml.safe_load("\n".join(lines))["name"]
    described = read.pop("description")
    assert ([described] if isinstance(described, str) else described) == about["description"]
    assert read == {key: value for key, value in about.items() if key != "description"}


def test_one_sentence_is_on_the_line_of_its_key() -> None:
    assert option_lines("name", {"description": ["Short."], "type": "str"}, 2, anchor="name") == [
        "  name: &name",
        "    description: Short.",
        "    type: str",
    ]


def test_the_last_of_several_values_follows_an_or() -> None:
    assert [one_of(values) for values in ("a", "ab", "abc")] == ["V(a)", "V(a) or V(b)", "V(a), V(b) or V(c)"]
