# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.result import (
    load_balancer_listener,
    options_of,
)
from tests.support.listener_literals import BALANCER, FIRST, LISTENER_ARN, current, desired, group, listener, made


def test_the_keys_are_always_the_same() -> None:
    whole, empty = load_balancer_listener(desired(), made(FIRST)), load_balancer_listener(desired(), current())
    assert whole.keys() == empty.keys() == load_balancer_listener(desired(state="absent"), current(balancers=())).keys()
    assert (whole["listener_arn"], whole["target_group_name"]) == (LISTENER_ARN, group().name)
    assert (empty["listener_arn"], empty["targets"], empty["load_balancer_arn"]) == (None, [], BALANCER.arn)


def test_it_says_what_absent_would_delete() -> None:
    by_hand = made(FIRST, listeners=(listener(tags={}),), groups=(group(tags={}),))
    assert load_balancer_listener(desired(), made(FIRST))["managed"] == {"listener": True, "target_group": True}
    assert load_balancer_listener(desired(), by_hand)["managed"] == {"listener": False, "target_group": False}


def test_the_difference_shows_only_what_the_user_says_of_the_health_check() -> None:
    checked = made(FIRST, groups=(group(health_check={"interval": 30, "timeout": 10}),))
    assert options_of(desired(health_check={"interval": 10}), checked)["health_check"] == {"interval": 30}
    assert options_of(desired(state="absent"), current()) == {"state": "absent"}
