# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: what is wrong between the two sides, with the remedy and what it costs. Pure."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._aws.model import DEAD_STATES
from .._aws.tags import PROTECTION_TAG, is_managed
from .._privatelink.duplicates import Standing, why_kept
from .remedies import Remedies

Endpoint = t.Mapping[str, t.Any]
Finding = dict[str, t.Any]

_LEFTOVERS = ("rejected", "failed", "expired")
_OWN_ACCESS = Remedies()


def findings(
    private_endpoints: t.Iterable[Endpoint],
    looked_at: t.Collection[tuple[str, str]],
    projects: t.Collection[str],
    created_at: t.Mapping[str, datetime | None] | None = None,
    remedies: Remedies = _OWN_ACCESS,
) -> list[Finding]:
    """Findings over private endpoints in the shape that `endpoint_info` returns.

    `looked_at`: the AWS accounts and regions, as pairs; `projects`: the projects that were read. There are no findings
    outside of them: these credentials cannot see it, so they cannot judge it. `created_at`: when each interface
    endpoint was made, if AWS says so.
    """
    endpoints = list(private_endpoints)
    duplicates = _duplicates(endpoints, created_at or {}, remedies)
    found = (
        duplicates.get(endpoint["vpc_endpoint_id"])
        or (None if why_not_judged(endpoint, looked_at, projects) else _judge(endpoint, remedies))
        for endpoint in endpoints
    )
    return [finding for finding in found if finding is not None]


def not_judged(
    private_endpoints: t.Iterable[Endpoint],
    looked_at: t.Collection[tuple[str, str]],
    projects: t.Collection[str],
) -> list[dict[str, t.Any]]:
    """The private endpoints of which no finding says nothing: [{`vpc_endpoint_id`, `reason`}]."""
    return [
        {"vpc_endpoint_id": endpoint["vpc_endpoint_id"], "reason": reason}
        for endpoint in private_endpoints
        if (reason := why_not_judged(endpoint, looked_at, projects))
    ]


def why_not_judged(endpoint: Endpoint, looked_at: t.Collection[tuple[str, str]], projects: t.Collection[str]) -> str:
    """What was not looked at, so that a private endpoint without a finding may still have something wrong; empty if it
    was judged. The parameters are as in `findings`.
    """
    account_id, region = endpoint["account_id"], endpoint["region"]
    if endpoint["status"] == "deleting":
        return ""
    if not endpoint["aws_visible"]:
        if not account_id:
            return f"AWS shows it to none of the accounts that were read, and its own is not known (in {region})."
        return "" if (account_id, region) in looked_at else f"AWS was not looked at in account {account_id}, {region}."
    if endpoint["vpc_endpoint_state"] in ("deleted", *_LEFTOVERS) or endpoint["endpoint_state"] == "FAILED":
        return ""
    # Only its own project's list can say whether an endpoint is registered.
    if endpoint["endpoint_state"] in (None, "DISCOVERED") and endpoint["project_id"] not in projects:
        named = f"project {endpoint['project_id']}" if endpoint["project_id"] else "its project, which is not known,"
        return f"The registrations of {named} were not all read: it is not known whether it is registered."
    return ""


def _duplicates(
    endpoints: t.Iterable[Endpoint], created_at: t.Mapping[str, datetime | None], remedies: Remedies
) -> dict[str, Finding]:
    """By id: each interface endpoint of this collection whose VPC is connected to the same service by another one too,
    except the one that `remove_duplicates` would keep.
    """
    alike: dict[t.Hashable, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint["aws_visible"] and (endpoint["vpc_endpoint_state"] or "").lower() not in ("", *DEAD_STATES):
            place = tuple(endpoint[key] for key in ("account_id", "region", "vpc_id", "service_name"))
            alike.setdefault(place, []).append(endpoint)
    found: dict[str, Finding] = {}
    for group in alike.values():
        kept, *others = sorted(group, key=lambda endpoint: _standing(endpoint, created_at).rank)
        why = [why_kept(_standing(kept, created_at), _standing(other, created_at)) for other in others]
        found.update(
            (other["vpc_endpoint_id"], _duplicate(other, kept, reason, remedies))
            for other, reason in zip(others, why)
            if is_managed(other["tags"])
        )
    return found


def _standing(endpoint: Endpoint, created_at: t.Mapping[str, datetime | None]) -> Standing:
    vpce = endpoint["vpc_endpoint_id"]
    active = endpoint["endpoint_state"] == "ACTIVE"
    return Standing(vpce, active, bool(endpoint["private_dns_enabled"]), created_at.get(vpce))


def _duplicate(endpoint: Endpoint, kept: Endpoint, why: str, remedies: Remedies) -> Finding:
    vpce, cost = endpoint["vpc_endpoint_id"], endpoint["monthly_cost_usd"]
    billed = "is billed" if cost is None else f"costs {cost:.2f} USD a month"
    message = (
        f"Interface endpoint {vpce} connects {endpoint['vpc_id']} to {endpoint['service_name']}, and so does "
        f"{kept['vpc_endpoint_id']}, which would be kept: {why}. {vpce} {billed} for nothing."
    )
    return _finding(endpoint, "duplicate_endpoint", "error", message, _way_out(endpoint, kept, remedies))


def _way_out(endpoint: Endpoint, kept: Endpoint, remedies: Remedies) -> str:
    """By `remove_duplicates`, unless that would leave it alone."""
    removal = remedies.remove(endpoint)
    protected = endpoint["tags"].get(PROTECTION_TAG, "").lower() == "true"
    named = (endpoint["tags"].get("Name") or None) != (kept["tags"].get("Name") or None)
    if protected:
        return f"If it is not needed, remove its tag {PROTECTION_TAG}, then run {removal}."
    if named or endpoint["endpoint_state"] == "ACTIVE":
        return f"If it is not needed, run {removal}."
    return f"Run {remedies.in_vpc(endpoint, remove_duplicates=True)}, or {removal}."


def _judge(endpoint: Endpoint, remedies: Remedies) -> Finding | None:
    """The first that fits: one cause is one finding."""
    if endpoint["status"] == "deleting":
        return None
    if not endpoint["aws_visible"] or endpoint["vpc_endpoint_state"] == "deleted":
        return _missing(endpoint, remedies)
    if endpoint["vpc_endpoint_state"] in _LEFTOVERS:
        return _leftover(endpoint, remedies)
    if endpoint["endpoint_state"] == "FAILED":
        return _failed(endpoint, remedies)
    if endpoint["endpoint_state"] in (None, "DISCOVERED"):
        return _not_registered(endpoint, remedies)
    if endpoint["endpoint_state"] == "ACTIVE" and endpoint["vpc_endpoint_state"] != "available":
        return _drift(endpoint, remedies)
    if endpoint["status"] == "active" and not endpoint["private_dns_enabled"]:
        return _private_dns_off(endpoint, remedies)
    return None


def _leftover(endpoint: Endpoint, remedies: Remedies) -> Finding:
    vpce, state = endpoint["vpc_endpoint_id"], endpoint["vpc_endpoint_state"]
    message = f"Interface endpoint {vpce} is {state}: it serves nobody, cannot be used again, and is billed."
    return _finding(endpoint, "leftover", "error", message, _remove(endpoint, remedies))


def _failed(endpoint: Endpoint, remedies: Remedies) -> Finding:
    reason = endpoint["endpoint_message"] or "TiDB Cloud gave no reason"
    message = f"The registration of {endpoint['vpc_endpoint_id']} has failed: {reason}."
    again, removal = remedies.run(endpoint, recreate_failed=True), remedies.remove(endpoint)
    remedy = f"Replace it: {again}, or remove it: {removal}."
    return _finding(endpoint, "registration_failed", "error", message, remedy)


def _drift(endpoint: Endpoint, remedies: Remedies) -> Finding:
    vpce, state = endpoint["vpc_endpoint_id"], endpoint["vpc_endpoint_state"]
    message = f"The two sides disagree about {vpce}: TiDB Cloud has it ACTIVE, AWS has it {state}."
    remedy = f"Wait some minutes. If they still disagree, remove it and recreate it: {remedies.remove(endpoint)}."
    return _finding(endpoint, "drift", "warning", message, remedy)


def _private_dns_off(endpoint: Endpoint, remedies: Remedies) -> Finding:
    vpce = endpoint["vpc_endpoint_id"]
    message = f"Private DNS of {vpce} is off: {endpoint['host']} does not resolve in {endpoint['vpc_id']}."
    remedy = f"Switch it on: {remedies.run(endpoint, private_dns_enabled=True)}."
    return _finding(endpoint, "private_dns_off", "warning", message, remedy)


def _missing(endpoint: Endpoint, remedies: Remedies) -> Finding:
    message = (
        f"{endpoint['vpc_endpoint_id']} is registered with cluster {endpoint['cluster_id']}, but its interface "
        "endpoint is gone."
    )
    return _finding(endpoint, "interface_endpoint_missing", "error", message, _remove(endpoint, remedies))


def _not_registered(endpoint: Endpoint, remedies: Remedies) -> Finding:
    message = (
        f"Interface endpoint {endpoint['vpc_endpoint_id']} is not registered with TiDB Cloud: it serves nobody and "
        "is billed."
    )
    remedy = f"Adopt it: {remedies.run(endpoint)}, or remove it: {remedies.remove(endpoint)}."
    return _finding(endpoint, "not_registered", "error", message, remedy)


def _remove(endpoint: Endpoint, remedies: Remedies) -> str:
    return f"Remove it: {remedies.remove(endpoint)}."


def _finding(endpoint: Endpoint, code: str, severity: str, message: str, remedy: str) -> Finding:
    return {
        "code": code,
        "severity": severity,
        "service_id": None,
        "vpc_endpoint_id": endpoint["vpc_endpoint_id"],
        "private_endpoint_connection_id": endpoint["private_endpoint_connection_id"],
        "message": message,
        "remedy": remedy,
        "monthly_cost_usd": endpoint["monthly_cost_usd"],
    }
