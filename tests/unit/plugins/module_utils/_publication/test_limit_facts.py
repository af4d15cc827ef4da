# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts that limits are checked against are read only for the steps that need them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.limit_facts import read_limit_facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from tests.support.publication_literals import OTHER, arn, balancer, current, desired, published

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World


def test_a_new_service_needs_the_others_and_all_about_its_load_balancers(world: World) -> None:
    world.publish("vpce-svc-2", load_balancer_arns=())
    facts = read_limit_facts(desired(), current(), plan(desired(), current()), world.provider)
    assert [one.service_id for one in facts.services] == ["vpce-svc-2"]
    assert [one.port for one in facts.listeners[arn("orders")]] == [4000]
    assert facts.cross_zone == {arn("orders"): True}


def test_one_that_is_no_network_load_balancer_is_not_asked_about_listeners(world: World) -> None:
    now = current(balancers=(balancer(type="application"),))
    assert read_limit_facts(desired(), now, plan(desired(), now), world.provider).listeners == {}


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        (desired(allowed_principals=(OTHER,)), []),
        (desired(private_dns_name="tidb.example.com"), ["describe_own_services"]),
        (desired(state="absent"), []),
    ],
)
def test_other_steps_need_less(world: World, wanted: t.Any, calls: list[str]) -> None:
    now = current(published())
    read_limit_facts(wanted, now, plan(wanted, now), world.provider)
    assert world.calls == calls
