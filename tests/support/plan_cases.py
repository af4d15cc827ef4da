# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The product of all current states, on either side, with all desired states."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from tests.support.endpoint_literals import (
    SERVICE_NAME,
    VPCE,
    desired,
    interface_endpoint,
    registration,
)
from tests.support.planned_world import World

# Available, and its private DNS is not in effect: a row of its own in the contract's table.
DNS_MISSING = "available without private DNS"
ENDPOINT_STATES = [
    None,
    "pendingacceptance",
    "pending",
    "partial",
    "available",
    DNS_MISSING,
    "rejected",
    "failed",
    "expired",
    "deleting",
    "deleted",
]
REGISTRATION_STATES = [None, "DISCOVERED", "PENDING", "ACTIVE", "DELETING", "FAILED"]
BOOLEANS = [True, False]


class Case(t.NamedTuple):
    """One combination: the current and the desired state."""

    endpoint_state: str | None
    registration_state: str | None
    state: str
    registrable: bool
    by_id: bool
    recreate_failed: bool
    keep_vpc_endpoint: bool
    private_dns_enabled: bool | None

    @property
    def wanted(self) -> Desired:
        target: dict[str, t.Any] = {} if self.registrable else {"cluster_id": None, "service_name": SERVICE_NAME}
        return desired(
            state=self.state,
            vpc_endpoint_id=VPCE if self.by_id else None,
            recreate_failed=self.recreate_failed,
            keep_vpc_endpoint=self.keep_vpc_endpoint,
            private_dns_enabled=self.private_dns_enabled,
            **target,
        )

    @property
    def world(self) -> World:
        state = "available" if self.endpoint_state == DNS_MISSING else self.endpoint_state
        private_dns_enabled = self.endpoint_state == "available"
        endpoints = [interface_endpoint(state=state, private_dns_enabled=private_dns_enabled)] if state else []
        rows = [registration(state=self.registration_state)] if self.registration_state else []
        return World(endpoints, rows)

    @property
    def is_broken(self) -> bool:
        """What exists and is visible, but will not work again and still has something to remove."""
        if self.endpoint_state is None:
            return False
        dead = self.endpoint_state in ("rejected", "failed", "expired")
        gone = self.endpoint_state in ("deleting", "deleted")
        registered = self.registrable and self.registration_state not in (None, "DISCOVERED")
        given_up = self.registrable and self.registration_state in ("FAILED", "DELETING")
        return dead or given_up or (gone and registered)


def cases() -> t.Iterator[Case]:
    product = itertools.product(
        ENDPOINT_STATES,
        REGISTRATION_STATES,
        ["present", "absent"],
        BOOLEANS,
        BOOLEANS,
        BOOLEANS,
        BOOLEANS,
        [None, True, False],
    )
    for case in itertools.starmap(Case, product):
        # To adopt what cannot be seen is refused before anything is planned, unless it is to be replaced.
        unseen = case.state == "present" and case.by_id and case.endpoint_state is None
        replaced = case.recreate_failed and case.registration_state is not None
        if (replaced or not unseen) and (case.registrable or case.registration_state is None):
            yield case
