# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of both sides of a connection to a service of the user's own, in check mode the same as in the run. Pure.

Of `known`: wanted, check_mode, look, and provider, with what endpoint_service and private_endpoint returned: made,
begun, accepted, withdrawn; and with service_names and requires_acceptance.
"""

from __future__ import annotations

import typing as t

Values = t.Mapping[str, t.Any]
_CREATION, _ACCEPTANCE, _REJECTION = "create_vpc_endpoint", "accept_connections", "reject_connections"
_WAITING = "pendingAcceptance"


def of_both_sides(known: Values, endpoint_steps: t.Sequence[str]) -> list[str]:
    """The provider's steps come first; it accepts as soon as the private endpoint is there."""
    made = [_text(step) for step in known["provider"]["made"].get("steps") or []]
    created = [number for number, step in enumerate(endpoint_steps, start=1) if step.startswith(_CREATION)]
    at = created[-1] if created else 0
    return [*made, *endpoint_steps[:at], *_accepted(known, creates=bool(created)), *endpoint_steps[at:]]


def _accepted(known: Values, *, creates: bool) -> list[str]:
    name = known["wanted"]["self_hosted_name"]
    acceptance = f"{_ACCEPTANCE}: the private endpoint of this connection ({name})"
    if known["check_mode"]:
        waits = creates and known["provider"]["requires_acceptance"]
        return [acceptance] if waits or known["look"]["private_endpoint"]["vpc_endpoint_state"] == _WAITING else []
    steps = known["provider"]["accepted"].get("steps") or []
    return [acceptance if step["name"] == _ACCEPTANCE else _text(step) for step in steps]


def target_of(step: Values, known: Values) -> str:
    """What a step is done to. What only the run gives an ID is called by the name of the service."""
    provider = known.get("provider") or {}
    begun = (provider.get("begun") or {}).get("private_endpoint") or {}
    made = {*provider.get("service_names", ()), *([begun["vpc_endpoint_id"]] if begun else [])}
    return str(known["wanted"]["self_hosted_name"] if step["target"] in made else step["target"])


def ended_steps(known: Values) -> list[str]:
    """The provider's steps of a run of disconnect. In check mode the connection is still there: its end is said."""
    steps = known["provider"]["withdrawn"].get("steps") or []
    return [_text(step) for step in steps if not (known["check_mode"] and step["name"] == _REJECTION)]


def _text(step: Values) -> str:
    return f"{step['name']}: {step['detail']} ({step['target']})"
