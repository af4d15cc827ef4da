# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes of the matrix in a file, so that a run that was stopped goes on where it ended: the whole takes hours."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from tests.chaos.matrix import Cell, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("plugins", "tests/chaos", "tests/sandbox", "tests/support")


def code(checkout: Path = CHECKOUT, folders: Iterable[str] = FOLDERS) -> str:
    """A digest of everything that an outcome depends on."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted((checkout / folder).rglob("*.py")):
            digest.update(f"{file.relative_to(checkout)}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class Kept:
    """The outcomes of this `code`, one line of JSON each; the file may hold those of other code, too. Without a path
    nothing is kept.
    """

    def __init__(self, path: Path | None, code: str) -> None:
        self._path = path
        self._code = code

    def read(self) -> dict[str, Outcome]:
        """By their cells' names. A line that a killed run left unfinished does not count."""
        if self._path is None or not self._path.exists():
            return {}
        found = {}
        for line in self._path.read_text().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if row.pop("code") == self._code:
                outcome = Outcome(**{**row, "cell": Cell(**row["cell"])})
                found[str(outcome.cell)] = outcome
        return found

    def add(self, outcome: Outcome) -> None:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                print(json.dumps({"code": self._code, **dataclasses.asdict(outcome)}), file=file, flush=True)
