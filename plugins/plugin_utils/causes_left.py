# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the causes that endpoint_ping names the facts leave. Pure.

A check knows only what it met on its way. The role has also read both clouds, and handed over host, port and
addresses as they say them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql import causes

from .foreign import SENTENCE, printable

Values = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Facts:
    """What is known beside the check: `endpoint` as private_endpoint returns it, `way` as reachability_info does, empty
    where AWS was not asked. `connect_to`: addresses that were named; `is_in_vpc`: that the host was found there.
    """

    endpoint: Values
    way: Values
    connect_to: tuple[str, ...] = ()
    is_in_vpc: bool = False

    def passes(self, hop: str) -> bool:
        """Whether AWS's configuration lets every connection pass there."""
        verdicts = [one["verdict"] for one in self.way.get("hops") or [] if one.get("name") == hop]
        return bool(verdicts) and set(verdicts) == {"pass"}

    @property
    def is_way_open(self) -> bool:
        return self.way.get("reachable") is True

    @property
    def is_active(self) -> bool:
        return bool(self.endpoint.get("status") == "active")

    @property
    def is_cluster_active(self) -> bool:
        return bool(self.endpoint.get("cluster_state") == "ACTIVE")

    @property
    def are_addresses_own(self) -> bool:
        """Whether every address that was tried is one of the private endpoint's."""
        own: set[str] = set()
        for one in self.endpoint.get("network_interfaces") or []:
            own.update([one.get("private_ip_address"), *(one.get("ipv6_addresses") or [])])
        return own.issuperset(self.connect_to)


class Disproof(t.NamedTuple):
    """What disproves a cause, and what is then left of it."""

    holds: t.Callable[[Facts], bool]
    left: str = ""


def _always(_facts: Facts) -> bool:
    """Host, port and expected addresses are what the clouds say."""
    return True


_DISPROOFS = {
    causes.PRIVATE_DNS_OFF: Disproof(lambda facts: bool(facts.endpoint.get("private_dns_enabled"))),
    causes.VPC_DNS: Disproof(lambda facts: facts.passes("vpc_dns")),
    causes.OTHER_RESOLVER: Disproof(
        lambda facts: facts.is_in_vpc,
        "This host uses a resolver other than the VPC's: only that one knows private names; check the DHCP options "
        "and /etc/resolv.conf.",
    ),
    causes.MISTYPED: Disproof(_always),
    causes.WRONG_PORT: Disproof(_always),
    causes.PUBLIC_HOST: Disproof(_always),
    causes.OTHER_HOST: Disproof(_always),
    causes.SUBNETS_CHANGED: Disproof(_always),
    causes.OLD_ADDRESS: Disproof(lambda facts: facts.are_addresses_own),
    causes.NOT_ACTIVE: Disproof(lambda facts: facts.is_active),
    causes.PAUSED: Disproof(
        lambda facts: facts.is_cluster_active,
        "The cluster is overloaded, so nothing answers: check its load in the TiDB Cloud console.",
    ),
    causes.SECURITY_GROUP: Disproof(lambda facts: facts.is_way_open or facts.passes("endpoint_security_group")),
    causes.NO_ROUTE: Disproof(lambda facts: facts.is_way_open or facts.is_in_vpc),
    causes.OWN_WAY_OUT: Disproof(
        lambda facts: facts.is_way_open, "A firewall on this host blocks its outbound traffic: check its rules."
    ),
}


def causes_left(named: t.Sequence[str], facts: Facts) -> list[str]:
    """The causes that a check has named, in their order, as far as nothing that is known disproves them."""
    port = facts.endpoint.get("port")
    known = {printable(cause.format(port=port), SENTENCE): disproof for cause, disproof in _DISPROOFS.items()}
    left = [_left(cause, known.get(cause), facts) for cause in named]
    return [cause for cause in left if cause]


def _left(cause: str, disproof: Disproof | None, facts: Facts) -> str:
    return cause if disproof is None or not disproof.holds(facts) else disproof.left
