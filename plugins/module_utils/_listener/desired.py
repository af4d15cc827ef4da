# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of the listener of one load balancer, and of the target group behind it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.listener_model import Target
from .._aws.tags import MANAGED_BY, MANAGED_BY_TAG

NAME_TAG = "tidbcloud:service-name"
# On a target group: the load balancer that it was made for. AWS shows none while no listener forwards to it.
LOAD_BALANCER_TAG = "tidbcloud:load-balancer"
DEFAULT_PORT = 4000


@dataclass(frozen=True)
class Desired:
    """The options of `load_balancer_listener`. `None` means: leave that alone."""

    name: str
    state: str = "present"
    load_balancer_arn: str | None = None
    load_balancer_tags: t.Mapping[str, str] | None = None
    port: int = DEFAULT_PORT
    protocol: str = "TCP"
    target_group_arn: str | None = None
    target_type: str | None = None
    target_port: int | None = None
    vpc_id: str | None = None
    targets: tuple[Target, ...] | None = None
    purge_targets: bool = True
    health_check: t.Mapping[str, t.Any] = field(default_factory=dict)
    tags: t.Mapping[str, str] | None = None
    purge_tags: bool = True
    wait: bool = True

    @property
    def target(self) -> str:
        return f"the listener of {self.name}"

    @property
    def ownership(self) -> dict[str, str]:
        """The tags by which what was made is found."""
        return {MANAGED_BY_TAG: MANAGED_BY, NAME_TAG: self.name}

    def owns(self, tags: t.Mapping[str, str]) -> bool:
        return self.ownership.items() <= tags.items()
