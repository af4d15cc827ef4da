# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    # pytest reads this file before the collection can be imported.
    from tests.support.customer import Customer, Network


@pytest.fixture
def network(customer: Customer) -> Network:
    return customer.network()


@pytest.fixture
def complete(customer: Customer, network: Network) -> dict[str, t.Any]:
    """The options of a creation in which nothing is wrong."""
    return {"cluster_id": customer.cluster_id("main"), **network.options}
