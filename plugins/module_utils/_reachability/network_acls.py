# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network ACLs: which TCP ports does a subnet's list allow to or from an address? Pure.

Network ACLs are stateless: answers are judged as well, by the port that the client chose. Rules apply by number, the
first match decides, and what matches none is denied. Source: Amazon VPC User Guide, "Control subnet traffic with
network access control lists".
"""

from __future__ import annotations

from dataclasses import dataclass

from .._aws.network_model import NetworkAcl, NetworkAclEntry
from .model import BLOCK, PASS, UNKNOWN
from .security_groups import contains, ports_text

Ports = tuple[int, int]

# The ports that clients choose: the range that AWS recommends to allow, which includes those of every system.
EPHEMERAL_PORTS: Ports = (1024, 65535)
# The number of AWS's final rule, which denies the rest; its console shows "*".
LAST_RULE = 32767
_MATCHING = ("-1", "6", "tcp")


@dataclass(frozen=True)
class AclJudgement:
    """Unknown if only some of the `ports` are allowed. `rule` is the first that denies, else the first that allows;
    `rule_number` is its number. `allowed` are the ranges of allowed ports.
    """

    verdict: str
    rule: str
    rule_number: int
    allowed: tuple[Ports, ...]


def judge_acl(acl: NetworkAcl, egress: bool, address: str, ports: Ports) -> AclJudgement:
    """`address` is the other side's; `ports` are destination ports, in both directions."""
    entries = sorted((entry for entry in acl.entries if entry.egress == egress), key=lambda entry: entry.rule_number)
    left = [ports]
    deciding: list[tuple[NetworkAclEntry, Ports]] = []
    for entry in entries:
        if entry.protocol.lower() not in _MATCHING or not contains(entry.cidr, address):
            continue
        decided, left = _cut(left, entry)
        deciding += [(entry, part) for part in decided]
    default = NetworkAclEntry(LAST_RULE, egress, False, "-1", "::/0" if ":" in address else "0.0.0.0/0")
    deciding += [(default, part) for part in left]
    denying = [entry for entry, _part in deciding if not entry.allow]
    allowed = tuple(sorted(part for entry, part in deciding if entry.allow))
    first = min(denying or [entry for entry, _part in deciding], key=lambda entry: entry.rule_number)
    verdict = PASS if not denying else UNKNOWN if allowed else BLOCK
    return AclJudgement(verdict, _text(first), first.rule_number, allowed)


def _cut(left: list[Ports], entry: NetworkAclEntry) -> tuple[list[Ports], list[Ports]]:
    """Which of the ports the entry decides, and which it leaves to the next."""
    low, high = _ports(entry)
    decided, rest = [], []
    for first, last in left:
        if high < first or last < low:
            rest.append((first, last))
            continue
        decided.append((max(first, low), min(last, high)))
        if first < low:
            rest.append((first, low - 1))
        if high < last:
            rest.append((high + 1, last))
    return decided, rest


def _ports(entry: NetworkAclEntry) -> Ports:
    if entry.protocol == "-1" or entry.from_port is None or entry.to_port is None:
        return (0, 65535)
    return (entry.from_port, entry.to_port)


def _text(entry: NetworkAclEntry) -> str:
    number = "*" if entry.rule_number == LAST_RULE else entry.rule_number
    low, high = _ports(entry)
    what = "all traffic" if entry.protocol == "-1" else f"tcp {ports_text(low, high)}"
    action = "allow" if entry.allow else "deny"
    direction, word = ("outbound", "to") if entry.egress else ("inbound", "from")
    return f"{direction} rule {number}: {action} {what} {word} {entry.cidr}"


def free_number_before(acl: NetworkAcl, egress: bool, rule_number: int, nth: int = 0) -> int | None:
    """The number for a new rule that must come before another one; null if there is no room.

    `nth`: how many other new ones need a number as well.
    """
    taken = {entry.rule_number for entry in acl.entries if entry.egress == egress}
    if rule_number == LAST_RULE:
        highest = max((number for number in taken if number != LAST_RULE), default=0)
        candidate = (highest // 10 + 1 + nth) * 10
        return candidate if candidate < LAST_RULE else None
    free = [number for number in range(rule_number - 1, 0, -1) if number not in taken]
    return free[nth] if nth < len(free) else None
