# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests themselves: where they are, and what they share."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PLUGINS = TESTS.parent / "plugins"


def imported(path: Path) -> Iterator[str]:
    """The whole names of what a file imports, of modules and of what is in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def test_nothing_is_imported_from_a_test_module_or_from_beside_it() -> None:
    """What tests share is in tests/support: importing it from a test would tie the one to the life of the other."""
    places = {path.stem for path in TESTS.rglob("test_*.py")}
    unit = "tests.unit."
    found = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for name in imported(path)
        if name.startswith(unit) or (name.startswith("tests.") and places & set(name.split(".")))
    ]
    assert found == []


def subjects() -> list[Path]:
    """Every plugin and every private util. An empty file only makes a folder a package."""
    return [path.relative_to(PLUGINS) for path in sorted(PLUGINS.rglob("*.py")) if path.read_bytes().strip()]


@pytest.mark.parametrize("subject", subjects(), ids=str)
def test_every_plugin_and_private_util_has_its_unit_tests_where_one_looks_for_them(subject: Path) -> None:
    path = TESTS / "unit" / "plugins" / subject.parent / f"test_{subject.name}"
    assert path.is_file()
    assert [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
