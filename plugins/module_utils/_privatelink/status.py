# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status and stage of a private endpoint: one table over the states of its two halves. Pure."""

from __future__ import annotations

import typing as t

from .._aws.model import LEFTOVER_STATES, InterfaceEndpoint
from .._tidbcloud.model import Registration

# Rows: the interface endpoint. Columns: the registration. docs/status.md shows the same table to users.
HIDDEN, ABSENT, UNDERWAY, AVAILABLE, DNS_MISSING, LEFTOVER, DELETING = range(7)

_ACCEPT = "accept_endpoint_connection"
_INTERFACE = "interface_endpoint"
_NEW = ("initiating", _ACCEPT)
_PENDING = ("pending", _ACCEPT)
_FAILED = ("failed", _ACCEPT)
_BROKEN = ("failed", _INTERFACE)
_NOTHING = ("not_configured", _INTERFACE)
_NO_DNS = ("pending", "enable_private_dns")
_DONE = ("active", "done")
_DELETING = ("deleting", None)

_REGISTRATION_STATES = ("DISCOVERED", "PENDING", "ACTIVE", "DELETING", "FAILED")

StatusAndStage = tuple[str, t.Optional[str]]

_TABLE: dict[int, dict[str, StatusAndStage]] = {
    HIDDEN: {"DISCOVERED": _NEW, "PENDING": _PENDING, "ACTIVE": _DONE, "FAILED": _FAILED},
    ABSENT: {
        "none": _NOTHING,
        "DISCOVERED": _BROKEN,
        "PENDING": _BROKEN,
        "ACTIVE": _BROKEN,
        "FAILED": _BROKEN,
        "-": _NOTHING,
    },
    UNDERWAY: {"none": _NEW, "DISCOVERED": _NEW, "PENDING": _PENDING, "ACTIVE": _PENDING, "FAILED": _FAILED, "-": _NEW},
    AVAILABLE: {"none": _NEW, "DISCOVERED": _NEW, "PENDING": _PENDING, "ACTIVE": _DONE, "FAILED": _FAILED, "-": _DONE},
    DNS_MISSING: {
        "none": _NEW,
        "DISCOVERED": _NEW,
        "PENDING": _PENDING,
        "ACTIVE": _NO_DNS,
        "FAILED": _FAILED,
        "-": _NO_DNS,
    },
    LEFTOVER: {},
    DELETING: {},
}

NOTES = {
    "not_configured": "The endpoint service has no private endpoint here. Create one.",
    "initiating": (
        "The interface endpoint exists and is not registered with TiDB Cloud yet, or is being verified. Run again to "
        "continue."
    ),
    "pending": "The connection is being accepted, or private DNS is not in effect yet. Wait, or run again to continue.",
    "active": "Ready to use. Subnets, security groups, private DNS and tags can be changed in place.",
    "deleting": "Being deleted. Wait until it is gone.",
    "failed": (
        "The private endpoint does not work and will not recover by itself. Run with recreate_failed=true to replace "
        "it, or delete it."
    ),
}


def status_and_stage(
    endpoint: InterfaceEndpoint | None,
    registration: Registration | None,
    *,
    visible: bool = True,
    registrable: bool = True,
    private_dns_wanted: bool = False,
    service_active: bool = True,
) -> StatusAndStage:
    """Returns (status, stage); the stage is null while deleting.

    `registrable` is false for services other than TiDB Cloud's, which have no registration. `visible` is false if
    the credentials cannot see the interface endpoint of a registration: the registration alone decides.
    `service_active` matters only if neither half exists: the stage is then the service's own.
    """
    row = _row(endpoint, visible=visible, private_dns_wanted=private_dns_wanted)
    column = _column(registration, registrable=registrable)
    if row == DELETING or column == "DELETING":
        return _DELETING
    if row == LEFTOVER:
        return _BROKEN
    found = _TABLE[row].get(column, _NOTHING)
    if found == _NOTHING and not service_active:
        return ("not_configured", "service_endpoint")
    return found


def _row(endpoint: InterfaceEndpoint | None, *, visible: bool, private_dns_wanted: bool) -> int:
    if not visible:
        return HIDDEN
    if endpoint is None or endpoint.state == "deleted":
        return ABSENT
    if endpoint.state == "deleting":
        return DELETING
    if endpoint.state in LEFTOVER_STATES:
        return LEFTOVER
    if endpoint.state != "available":
        # Under way, or in a state that AWS has introduced since: not ready either way.
        return UNDERWAY
    return DNS_MISSING if private_dns_wanted and not endpoint.private_dns_enabled else AVAILABLE


def _column(registration: Registration | None, *, registrable: bool) -> str:
    if not registrable:
        return "-"
    if registration is None:
        return "none"
    # Without a state, or in one that TiDB Cloud has introduced since: not known to be accepted yet.
    return registration.state if registration.state in _REGISTRATION_STATES else "PENDING"
