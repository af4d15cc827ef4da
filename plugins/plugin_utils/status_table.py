# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private endpoints, services and findings as aligned lines, and what they do not cover. Pure."""

from __future__ import annotations

import typing as t

from .foreign import SENTENCE, printable
from .status_own import own_lines
from .status_scope import NOT_LOOKED_AT, Scope
from .text_table import GAP, table

Values = t.Mapping[str, t.Any]
_ENDPOINTS = ("STATUS", "CLUSTER", "PRIVATE ENDPOINT", "VPC", "REGION", "ZONES", "USD/MONTH", "HOST AND PORT")
_SERVICES = ("SERVICE", "CLUSTER", "NODE GROUP", "REGION", "PRIVATE ENDPOINTS")


def status_lines(info: Values) -> list[str]:
    """What endpoint_info returned, for a person. What was not read is never shown as a number, or as healthy."""
    shown = printable(info)
    services = [one for one in shown["endpoint_services"] if one.get("hosting") != "self_hosted"]
    own = [one for one in shown["endpoint_services"] if one.get("hosting") == "self_hosted"]
    regions = frozenset(service["region"] for service in services)
    is_empty = not (services or own or shown["private_endpoints"])
    scope = Scope(printable(info["scope"], SENTENCE), regions, is_empty, bool(own))
    return [
        *scope.lines(),
        *_endpoints(shown["private_endpoints"], shown["findings"], scope),
        *_services(services, shown["private_endpoints"], scope),
        *own_lines(own),
        *_costs(shown.get("costs") or {}, shown["private_endpoints"]),
        *_findings(printable(info["findings"], SENTENCE), scope),
    ]


def _endpoints(endpoints: t.Sequence[Values], findings: t.Sequence[Values], scope: Scope) -> list[str]:
    if not endpoints:
        return [scope.no_endpoints()]
    gone = {finding["vpc_endpoint_id"] for finding in findings if finding["code"] == "interface_endpoint_missing"}
    return table([_ENDPOINTS, *(_endpoint(one, one["vpc_endpoint_id"] in gone) for one in endpoints)])


def _endpoint(endpoint: Values, is_gone: bool) -> tuple[str, ...]:
    """`is_gone`: AWS was looked at, and does not have it."""
    cost, port, is_seen = endpoint["monthly_cost_usd"], endpoint["port"], endpoint["aws_visible"] or is_gone
    unseen = "-" if is_seen else NOT_LOOKED_AT
    return (
        endpoint["status"],
        endpoint["cluster_name"] or endpoint["cluster_id"] or "-",
        endpoint["vpc_endpoint_id"] or "-",
        endpoint["vpc_id"] or unseen,
        endpoint["region"] or "-",
        str(len(endpoint["subnet_ids"])) if is_seen else NOT_LOOKED_AT,  # One in each zone; not all may be visible.
        unseen if cost is None else f"{cost:.2f}",
        f"{endpoint['host'] or '-'}{f':{port}' if port else ''}",
    )


def _services(services: t.Sequence[Values], endpoints: t.Sequence[Values], scope: Scope) -> list[str]:
    if not services:
        return []
    return [GAP, *table([_SERVICES, *(_service(service, endpoints, scope) for service in services)])]


def _service(service: Values, endpoints: t.Sequence[Values], scope: Scope) -> tuple[str, ...]:
    where = (service["cluster_id"], service["node_group_id"])
    own = [one for one in endpoints if one["vpc_endpoint_id"] and (one["cluster_id"], one["node_group_id"]) == where]
    return (
        service["state"] or "none",
        service["cluster_name"] or service["cluster_id"] or "-",
        service["node_group_id"] or "-",
        service["region"] or "-",
        scope.count(len(own), service["region"]),
    )


def _costs(costs: Values, endpoints: t.Sequence[Values]) -> list[str]:
    if not costs:
        return []
    if endpoints and not any(endpoint["aws_visible"] for endpoint in endpoints):
        return [GAP, f"Zone-hours: {NOT_LOOKED_AT}."]
    monthly = f"{costs['total_monthly_usd']:.2f}"
    left_out = ", ".join(costs["not_included"])
    more = [f"Not included: {left_out}."] if left_out else []
    return [GAP, f"Zone-hours cost USD {monthly} a month ({costs['source']}, {costs['as_of']}).", *more]


def _findings(findings: t.Sequence[Values], scope: Scope) -> list[str]:
    if not findings:
        return [scope.no_findings()]
    return [line for finding in findings for line in _finding(finding)]


def _finding(finding: Values) -> tuple[str, str]:
    return f"{finding['severity'].upper()} {finding['code']}: {finding['message']}", f"  -> {finding['remedy']}"
