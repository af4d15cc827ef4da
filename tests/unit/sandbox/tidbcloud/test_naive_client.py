# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that does not know the rules meets each of them."""

from __future__ import annotations

import pytest

from tests.sandbox.tidbcloud.seed import PUBLIC_KEY
from tests.support.tidbcloud_sandbox import DEDICATED, World

ENDPOINT = "vpce-0a1b2c3d4e5f60718"


def test_a_second_post_for_a_registered_endpoint_is_refused(world: World) -> None:
    world.request_endpoint(ENDPOINT)
    assert world.register(ENDPOINT).status_code == 200
    again = world.register(ENDPOINT)
    assert (again.status_code, again.json()["code"]) == (400, 6)
    assert world.states() == ["PENDING"]


def test_a_rejected_endpoint_that_is_registered_again_fails_later(world: World) -> None:
    world.request_endpoint(ENDPOINT).state = "rejected"
    assert world.register(ENDPOINT).json()["endpointState"] == "PENDING"
    world.clock.advance(world.settings.registration_accept)
    (row,) = world.rows()
    assert (row["endpointState"], row["message"]) == (
        "FAILED",
        f"The VPC Endpoint Id {ENDPOINT} is rejected and cannot be accepted",
    )


def test_a_rejected_endpoint_is_refused_at_once_where_the_setting_says_so() -> None:
    world = World(rejected_endpoint="refused")
    world.request_endpoint(ENDPOINT).state = "rejected"
    assert world.register(ENDPOINT).status_code == 400
    assert world.rows() == []


def test_an_endpoint_that_aws_does_not_know_fails_later(world: World) -> None:
    assert world.register(ENDPOINT).json()["endpointState"] == "PENDING"
    world.clock.advance(world.settings.registration_accept)
    (row,) = world.rows()
    assert (row["endpointState"], row["message"]) == ("FAILED", f"The VPC Endpoint Id {ENDPOINT} does not exist")


def test_an_endpoint_that_aws_does_not_know_is_refused_at_once_where_the_setting_says_so() -> None:
    world = World(unknown_endpoint="refused")
    refused = world.register(ENDPOINT)
    assert (refused.status_code, refused.json()["code"]) == (400, 3)
    assert world.rows() == []


def test_an_endpoint_of_another_service_is_not_let_in(world: World) -> None:
    world.request_endpoint(ENDPOINT, role="two-groups")
    world.register(ENDPOINT, role="main")
    world.clock.advance(60)
    assert world.states("main") == ["FAILED"]
    assert world.aws.requested[ENDPOINT].state == "pendingAcceptance"


def test_a_wrong_private_key_is_refused(world: World) -> None:
    client = world.new_client(private_key="sandbox-private-key-that-nobody-has")
    answer = client.get(f"{DEDICATED}/v1beta1/clusters")
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 16,
        "message": "The private key is wrong, or the digest is not that of this request.",
        "details": [],
    }


def test_an_unknown_public_key_is_refused_with_its_own_code(world: World) -> None:
    answer = world.new_client(public_key="sandbox-public-key-UNKNOWN0").get(f"{DEDICATED}/v1beta1/clusters")
    assert (answer.status_code, answer.json()["code"]) == (401, 49900001)


@pytest.mark.parametrize("role", ["paused", "creating"])
def test_a_post_to_a_cluster_that_is_not_open_is_refused(world: World, role: str) -> None:
    answer = world.register(ENDPOINT, role)
    assert (answer.status_code, answer.json()["code"]) == (400, 9)
    assert world.rows(role) == []


@pytest.mark.parametrize("role", ["service-creating", "service-absent"])
def test_a_post_before_the_service_is_ready_is_refused(world: World, role: str) -> None:
    answer = world.register(ENDPOINT, role)
    assert (answer.status_code, answer.json()["code"]) == (400, 9)


@pytest.mark.parametrize("endpoint_id", ["", "vpce-xyz", "vpc-0a1b2c3d4e5f60718", 7])
def test_a_post_without_the_id_of_an_endpoint_is_refused(world: World, endpoint_id: object) -> None:
    answer = world.client.post(f"{DEDICATED}/v1beta1{world.connections('main')}", json={"endpointId": endpoint_id})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_a_post_whose_body_is_not_json_is_refused(world: World) -> None:
    answer = world.client.post(f"{DEDICATED}/v1beta1{world.connections('main')}", data="endpointId")
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_the_request_after_the_hundredth_of_a_minute_is_refused_as_documented(world: World) -> None:
    statuses = [world.get("/clusters").status_code for _turn in range(100)]
    assert statuses == [200] * 100
    refused = world.get("/clusters")
    assert refused.status_code == 429
    assert refused.json() == {
        "details": [],
        "code": 49900007,
        "message": "The request exceeded the limit of 100 times per apikey per minute. "
        "For more quota, please contact us: https://support.pingcap.com/hc/en-us/requests/new?ticket_form_id=7800003722519",
    }
    assert refused.headers["X-Ratelimit-Remaining-Minute"] == "0"
    assert "Retry-After" not in refused.headers


def test_terminating_what_is_not_there_is_not_found(world: World) -> None:
    answer = world.terminate("1801634297120007919")
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_a_client_without_credentials_gets_a_challenge_and_nothing_else(world: World) -> None:
    world.client.auth = None
    answer = world.get("/clusters")
    assert (answer.status_code, answer.json()["code"]) == (401, 16)
    assert PUBLIC_KEY not in answer.text
