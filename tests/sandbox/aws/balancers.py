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


def force_state(load_balancer_arn: str, state: str) -> None:
    """For tests. Raises KeyError for a load balancer that the sandbox does not have."""
    _arn, _aws, _elb, region, account_id, _name = load_balancer_arn.split(":", 5)
    elbv2_backends[account_id][region].load_balancers[load_balancer_arn].state = state
