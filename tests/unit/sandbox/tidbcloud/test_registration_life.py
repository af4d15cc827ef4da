# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.sandbox.tidbcloud.seed import CLUSTER_IDS
from tests.support.tidbcloud_sandbox import World

ENDPOINT = "vpce-0a1b2c3d4e5f60718"


def _active(world: World, endpoint_id: str = ENDPOINT) -> str:
    """A registration that is ACTIVE; its id."""
    world.request_endpoint(endpoint_id)
    connection_id: str = world.register(endpoint_id).json()["privateEndpointConnectionId"]
    world.clock.advance(60)
    return connection_id


def test_a_registration_is_pending_until_aws_has_made_the_accepted_endpoint_available(world: World) -> None:
    endpoint = world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    seen = []
    for _turn in range(8):
        seen.append((endpoint.state, *world.states()))
        world.clock.advance(0.5)
    assert seen == [
        *[("pendingAcceptance", "PENDING")] * 4,
        *[("pending", "PENDING")] * 2,
        ("available", "PENDING"),
        ("available", "ACTIVE"),
    ]


def test_asking_does_not_move_a_registration(world: World) -> None:
    world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    assert {state for _turn in range(50) for state in world.states()} == {"PENDING"}


def test_a_registration_waits_while_aws_takes_longer_than_usual(world: World) -> None:
    world.aws.late = 30
    world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    world.clock.advance(30)
    assert world.states() == ["PENDING"]
    world.clock.advance(4)
    assert world.states() == ["ACTIVE"]


def test_an_endpoint_that_aws_has_let_in_before_becomes_active_too(world: World) -> None:
    world.request_endpoint(ENDPOINT).state = "available"
    world.register(ENDPOINT)
    world.clock.advance(4)
    assert world.states() == ["ACTIVE"]


def test_an_endpoint_that_dies_on_the_way_fails_the_registration(world: World) -> None:
    endpoint = world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    world.clock.advance(2.5)
    endpoint.state = "deleting"
    world.clock.advance(1)
    assert world.states() == ["FAILED"]


def test_the_message_of_an_earlier_state_stays_beside_active(world: World) -> None:
    _active(world)
    (row,) = world.rows()
    assert (row["endpointState"], row["message"]) == ("ACTIVE", f"The VPC Endpoint Id {ENDPOINT} does not exist")


def test_the_message_is_empty_where_the_setting_says_so() -> None:
    world = World(leftover_message="false")
    _active(world)
    assert world.rows()[0]["message"] == ""


def test_a_terminated_registration_is_deleting_then_gone_and_its_endpoint_rejected(world: World) -> None:
    connection_id = _active(world)
    answer = world.terminate(connection_id)
    assert (answer.status_code, answer.json()) == (200, {})
    assert (world.states(), world.aws.requested[ENDPOINT].state) == (["DELETING"], "available")
    world.clock.advance(world.settings.registration_deleting)
    assert (world.states(), world.aws.requested[ENDPOINT].state) == ([], "rejected")
    assert world.terminate(connection_id).status_code == 404


def test_terminating_twice_is_answered_the_same(world: World) -> None:
    connection_id = _active(world)
    assert [world.terminate(connection_id).status_code for _turn in range(2)] == [200, 200]
    world.clock.advance(60)
    assert world.rows() == []


# Registered, accepted, available but not ACTIVE yet.
@pytest.mark.parametrize("moment", [0, 2.5, 3.2])
def test_a_registration_that_is_terminated_while_pending_never_becomes_active(moment: float) -> None:
    world = World(registration_deleting=10)
    world.request_endpoint(ENDPOINT)
    connection_id = world.register(ENDPOINT).json()["privateEndpointConnectionId"]
    world.clock.advance(moment)
    assert world.states() == ["PENDING"]
    world.terminate(connection_id)
    world.clock.advance(9)
    assert world.states() == ["DELETING"]
    world.clock.advance(1)
    assert (world.states(), world.aws.requested[ENDPOINT].state) == ([], "rejected")


def test_an_endpoint_whose_registration_was_terminated_is_not_accepted_again() -> None:
    world = World(registration_deleting=10)
    endpoint = world.request_endpoint(ENDPOINT)
    world.terminate(world.register(ENDPOINT).json()["privateEndpointConnectionId"])
    world.clock.advance(9)
    assert endpoint.state == "pendingAcceptance"


def test_terminating_a_failed_registration_leaves_the_endpoint_of_another_service_alone(world: World) -> None:
    endpoint = world.request_endpoint(ENDPOINT, role="two-groups")
    connection_id = world.register(ENDPOINT, role="main").json()["privateEndpointConnectionId"]
    world.clock.advance(60)
    world.terminate(connection_id)
    world.clock.advance(60)
    assert (world.states("main"), endpoint.state) == ([], "pendingAcceptance")


def test_an_endpoint_that_asks_and_nobody_registered_is_discovered_without_an_id(world: World) -> None:
    world.request_endpoint(ENDPOINT)
    (row,) = world.rows()
    assert (row["endpointState"], row["endpointId"]) == ("DISCOVERED", ENDPOINT)
    assert not row.keys() & {"privateEndpointConnectionId", "name", "host", "port"}


def test_a_discovered_row_with_an_id_can_be_read_but_not_terminated() -> None:
    world = World(discovered_has_id=True)
    world.request_endpoint(ENDPOINT)
    connection_id = world.rows()[0]["privateEndpointConnectionId"]
    assert world.get(f"{world.connections('main')}/{connection_id}").json()["endpointState"] == "DISCOVERED"
    assert world.terminate(connection_id).status_code == 400


def test_a_service_that_is_created_tells_its_name_only_when_it_is_active(world: World) -> None:
    path = f"{world.group_path('service-creating')}/privateLinkService"
    before = world.get(path).json()
    assert before["state"] == "CREATING"
    assert not before.keys() & {"serviceName", "serviceDnsName", "availableZones"}
    assert world.service_name("service-creating") not in world.aws.services
    world.clock.advance(world.settings.service_creating)
    after = world.get(path).json()
    assert (after["state"], after["availableZones"]) == ("ACTIVE", ["use1-az1", "use1-az2", "use1-az4"])
    assert after["serviceName"] in world.aws.services


def test_a_cluster_that_leaves_creating_has_its_service_begun(world: World) -> None:
    world.clock.advance(60)
    path = f"{world.group_path('creating')}/privateLinkService"
    assert world.get(path).json()["state"] == "CREATING"
    world.cloud.estate.set_cluster_state(CLUSTER_IDS["creating"], "ACTIVE")
    world.clock.advance(world.settings.service_creating)
    assert world.get(path).json()["state"] == "ACTIVE"


def test_a_dropped_cluster_takes_service_and_registrations_with_it_and_its_endpoints_are_rejected(world: World) -> None:
    _active(world)
    service_name = world.service_name("main")
    path = world.connections("main")
    world.cloud.estate.drop_cluster(CLUSTER_IDS["main"])
    assert world.get(path).status_code == 404
    assert world.get(f"/clusters/{CLUSTER_IDS['main']}").status_code == 404
    assert (service_name in world.aws.services, world.aws.requested[ENDPOINT].state) == (False, "rejected")


def test_what_was_under_way_when_a_cluster_was_dropped_comes_to_nothing(world: World) -> None:
    world.request_endpoint(ENDPOINT)
    world.register(ENDPOINT)
    service_name = world.service_name("service-creating")
    world.cloud.estate.drop_cluster(CLUSTER_IDS["main"])
    world.cloud.estate.drop_cluster(CLUSTER_IDS["service-creating"])
    world.clock.advance(60)
    assert (world.aws.requested[ENDPOINT].state, world.cloud.estate.registrations.all()) == ("rejected", [])
    assert service_name not in world.aws.services


@pytest.mark.parametrize("state", ["ACTIVE", "DISCOVERED"])
def test_each_node_group_has_its_own_service_and_rows(world: World, state: str) -> None:
    groups = world.cloud.estate.clusters[CLUSTER_IDS["two-groups"]].groups
    assert len({group.service.name for group in groups if group.service}) == 2
    world.request_endpoint(ENDPOINT, role="two-groups")
    if state == "ACTIVE":
        world.register(ENDPOINT, role="two-groups")
        world.clock.advance(60)
    paths = [f"/clusters/{CLUSTER_IDS['two-groups']}/tidbNodeGroups/{group.id}" for group in groups]
    rows = [world.get(f"{path}/privateEndpointConnections").json()["privateEndpointConnections"] for path in paths]
    assert [[row["endpointState"] for row in some] for some in rows] == [[state], []]
