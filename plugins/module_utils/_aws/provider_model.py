# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of those who provide an endpoint service, as read from AWS. Frozen: only the cloud changes them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._run.text import FromOutside

# A connection in one of these states is in use, or will be. AWS deletes no service that has one.
# Source: DeleteVpcEndpointServiceConfigurations in the Amazon EC2 API reference.
LIVE_CONNECTIONS = frozenset({"pendingacceptance", "pending", "available"})
WAITING = "pendingacceptance"
# A service in one of these states is gone, or will be.
GONE_SERVICES = frozenset({"deleting", "deleted"})


@dataclass(frozen=True)
class PrivateDnsRecord(FromOutside):
    """The TXT record by which AWS verifies a private name. `state`: pendingverification, verified or failed; `name`:
    the whole name, as it is to be published.
    """

    state: str
    name: str | None = None
    type: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class OwnService(FromOutside):
    """An endpoint service of the account itself. `state` is lower case: pending, available, deleting, deleted, failed.

    `regions`: the other regions that reach it, each with its state.
    """

    service_id: str
    service_name: str
    state: str
    region: str
    acceptance_required: bool = True
    load_balancer_arns: tuple[str, ...] = ()
    availability_zones: tuple[str, ...] = ()
    availability_zone_ids: tuple[str, ...] = ()
    private_dns_name: str | None = None
    record: PrivateDnsRecord | None = None
    address_types: tuple[str, ...] = ()
    regions: t.Mapping[str, str] = field(default_factory=dict)
    payer: str | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """One that is being deleted stays listed for a while and never counts as present."""
        return self.state in GONE_SERVICES


@dataclass(frozen=True)
class Connection(FromOutside):
    """An endpoint that requests a service, as the service's owner sees it. `state` is lower case."""

    vpc_endpoint_id: str
    state: str
    account_id: str | None = None
    address_type: str | None = None
    region: str | None = None
    created_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_CONNECTIONS


@dataclass(frozen=True)
class LoadBalancer(FromOutside):
    """A load balancer. `state`: active, provisioning, active_impaired or failed; `zones` by their names."""

    arn: str
    type: str
    state: str
    zones: tuple[str, ...] = ()
    address_type: str | None = None
    vpc_id: str | None = None

    @property
    def name(self) -> str:
        """Its name, from its ARN: …:loadbalancer/net/NAME/ID."""
        parts = self.arn.split("/")
        return parts[2] if len(parts) > 2 else self.arn

    @property
    def is_provisioning(self) -> bool:
        return self.state == "provisioning"


@dataclass(frozen=True)
class Listener(FromOutside):
    """What a load balancer listens on."""

    port: int | None
    protocol: str


def region_of(arn: str) -> str | None:
    """The region in an ARN; null if it has none."""
    return _part(arn, 3)


def account_of(arn: str) -> str | None:
    """The account in an ARN; null if it has none."""
    return _part(arn, 4)


def _part(arn: str, number: int) -> str | None:
    parts = arn.split(":", 5)
    return parts[number] or None if len(parts) == 6 and parts[0] == "arn" else None
