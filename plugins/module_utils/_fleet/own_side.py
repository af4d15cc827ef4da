# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the endpoint services that the user's own accounts publish, and what could not be read. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.provider_model import LoadBalancer, OwnService
from .._publication.current import Published
from .._publication.desired import NAME_TAG
from .._publication.result import shape

# What may be missing of it, as `scope.not_read` names it.
TIDB_CLOUD = "TiDB Cloud"
SERVICES = "endpoint services"
PRINCIPALS = "principals"
CONNECTIONS = "connections"
BALANCERS = "load balancers"
ZONE_IDS = "zone ids"
PRIVATE_NAME = "private name"
# Principals that were not read may be of any account, so nobody is called unpermitted for them.
NOBODY_READ = ("not read",)

Row = dict[str, t.Optional[str]]


@dataclass(frozen=True)
class Own:
    """A service of an account that was read. `unread`: what could not be read of it. `balancers`: those that exist, of
    its own; `zone_ids`: by name, where AWS does not say them with the service.
    """

    published: Published
    account: str
    region: str
    unread: frozenset[str] = frozenset()
    balancers: tuple[LoadBalancer, ...] = ()
    zone_ids: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> OwnService:
        return self.published.service

    @property
    def name(self) -> str | None:
        """The name that it is published as; null if this collection does not publish it."""
        return self.service.tags.get(NAME_TAG) or None

    def returned(self) -> dict[str, t.Any]:
        """As `endpoint_service` returns it; null where something could not be read."""
        shaped = shape(self.published, self.region, self.zone_ids)
        unread = {PRINCIPALS: "allowed_principals", CONNECTIONS: "connections", ZONE_IDS: "availability_zone_ids"}
        return {**shaped, **{key: None for what, key in unread.items() if what in self.unread}}


@dataclass(frozen=True)
class OwnSide:
    """The services of several accounts and regions, and what could not be read of them, as rows of `scope.not_read`."""

    services: tuple[Own, ...] = ()
    not_read: tuple[Row, ...] = ()

    def __add__(self, other: OwnSide) -> OwnSide:
        return OwnSide((*self.services, *other.services), (*self.not_read, *other.not_read))


NOTHING_OWN = OwnSide()


def row(
    what: str, reason: str, account: str | None = None, region: str | None = None, service_id: str | None = None
) -> Row:
    """One item of the return value `scope.not_read`."""
    return {"what": what, "account": account, "region": region, "service_id": service_id, "reason": reason}
