# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PrivateLink needs of load balancers. With `balancer_calls` the only file that touches moto's ELBv2 model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.elbv2.models import elbv2_backends


@dataclass(frozen=True)
class Balancer:
    """A load balancer as it is now."""

    arn: str
    type: str
    state: str
    ip_address_type: str
    zone_ids: tuple[str, ...]


def balancer(account_id: str, region: str, load_balancer_arn: str) -> Balancer | None:
    """The account's load balancer in that region; null if there is none."""
    found: Any = elbv2_backends[account_id][region].load_balancers.get(load_balancer_arn)
    if found is None:
        return None
    zone_ids = tuple(subnet.availability_zone_id for subnet in found.subnets)
    return Balancer(found.arn, found.type, found.state, found.ip_address_type, zone_ids)


def arns(account_id: str) -> list[str]:
    """The account's load balancers, in all regions."""
    backends: Any = elbv2_backends[account_id]
    return [arn for region in list(backends) for arn in backends[region].load_balancers]


def has_target(load_balancer_arn: str) -> bool:
    """Whether a listener leads to a target group that has targets. False for TiDB Cloud's own, which nobody sees."""
    _arn, _aws, _elb, region, account_id, _name = load_balancer_arn.split(":", 5)
    backend: Any = elbv2_backends[account_id][region]
    found = backend.load_balancers.get(load_balancer_arn)
    actions = [action.data for one in (found.listeners.values() if found else ()) for action in one.default_actions]
    arns = [arn for action in actions for arn in backend._get_target_group_arns_from(action_data=action)]
    return any(backend.target_groups[arn].targets for arn in arns)


def tags(account_id: str, region: str, arn: str) -> dict[str, str]:
    """Of a load balancer, a listener or a target group; none for what does not exist."""
    found: dict[str, str] = elbv2_backends[account_id][region].tagging_service.get_tag_dict_for_resource(arn)
    return found


def force_state(load_balancer_arn: str, state: str) -> None:
    """For tests. Raises KeyError for a load balancer that the sandbox does not have."""
    _arn, _aws, _elb, region, account_id, _name = load_balancer_arn.split(":", 5)
    elbv2_backends[account_id][region].load_balancers[load_balancer_arn].state = state
