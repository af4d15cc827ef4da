# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox for tests that talk to both clouds. There is none on Python 3.9: tests that need it are skipped there."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

if t.TYPE_CHECKING:
    from tests.sandbox.sandbox import Sandbox
    from tests.support.customer import Customer

# Sandbox seconds in a real one.
SPEED = 20


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose clock moves only when a client sleeps."""
    pytest.importorskip("cheroot", reason="the sandbox is not served here")
    # pytest reads this file before the collection can be imported.
    from tests.sandbox.sandbox import Sandbox
    from tests.sandbox.settings import Settings
    from tests.support.customer import STANDSTILL

    with Sandbox(Settings(rate_limit=1_000_000), STANDSTILL, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose clock runs by itself, for processes that really wait."""
    from tests.sandbox.sandbox import Sandbox
    from tests.sandbox.settings import Settings

    with Sandbox(Settings(rate_limit=1_000_000), SPEED, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def customer(running: Sandbox) -> Customer:
    """A customer with an empty account."""
    from tests.support.customer import Customer

    running.reset()
    return Customer(running)
