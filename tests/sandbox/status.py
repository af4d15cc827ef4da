# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of the sandbox as text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

Part = Mapping[str, Any]


def describe(status: Part) -> str:
    """:param status: the answer of the control API's GET /status."""
    time = datetime.datetime.fromtimestamp(status["time"], datetime.UTC)
    lines = [
        f"Sandbox, process {status['pid']}: its clock says {time:%Y-%m-%d %H:%M:%S} UTC, speed {status['scale']:g}."
    ]
    lines += ["", "TiDB Cloud", *_tidbcloud(status["tidbcloud"])]
    lines += ["", "AWS"]
    for account_id, account in status["aws"].items():
        lines += _account(account_id, account)
    lines += [f"  policy enforced for {principal}" for principal in status["policies"]]
    lines += ["", "Faults", *([_fault(fault) for fault in status["faults"]] or ["  none switched on"])]
    lines += ["", "Requests since the start or the last reset"]
    lines += [f"  {api}: {sum(calls.values())}" for api, calls in status["requests"].items()]
    return "\n".join(lines) + "\n"


def _tidbcloud(tidbcloud: Part) -> Iterator[str]:
    for cluster in tidbcloud["clusters"]:
        place = f"{cluster['cloud_provider']} {cluster['region']}, project {cluster['project_id']}"
        yield f"  {cluster['name']}  {cluster['cluster_id']}  {cluster['state']}  {place}"
        for name, group in cluster["node_groups"].items():
            yield f"    {name}  {group['node_group_id']}  {_service(group)}"
            for row in tidbcloud["registrations"]:
                if row["node_group_id"] == group["node_group_id"]:
                    yield f"      {_registration(row)}"
    for cluster in tidbcloud["shared_clusters"]:
        yield f"  {cluster['name']}  {cluster['cluster_id']}  {cluster['plan']}, project {cluster['project_id']}"


def _service(group: Part) -> str:
    if group["service_name"] is None:
        return "no endpoint service"
    return f"endpoint service {group['service_state']}  {group['service_name']}"


def _registration(row: Part) -> str:
    name = f"registration {row['private_endpoint_connection_id']}" if row["state"] != "DISCOVERED" else "not registered"
    reason = f": {row['message']}" if row["state"] == "FAILED" else ""
    return f"{row['vpc_endpoint_id']}  {name}  {row['state']}{reason}"


def _account(account_id: str, account: Part) -> Iterator[str]:
    counts = [f"{len(ids)} {kind.replace('_', ' ')}" for kind, ids in account.items() if ids]
    yield f"  account {account_id}: {', '.join(counts) or 'empty'}"
    for endpoint in account["endpoints"]:
        private_dns = "on" if endpoint["private_dns_enabled"] else "off"
        yield f"    {endpoint['vpc_endpoint_id']}  {endpoint['state']}  {endpoint['region']}  private DNS {private_dns}"
    for service in account["endpoint_services"]:
        name = f"  {service['private_dns_name']} {service['private_dns_name_state']}"
        place = f"{service['service_id']}  {service['state']}  {service['region']}"
        yield f"    {place}{name if service['private_dns_name'] else ''}"


def _fault(fault: Part) -> str:
    progress = f"fired {fault['fired']} of {fault['times'] or 'any'}"
    chance = f", probability {fault['probability']:g}, seed {fault['seed']}" if fault["probability"] < 1 else ""
    return f"  {fault['id']}: {fault['kind']} at {fault['api']} {fault['call']}, {progress}{chance}"
