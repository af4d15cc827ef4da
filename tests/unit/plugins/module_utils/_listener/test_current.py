# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import Target
from tests.support.listener_literals import BALANCER, FIRST, GROUP_ARN, OWNED, current, desired, group, listener, made


def test_a_target_that_drains_is_registered_no_longer() -> None:
    draining = Target("10.7.1.10", 4000, state="draining")
    assert made(FIRST, draining).registered(GROUP_ARN) == (FIRST,)


def test_the_own_listener_on_the_desired_port_comes_first() -> None:
    found = current(listeners=(listener(arn="a", port=5000), listener(arn="b"), listener(arn="c", tags={})))
    assert [one.arn for one in found.own_listeners(desired())] == ["b", "a"]


def test_what_listens_on_the_port_for_another_name_is_foreign() -> None:
    other = listener(tags={**OWNED, "tidbcloud:service-name": "billing"})
    assert current(listeners=(other,)).foreign_listener(desired()) == other
    assert made().foreign_listener(desired()) is None


def test_a_target_group_of_another_load_balancer_is_not_meant_unless_none_is_named() -> None:
    other = group(arn="other", tags={**OWNED, "tidbcloud:load-balancer": BALANCER.arn + "2"})
    found = current(groups=(group(), other))
    assert found.own_groups(desired()) == (group(),)
    assert len(found.own_groups(desired(state="absent", load_balancer_arn=None))) == 2


def test_of_several_load_balancers_none_is_meant() -> None:
    assert current(balancers=(BALANCER, BALANCER)).balancer is None
