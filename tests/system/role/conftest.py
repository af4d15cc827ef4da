# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator import Operator
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings

# Sandbox seconds in a real one.
SPEED = 20


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose clock runs by itself, for processes that wait in earnest."""
    sandbox = Sandbox(Settings(rate_limit=1_000_000), SPEED, tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def operator(moving: Sandbox, tmp_path: Path) -> Operator:
    """Somebody with an empty account."""
    moving.reset()
    return Operator(moving, tmp_path)
