# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about the endpoint services that the user's own accounts publish, each with its remedy. Pure.

What could not be read of a service is not judged. Where no other source is named, the rule is from the AWS PrivateLink
guide.
"""

from __future__ import annotations

import re
import typing as t

from .._aws.provider_model import WAITING, Connection
from .._publication.principals import is_unreadable
from .._run.text import listed
from .own_side import BALANCERS, CONNECTIONS, PRINCIPALS, Own
from .own_tasks import OwnTasks

Finding = dict[str, t.Any]

_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]+")
_LIVE = {"pendingacceptance": "waits for acceptance", "pending": "is being connected", "available": "is connected"}


def own_findings(services: t.Iterable[Own], tasks: OwnTasks) -> list[Finding]:
    """Findings over own services in the shape that `endpoint_info` returns. None about one that is being deleted."""
    return [
        finding
        for own in services
        if not own.service.is_gone
        for finding in (*_connections(own, tasks), *_principals(own, tasks), *_zones(own, tasks), *_name(own, tasks))
    ]


def _connections(own: Own, tasks: OwnTasks) -> list[Finding]:
    """The first that fits: whoever is not permitted and waits is to be judged by that, not to be accepted."""
    found = []
    for one in own.published.live if CONNECTIONS not in own.unread else ():
        if own.published.permitted(one) is False:
            found.append(_unpermitted(own, one, tasks))
        elif one.state == WAITING:
            found.append(_waiting(own, one, tasks))
    return found


def _unpermitted(own: Own, one: Connection, tasks: OwnTasks) -> Finding:
    """AWS leaves connections alone whose permission is withdrawn. Source: hashicorp/terraform-provider-aws, 37260."""
    message = (
        f"{_who(one)} {_LIVE[one.state]} to {_named(own)}, which does not permit that account. AWS leaves "
        "connections alone when a permission is withdrawn."
    )
    permit = tasks.run(own, allowed_principals=(one.account_id or "",), purge_allowed_principals=False)
    reject = tasks.run(own, rejected_endpoint_ids=(one.vpc_endpoint_id,))
    remedy = f"Reject it: {reject}, or permit its account: {permit}."
    return _finding(own, "connection_unpermitted", "error", message, remedy, one)


def _waiting(own: Own, one: Connection, tasks: OwnTasks) -> Finding:
    since = f" since {one.created_at.isoformat()}" if one.created_at else ""
    message = f"{_who(one)} waits for acceptance by {_named(own)}{since}: until then it reaches nothing."
    ids = (one.vpc_endpoint_id,)
    remedy = f"Accept it: {tasks.run(own, accepted_endpoint_ids=ids)}"
    if one.account_id:
        remedy += f", or whatever its account requests: {tasks.run(own, accepted_accounts=(one.account_id,))}"
    remedy += f", or reject it: {tasks.run(own, rejected_endpoint_ids=ids)}."
    return _finding(own, "connection_waiting", "warning", message, remedy, one)


def _principals(own: Own, tasks: OwnTasks) -> list[Finding]:
    """AWS shows the id of a role or user in place of its ARN once it is deleted. Source: IAM identifiers.

    What is of another kind may permit somebody: it is not called gone, and stays.
    """
    principals = own.published.principals
    gone = [one for one in principals if is_unreadable(one) and _DELETED.fullmatch(one)]
    if not gone or PRINCIPALS in own.unread:
        return []
    message = (
        f"The permissions of {_named(own)} have {listed(gone)}, by which AWS names a role or user that was deleted. "
        "Until that is withdrawn, nobody can say that the account of a connection is not permitted."
    )
    kept = tuple(one for one in principals if one not in gone)
    remedy = f"Withdraw what was deleted: {tasks.run(own, allowed_principals=kept)}."
    return [_finding(own, "principal_gone", "warning", message, remedy)]


def _zones(own: Own, tasks: OwnTasks) -> list[Finding]:
    """Source: hashicorp/terraform-provider-aws, issue 40809."""
    service = own.service
    if BALANCERS in own.unread or service.state != "available" or not service.availability_zones:
        return []
    zones = {zone for one in own.balancers for zone in one.zones}
    unserved = sorted(zones - set(service.availability_zones))
    if not unserved:
        return []
    message = (
        f"The load balancers of {_named(own)} are in {listed(unserved)}, too, which it does not serve: AWS looks at "
        "their zones only when it is asked to. Consumers cannot have a subnet there."
    )
    return [_finding(own, "zones_not_served", "warning", message, f"Have AWS look again: {tasks.run(own)}.")]


def _name(own: Own, tasks: OwnTasks) -> list[Finding]:
    """A name that is lost counts as failed, or as pending once it is requested again."""
    name, record = own.service.private_dns_name, own.service.record
    if not name or record is None or record.state == "verified":
        return []
    failed = record.state == "failed"
    found = "could not verify, or no longer finds the TXT record of," if failed else "has not verified yet"
    message = f"AWS {found} the private name {name} of {_named(own)}: consumers cannot use it for private DNS."
    txt = f"the TXT record {record.name} with the value {record.value}" if record.name else "the TXT record of AWS"
    remedy = f"Publish {txt} in public DNS, then have AWS verify it: {tasks.run(own, private_dns_name=name)}."
    return [_finding(own, "private_dns_unverified", "error" if failed else "warning", message, remedy)]


def _who(one: Connection) -> str:
    return f"{one.vpc_endpoint_id} of account {one.account_id or 'that AWS does not name'}"


def _named(own: Own) -> str:
    return f"endpoint service {own.service.service_id}{f' ({own.name})' if own.name else ''}"


def _finding(
    own: Own, code: str, severity: str, message: str, remedy: str, connection: Connection | None = None
) -> Finding:
    return {
        "code": code,
        "severity": severity,
        "service_id": own.service.service_id,
        "vpc_endpoint_id": connection.vpc_endpoint_id if connection else None,
        "private_endpoint_connection_id": None,
        "message": message,
        "remedy": remedy,
        "monthly_cost_usd": None,
    }
