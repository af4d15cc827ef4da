# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder share: a CA and a database on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.database import Authority, Database, Visit
from tests.support.databases import Issuing, running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def issuing(tmp_path_factory: pytest.TempPathFactory) -> Issuing:
    """A CA of which a test says what it issues."""
    return Issuing(tmp_path_factory.mktemp("issuing"))


@pytest.fixture
def visits() -> list[Visit]:
    """The connections to the database, each once it is over."""
    return []


@pytest.fixture
def database(authority: Authority, visits: list[Visit]) -> Iterator[Database]:
    with running(authority, visits) as database:
        yield database
