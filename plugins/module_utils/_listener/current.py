# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the listener of one load balancer as read from AWS. It answers for itself, and never changes. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.listener_model import DRAINING, PortListener, Target, TargetGroup
from .._aws.provider_model import LoadBalancer
from .desired import LOAD_BALANCER_TAG, Desired


@dataclass(frozen=True)
class Current:
    """Everything that a plan is made from.

    `balancers`: those that are meant; for a removal without one, every network load balancer of the region.
    `listeners`: all of these, with their tags. `groups`: all target groups that may be meant, with their tags.
    `targets`: what is registered, by the ARN of the target group.
    """

    region: str
    balancers: tuple[LoadBalancer, ...] = ()
    listeners: tuple[PortListener, ...] = ()
    groups: tuple[TargetGroup, ...] = ()
    targets: t.Mapping[str, tuple[Target, ...]] = field(default_factory=dict)

    @property
    def balancer(self) -> LoadBalancer | None:
        """The one that is meant; null if there is none or several."""
        return self.balancers[0] if len(self.balancers) == 1 else None

    def group(self, arn: str | None) -> TargetGroup | None:
        return next((one for one in self.groups if one.arn == arn), None)

    def own_listeners(self, desired: Desired) -> tuple[PortListener, ...]:
        """Those that this collection made for the name: the one on the desired port first."""
        own = (one for one in self.listeners if desired.owns(one.tags))
        return tuple(sorted(own, key=lambda one: (one.port != desired.port, one.port or 0, one.arn)))

    def own_groups(self, desired: Desired) -> tuple[TargetGroup, ...]:
        """Those that this collection made for the name and, where one is meant, for the load balancer."""
        named = {desired.load_balancer_arn} if desired.load_balancer_arn else {one.arn for one in self.balancers}
        any_balancer = desired.load_balancer_arn is None and desired.load_balancer_tags is None
        own = (
            one
            for one in self.groups
            if desired.owns(one.tags) and (any_balancer or one.tags.get(LOAD_BALANCER_TAG) in named)
        )
        return tuple(sorted(own, key=lambda one: one.arn))

    def foreign_listener(self, desired: Desired) -> PortListener | None:
        """What listens on the desired port and was made by hand, by another tool, or for another name."""
        on_port = (one for one in self.listeners if one.port == desired.port)
        return next((one for one in on_port if not desired.owns(one.tags)), None)

    def registered(self, arn: str | None) -> tuple[Target, ...]:
        """The targets of a target group, without those that drain."""
        return tuple(one for one in self.targets.get(arn or "", ()) if one.state != DRAINING)
