# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made of: steps, and the conditions to await before and after them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._run.text import printable, sentence

# What a condition asks of an interface endpoint and its registration.
LISTED = "listed"  # AWS shows the interface endpoint
AVAILABLE = "available"  # ... it is available, no change is under way
ACCEPTED = "accepted"  # ... and its registration is ACTIVE
DONE = "done"  # ... and private DNS is as wanted
UNREGISTERED = "unregistered"  # the registration is gone
GONE = "gone"  # the interface endpoint and its network interfaces are gone


@dataclass(frozen=True)
class Condition:
    """Something to await. C(vpc_endpoint_id) is null for the interface endpoint that this run creates."""

    kind: str
    vpc_endpoint_id: str | None = None


@dataclass(frozen=True)
class Step:
    """One change: what to do, in the user's words, and the condition to await before it.

    C(target) and C(detail) come from the plan alone, so that check mode and run print the same.
    C(vpc_endpoint_id) is null where the step concerns the interface endpoint that this run creates.
    C(gone_before): the id of an interface endpoint that must be gone first, too. C(made): what is to be created, where
    something in the place of AWS made it when it was asked whether it permits that.
    """

    name: str
    target: str
    detail: str
    vpc_endpoint_id: str | None = None
    needs: Condition | None = None
    arguments: t.Mapping[str, t.Any] = field(default_factory=dict)
    gone_before: str | None = None
    made: str | None = None

    def returned(self) -> dict[str, str]:
        """The shape of one item of the return value C(steps)."""
        return {"name": self.name, "target": printable(self.target), "detail": sentence(self.detail)}


@dataclass(frozen=True)
class Plan:
    """The steps in order, and what to await at the end (nothing with wait=false)."""

    steps: tuple[Step, ...] = ()
    goals: tuple[Condition, ...] = ()

    @property
    def creation(self) -> Step | None:
        """The step that makes an interface endpoint, where there is one."""
        return next((step for step in self.steps if step.name == "create_vpc_endpoint"), None)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(step.name for step in self.steps)
