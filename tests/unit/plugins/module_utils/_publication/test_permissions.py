# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS is asked whether it permits the plan before anything is touched."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.lifecycle import publish
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.permissions import permitted
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.publication_literals import ID, OTHER, TAGS, connection, current, desired, published, service

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World

EVERYTHING = desired(
    allowed_principals=(OTHER,),
    acceptance_required=False,
    regions=("eu-west-1",),
    accepted_accounts=frozenset({OTHER}),
    tags={"team": "data"},
)


def test_each_action_is_asked_for_once_and_other_regions_apart(world: World) -> None:
    now = current(published(connection()))
    planned = plan(EVERYTHING, now)
    assert permitted(planned, now, world.provider) == planned
    assert sorted(world.dry_runs) == [
        "accept_connections",
        "create_tags",
        "modify_own_service",
        "modify_own_service",
        "modify_principals",
    ]
    assert world.writes == []


def test_of_a_new_service_only_its_creation_can_be_asked(world: World) -> None:
    permitted(plan(EVERYTHING, current()), current(), world.provider)
    assert world.dry_runs == ["create_own_service"]


def test_of_one_that_this_run_adopts_only_that(world: World) -> None:
    now = current(published(tags={}))
    permitted(plan(EVERYTHING, now), now, world.provider)
    assert world.dry_runs == ["create_tags"]


def test_a_refusal_names_every_missing_action_and_nothing_is_touched(world: World) -> None:
    for call, action in (("modify_principals", "ec2:Permit"), ("create_tags", "ec2:Tag")):
        world.denied[call] = ApiError(f"Allow {action}.", api="ec2", code="UnauthorizedOperation", status=403)
    world.publish(ID, tags=TAGS)
    wanted = desired(allowed_principals=(OTHER,), tags={"team": "data"})
    with pytest.raises(ApiError, match=r"Allow ec2:Tag\. Allow ec2:Permit\. Nothing was touched"):
        publish(wanted, world.provider, world.deadline(), check_mode=False, warn=lambda _warning: None)
    assert world.writes == []


def test_check_mode_asks_nothing(world: World) -> None:
    world.publish(ID, tags=TAGS)
    publish(EVERYTHING, world.provider, world.deadline(), check_mode=True, warn=lambda _warning: None)
    assert world.dry_runs == []


def test_a_stand_in_that_mistakes_the_question_for_the_call_has_made_the_service(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = service(service_id="vpce-svc-9")

    def mistaken(*_question: t.Any) -> api.DryRun:
        world.publish("vpce-svc-9", tags=TAGS)
        return api.DryRun(None, done=made)

    monkeypatch.setattr(api, "dry_run", mistaken)
    done = publish(desired(), world.provider, world.deadline(), check_mode=False, warn=lambda _warning: None).returned()
    assert [step["name"] for step in done["steps"]] == ["create_endpoint_service"]
    assert (done["endpoint_service"]["service_id"], world.writes) == ("vpce-svc-9", [])
