# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The difference is what the planned steps change."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.diff import difference
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from tests.support.publication_literals import (
    OTHER,
    ROOT,
    TAGS,
    ZONES,
    arn,
    balancer,
    connection,
    current,
    desired,
    published,
)

MADE = {
    "state": "present",
    "load_balancer_arns": [arn("orders")],
    "acceptance_required": True,
    "allowed_principals": [],
    "private_dns_name": None,
    "private_dns_verified": False,
    "supported_ip_address_types": ["ipv4"],
    "supported_regions": [],
    "availability_zones": list(ZONES),
    "connections": {},
    "tags": TAGS,
}


def test_a_new_service_differs_from_none_and_a_deleted_one_is_none() -> None:
    wanted, now = desired(allowed_principals=(OTHER,)), current()
    assert difference(plan(wanted, now), now) == {
        "before": {"state": "absent"},
        "after": {**MADE, "allowed_principals": [ROOT]},
    }
    now = current(published())
    wanted = desired(state="absent")
    assert difference(plan(wanted, now), now) == {"before": MADE, "after": {"state": "absent"}}


def test_what_is_as_desired_does_not_differ() -> None:
    now = current(published(connection(state="available")))
    found = difference(plan(desired(), now), now)
    assert found["before"] == found["after"] == {**MADE, "connections": {"vpce-1": "available"}}


def test_only_what_a_step_changes_differs() -> None:
    now = current(published(connection()), balancers=(balancer(zones=(*ZONES, "us-east-1c")),))
    wanted = desired(accepted_accounts=frozenset({OTHER}))
    found = difference(plan(wanted, now), now)
    changed = {key for key, value in found["after"].items() if found["before"][key] != value}
    assert changed == {"availability_zones", "connections"}
    assert found["after"]["connections"] == {"vpce-1": "available"}
