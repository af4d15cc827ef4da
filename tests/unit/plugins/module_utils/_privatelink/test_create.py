# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exactly one interface endpoint, whoever asks, and whatever AWS remembers."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.create import (
    client_token,
    create_interface_endpoint,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.errors import (
    ApiError,
    PrivateLinkError,
    WaitTimedOut,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.wait import Deadline
from tests.unit.plugins.module_utils._privatelink.clouds_played import Clouds, refusal
from tests.unit.plugins.module_utils._privatelink.literals import (
    OWNED,
    SERVICE_NAME,
    VPC,
    current,
    interface_endpoint,
    pair,
)

ARGUMENTS: dict[str, t.Any] = {
    "vpc_id": VPC,
    "service_name": SERVICE_NAME,
    "subnet_ids": ("subnet-a",),
    "security_group_ids": ("sg-1",),
    "ip_address_type": None,
    "tags": OWNED,
}


def create(clouds: Clouds, here: Current | None = None, **arguments: t.Any) -> str:
    work = create_interface_endpoint(clouds, t.cast(t.Any, clouds), {**ARGUMENTS, **arguments}, here or current())
    return clouds.deadline.drive(work)


def die(clouds: Clouds, vpce: str, state: str) -> None:
    clouds.endpoints[vpce] = replace(clouds.endpoints[vpce], state=state)


def test_a_new_endpoint_is_made_by_one_call(clouds: Clouds) -> None:
    assert create(clouds) == "vpce-1"
    assert clouds.names() == ["create_vpc_endpoint"]


def test_two_control_nodes_with_the_same_wish_make_one(clouds: Clouds) -> None:
    assert create(clouds) == create(clouds) == "vpce-1"
    assert list(clouds.endpoints) == ["vpce-1"]


def test_another_wish_makes_another(clouds: Clouds) -> None:
    assert create(clouds) != create(clouds, subnet_ids=("subnet-b",))


def test_created_deleted_and_created_again_is_a_new_one_at_once(clouds: Clouds) -> None:
    create(clouds)
    die(clouds, "vpce-1", "deleted")
    assert create(clouds, current(gone=("vpce-1",))) == "vpce-2"
    assert len(clouds.calls) == 2


def test_one_that_takes_the_place_of_a_dead_one_is_a_new_one(clouds: Clouds) -> None:
    create(clouds)
    die(clouds, "vpce-1", "rejected")
    assert create(clouds, current(dead=(pair(clouds.endpoints["vpce-1"]),))) == "vpce-2"


@pytest.mark.parametrize("state", ["deleting", "deleted", "rejected", "failed", "expired"])
def test_an_answer_that_is_a_dead_endpoint_is_not_taken(clouds: Clouds, state: str) -> None:
    create(clouds)
    die(clouds, "vpce-1", state)
    assert create(clouds) == "vpce-2"
    assert clouds.time.slept == []


def test_an_answer_that_aws_never_lists_again_is_not_taken(clouds: Clouds) -> None:
    create(clouds)
    del clouds.endpoints["vpce-1"]
    assert create(clouds) == "vpce-2"
    assert sum(clouds.time.slept) == pytest.approx(15)


def test_a_new_endpoint_that_is_listed_late_is_waited_for(clouds: Clouds) -> None:
    clouds.listed_after = 8
    assert create(clouds) == "vpce-1"
    assert list(clouds.endpoints) == ["vpce-1"]


def test_the_end_of_the_runs_time_makes_no_second_endpoint(clouds: Clouds) -> None:
    clouds.listed_after = 8
    work = create_interface_endpoint(clouds, t.cast(t.Any, clouds), ARGUMENTS, current())
    with pytest.raises(WaitTimedOut):
        Deadline(2, 15, clock=clouds.time.clock, sleep=clouds.time.sleep).drive(work)
    assert list(clouds.endpoints) == ["vpce-1"]


def test_a_token_that_was_spent_on_another_wish_leads_to_that_one_where_it_is_the_twin(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    clouds.endpoints["vpce-twin"] = interface_endpoint("vpce-twin", tags=OWNED)
    assert create(clouds) == "vpce-twin"


def test_where_the_twin_is_dead_or_somebody_elses_the_next_token_is_used(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    clouds.endpoints["vpce-dead"] = interface_endpoint("vpce-dead", state="rejected", tags=OWNED)
    clouds.endpoints["vpce-other"] = interface_endpoint("vpce-other", tags={"Name": "other"})
    assert create(clouds) == "vpce-1"
    first, second = (call[1] for call in clouds.calls)
    assert first != second


def test_a_refusal_is_not_repeated(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("VpcEndpointLimitExceeded")]
    with pytest.raises(ApiError):
        create(clouds)
    assert len(clouds.calls) == 1


def test_dead_answers_without_end_are_an_error(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")] * 5
    with pytest.raises(PrivateLinkError, match="Run again in an hour"):
        create(clouds)
    assert len({call[1] for call in clouds.calls}) == 5


def test_a_token_depends_on_everything_but_the_order_of_what_is_gone() -> None:
    token = client_token(ARGUMENTS, ["a", "b"], 0)
    assert token == client_token(dict(reversed(list(ARGUMENTS.items()))), ["b", "a"], 0)
    others = [
        client_token({**ARGUMENTS, "tags": {}}, ["a", "b"], 0),
        client_token(ARGUMENTS, ["a"], 0),
        client_token(ARGUMENTS, ["a", "b"], 1),
    ]
    assert len({token, *others}) == 4


def test_a_token_is_one_that_aws_takes() -> None:
    """At most 64 ASCII characters."""
    token = client_token(ARGUMENTS, [], 0)
    assert token.isascii()
    assert len(token) == 64
