# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of the violations that code makes, read from the code."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path


def reported(folder: Path, *, without: Collection[str] = ()) -> Iterator[str]:
    """The code of each violation that is made in a folder, in the order of the files. `without`: folders below."""
    for path in sorted(folder.rglob("*.py")):
        if not set(without).isdisjoint(path.relative_to(folder).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Violation":
                yield ast.literal_eval(node.args[0])
