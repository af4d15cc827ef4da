# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the security group that a connection makes: its clients may reach one port, and nothing else. Pure."""

from __future__ import annotations

import ipaddress
import typing as t

from .._aws.network_model import SecurityGroup
from .wanted import WantedConnection


def admitting_rules(wanted: WantedConnection, port: int) -> list[dict[str, t.Any]]:
    """The inbound rules, as amazon.aws takes them."""
    sources = {
        "cidr_ip": [cidr for cidr in wanted.admitted_cidrs if ":" not in cidr and "/" in cidr],
        "cidr_ipv6": [cidr for cidr in wanted.admitted_cidrs if ":" in cidr],
        "ip_prefix": [prefix_list for prefix_list in wanted.admitted_cidrs if prefix_list.startswith("pl-")],
        "group_id": list(wanted.client_security_group_ids),
    }
    return [{"proto": "tcp", "ports": [port], kind: source} for kind, source in sources.items() if source]


def admits_exactly(group: SecurityGroup, wanted: WantedConnection, port: int) -> bool:
    """Whether the group has these rules already and no other, in either direction."""
    found = set()
    for rule in group.inbound:
        if (rule.protocol, rule.from_port, rule.to_port) != ("tcp", port, port):
            return False
        found |= {*rule.cidrs, *rule.security_group_ids, *rule.prefix_list_ids}
    sources = {*map(_as_aws_writes, wanted.admitted_cidrs), *wanted.client_security_group_ids}
    return found == sources and not group.outbound


def _as_aws_writes(cidr: str) -> str:
    try:
        return str(ipaddress.ip_network(cidr))
    except ValueError:
        return cidr
