# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the current state of one listener, in five calls."""

from __future__ import annotations

from dataclasses import replace

from .._aws import balancer_api
from .._aws import listener_api as aws
from .._aws.calls import Client
from .._aws.listener_model import PortListener, TargetGroup
from .._aws.provider_model import LoadBalancer, region_of
from .current import Current
from .desired import Desired
from .names import is_of_name


def read_current(desired: Desired, elb: Client) -> Current:
    """Reads the load balancer, its listeners, and the target groups with their targets. Raises ApiError."""
    balancers = _balancers(desired, elb)
    network = [one for one in balancers if one.type == "network"]
    listeners = [found for one in network for found in aws.describe_port_listeners(elb, one.arn)]
    groups = [one for one in aws.describe_target_groups(elb) if _may_be_meant(desired, one, listeners)]
    tags = aws.describe_tags(elb, [*(one.arn for one in listeners), *(one.arn for one in groups)])
    current = Current(
        elb.meta.region_name,
        balancers,
        tuple(replace(one, tags=tags[one.arn]) for one in listeners if one.arn in tags),
        tuple(replace(one, tags=tags[one.arn]) for one in groups if one.arn in tags),
    )
    if desired.state == "absent":
        return current
    return replace(current, targets={one.arn: aws.describe_targets(elb, one.arn) for one in current.groups})


def _balancers(desired: Desired, elb: Client) -> tuple[LoadBalancer, ...]:
    if desired.load_balancer_tags is not None:
        return tuple(balancer_api.find_load_balancers(elb, desired.load_balancer_tags))
    if desired.load_balancer_arn is None:
        return tuple(one for one in balancer_api.find_load_balancers(elb, {}) if one.type == "network")
    if region_of(desired.load_balancer_arn) not in (None, elb.meta.region_name):
        return ()
    return tuple(balancer_api.describe_load_balancers(elb, [desired.load_balancer_arn]))


def _may_be_meant(desired: Desired, group: TargetGroup, listeners: list[PortListener]) -> bool:
    """By its name, since the tags of all target groups of a region would take a call for every twenty."""
    if is_of_name(group.name, desired.name) or group.arn == desired.target_group_arn:
        return True
    return any(group.arn in one.forwards for one in listeners if one.port == desired.port)
