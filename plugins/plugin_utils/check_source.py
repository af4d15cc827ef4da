# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where in AWS the host is that a check runs on, found by the addresses that it has. Pure."""

from __future__ import annotations

import typing as t

Values = t.Mapping[str, t.Any]


def network_interface_of(facts: Values, interfaces: t.Sequence[Values]) -> str:
    """The ID of the network interface; empty where there is none.

    `facts` are those of ansible.builtin.setup, `interfaces` those of the VPC that have one of the host's addresses. A
    host may have several: the one of its default route comes first, then the lowest ID.
    """
    default = (facts.get("ansible_default_ipv4") or {}).get("address")
    ordered = sorted(interfaces, key=lambda one: (one.get("private_ip_address") != default, str(one["id"])))
    return str(ordered[0]["id"]) if ordered else ""


def unchecked(endpoint: Values, ping: Values, host: str) -> str:
    """The one line that says that nothing is known of clients, and what to do. `host` is outside the VPC, and its
    `ping` could not open a connection.
    """
    where = f"{endpoint['host']}:{endpoint['port']}"
    return (
        f"Not checked that clients can connect: {host} is not in {endpoint['vpc_id']}, and cannot reach {where} from "
        f"where it is ({ping['problem']} in stage {ping['failed_stage']}). Name a host that can with "
        "private_connection_check_host, and run the playbook check."
    )


def not_found(vpc_id: str, host: str, addresses: t.Sequence[str]) -> str:
    """What is said where there is none."""
    return (
        f"{vpc_id} has no network interface with an IPv4 address of {host} ({', '.join(addresses) or 'it has none'}): "
        "this host is not in the VPC of the private endpoint, or its addresses are translated. Check from a host in "
        "the VPC, with private_connection_check_host, or say which one it is in AWS with "
        "private_connection_check_source_instance_id, private_connection_check_source_network_interface_id or "
        "private_connection_check_source_address."
    )
