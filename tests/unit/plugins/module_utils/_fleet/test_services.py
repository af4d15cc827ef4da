# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.services import (
    GroupService,
    complete,
    services_of,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import (
    Cluster,
    EndpointService,
    Registration,
)
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP,
    GROUP_ID,
    HOST,
    REGION,
    SERVICE,
    SERVICE_NAME,
    ZONES,
    registration,
)

OTHER_GROUP = replace(GROUP, node_group_id="2", name="analytics", is_default=False, host=None)
TWO_GROUPS = replace(CLUSTER, node_groups=(GROUP, OTHER_GROUP))


class Clouds:
    """Both clouds, and what they were asked for. `services`: of TiDB Cloud, by node group; `zones`: those of AWS."""

    def __init__(self, zones: dict[str, tuple[str, ...]] | None = None, **services: EndpointService) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.services = services
        self.zones_of = zones or {}

    def get_service(self, cluster_id: str, node_group_id: str) -> EndpointService | None:
        self.asked.append(("service", cluster_id, node_group_id))
        return self.services.get(f"of_{node_group_id}")

    def zones(self, region: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        self.asked.append(("zones", region, *names))
        return self.zones_of

    def complete(self, services: Sequence[GroupService]) -> list[GroupService]:
        return complete(services, t.cast(TidbCloud, self), self.zones)


def services(*registrations: Registration, clusters: Sequence[Cluster] = (CLUSTER,)) -> list[GroupService]:
    return services_of(clusters, registrations)


def test_every_node_group_has_its_service_as_its_registrations_name_it() -> None:
    named = EndpointService(GROUP_ID, SERVICE_NAME, "active", HOST, (), REGION, "aws")
    assert services(registration(), clusters=[TWO_GROUPS]) == [
        GroupService(TWO_GROUPS, GROUP, named),
        GroupService(TWO_GROUPS, OTHER_GROUP),
    ]


def test_a_service_that_is_named_and_whose_zones_aws_tells_costs_no_request_to_tidb_cloud() -> None:
    clouds = Clouds({SERVICE_NAME: ZONES})
    assert clouds.complete(services(registration())) == [GroupService(CLUSTER, GROUP, SERVICE)]
    assert clouds.asked == [("zones", REGION, SERVICE_NAME)]


def test_the_services_of_a_region_are_one_question_to_aws() -> None:
    west = replace(CLUSTER, cluster_id="9", region="us-west-2", node_groups=(OTHER_GROUP,))
    rows = [registration(), registration("vpce-2", node_group_id="2", service_name="of-the-west")]
    clouds = Clouds({SERVICE_NAME: ZONES, "of-the-west": ("usw2-az1",)})
    clouds.complete(services(*rows, clusters=[CLUSTER, west]))
    assert clouds.asked == [("zones", REGION, SERVICE_NAME), ("zones", "us-west-2", "of-the-west")]


@pytest.mark.parametrize("zones", [{}, {SERVICE_NAME: ()}], ids=["not permitted", "an old SDK"])
def test_tidb_cloud_is_asked_for_zones_that_aws_does_not_return(zones: dict[str, tuple[str, ...]]) -> None:
    clouds = Clouds(zones, **{f"of_{GROUP_ID}": SERVICE})
    assert clouds.complete(services(registration())) == [GroupService(CLUSTER, GROUP, SERVICE)]
    assert clouds.asked[1:] == [("service", CLUSTER_ID, GROUP_ID)]


@pytest.mark.parametrize("unknown", [{"service_name": None}, {"service_state": None}])
def test_a_service_that_the_registrations_describe_only_in_part_is_requested(unknown: t.Any) -> None:
    clouds = Clouds({SERVICE_NAME: ZONES}, **{f"of_{GROUP_ID}": SERVICE})
    assert clouds.complete(services(registration(**unknown))) == [GroupService(CLUSTER, GROUP, SERVICE)]
    assert clouds.asked == [("service", CLUSTER_ID, GROUP_ID)]


def test_a_node_group_whose_service_was_never_begun_is_left_out() -> None:
    clouds = Clouds()
    assert clouds.complete(services()) == []
    assert clouds.asked == [("service", CLUSTER_ID, GROUP_ID)]
