# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a benchmark found, as a table for people and JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclasses.dataclass
class Report:
    """`rows` have the same keys each; `goals` are sentences with whether they are met."""

    name: str
    title: str
    rows: list[Row]
    goals: list[tuple[str, bool]] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def text(self) -> str:
        """A Markdown table, which is one on a terminal, too."""
        names = list(self.rows[0])
        cells = [names, *([_cell(row[name]) for name in names] for row in self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
        lines = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
            for row in cells
        ]
        lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
        goals = [f"- {'met' if met else 'MISSED'}: {goal}" for goal, met in self.goals]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([f"## {self.title}", "", *lines, "", *goals, *notes, ""])

    def write(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{self.name}.json").write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
