# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place for all tests of a process, and the seed that they draw from: CHAOS_SEED, or always the same."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterator

import pytest

if t.TYPE_CHECKING:
    from tests.chaos.place import Subject


@pytest.fixture(scope="session")
def subject() -> Iterator[Subject]:
    # pytest reads this file before the collection can be imported.
    from tests.chaos.place import a_place

    with a_place() as subject:
        yield subject


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ.get("CHAOS_SEED", "1"))
