# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.support.network import tools
from tests.support.network.client import Client
from tests.support.network.mariadb import MariaDb
from tests.support.network.vpc import ENDPOINT, NotPermitted, Vpc, laid


@pytest.fixture(scope="session")
def laid_vpc() -> Iterator[Vpc]:
    if missing := tools.missing():
        pytest.skip(f"not here: {', '.join(missing)}; tests/tools/network_packages.sh gets them where possible")
    try:
        with laid() as vpc:
            vpc.spawn(ENDPOINT, sys.executable, "-m", "tests.support.network.strangers")
            yield vpc
    except NotPermitted as reason:
        pytest.skip(f"network namespaces are not permitted here: {reason}")


@pytest.fixture(scope="session")
def started_database(laid_vpc: Vpc) -> MariaDb:
    database = MariaDb(laid_vpc)
    database.start()
    return database


@pytest.fixture(scope="session")
def client(laid_vpc: Vpc, started_database: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(laid_vpc, started_database, tmp_path_factory.mktemp("client"))


@pytest.fixture
def vpc(laid_vpc: Vpc) -> Vpc:
    """A VPC in which everything works, whatever the last test broke."""
    laid_vpc.heal()
    return laid_vpc


@pytest.fixture
def database(started_database: MariaDb) -> Iterator[MariaDb]:
    """A database whose certificate is good again after the test."""
    yield started_database
    started_database.present()
