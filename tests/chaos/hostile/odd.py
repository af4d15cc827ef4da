# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that were made to break a parser, a sentence or a terminal."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.chaos.promises import FOR_PROGRAMMERS

TEXTS = (
    "",
    " ",
    "-",
    "..",
    "../../etc/passwd",
    "\x00",
    "\x1b[2J\x1b[31mok: [localhost]\nPLAY RECAP ***",
    "\x1b]0;title\x07",
    "\x9b31m",
    "line\r\nX-Injected: 1",
    "\ud800",
    "\u202egnp.exe",
    "\u200b\ufeff",
    "\u2028",
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}",
    "!unsafe x",
    "$(id) `id` ; id",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "%s%n%x",
    "9" * 5000,
    "x" * 20000,
    "1e400",
    "NaN",
    "true",
)
hostile_texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=()), max_size=8)
NUMBERS = (0, -1, 1, 2**31, 2**64, 10**30, 10**4200, 1e300, float("nan"), float("inf"), -0.0)
numbers: st.SearchStrategy[Any] = st.sampled_from(NUMBERS) | st.integers() | st.floats()
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | numbers | hostile_texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(hostile_texts, inner, max_size=2), max_leaves=4
)


def assert_fit(sentence: str) -> None:
    """It can be shown: one line, nothing that a terminal acts on, not endless, nothing of Python's own."""
    assert sentence.isprintable(), sentence
    assert 10 < len(sentence) < 4000, sentence
    assert FOR_PROGRAMMERS.search(sentence) is None, sentence
