# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chaos found: for a terminal, and as a page of the documentation whose numbers come from here alone."""

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


@dataclass
class Part:
    """One kind of chaos: C(about) says what is done, C(rows) count it under C(columns); C(broken) has one line for each
    promise that was not kept, and how to see it again.
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
        """Markdown, which is a table on a terminal, too."""
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


def write_page(path: Path, parts: Sequence[Part], command: str, seed: int) -> None:
    """The page; it says with which command and seed it was made, and on what."""
    head = f"""{LICENSE}
# What it withstands

Every run of a module promises: it ends with what was asked for, or with a sentence that says what is the matter, in
time (no more than 15 seconds past `wait_timeout`) and in little memory (64 MB of an answer at most). It never says that
it succeeded where it did not; it leaves no second endpoint; what it leaves unfinished, the next run finishes.

`{command}` tries to break these promises in a sandbox of both clouds, and writes this page. The seed was {seed}, on
Python {platform.python_version()} and {os.cpu_count()} processors. A sample of each part runs in `make test`, all of it
and more in `make nightly`. It is a sandbox: nothing here was tried on the real services.
"""
    path.write_text("\n".join([head, *(part.text() for part in parts)]).rstrip() + "\n")
