# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.tidbcloud.build import build_cluster
from tests.sandbox.tidbcloud.seed import CLUSTER_IDS, DEFAULT_PROJECT, SECOND_PROJECT
from tests.support.tidbcloud_sandbox import World

ALL = "/clusters/-/tidbNodeGroups/-/privateEndpointConnections"


def _fill(world: World, number: int) -> None:
    """Registrations of the main cluster."""
    for index in range(number):
        endpoint_id = f"vpce-{index:017x}"
        world.request_endpoint(endpoint_id)
        world.cloud.estate.registrations.register(*world.group("main"), endpoint_id)


def _ids(answer: dict[str, Any]) -> list[str]:
    return [row["endpointId"] for row in answer["privateEndpointConnections"]]


def test_a_page_has_ten_items_where_no_size_is_asked_for(world: World) -> None:
    _fill(world, 12)
    first = world.get(ALL).json()
    assert (len(_ids(first)), first["totalSize"]) == (10, 12)
    second = world.get(ALL, {"pageToken": first["nextPageToken"]}).json()
    assert (len(_ids(second)), second["nextPageToken"]) == (2, "")
    assert len({*_ids(first), *_ids(second)}) == 12


def test_a_page_size_above_a_hundred_is_a_hundred(world: World) -> None:
    _fill(world, 101)
    answer = world.get(ALL, {"pageSize": 1000}).json()
    assert (len(_ids(answer)), bool(answer["nextPageToken"])) == (100, True)


@pytest.mark.parametrize("other", [{"pageSize": 3}, {"projectId": SECOND_PROJECT}, {"cloudProvider": "aws"}])
def test_a_token_with_other_parameters_is_refused(world: World, other: dict[str, Any]) -> None:
    _fill(world, 3)
    token = world.get(ALL, {"pageSize": 2}).json()["nextPageToken"]
    assert world.get(ALL, {"pageSize": 2, "pageToken": token}).status_code == 200
    answer = world.get(ALL, {"pageSize": 2, **other, "pageToken": token})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize("query", [{"pageToken": "no-token"}, {"pageSize": "-1"}, {"pageSize": "many"}, {"skip": "x"}])
def test_nonsense_instead_of_paging_is_refused(world: World, query: dict[str, str]) -> None:
    assert world.get(ALL, query).status_code == 400


def test_skipping_past_the_end_answers_an_empty_page(world: World) -> None:
    _fill(world, 3)
    assert len(_ids(world.get(ALL, {"skip": 1}).json())) == 2
    beyond = world.get(ALL, {"skip": 7}).json()
    assert (_ids(beyond), beyond["nextPageToken"]) == ([], "")


def test_without_a_project_the_default_one_is_listed(world: World) -> None:
    clusters = world.get("/clusters", {"pageSize": 100}).json()["clusters"]
    assert {cluster["labels"]["tidb.cloud/project"] for cluster in clusters} == {DEFAULT_PROJECT}
    (other,) = world.get("/clusters", {"projectId": SECOND_PROJECT}).json()["clusters"]
    assert other["clusterId"] == CLUSTER_IDS["second-project"]


@pytest.mark.parametrize(
    ("query", "roles"),
    [
        ({"clusterIds": [CLUSTER_IDS["main"], CLUSTER_IDS["paused"]]}, ["main", "paused"]),
        ({"regionIds": "aws-us-west-2"}, ["two-groups"]),
        ({"clusterStates": ["PAUSED", "CREATING"]}, ["creating", "paused"]),
        ({"clusterIds": CLUSTER_IDS["starter"]}, []),
        ({"clusterIds": CLUSTER_IDS["second-project"]}, []),
        ({"projectId": "no-such-project"}, []),
    ],
)
def test_clusters_are_filtered(world: World, query: dict[str, Any], roles: list[str]) -> None:
    clusters = world.get("/clusters", query).json()["clusters"]
    assert [cluster["clusterId"] for cluster in clusters] == [CLUSTER_IDS[role] for role in roles]


def test_an_unknown_cluster_state_is_refused(world: World) -> None:
    assert world.get("/clusters", {"clusterStates": "SLEEPING"}).status_code == 400


def test_a_wildcard_lists_a_project_across_clusters_and_groups(world: World) -> None:
    world.request_endpoint("vpce-0000000000000000a", "main")
    world.request_endpoint("vpce-0000000000000000b", "two-groups")
    world.request_endpoint("vpce-0000000000000000c", "second-project")
    assert _ids(world.get(ALL).json()) == ["vpce-0000000000000000a", "vpce-0000000000000000b"]
    assert _ids(world.get(ALL, {"projectId": SECOND_PROJECT}).json()) == ["vpce-0000000000000000c"]


def test_connections_are_filtered_by_provider(world: World) -> None:
    _fill(world, 1)
    assert len(_ids(world.get(ALL, {"cloudProvider": "aws"}).json())) == 1
    assert _ids(world.get(ALL, {"cloudProvider": "gcp"}).json()) == []
    assert world.get(ALL, {"cloudProvider": "moon"}).status_code == 400


def test_half_a_wildcard_and_a_project_beside_ids_are_refused(world: World) -> None:
    half = f"/clusters/{CLUSTER_IDS['main']}/tidbNodeGroups/-/privateEndpointConnections"
    assert world.get(half).status_code == 400
    assert world.get(world.connections("main"), {"projectId": DEFAULT_PROJECT}).status_code == 400


def test_node_groups_are_listed_in_pages_whose_last_has_no_token(world: World) -> None:
    path = f"/clusters/{CLUSTER_IDS['two-groups']}/tidbNodeGroups"
    first = world.get(path, {"pageSize": 1}).json()
    second = world.get(path, {"pageSize": 1, "pageToken": first["nextPageToken"]}).json()
    groups = [*first["tidbNodeGroups"], *second["tidbNodeGroups"]]
    assert [(group["displayName"], group["isDefaultGroup"]) for group in groups] == [
        ("DefaultGroup", True),
        ("analytics", False),
    ]
    assert "nextPageToken" not in second


def test_more_than_ten_clusters_need_a_second_page(world: World) -> None:
    for _turn in range(4):
        cluster_id = world.cloud.estate.ids.new()
        cluster = build_cluster(
            cluster_id=cluster_id, name="one-more", project_id=DEFAULT_PROJECT, port=4000, principals=()
        )
        world.cloud.estate.add_cluster(cluster)
    answer = world.get("/clusters").json()
    assert (len(answer["clusters"]), answer["totalSize"]) == (10, 11)
