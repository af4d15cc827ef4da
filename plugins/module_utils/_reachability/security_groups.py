# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security groups: does any rule of any group allow a TCP connection? Pure.

Security groups are stateful (answers need no rule), have no order and only allow. Source: Amazon VPC User Guide,
"Control traffic to your AWS resources using security groups".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from .._aws.network_model import SecurityGroup, SecurityGroupRule
from .model import BLOCK, PASS, UNKNOWN, Judgement, PrefixLists

_TCP = ("tcp", "6")
_ALL = "-1"


@dataclass(frozen=True)
class Peer:
    """The other side of a connection. `security_group_ids` is null if they are not known."""

    address: str
    security_group_ids: tuple[str, ...] | None


def judge_groups(
    groups: t.Sequence[SecurityGroup | None], outbound: bool, port: int, peer: Peer, prefix_lists: PrefixLists
) -> Judgement:
    """The rules of all groups together. A group that is null could not be read.

    The verdict is unknown if no rule certainly allows the connection, but one might.
    """
    doubtful: Judgement | None = None
    for group in groups:
        if group is None:
            doubtful = doubtful or Judgement(UNKNOWN)
            continue
        for rule in group.outbound if outbound else group.inbound:
            if not _is_for(rule, port):
                continue
            verdict, named = _matches(rule, peer, prefix_lists)
            found = Judgement(verdict, group.security_group_id, _text(rule, outbound, named))
            if verdict == PASS:
                return found
            if verdict == UNKNOWN and (doubtful is None or doubtful.rule is None):
                doubtful = found
    return doubtful or Judgement(BLOCK, next((group.security_group_id for group in groups if group), None))


def _is_for(rule: SecurityGroupRule, port: int) -> bool:
    if rule.protocol == _ALL:
        return True
    if rule.protocol.lower() not in _TCP:
        return False
    if rule.from_port is None or rule.to_port is None:
        return True
    return rule.from_port <= port <= rule.to_port


def _matches(rule: SecurityGroupRule, peer: Peer, prefix_lists: PrefixLists) -> tuple[str, str]:
    """The verdict, and the peer of the rule that decides."""
    for cidr in rule.cidrs:
        if contains(cidr, peer.address):
            return PASS, cidr
    doubtful = ""
    for group_id in rule.security_group_ids:
        if peer.security_group_ids is None:
            doubtful = doubtful or group_id
        elif group_id in peer.security_group_ids:
            return PASS, group_id
    for list_id in rule.prefix_list_ids:
        entries = prefix_lists.get(list_id)
        if entries is None:
            doubtful = doubtful or list_id
            continue
        cidr = next((entry for entry in entries if contains(entry, peer.address)), "")
        if cidr:
            return PASS, f"{list_id} ({cidr})"
    return (UNKNOWN, doubtful) if doubtful else (BLOCK, "")


def contains(cidr: str, address: str) -> bool:
    """Whether the range contains the address; never where their families differ."""
    return ip_address(address) in ip_network(cidr, strict=False)


def _text(rule: SecurityGroupRule, outbound: bool, named: str) -> str:
    if rule.protocol == _ALL:
        what = "all traffic"
    elif rule.from_port is None or rule.to_port is None:
        what = "tcp"
    else:
        what = f"tcp {ports_text(rule.from_port, rule.to_port)}"
    return f"outbound: {what} to {named}" if outbound else f"inbound: {what} from {named}"


def ports_text(from_port: int, to_port: int) -> str:
    return str(from_port) if from_port == to_port else f"{from_port}-{to_port}"
