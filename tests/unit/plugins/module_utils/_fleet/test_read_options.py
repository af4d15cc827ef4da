# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import read_options as fleet_options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import Filters
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.endpoint_literals import CLUSTER_ID, GROUP_ID, PROJECT_ID


def params(**given: t.Any) -> dict[str, t.Any]:
    """The parameters of a module that takes filters."""
    defaults = {name: spec.get("default") for name, spec in fleet_options.filter_arguments().items()}
    assert set(given) <= {*defaults, "project_id"}
    return {"project_id": None, **defaults, **given}


def test_filters_are_exact_sets() -> None:
    given = params(
        project_id=PROJECT_ID,
        project_ids=["7", PROJECT_ID],
        cluster_ids=[int(CLUSTER_ID)],
        node_group_ids=[GROUP_ID],
        regions=["b", "a", "b"],
        statuses=["failed"],
    )
    assert fleet_options.fleet_filters(given) == Filters(
        cluster_ids=frozenset({CLUSTER_ID}),
        node_group_ids=frozenset({GROUP_ID}),
        project_ids=(PROJECT_ID, "7"),
        statuses=frozenset({"failed"}),
        regions=("a", "b"),
    )
    with pytest.raises(PrivateLinkError, match="cluster_id"):
        fleet_options.fleet_filters(params(cluster_ids=["1e18"]))


@pytest.mark.parametrize("usd", [-0.01, float("inf"), float("nan")])
@pytest.mark.parametrize("price", ["zone_hour_usd", "per_gb_usd"])
def test_an_invalid_price_is_rejected(price: str, usd: float) -> None:
    own = {"region": "us-east-1", "zone_hour_usd": 0.01, "per_gb_usd": None, price: usd}
    with pytest.raises(PrivateLinkError, match="us-east-1"):
        fleet_options.own_prices(params(prices=[own]))
