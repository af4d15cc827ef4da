# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private endpoints, services and findings as aligned lines. Pure."""

from __future__ import annotations

import typing as t

from .foreign import SENTENCE, printable

Values = t.Mapping[str, t.Any]
_ENDPOINTS = ("STATUS", "CLUSTER", "PRIVATE ENDPOINT", "VPC", "REGION", "ZONES", "USD/MONTH", "HOST AND PORT")
_SERVICES = ("SERVICE", "CLUSTER", "NODE GROUP", "REGION", "PRIVATE ENDPOINTS")
# A line of its own: an empty one would be lost.
_GAP = " "


def status_lines(info: Values) -> list[str]:
    """What endpoint_info returned, for a person."""
    shown = printable(info)
    return [
        *_endpoints(shown["private_endpoints"]),
        *_services(shown["endpoint_services"], shown["private_endpoints"]),
        *_costs(shown.get("costs") or {}),
        *_findings(printable(info["findings"], SENTENCE)),
    ]


def table(rows: t.Sequence[t.Sequence[str]]) -> list[str]:
    """One line for each row, the columns but the last one padded to their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]) for row in rows]


def _endpoints(endpoints: t.Sequence[Values]) -> list[str]:
    return table([_ENDPOINTS, *map(_endpoint, endpoints)]) if endpoints else ["There are no private endpoints."]


def _endpoint(endpoint: Values) -> tuple[str, ...]:
    cost, port = endpoint["monthly_cost_usd"], endpoint["port"]
    return (
        endpoint["status"],
        endpoint["cluster_name"] or endpoint["cluster_id"] or "-",
        endpoint["vpc_endpoint_id"] or "-",
        endpoint["vpc_id"] or "-",
        endpoint["region"] or "-",
        str(len(endpoint["availability_zone_ids"])),
        "-" if cost is None else f"{cost:.2f}",
        f"{endpoint['host'] or '-'}{f':{port}' if port else ''}",
    )


def _services(services: t.Sequence[Values], endpoints: t.Sequence[Values]) -> list[str]:
    return [_GAP, *table([_SERVICES, *(_service(service, endpoints) for service in services)])] if services else []


def _service(service: Values, endpoints: t.Sequence[Values]) -> tuple[str, ...]:
    where = (service["cluster_id"], service["node_group_id"])
    own = [one for one in endpoints if one["vpc_endpoint_id"] and (one["cluster_id"], one["node_group_id"]) == where]
    return (
        service["state"] or "none",
        service["cluster_name"] or service["cluster_id"] or "-",
        service["node_group_id"] or "-",
        service["region"] or "-",
        str(len(own)),
    )


def _costs(costs: Values) -> list[str]:
    if not costs:
        return []
    monthly = f"{costs['total_monthly_usd']:.2f}"
    return [_GAP, f"Zone-hours cost USD {monthly} a month ({costs['source']}, {costs['as_of']})."]


def _findings(findings: t.Sequence[Values]) -> list[str]:
    if not findings:
        return ["Nothing is wrong between the two sides."]
    return [line for finding in findings for line in _finding(finding)]


def _finding(finding: Values) -> tuple[str, str]:
    return f"{finding['severity'].upper()} {finding['code']}: {finding['message']}", f"  -> {finding['remedy']}"
