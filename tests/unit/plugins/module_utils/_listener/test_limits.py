# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import Target
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.limits import violations, warnings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.plan import plan
from tests.support.listener_literals import BALANCER, FIRST, GROUP_ARN, OWNED, current, desired, group, listener, made

HAND = listener(tags={})
BY_HAND = group(tags={}, name="hand")


def codes(wanted: Desired, found: Current) -> list[str]:
    return [one.code for one in violations(wanted, found, plan(wanted, found))]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (current(balancers=()), "load_balancer_not_found"),
        (current(region="eu-west-1", balancers=()), "region_mismatch"),
        (current(balancers=(BALANCER, BALANCER)), "ambiguous_match"),
        (current(balancers=(replace(BALANCER, type="application"),)), "load_balancer_not_network"),
        (current(balancers=(replace(BALANCER, state="failed"),)), "load_balancer_not_active"),
    ],
)
def test_a_load_balancer_that_cannot_serve_is_refused(found: Current, code: str) -> None:
    assert codes(desired(), found) == [code]


def test_one_that_is_provisioning_takes_a_listener() -> None:
    assert codes(desired(), current(balancers=(replace(BALANCER, state="provisioning"),))) == []


@pytest.mark.parametrize(
    ("options", "found", "code"),
    [
        ({"vpc_id": "vpc-2"}, current(), "vpc_mismatch"),
        ({}, current(listeners=(listener(tags={**OWNED, "tidbcloud:service-name": "billing"}),)), "port_in_use"),
        ({}, current(listeners=(listener(tags={}, protocol="UDP"),)), "port_in_use"),
        ({}, made(listeners=(HAND, listener(arn="own", port=5000))), "port_in_use"),
        ({"target_group_arn": "other"}, made(listeners=(HAND,)), "port_in_use"),
        ({"targets": (FIRST,)}, current(listeners=(listener(tags={}, forwards=("a", "b")),)), "port_in_use"),
        ({"target_group_arn": "other"}, current(), "target_group_not_found"),
        (
            {"target_group_arn": GROUP_ARN},
            current(groups=(group(load_balancer_arns=("other",)),)),
            "target_group_in_use",
        ),
        ({"targets": (FIRST,)}, current(groups=(group(tags={}),)), "target_group_in_use"),
        (
            {"targets": (Target("i-0123456789abcdef0", None),)},
            made(listeners=(HAND,), groups=(BY_HAND,)),
            "immutable_change",
        ),
        (
            {"state": "absent"},
            made(listeners=(listener(tags={**OWNED, "deletion-protection": "true"}),)),
            "deletion_protected",
        ),
    ],
)
def test_each_limit_is_found_before_anything_is_touched(options: dict[str, t.Any], found: Current, code: str) -> None:
    assert codes(desired(**options), found) == [code]


def test_nothing_is_wrong_with_what_is_there() -> None:
    assert codes(desired(targets=(FIRST,)), made(FIRST)) == []
    assert codes(desired(state="absent"), made(FIRST)) == []


def test_a_target_through_which_nobody_connects_is_a_warning() -> None:
    found = made(replace(FIRST, state="unhealthy", reason="Target.FailedHealthChecks"), replace(FIRST, state="healthy"))
    (said,) = warnings(desired(), found)
    assert "10.7.0.10:4000" in said
    assert "Target.FailedHealthChecks" in said
    assert warnings(desired(state="absent"), found) == ()
