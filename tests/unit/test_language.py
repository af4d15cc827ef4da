# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and sentences are in the field's words, and in English as a native engineer would write it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("docs", "changelogs/fragments", "plugins", "roles", "playbooks", "extensions", "tests", "*.md", "Makefile")
# Each with what to say instead.
WORDS = {
    "anew": "again, or recreate it",
    "as ever": "as usual",
    "crowd": "group, or wait",
    "def _?refuse": "reject; a cloud may refuse",
    "foretell|foretells|foretold": "predict, or expected",
    "in vain": "for nothing",
    "is no machine": "is not a machine",
    "lies? in": "is in",
    "manyth": "every third, for example",
    "mend|mends|mended": "repair, or fix",
    "only so": "only that way",
    "played": "faked, for clouds; run, for playbooks",
    "sites": "services, or places",
    "strikes?|striking|struck": "hit",
    "told": "reported, said, or distinguished",
    "vouch(?:es)?": "trust, or sign",
    "wish|wishes|wished": "desired state",
}
# An underscore, a digit and the end of a line end a word, too: names in code are made of words, and sentences of lines.
WORD = re.compile(r"(?<![a-z])(?:" + "|".join(WORDS) + r")(?![a-z])", re.IGNORECASE)
MARKUP = re.compile(r"\b[BCEIMOPUV]\([\w.*-]+\)")

needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="this is not a checkout of git"
)


def tracked(suffix: str = "") -> list[Path]:
    """The files of the repository in PLACES, except this one, which has to name the words."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *PLACES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    every = [ROOT / name for name in listed.stdout.split("\0") if name.endswith(suffix)]
    return [path for path in every if path.is_file() and path != Path(__file__)]


def found(text: str) -> t.Iterator[tuple[int, str]]:
    """The line, counted from 1, and the text of each of the words."""
    for match in WORD.finditer(re.sub(r"\s", " ", text)):
        yield text.count("\n", 0, match.start()) + 1, match[0]


def docstrings(source: str) -> t.Iterator[tuple[int, str]]:
    """The line and the text of each docstring, also of those below an assignment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


@needs_git
def test_no_file_has_a_word_or_a_name_that_the_field_does_not_use() -> None:
    every = tracked()
    assert len(every) > 300
    words = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in every
        for line, word in found(path.read_text(encoding="utf-8"))
    ]
    names = [str(path.relative_to(ROOT)) for path in every]
    words += [f"{name}: {word}" for name in names for _line, word in found(name)]
    assert not words, "\n".join(words)


@needs_git
def test_no_docstring_has_markup_that_nothing_renders() -> None:
    marked = [
        f"{path.relative_to(ROOT)}:{line}: {MARKUP.findall(text)}"
        for path in tracked(".py")
        for line, text in docstrings(path.read_text(encoding="utf-8"))
        if MARKUP.search(text)
    ]
    assert not marked, "\n".join(marked)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\nhas_struck = 1", 2),
        ('"Told by it"', 1),
        ("it lies\nin a VPC", 1),
        ("two wishes", 1),
        ("def _refuse_it(", 1),
    ],
)
def test_a_word_is_found_in_names_and_across_lines(text: str, line: int) -> None:
    assert [number for number, _word in found(text)] == [line]


@pytest.mark.parametrize("text", ["a stronghold", "crowded", "untold", "wishful", "recommended", "AWS refused it"])
def test_a_part_of_another_word_does_not_count(text: str) -> None:
    assert not list(found(text))
