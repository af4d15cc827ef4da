# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stopped run of the matrix leaves to the next."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.kept import Kept, code
from tests.chaos.matrix import Cell, Outcome

CELL = Cell("edit", "aws", "DescribeVpcs", "500", "once")
OUTCOME = Outcome(CELL, hit=True, ran_again=True, problems=["twins: 2 live endpoints"], seconds=1.5, extra_mb=-0.25)


def test_an_outcome_is_read_as_it_was_kept(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "new" / "outcomes", "a")
    assert kept.read() == {}
    kept.add(OUTCOME)
    assert kept.read() == {"edit/aws/DescribeVpcs/500/once": OUTCOME}


def test_outcomes_of_other_code_do_not_count(tmp_path: Path) -> None:
    Kept(tmp_path / "outcomes", "a").add(OUTCOME)
    assert Kept(tmp_path / "outcomes", "b").read() == {}
    assert list(Kept(tmp_path / "outcomes", "a").read()) == [str(CELL)]


def test_a_line_that_a_killed_run_left_unfinished_does_not_count(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "outcomes", "a")
    kept.add(OUTCOME)
    with (tmp_path / "outcomes").open("a") as file:
        file.write('{"code": "a", "cel')
    assert list(kept.read()) == [str(CELL)]


def test_without_a_path_nothing_is_kept() -> None:
    kept = Kept(None, "a")
    kept.add(OUTCOME)
    assert kept.read() == {}


def test_the_digest_changes_with_each_file_and_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "a.py").write_text("1")
    digests = [code(tmp_path, ["plugins"])]
    (folder / "a.py").write_text("2")
    digests.append(code(tmp_path, ["plugins"]))
    (folder / "a.py").rename(folder / "b.py")
    digests.append(code(tmp_path, ["plugins"]))
    assert len(set(digests)) == 3
    (folder / "notes.txt").write_text("3")
    assert code(tmp_path, ["plugins"]) == digests[-1]
