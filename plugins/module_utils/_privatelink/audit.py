# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: what is wrong between the two sides, with the remedy and what it costs. Pure."""

from __future__ import annotations

import typing as t

Endpoint = t.Mapping[str, t.Any]
Finding = dict[str, t.Any]

_LEFTOVERS = ("rejected", "failed", "expired")


def findings(private_endpoints: t.Iterable[Endpoint], accounts: t.Collection[str]) -> list[Finding]:
    """Findings over private endpoints in the shape that C(endpoint_info) returns.

    C(accounts): the AWS accounts that were read. What lives in another account is nobody's finding: these credentials
    cannot see it, so they cannot judge it.
    """
    found = (_judge(endpoint, accounts) for endpoint in private_endpoints)
    return [finding for finding in found if finding is not None]


def _judge(endpoint: Endpoint, accounts: t.Collection[str]) -> Finding | None:
    """The first that fits: one cause is one finding."""
    vpce, state = endpoint["vpc_endpoint_id"], endpoint["vpc_endpoint_state"]
    registration = endpoint["endpoint_state"]
    if not endpoint["aws_visible"]:
        return _missing(endpoint) if endpoint["account_id"] in accounts else None
    if endpoint["status"] == "deleting":
        return None
    if state in _LEFTOVERS:
        message = f"Interface endpoint {vpce} is {state}: it serves nobody, cannot be used again, and is billed."
        return _finding(endpoint, "leftover", "error", message, _remove(endpoint))
    if registration == "FAILED":
        message = (
            f"The registration of {vpce} has failed: {endpoint['endpoint_message'] or 'TiDB Cloud gave no reason'}."
        )
        return _finding(
            endpoint,
            "registration_failed",
            "error",
            message,
            "Run private_endpoint with recreate_failed=true, or with state=absent.",
        )
    if registration in (None, "DISCOVERED"):
        return _not_registered(endpoint)
    if endpoint["status"] == "active" and not endpoint["private_dns_enabled"]:
        message = f"Private DNS of {vpce} is off: {endpoint['host']} does not resolve in {endpoint['vpc_id']}."
        remedy = f"Run private_endpoint with vpc_endpoint_id={vpce} and private_dns_enabled=true."
        return _finding(endpoint, "private_dns_off", "warning", message, remedy)
    return None


def _missing(endpoint: Endpoint) -> Finding:
    message = (
        f"{endpoint['vpc_endpoint_id']} is registered with cluster {endpoint['cluster_id']}, but its interface "
        "endpoint is gone."
    )
    return _finding(endpoint, "interface_endpoint_missing", "error", message, _remove(endpoint))


def _not_registered(endpoint: Endpoint) -> Finding:
    message = (
        f"Interface endpoint {endpoint['vpc_endpoint_id']} is not registered with TiDB Cloud: it serves nobody and "
        "is billed."
    )
    remedy = (
        f"Adopt it (private_endpoint with vpc_endpoint_id={endpoint['vpc_endpoint_id']}), or remove it with "
        "state=absent."
    )
    return _finding(endpoint, "not_registered", "error", message, remedy)


def _remove(endpoint: Endpoint) -> str:
    return f"Remove it: private_endpoint with state=absent and vpc_endpoint_id={endpoint['vpc_endpoint_id']}."


def _finding(endpoint: Endpoint, code: str, severity: str, message: str, remedy: str) -> Finding:
    return {
        "code": code,
        "severity": severity,
        "vpc_endpoint_id": endpoint["vpc_endpoint_id"],
        "private_endpoint_connection_id": endpoint["private_endpoint_connection_id"],
        "message": message,
        "remedy": remedy,
        "monthly_cost_usd": endpoint["monthly_cost_usd"],
    }
