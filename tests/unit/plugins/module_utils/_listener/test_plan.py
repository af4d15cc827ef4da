# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import Target
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.plan import left, plan
from tests.support.listener_literals import FIRST, GROUP_ARN, SECOND, current, desired, group, listener, made


def names(planned: t.Any) -> list[str]:
    return [step.name for step in planned]


def test_a_target_group_has_its_targets_before_the_listener_forwards_to_it() -> None:
    planned = plan(desired(targets=(Target("10.7.0.10", None),)), current())
    assert names(planned) == ["create_target_group", "register_targets", "create_listener"]
    assert [step.detail for step in planned][1:] == ["10.7.0.10:4000", f"TCP 4000, forwards to {group().name}"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"targets": (FIRST,)}, []),
        ({"targets": (SECOND,)}, ["register_targets", "deregister_targets"]),
        ({"targets": (SECOND,), "purge_targets": False}, ["register_targets"]),
        ({"targets": ()}, ["deregister_targets"]),
        ({"health_check": {"interval": 10}}, ["set_health_check"]),
        ({"tags": {"team": "data"}}, ["set_tags", "set_tags"]),
        ({"port": 4001}, ["set_listener"]),
        ({"target_port": 4001}, ["create_target_group", "set_listener", "delete_target_group"]),
        ({"state": "absent"}, ["delete_listener", "delete_target_group"]),
    ],
)
def test_each_difference_has_its_steps(options: dict[str, t.Any], expected: list[str]) -> None:
    assert names(plan(desired(**options), made(FIRST))) == expected


def test_a_run_that_was_stopped_between_the_two_is_finished() -> None:
    without_listener = made(FIRST, listeners=())
    assert names(plan(desired(), without_listener)) == ["create_listener"]
    assert names(plan(desired(state="absent"), without_listener)) == ["delete_target_group"]


def test_of_what_was_made_by_hand_only_missing_targets_are_registered() -> None:
    by_hand = made(FIRST, listeners=(listener(tags={}),), groups=(group(tags={}, name="hand"),))
    wanted = desired(targets=(SECOND,), tags={"team": "data"}, health_check={"interval": 10})
    assert names(plan(wanted, by_hand)) == ["register_targets"]
    assert plan(desired(state="absent"), by_hand) == ()
    assert len(left(desired(state="absent"), by_hand)) == 1


def test_a_target_group_to_which_another_listener_forwards_is_left_and_named() -> None:
    other = listener(arn="other", port=5000, tags={})
    found = made(FIRST, listeners=(listener(), other))
    assert names(plan(desired(state="absent"), found)) == ["delete_listener"]
    assert "port 5000" in left(desired(state="absent"), found)[0]


def test_a_second_listener_of_ours_is_surplus() -> None:
    found = made(FIRST, listeners=(listener(), listener(arn="other", port=5000)))
    (step,) = plan(desired(), found)
    assert (step.name, step.detail.split()[1]) == ("delete_listener", "5000")


def test_a_target_group_that_is_given_is_used_and_not_deleted() -> None:
    found = current(groups=(group(tags={}, name="hand"),))
    wanted = desired(target_group_arn=GROUP_ARN, targets=(FIRST,))
    assert names(plan(wanted, found)) == ["register_targets", "create_listener"]
    assert names(plan(desired(state="absent"), made(groups=(group(tags={}),)))) == ["delete_listener"]
