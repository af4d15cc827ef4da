# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chaos found: for a terminal, and as a page of the documentation whose numbers all come from here."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LICENSE = """<!--
SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""
HEAD = f"""{LICENSE}
# What it withstands

Every run of a module promises: it ends with the desired state, or with a sentence that says what is wrong, in
time (no more than 15 seconds past `wait_timeout`) and in little memory (64 MB of an answer at most). It never claims a
success that it did not reach; it leaves no second endpoint; what it leaves unfinished, the next run finishes.

`make chaos` tries to break these promises in a sandbox of both clouds and writes this page. A sample of each part runs
in `make test`, all of it and more in `make nightly`. It is a sandbox: nothing here was tested on the real services.
"""
MATRIX, RACES, MODEL, HOSTILE = "Every call, every fault, every job", "Races", "A random model", "Hostile input"
NAMES = (MATRIX, RACES, MODEL, HOSTILE)


@dataclass
class Part:
    """One kind of chaos: `about` says what is done, `rows` count it under `columns`; `broken` has one line for each
    promise that was not kept, and how to reproduce it.
    """

    name: str
    about: str
    columns: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def total(self) -> None:
        """Add the sums as the last row."""
        sums = [sum(int(str(row[number])) for row in self.rows) for number in range(1, len(self.columns))]
        self.rows.append(["in all", *sums])

    def text(self) -> str:
        """Markdown, which is also a table on a terminal."""
        verdict = f"{len(self.broken)} broken promises." if self.broken else "No promise was broken."
        lines = [f"## {self.name}", "", self.about, "", *_table([self.columns, *self.rows])]
        lines += ["", *(f"- {note}" for note in [*self.notes, verdict])]
        return "\n".join([*lines, *(f"  - {line}" for line in self.broken), ""])


def _table(rows: Sequence[Sequence[object]]) -> Iterable[str]:
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in texts]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return [f"| {line} |" for line in lines]


def write_page(path: Path, part: Part, command: str, seed: int) -> None:
    """The page: the part replaces what the page said about it before, and the rest stays.

    Each part says with which command and seed it was done, and on which machine.
    """
    place = f"Python {platform.python_version()} and {os.cpu_count()} processors"
    done = f"Done by `{command}` with the seed {seed}, on {place}."
    sections = {**_sections(path), part.name: f"{part.text().rstrip()}\n\n{done}\n"}
    path.write_text("\n".join([HEAD, *(sections[name] for name in NAMES if name in sections)]))


def _sections(path: Path) -> dict[str, str]:
    """The parts that the page has, by their names."""
    if not path.exists():
        return {}
    found = path.read_text().split("\n## ")[1:]
    return {text.partition("\n")[0]: f"## {text.rstrip()}\n" for text in found}
