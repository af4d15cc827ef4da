# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house has floors: a folder imports only what is below it, and rooms that decide reach nothing that talks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.floors import FLOORS, UTILS, drawing, files, folders_below, imported, name_of, path_of

MOST_FILES = 28
PURE = (
    "_aws.model",
    "_aws.network_model",
    "_aws.provider_model",
    "_aws.tags",
    "_costs.costs",
    "_fleet.findings",
    "_fleet.own_findings",
    "_fleet.own_side",
    "_fleet.own_tasks",
    "_fleet.remedies",
    "_fleet.report",
    "_fleet.scope",
    "_listener.limits",
    "_listener.plan",
    "_listener.result",
    "_listener.steps",
    "_privatelink.diff",
    "_privatelink.identify",
    "_privatelink.limits",
    "_privatelink.plan",
    "_privatelink.status",
    "_privatelink.steps",
    "_publication.diff",
    "_publication.limits",
    "_publication.ownership",
    "_publication.plan",
    "_publication.principals",
    "_publication.result",
    "_publication.steps",
    "_reachability.names",
    "_reachability.network_acls",
    "_reachability.paths",
    "_reachability.provider",
    "_reachability.routes",
    "_reachability.security_groups",
    "_reachability.verdict",
    "_tidbcloud.model",
)
# Code that imports one of these can talk to a peer, wait, or read the clock of this host.
TALKS = {"ansible", "boto3", "botocore", "http", "os", "requests", "socket", "ssl", "subprocess", "threading", "time"}


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_a_file_imports_nothing_from_a_higher_floor_or_from_beside_its_own_folder(path: Path) -> None:
    own = path.relative_to(UTILS).parts[0]
    assert {folder for folder in folders_below(path) if FLOORS[folder] >= FLOORS[own]} == set()


def test_every_folder_has_its_floor_and_is_small_enough_to_know() -> None:
    folders = {path.name: len(list(path.glob("*.py"))) for path in UTILS.iterdir() if path.name.startswith("_")}
    folders.pop("__pycache__", None)
    assert folders.keys() == FLOORS.keys()
    assert {name: count for name, count in folders.items() if count > MOST_FILES} == {}


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_reaches_nothing_that_talks_waits_or_looks_at_the_clock(room: str) -> None:
    reached, left = set[str](), [room]
    while left:
        name = left.pop()
        if name in reached:
            continue
        reached.add(name)
        if name.startswith("_") and name != "__future__":
            left += imported(path_of(name), types=False)
    assert reached & TALKS == set()


def test_the_picture_of_the_floors_is_that_of_the_imports() -> None:
    """Draw it again: python -m tests.tools.floors docs/floors.svg"""
    drawn = Path(__file__).parents[2] / "docs/floors.svg"
    assert drawn.read_text(encoding="utf-8") == drawing()
