# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of a listener take as given; each test says only what it is about."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import (
    PortListener,
    Target,
    TargetGroup,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import LoadBalancer
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.desired import (
    LOAD_BALANCER_TAG,
    Desired,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.names import target_group_name

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:{}"
BALANCER = LoadBalancer(ARN.format("loadbalancer/net/orders/1"), "network", "active", vpc_id="vpc-1")
GROUP_ARN = ARN.format("targetgroup/orders/1")
LISTENER_ARN = ARN.format("listener/net/orders/1/1")
OWNED = {"tidbcloud:managed-by": "tidbcloud.privatelink", "tidbcloud:service-name": "orders"}
FIRST, SECOND = Target("10.7.0.10", 4000), Target("10.7.1.10", 4000)


def desired(**options: t.Any) -> Desired:
    return Desired(**{"name": "orders", "load_balancer_arn": BALANCER.arn, **options})


def group(**more: t.Any) -> TargetGroup:
    """Of ours, as a run without options but its targets, which are addresses, makes it."""
    name = target_group_name("orders", BALANCER.arn, "TCP", 4000, "ip", "vpc-1")
    tags = {**OWNED, LOAD_BALANCER_TAG: BALANCER.arn}
    made = {"arn": GROUP_ARN, "name": name, "protocol": "TCP", "port": 4000, "target_type": "ip", "tags": tags}
    return TargetGroup(**{**made, "vpc_id": "vpc-1", "load_balancer_arns": (BALANCER.arn,), **more})


def listener(**more: t.Any) -> PortListener:
    made = {"arn": LISTENER_ARN, "load_balancer_arn": BALANCER.arn, "port": 4000, "protocol": "TCP", "tags": OWNED}
    return PortListener(**{**made, "forwards": (GROUP_ARN,), **more})


def current(**more: t.Any) -> Current:
    return Current(**{"region": "us-east-1", "balancers": (BALANCER,), **more})


def made(*targets: Target, **more: t.Any) -> Current:
    """Everything is there."""
    return current(**{"listeners": (listener(),), "groups": (group(),), "targets": {GROUP_ARN: targets}, **more})
