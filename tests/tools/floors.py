# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors of plugins/module_utils: which folder stands on which, read from the imports and drawn as docs/floors.svg.

python -m tests.tools.floors docs/floors.svg
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

UTILS = Path(__file__).resolve().parents[2] / "plugins/module_utils"
# A folder imports only folders of a lower number. _mysql stands alone: it runs on any host, with the standard library.
FLOORS = {
    "_run": 1,
    "_mysql": 1,
    "_aws": 2,
    "_tidbcloud": 2,
    "_costs": 3,
    "_privatelink": 4,
    "_publication": 4,
    "_listener": 4,
    "_fleet": 5,
    "_network": 5,
    "_reachability": 5,
}
_WHAT = {
    "_run": "errors, time, text, progress",
    "_mysql": "the way to a database",
    "_aws": "AWS: calls and nouns",
    "_tidbcloud": "TiDB Cloud: calls and nouns",
    "_costs": "prices and sums",
    "_network": "the network that the role makes",
    "_privatelink": "ONE private endpoint",
    "_publication": "ONE service of the user's own",
    "_listener": "ONE listener for it",
    "_fleet": "MANY private endpoints",
    "_reachability": "the way to an endpoint",
}
_WIDTH, _HEIGHT, _GAP, _RISE = 230, 56, 30, 116


def files() -> list[Path]:
    """Every file of module_utils."""
    return sorted(UTILS.rglob("*.py"))


def name_of(path: Path) -> str:
    """`_run.text` for _run/text.py."""
    return ".".join(path.relative_to(UTILS).with_suffix("").parts)


def imported(path: Path, *, types: bool) -> set[str]:
    """What a file imports, within functions too, with `types` also what only type checkers read.

    Names of module_utils whole (`_run.text`), of all else the first part (`boto3`).
    """
    found: set[str] = set()
    for node in _imports(ast.parse(path.read_text(encoding="utf-8")), types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif not node.level:
            found.add((node.module or "").partition(".")[0])
        else:
            base = path.relative_to(UTILS).parts[: -node.level]
            where = ".".join([*base, *([node.module] if node.module else [])])
            modules = {f"{where}.{alias.name}" for alias in node.names}
            found |= {module for module in modules if path_of(module).exists()} or {where}
    return found


def path_of(name: str) -> Path:
    """_run/text.py for `_run.text`."""
    return UTILS / f"{name.replace('.', '/')}.py"


def _imports(tree: ast.AST, *, types: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif types or not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield from _imports(node, types=types)


def folders_below(path: Path) -> set[str]:
    """The other folders that a file stands on."""
    own = path.relative_to(UTILS).parts[0]
    return {name.partition(".")[0] for name in imported(path, types=True) if name.partition(".")[0] in FLOORS} - {own}


def arrows() -> dict[tuple[str, str], int]:
    """How many files of the first folder import the second."""
    counts: dict[tuple[str, str], int] = {}
    for path in files():
        for folder in folders_below(path):
            key = (path.relative_to(UTILS).parts[0], folder)
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))


def drawing() -> str:
    """The picture as SVG, the same for the same imports."""
    top = max(FLOORS.values())
    rows = {floor: [name for name in FLOORS if FLOORS[name] == floor] for floor in range(top, 0, -1)}
    widest = max(len(row) for row in rows.values())
    places = {
        name: (_GAP + index * (_WIDTH + _GAP) + (widest - len(row)) * (_WIDTH + _GAP) / 2, _GAP + (top - floor) * _RISE)
        for floor, row in rows.items()
        for index, name in enumerate(row)
    }
    width, height = _GAP + widest * (_WIDTH + _GAP), 2 * _GAP + (top - 1) * _RISE + _HEIGHT
    lines = [_line(places[upper], places[lower], count) for (upper, lower), count in arrows().items()]
    boxes = [_box(name, *place) for name, place in places.items()]
    return "\n".join([_HEAD.format(width=width, height=height), *lines, *boxes, "</svg>", ""])


_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink -->
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- Drawn from the imports: python -m tests.tools.floors docs/floors.svg -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">
<title>The folders of plugins/module_utils: each imports only what is below it</title>
<rect width="100%" height="100%" fill="#ffffff"/>"""


def _line(upper: tuple[float, float], lower: tuple[float, float], count: int) -> str:
    x1, y1, x2, y2 = upper[0] + _WIDTH / 2, upper[1] + _HEIGHT, lower[0] + _WIDTH / 2, lower[1]
    thick = min(1 + count / 8, 4)
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="#8a94a6" stroke-width="{thick:g}"/>'


def _box(name: str, x: float, y: float) -> str:
    middle = x + _WIDTH / 2
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#eef2f8" stroke="#3b4a63"/>\n'
        f'<text x="{middle:g}" y="{y + 24:g}" text-anchor="middle" font-size="16" font-weight="bold">{name}</text>\n'
        f'<text x="{middle:g}" y="{y + 44:g}" text-anchor="middle" font-size="12">{_WHAT[name]}</text>'
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(drawing(), encoding="utf-8")
