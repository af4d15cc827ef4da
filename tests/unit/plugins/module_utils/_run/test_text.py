# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside on its way into a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import MOST, printable


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("fine\nok: [localhost]\r\nPLAY RECAP ***", "fine ok: [localhost] PLAY RECAP ***"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb\u2028c", "a b c"),
        ("half \ud800 a pair", "half a pair"),
        ("\x9b2J bell\x07", "2J bell"),
        ("  plain  ", "plain"),
        (None, "None"),
        (17, "17"),
    ],
)
def test_what_a_terminal_would_act_on_becomes_a_space(hostile: object, shown: str) -> None:
    assert printable(hostile) == shown


def test_long_text_is_cut_and_says_so() -> None:
    shown = printable("x" * 10_000_000)
    assert len(shown) == MOST
    assert shown.endswith("x…")


def test_text_that_just_fits_is_whole() -> None:
    assert printable("x" * MOST) == "x" * MOST


@given(st.text())
def test_any_text_is_one_printable_line_that_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= MOST
    shown.encode()
