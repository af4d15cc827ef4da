# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that a test adds to the sandbox, and a private endpoint of each as `private_endpoints` takes it."""

from __future__ import annotations

from tests.sandbox.tidbcloud.build import build_cluster
from tests.sandbox.tidbcloud.seed import DEFAULT_PROJECT, MAIN_ACCOUNT
from tests.support.customer import Customer, Network
from tests.support.transitions import Options


def clusters(customer: Customer, number: int, project_id: str = DEFAULT_PROJECT) -> list[str]:
    """Ids of new clusters with a service each."""
    estate = customer.sandbox.tidbcloud.estate
    with customer.sandbox.clock.lock:
        made = [
            build_cluster(
                cluster_id=estate.ids.new(),
                name=f"fleet-{one}",
                project_id=project_id,
                port=4000,
                principals=[MAIN_ACCOUNT],
            )
            for one in range(number)
        ]
        for cluster in made:
            estate.add_cluster(cluster)
    return [cluster.id for cluster in made]


def endpoints_of_new_clusters(customer: Customer, network: Network, number: int) -> list[Options]:
    """The items of `private_endpoints` for that many new clusters; the VPC has room for all of them."""
    customer.sandbox.settings.change({"endpoint_quota": 1000})
    return [{"cluster_id": cluster_id, **network.options} for cluster_id in clusters(customer, number)]
