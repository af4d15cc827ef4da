# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation tells people to copy: commands and YAML, as they are written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("roles/*/README.md")))
PLUGINS = (*sorted(ROOT.glob("plugins/modules/*.py")), ROOT / "plugins/inventory/endpoints.py")
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ASSIGNED = "EXAMPLES"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, or the examples of a plugin. `heading` is the nearest one above it."""

    path: Path
    heading: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}: {self.heading}"

    def documents(self) -> list[Any]:
        return [one for one in yaml.safe_load_all(self.text) if one is not None]


def blocks(path: Path, language: str = "") -> list[Block]:
    """The fenced blocks of a page in their order, those of one language if it is given."""
    text = path.read_text(encoding="utf-8")
    found = [Block(path, _heading(text[: one.start()]), one[1], one[2]) for one in _FENCED.finditer(text)]
    return [one for one in found if language in ("", one.language)]


def block(path: Path, language: str, containing: str, heading: str = "") -> Block:
    """The one block of that language with that text in it, under that heading if it is given."""
    (found,) = [one for one in blocks(path, language) if containing in one.text and heading in ("", one.heading)]
    return found


def examples() -> list[Block]:
    """Everything in YAML that people copy."""
    pages = [one for path in PAGES for one in blocks(path, "yaml")]
    return [*pages, *(Block(path, _ASSIGNED, "yaml", _examples_of(path)) for path in PLUGINS)]


def _heading(before: str) -> str:
    headings = re.findall(r"^#+ (.+)$", before, re.MULTILINE)
    return headings[-1] if headings else ""


def _examples_of(path: Path) -> str:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == _ASSIGNED:
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{path} has no {_ASSIGNED}.")


def tasks(node: object, *, is_after_failure: bool = False) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Every task of plays, blocks and task lists, and whether it also runs after a task before it has failed."""
    if isinstance(node, Sequence) and not isinstance(node, str):
        for one in node:
            yield from tasks(one, is_after_failure=is_after_failure)
    elif isinstance(node, Mapping):
        inner = {key: node[key] for key in ("pre_tasks", "tasks", "post_tasks", "handlers", "block") if key in node}
        for one in inner.values():
            yield from tasks(one, is_after_failure=is_after_failure)
        for key in ("rescue", "always"):
            yield from tasks(node.get(key, []), is_after_failure=True)
        if not inner and "name" in node and "hosts" not in node:
            yield node, is_after_failure


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with the reader's own values instead of those of the page, the longest first."""
    for written in sorted(values, key=len, reverse=True):
        text = text.replace(written, values[written])
    return text
