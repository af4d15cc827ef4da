# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listeners, target groups and targets of network load balancers, as read from AWS. Frozen: only the cloud changes
them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._run.text import FromOutside

# A target in this state was deregistered and serves what is connected already.
DRAINING = "draining"


@dataclass(frozen=True)
class PortListener(FromOutside):
    """What listens on a port. `forwards`: the ARNs of the target groups that it forwards to."""

    arn: str
    load_balancer_arn: str
    port: int | None
    protocol: str
    forwards: tuple[str, ...] = ()
    tags: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TargetGroup(FromOutside):
    """`health_check`: the settings by the names of the option of that name; `load_balancer_arns`: what uses it."""

    arn: str
    name: str
    protocol: str
    port: int | None
    target_type: str
    vpc_id: str | None = None
    load_balancer_arns: tuple[str, ...] = ()
    health_check: t.Mapping[str, t.Any] = field(default_factory=dict)
    tags: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target(FromOutside):
    """A registered target. `state` is lower case: initial, healthy, unhealthy, unused, draining, unavailable."""

    id: str
    port: int | None
    zone: str | None = None
    state: str | None = None
    reason: str | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        """What tells it from others: the same address may be registered with several ports."""
        return self.id, self.port

    @property
    def shown(self) -> str:
        return f"{self.id}:{self.port}"
