# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.options import (
    desired_listener,
    listener_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.listener_literals import BALANCER, GROUP_ARN

NONE: dict[str, t.Any] = {name: spec.get("default") for name, spec in listener_arguments().items()}
GIVEN = {**NONE, "name": "orders", "load_balancer_arn": BALANCER.arn, "wait": True}


def target(given: str, port: int | None = None) -> dict[str, t.Any]:
    return {"id": given, "port": port, "availability_zone": None}


def test_an_empty_text_counts_as_not_set_and_an_empty_list_of_targets_does_not() -> None:
    desired = desired_listener({**GIVEN, "vpc_id": "", "targets": [], "health_check": {"path": "", "interval": 10}})
    assert (desired.vpc_id, desired.targets, desired.health_check) == (None, (), {"interval": 10})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": ""}, "name must have"),
        ({"load_balancer_arn": None}, "needs a load balancer"),
        ({"load_balancer_tags": {"a": "b"}}, "exclude each other"),
        ({"load_balancer_arn": None, "load_balancer_tags": {}}, "every load balancer"),
        ({"port": 0}, "port must be from 1"),
        ({"target_port": 65536}, "target_port must be"),
        ({"target_group_arn": "orders"}, "not the ARN of a target group"),
        ({"target_group_arn": GROUP_ARN.replace("us-east-1:", "us-east-1:"), "target_port": 1}, "used as it is"),
        ({"targets": [target("database.example.com")]}, "neither the id of an instance"),
        ({"targets": [target("i-0123456789abcdef0"), target("10.7.0.10")]}, "one kind"),
        ({"targets": [target("10.7.0.10")], "target_type": "instance"}, "target_type is instance"),
        ({"targets": [target("10.7.0.10", 0)]}, "port of a target"),
    ],
)
def test_what_is_impossible_whatever_aws_has_is_refused(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(PrivateLinkError, match=said):
        desired_listener({**GIVEN, **options})
