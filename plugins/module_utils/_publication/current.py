# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one published service as read from AWS. It answers for itself, and never changes. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.provider_model import Connection, LoadBalancer, OwnService, account_of
from .principals import permits

# What a look at the TXT record in public DNS shows.
SEEN, NOT_SEEN, NOT_LOOKED = "seen", "not seen", "not looked at"


@dataclass(frozen=True)
class Published:
    """The service with who may connect and who does. What changes while a run waits; the rest does not."""

    service: OwnService
    principals: tuple[str, ...] = ()
    connections: tuple[Connection, ...] = ()

    @property
    def own_account(self) -> str | None:
        """The account of the service: that of its load balancers."""
        return next((account for arn in self.service.load_balancer_arns if (account := account_of(arn))), None)

    def permitted(self, connection: Connection, principals: t.Iterable[str] | None = None) -> bool | None:
        """Whether its account is permitted, by these principals instead of the present ones; null if unknown."""
        return permits(self.principals if principals is None else principals, connection.account_id, self.own_account)

    @property
    def live(self) -> tuple[Connection, ...]:
        """The connections for which AWS refuses a deletion."""
        return tuple(one for one in self.connections if one.is_live)


@dataclass(frozen=True)
class Current:
    """Everything that a plan is made from.

    `published` is null if there is no such service. `gone`: services of the name that are being deleted.
    `wanted_arns`: the load balancers that it is to have, null if they are left alone; `balancers`: those that
    exist, of these and of the service. `record`: what public DNS shows of the TXT record. `missing_ids`: accepted or
    rejected endpoints that AWS does not list. `zone_ids`: ids of zones by name, where the service does not say them.
    """

    region: str
    published: Published | None = None
    gone: tuple[OwnService, ...] = ()
    wanted_arns: tuple[str, ...] | None = None
    balancers: tuple[LoadBalancer, ...] = ()
    record: str = NOT_LOOKED
    record_note: str = ""
    missing_ids: tuple[str, ...] = ()
    zone_ids: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> OwnService | None:
        return self.published.service if self.published else None

    def balancer(self, arn: str) -> LoadBalancer | None:
        return next((one for one in self.balancers if one.arn == arn), None)
