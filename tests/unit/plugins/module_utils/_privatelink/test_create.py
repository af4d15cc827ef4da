# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exactly one interface endpoint of an identity, whatever concurrent or killed runs requested and AWS remembers."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.create import (
    Creation,
    client_token,
    create_interface_endpoint,
    undo_creation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    CreateVpcEndpoint,
    DeleteVpcEndpoint,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitTimedOut,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline, Seen, Work
from tests.support.changes import OTHERWISE
from tests.support.endpoint_literals import (
    OWNED,
    SERVICE_NAME,
    VPC,
    VPCE,
    desired,
    interface_endpoint,
)
from tests.support.scripted_clouds import Clouds, refusal

ARGUMENTS: dict[str, t.Any] = {
    "vpc_id": VPC,
    "service_name": SERVICE_NAME,
    "subnet_ids": ("subnet-a",),
    "security_group_ids": ("sg-1",),
    "tags": OWNED,
}
OPTIONS: list[dict[str, t.Any]] = [
    {"tags": {**OWNED, "Name": "other"}},
    *({option: value} for option, value in OTHERWISE.items()),
]
MISMATCH = "IdempotentParameterMismatch"


def work(
    clouds: Clouds, wanted: Desired | None = None, registered: t.Sequence[str] = (), **arguments: t.Any
) -> Work[Creation]:
    step = CreateVpcEndpoint(None, (), "a service", **{**ARGUMENTS, **arguments})
    return create_interface_endpoint(clouds, t.cast(t.Any, clouds), step, wanted or desired(), registered)


def create(clouds: Clouds, wanted: Desired | None = None, **arguments: t.Any) -> Creation:
    return clouds.deadline.drive(work(clouds, wanted, **arguments))


def made(vpce: str = "vpce-1") -> Creation:
    return Creation(vpce)


def adopted(vpce: str = "vpce-1") -> Creation:
    return Creation(vpce, made=False)


def die(clouds: Clouds, vpce: str, state: str) -> None:
    clouds.endpoints[vpce] = replace(clouds.endpoints[vpce], state=state)


def forget(clouds: Clouds, vpce: str) -> None:
    """It was deleted, an hour has passed, and AWS no longer lists it."""
    del clouds.endpoints[vpce]
    clouds.time.now += 3600


def is_live(clouds: Clouds) -> list[str]:
    return [one.vpc_endpoint_id for one in clouds.endpoints.values() if one.is_live]


def slept(clouds: Clouds) -> float:
    return sum(clouds.time.slept)


def test_a_new_endpoint_is_made_by_one_call(clouds: Clouds) -> None:
    assert create(clouds) == made()
    assert clouds.names() == ["create_vpc_endpoint"]
    assert clouds.time.slept == []


@pytest.mark.parametrize("options", [{}, *OPTIONS])
def test_what_another_run_made_is_adopted_whatever_options_they_differ_in(
    clouds: Clouds, options: dict[str, t.Any]
) -> None:
    create(clouds)
    assert create(clouds, **options) == adopted()
    assert list(clouds.endpoints) == ["vpce-1"]


@pytest.mark.parametrize("options", OPTIONS)
def test_what_a_killed_run_made_is_waited_for_and_adopted(clouds: Clouds, options: dict[str, t.Any]) -> None:
    clouds.listed_after = 20
    dying = work(clouds)
    next(dying)
    dying.send(Seen(True, "ready"))
    dying.close()
    assert create(clouds, **options) == adopted()
    assert is_live(clouds) == ["vpce-1"]
    assert clouds.names() == ["create_vpc_endpoint"] * 2
    assert slept(clouds) < 35


def test_the_wait_for_another_runs_endpoint_is_reported(clouds: Clouds) -> None:
    clouds.listed_after = 20
    dying = work(clouds)
    next(dying)
    dying.send(Seen(True, "ready"))
    lines: list[str] = []
    deadline = clouds.deadline
    deadline.report = lines.append
    deadline.drive(work(clouds, tags={}))
    assert lines == ["waiting for AWS to show the interface endpoint that another run has asked for"]


def test_four_runs_with_different_options_at_once_make_one(clouds: Clouds) -> None:
    clouds.listed_after = 20
    works = [work(clouds, **options) for options in OPTIONS[:4]]
    for one in works:
        next(one)
    awaited = [one.send(Seen(True, "ready")) for one in works]
    clouds.time.now += 20
    ended = []
    for one, what in zip(works, awaited):
        with pytest.raises(StopIteration) as end:
            one.send(what.look())
        ended.append(end.value.value)
    assert ended == [made(), adopted(), adopted(), adopted()]
    assert is_live(clouds) == ["vpce-1"]


def test_a_killed_run_with_the_same_options_is_gone_on_from(clouds: Clouds) -> None:
    clouds.listed_after = 20
    dying = work(clouds)
    next(dying)
    dying.send(Seen(True, "ready"))
    assert create(clouds) == made()
    assert list(clouds.endpoints) == ["vpce-1"]


def test_another_name_is_an_error_that_names_the_live_one(clouds: Clouds) -> None:
    create(clouds, tags={**OWNED, "Name": "one"})
    with pytest.raises(LimitsViolated, match=r"named 'two'; there are vpce-1 \(one\)") as refused:
        create(clouds, desired(name="two"), tags={**OWNED, "Name": "two"})
    assert [violation.code for violation in refused.value.violations] == ["ambiguous_match"]
    assert list(clouds.endpoints) == ["vpce-1"]


def test_another_name_is_an_error_also_where_aws_shows_the_live_one_late(clouds: Clouds) -> None:
    clouds.listed_after = 20
    dying = work(clouds, tags={**OWNED, "Name": "one"})
    next(dying)
    dying.send(Seen(True, "ready"))
    with pytest.raises(LimitsViolated, match="named 'two'"):
        create(clouds, desired(name="two"), tags={**OWNED, "Name": "two"})
    assert slept(clouds) < 35
    assert list(clouds.endpoints) == ["vpce-1"]


@pytest.mark.parametrize("state", ["deleting", "deleted", "rejected", "failed", "expired"])
def test_created_deleted_and_created_again_is_a_new_one_at_once(clouds: Clouds, state: str) -> None:
    create(clouds)
    die(clouds, "vpce-1", state)
    assert create(clouds, tags={}) == made("vpce-2")
    assert len(clouds.calls) == 2
    assert clouds.time.slept == []


def test_every_night_another_tag_costs_one_wait(clouds: Clouds) -> None:
    """AWS remembers the tokens of endpoints that it no longer lists."""
    for night in range(1, 8):
        clouds.time.slept.clear()
        assert create(clouds, tags={**OWNED, "night": str(night)}) == made(f"vpce-{night}")
        assert slept(clouds) == pytest.approx(60 if night > 1 else 0)
        forget(clouds, f"vpce-{night}")


def test_every_night_the_same_costs_one_wait(clouds: Clouds) -> None:
    for night in range(1, 8):
        clouds.time.slept.clear()
        assert create(clouds) == made(f"vpce-{night}")
        assert slept(clouds) == pytest.approx(60 if night > 1 else 0)
        forget(clouds, f"vpce-{night}")


@pytest.mark.parametrize("state", ["deleting", "deleted", "rejected", "expired"])
def test_an_answer_that_says_that_it_is_dead_costs_no_wait(
    clouds: Clouds, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(clouds)
    forget(clouds, "vpce-1")
    answer = clouds.create_vpc_endpoint
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api

    def current_state(ec2: object, **arguments: t.Any) -> api.Created:
        created = answer(ec2, **arguments)
        is_old = created.endpoint.vpc_endpoint_id == "vpce-1"
        return api.Created(replace(created.endpoint, state=state), None) if is_old else created

    monkeypatch.setattr(api, "create_vpc_endpoint", current_state)
    assert create(clouds) == made("vpce-2")
    assert clouds.time.slept == []


def test_one_more_dead_endpoint_in_the_list_ends_the_wait(clouds: Clouds) -> None:
    """The one with the token was deleted before any run saw it."""
    clouds.listed_after = 20
    dying = work(clouds)
    next(dying)
    dying.send(Seen(True, "ready"))
    die(clouds, "vpce-1", "deleting")
    assert create(clouds, tags={}) == made("vpce-2")
    assert slept(clouds) < 60


def test_an_id_that_aws_answered_is_waited_for_until_the_deadline(clouds: Clouds) -> None:
    clouds.listed_after = 600
    assert create(clouds) == made()
    assert clouds.names() == ["create_vpc_endpoint"]


@pytest.mark.parametrize("tells_age", [True, False])
def test_the_end_of_the_runs_time_makes_no_second_endpoint(clouds: Clouds, tells_age: bool) -> None:
    clouds.tells_age = tells_age
    clouds.listed_after = 200
    with pytest.raises(WaitTimedOut):
        Deadline(100, 15, clock=clouds.time.clock, sleep=clouds.time.sleep).drive(work(clouds))
    assert clouds.names() == ["create_vpc_endpoint"]


def test_one_that_is_refused_right_after_it_was_made_is_not_made_again(clouds: Clouds) -> None:
    clouds.listed_after = 5
    run = work(clouds)
    next(run)
    awaited = run.send(Seen(True, "ready"))
    die(clouds, "vpce-1", "failed")
    clouds.time.now += 5
    with pytest.raises(StopIteration) as end:
        run.send(awaited.look())
    assert end.value.value == made()


# --- twins


def twin(clouds: Clouds, vpce: str, made_at: float, **fields: t.Any) -> None:
    """Made by a run that saw another list of dead ones."""
    created_at = datetime.fromtimestamp(made_at, tz=timezone.utc)
    clouds.endpoints[vpce] = interface_endpoint(vpce, state="pendingacceptance", created_at=created_at, **fields)
    clouds._made_at[vpce] = made_at


def test_the_younger_of_two_twins_is_withdrawn_by_the_run_that_made_it(clouds: Clouds) -> None:
    clouds.listed_after = 20
    twin(clouds, "vpce-twin", clouds.time.now - 1)
    assert create(clouds) == Creation("vpce-twin", made=False, withdrawn="vpce-1")
    assert is_live(clouds) == ["vpce-twin"]
    assert clouds.names() == ["create_vpc_endpoint", "delete_vpc_endpoint"]


def test_the_older_of_two_twins_is_kept_by_the_run_that_made_it(clouds: Clouds) -> None:
    clouds.listed_after = 20
    twin(clouds, "vpce-twin", clouds.time.now + 1)
    assert create(clouds) == made()
    assert "delete_vpc_endpoint" not in clouds.names()


@pytest.mark.parametrize(("other", "survivor"), [("vpce-0", "vpce-0"), ("vpce-2", "vpce-1")])
def test_of_twins_of_one_moment_the_one_with_the_lowest_id_survives(clouds: Clouds, other: str, survivor: str) -> None:
    clouds.listed_after = 20
    twin(clouds, other, clouds.time.now)
    assert create(clouds).vpc_endpoint_id == survivor


def test_a_survivor_with_another_name_is_an_error_after_the_own_one_was_withdrawn(clouds: Clouds) -> None:
    clouds.listed_after = 20
    twin(clouds, "vpce-twin", clouds.time.now - 1, tags={**OWNED, "Name": "one"})
    with pytest.raises(LimitsViolated, match=r"vpce-twin \(one\)"):
        create(clouds, desired(name="two"))
    assert is_live(clouds) == ["vpce-twin"]


def test_a_withdrawal_that_aws_is_too_busy_for_is_asked_for_again(clouds: Clouds) -> None:
    clouds.listed_after = 20
    twin(clouds, "vpce-twin", clouds.time.now - 1)
    clouds.refusals["delete_vpc_endpoint"] = [refusal("OperationInProgress")]
    create(clouds)
    assert is_live(clouds) == ["vpce-twin"]


def test_one_that_replaces_a_dead_one_by_id_leaves_others_with_another_name_alone(clouds: Clouds) -> None:
    named = {**OWNED, "Name": "one"}
    clouds.endpoints["vpce-other"] = interface_endpoint("vpce-other", tags={**OWNED, "Name": "other"})
    assert create(clouds, desired(vpc_endpoint_id="vpce-dead"), tags=named) == made()
    assert create(clouds, desired(vpc_endpoint_id="vpce-dead"), tags=named) == adopted()
    assert set(is_live(clouds)) == {"vpce-1", "vpce-other"}


@pytest.mark.parametrize("refused", [refusal("OperationInProgress"), refusal(ambiguous=True)])
def test_a_deletion_of_the_own_twin_is_asked_for_again_where_that_may_pass(clouds: Clouds, refused: ApiError) -> None:
    clouds.refusals["delete_vpc_endpoint"] = [refused]
    assert not undo_creation(clouds, DeleteVpcEndpoint(VPCE, ())).done
    assert undo_creation(clouds, DeleteVpcEndpoint(VPCE, ())).done


def test_a_deletion_that_may_not_be_is_an_error(clouds: Clouds) -> None:
    clouds.refusals["delete_vpc_endpoint"] = [refusal("UnauthorizedOperation")]
    with pytest.raises(ApiError):
        undo_creation(clouds, DeleteVpcEndpoint(VPCE, ()))


# --- refusals


def test_a_refusal_is_not_repeated(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("VpcEndpointLimitExceeded")]
    with pytest.raises(ApiError):
        create(clouds)
    assert len(clouds.calls) == 1


def test_a_lost_answer_is_asked_for_with_the_same_token(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("ReadTimeoutError", ambiguous=True)] * 2
    assert create(clouds) == made()
    assert len({call[1] for call in clouds.calls}) == 1
    assert list(clouds.endpoints) == ["vpce-1"]


def test_an_operation_that_is_going_on_is_waited_for(clouds: Clouds) -> None:
    going_on = "Cannot do this at this time because there is an idempotent operation going on"
    clouds.refusals["create_vpc_endpoint"] = [refusal("InvalidParameter", going_on)] * 5
    assert create(clouds) == made()
    assert len({call[1] for call in clouds.calls}) == 1


def test_answers_that_are_lost_again_and_again_are_an_error(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("ReadTimeoutError", "It was lost.", ambiguous=True)] * 9
    with pytest.raises(ApiError, match="It was lost"):
        create(clouds)
    assert len({call[1] for call in clouds.calls}) == 1


def test_spent_tokens_without_end_are_an_error(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal(MISMATCH)] * 50
    with pytest.raises(PrivateLinkError, match="Run again in an hour"):
        create(clouds)
    assert len({call[1] for call in clouds.calls}) == len(clouds.calls) == 32
    assert slept(clouds) == pytest.approx(60)


def test_where_the_list_is_wrong_by_what_tidb_cloud_has_no_second_one_is_made(clouds: Clouds) -> None:
    """AWS remembers the token with other parameters, and shows nothing: not even that it does not know the id."""
    clouds.refusals["create_vpc_endpoint"] = [refusal(MISMATCH)]
    clouds.answers_by_id = False
    with pytest.raises(ApiError, match="neither has vpce-old nor says that it does not exist"):
        clouds.deadline.drive(work(clouds, registered=["vpce-old", "vpce-older"]))
    assert (clouds.names(), clouds.by_id) == (["create_vpc_endpoint"], ["vpce-old"])


def test_one_that_aws_does_not_know_although_it_is_registered_is_replaced(clouds: Clouds) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal(MISMATCH)]
    assert clouds.deadline.drive(work(clouds, registered=["vpce-old"])) == made()
    assert clouds.by_id == ["vpce-old"]


def test_where_aws_answers_with_one_that_it_never_shows_by_list_or_id_no_second_one_is_made(clouds: Clouds) -> None:
    assert create(clouds) == made()
    clouds.time.now += 3600
    clouds.listed_after = 1e9
    clouds.answers_by_id = False
    with pytest.raises(ApiError, match="neither has vpce-1 nor"):
        create(clouds)
    assert list(clouds.endpoints) == ["vpce-1"]


def test_a_token_is_made_of_service_vpc_dead_ones_and_counter_alone() -> None:
    token = client_token("service", "vpc", ["a", "b"], 0)
    assert token == client_token("service", "vpc", ["b", "a"], 0)
    others = [
        client_token("other", "vpc", ["a", "b"], 0),
        client_token("service", "other", ["a", "b"], 0),
        client_token("service", "vpc", ["a"], 0),
        client_token("service", "vpc", ["a", "b"], 1),
    ]
    assert len({token, *others}) == 5


@pytest.mark.parametrize("options", OPTIONS)
def test_the_token_that_is_sent_depends_on_no_option(clouds: Clouds, options: dict[str, t.Any]) -> None:
    clouds.refusals["create_vpc_endpoint"] = [refusal("Denied"), refusal("Denied")]
    for arguments in ({}, options):
        with pytest.raises(ApiError):
            create(clouds, **arguments)
    first, second = (call[1] for call in clouds.calls)
    assert first == second


def test_a_token_is_one_that_aws_takes() -> None:
    """At most 64 ASCII characters."""
    token = client_token("service", "vpc", [], 0)
    assert token.isascii()
    assert len(token) == 64
