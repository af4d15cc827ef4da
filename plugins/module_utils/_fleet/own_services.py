# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the endpoint services that the user's own accounts publish, with who may connect and who does.

One call lists the services of an account and region, two more for each say who may connect and who does. What these
credentials may not read is not known, which is not the same as empty.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from .._aws import balancer_api
from .._aws import provider_api as aws
from .._aws.provider_model import Connection, LoadBalancer, OwnService
from .._publication.current import Published
from .._run.bounded import at_once
from .._run.errors import as_known
from .._run.text import listed
from .own_side import (
    BALANCERS,
    CONNECTIONS,
    NOBODY_READ,
    PRINCIPALS,
    PRIVATE_NAME,
    ZONE_IDS,
    Own,
    OwnSide,
    Row,
    row,
)

if t.TYPE_CHECKING:
    from .._aws.session import AwsSession

Found = t.TypeVar("Found")


class Reader:
    """Reads one account in one region."""

    def __init__(self, session: AwsSession, account: str, region: str) -> None:
        self._session = session
        self._account = account
        self._region = region
        self._not_read: list[Row] = []

    def listed(self) -> list[OwnService]:
        """The services, also those that are being deleted. Raises ApiError."""
        return [one for one in aws.describe_own_services(self._ec2) if one.state != "deleted"]

    def read(self, services: Sequence[OwnService]) -> OwnSide:
        """All that belongs to them; what cannot be read is said instead. Raises nothing of AWS."""
        live = [one for one in services if not one.is_gone]
        balancers = self._balancers(live) if live else {}
        zone_ids = self._zone_ids(live)
        own = [self._own(one, balancers, zone_ids) for one in services]
        not_read = sorted(self._not_read, key=lambda one: (one["service_id"] or "", one["what"] or ""))
        return OwnSide(tuple(sorted(own, key=lambda one: one.service.service_id)), tuple(not_read))

    @property
    def _ec2(self) -> t.Any:
        return self._session.client("ec2", self._region)

    def _known(self, ask: t.Callable[[], Found], what: str, service_id: str | None = None) -> Found | None:
        """What was asked for; null if it cannot be read, which is then noted."""
        try:
            return ask()
        except BaseException as error:
            self._note(what, str(as_known(error, f"reading {what}")), service_id)
            return None

    def _note(self, what: str, reason: str, service_id: str | None) -> None:
        self._not_read.append(row(what, reason, self._account, self._region, service_id))

    def _own(
        self, service: OwnService, balancers: t.Mapping[str, LoadBalancer] | None, zone_ids: t.Mapping[str, str] | None
    ) -> Own:
        """One that is being deleted is not asked about: whoever may connect to it no longer can."""
        if service.is_gone:
            return Own(Published(service), self._account, self._region, frozenset({PRINCIPALS, CONNECTIONS}))
        ec2, service_id = self._ec2, service.service_id
        principals, connections = at_once(
            lambda: self._known(lambda: aws.describe_principals(ec2, service_id), PRINCIPALS, service_id),
            lambda: self._known(lambda: aws.describe_connections(ec2, service_id), CONNECTIONS, service_id),
        )
        found: dict[str, object] = {PRINCIPALS: principals, CONNECTIONS: connections, BALANCERS: balancers}
        unread = {what for what, value in found.items() if value is None}
        if zone_ids is None and not service.availability_zone_ids:
            unread.add(ZONE_IDS)
        published = Published(service, NOBODY_READ if principals is None else principals, connections or _NOBODY)
        serving = self._serving(service, balancers)
        self._note_unsaid(service)
        return Own(published, self._account, self._region, frozenset(unread), serving, zone_ids or {})

    def _serving(self, service: OwnService, balancers: t.Mapping[str, LoadBalancer] | None) -> tuple[LoadBalancer, ...]:
        """The load balancers of the service. One that AWS does not list is said: its zones are not known."""
        if balancers is None:
            return ()
        missing = [arn for arn in service.load_balancer_arns if arn not in balancers]
        if missing:
            self._note(BALANCERS, f"AWS does not list {listed(missing)}, which it serves.", service.service_id)
        return tuple(balancers[arn] for arn in service.load_balancer_arns if arn in balancers)

    def _note_unsaid(self, service: OwnService) -> None:
        if service.private_dns_name and service.record is None:
            reason = f"AWS does not say whether it has verified {service.private_dns_name}."
            self._note(PRIVATE_NAME, reason, service.service_id)

    def _balancers(self, services: Sequence[OwnService]) -> dict[str, LoadBalancer] | None:
        """Those of the services, by ARN, in one call for twenty."""
        arns = sorted({arn for one in services for arn in one.load_balancer_arns})
        found = self._known(
            lambda: balancer_api.describe_load_balancers(self._session.client("elbv2", self._region), arns), BALANCERS
        )
        return None if found is None else {one.arn: one for one in found}

    def _zone_ids(self, services: Sequence[OwnService]) -> dict[str, str] | None:
        """By name, where an answer has names only."""
        names = sorted({zone for one in services if not one.availability_zone_ids for zone in one.availability_zones})
        return self._known(lambda: aws.describe_zone_ids(self._ec2, names), ZONE_IDS) if names else {}


_NOBODY: tuple[Connection, ...] = ()
