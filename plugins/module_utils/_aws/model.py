# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of AWS, as read from its API. Frozen: only the cloud changes them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._run.text import FromOutside

# An interface endpoint in one of these states carries no connections and never will again.
# Source: VpcEndpoint.State in the Amazon EC2 API reference.
DEAD_STATES = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})
# Dead, but still there to be deleted (and billed).
LEFTOVER_STATES = frozenset({"rejected", "failed", "expired"})


@dataclass(frozen=True)
class InterfaceEndpoint(FromOutside):
    """A VPC interface endpoint. `state` is always lower case (`pendingacceptance`)."""

    vpc_endpoint_id: str
    state: str
    service_name: str
    vpc_id: str
    region: str
    account_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    private_dns_enabled: bool = False
    dns_names: tuple[str, ...] = ()
    ip_address_type: str | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    last_error: str | None = None
    created_at: datetime | None = None

    @property
    def name(self) -> str | None:
        """The tag `Name`."""
        return self.tags.get("Name") or None

    @property
    def is_live(self) -> bool:
        """Dead endpoints stay listed for about an hour and never count as present."""
        return self.state not in DEAD_STATES


@dataclass(frozen=True)
class NetworkInterface(FromOutside):
    """A network interface of an interface endpoint in one subnet: one IPv4 address, IPv6 addresses, or both."""

    network_interface_id: str
    subnet_id: str
    private_ip_address: str | None = None
    availability_zone: str | None = None
    ipv6_addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subnet(FromOutside):
    """A subnet; `availability_zone_id` means the same zone in every account, `availability_zone` does not.

    `free_addresses`: how many IPv4 addresses are left; null if AWS does not say.
    """

    subnet_id: str
    vpc_id: str
    availability_zone_id: str | None = None
    availability_zone: str | None = None
    owner_id: str | None = None
    free_addresses: int | None = None


@dataclass(frozen=True)
class Vpc(FromOutside):
    """A VPC with the two attributes that private DNS needs."""

    vpc_id: str
    dns_support: bool
    dns_hostnames: bool
    owner_id: str | None = None


@dataclass(frozen=True)
class VpcEndpointService(FromOutside):
    """An endpoint service as AWS shows it to a permitted principal.

    `unverified`: the state of its private name if AWS says that it has not verified it; null where it does not say.
    """

    service_name: str
    availability_zones: tuple[str, ...] = ()
    availability_zone_ids: tuple[str, ...] = ()
    acceptance_required: bool = False
    private_dns_name: str | None = None
    private_dns_verified: bool = False
    unverified: str | None = None


@dataclass(frozen=True)
class Price:
    """What one region charges, in USD. `source` is `price_list`, `table` or `option`; `as_of` a day, if known.

    `per_gb_usd` is the first tier: the first PB of a region and month.
    """

    zone_hour_usd: float
    per_gb_usd: float | None = None
    source: str = "option"
    as_of: str | None = None
