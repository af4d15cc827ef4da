# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the current state of one published service, in as few calls as it can."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._aws import balancer_api
from .._aws import provider_api as aws
from .._aws.provider_model import LoadBalancer, OwnService
from .._run.bounded import at_once
from .._run.violations import LimitsViolated
from .._run.wait import Await, Seen, Work
from .current import NOT_LOOKED, Current, Published
from .desired import Desired
from .ownership import identify, is_of_name, not_found
from .provider import Provider
from .txt_record import Look, look_for

# Seconds in which an endpoint that an option names must be listed: a new one may be missing for some.
_LISTED_WITHIN = 20.0


def read_current(desired: Desired, provider: Provider) -> Work[Current]:
    """Reads the service, who may connect and who does, and its load balancers: four calls where it has zone ids.

    Raises LimitsViolated if it is in doubt which service is meant, and ApiError.
    """
    named, gone, adopted = _find(desired, provider)
    service = identify(desired, named, adopted)
    current = Current(provider.region, gone=tuple(gone))
    if service is None:
        return replace(current, **_balancers(desired, None, provider)) if desired.state == "present" else current
    published = read_published(provider, service)
    if desired.state == "absent":
        return replace(current, published=published, zone_ids=_zone_ids(service, provider))
    published = yield from _with_named(desired, published, provider)
    look = _look(desired, service)
    return replace(
        current,
        published=published,
        **_balancers(desired, service, provider),
        record=look.seen,
        record_note=look.note,
        missing_ids=_missing(desired, published),
        zone_ids=_zone_ids(service, provider),
    )


def read_again(before: Current, published: Published | None, provider: Provider) -> Current:
    """The state after a run, where `published` is what the last look showed."""
    zones = _zone_ids(published.service, provider) if published else {}
    return replace(before, published=published, zone_ids=zones)


def live_of_name(desired: Desired, provider: Provider) -> list[OwnService]:
    """The services that carry the name and are not being deleted."""
    return [one for one in _of_name(desired, provider) if not one.is_gone]


def find_service(provider: Provider, service_id: str) -> OwnService | None:
    """Null if AWS has no such service, or has deleted it."""
    found = aws.describe_own_services(provider.ec2, ids=[service_id])
    return next((one for one in found if one.service_id == service_id and one.state != "deleted"), None)


def read_published(provider: Provider, service: OwnService) -> Published:
    """Who may connect to the service and who does. Raises ApiError, also if the service is gone meanwhile."""
    principals, connections = at_once(
        lambda: aws.describe_principals(provider.ec2, service.service_id),
        lambda: aws.describe_connections(provider.ec2, service.service_id),
    )
    return Published(service, principals, connections)


def _of_name(desired: Desired, provider: Provider) -> list[OwnService]:
    filters = {f"tag:{key}": [value] for key, value in desired.ownership.items()}
    # Not every stand-in for AWS selects by tags.
    return [one for one in aws.describe_own_services(provider.ec2, filters=filters) if is_of_name(desired, one)]


def _find(desired: Desired, provider: Provider) -> tuple[list[OwnService], list[OwnService], OwnService | None]:
    """The live ones of the name, those of the name that are gone, and the one that `service_id` names."""
    adopted = None
    if desired.service_id:
        adopted = find_service(provider, desired.service_id)
        if adopted is None or adopted.is_gone:
            if desired.state == "present":
                raise LimitsViolated([not_found(desired.service_id, provider.region)])
            return [], [adopted] if adopted else [], None
        if desired.state == "absent" or is_of_name(desired, adopted):
            return [], [], adopted
    every = _of_name(desired, provider)
    return [one for one in every if not one.is_gone], [one for one in every if one.is_gone], adopted


def _balancers(desired: Desired, service: OwnService | None, provider: Provider) -> dict[str, t.Any]:
    """The load balancers that the service is to have, and what is known of these and of its own."""
    own = service.load_balancer_arns if service else ()
    if desired.load_balancer_tags is not None:
        found = balancer_api.find_load_balancers(provider.elb, desired.load_balancer_tags)
        wanted: tuple[str, ...] | None = tuple(sorted(one.arn for one in found)) or None
    else:
        found, wanted = [], desired.load_balancer_arns
    known = {one.arn for one in found}
    asked = sorted({*own, *(wanted or ())} - known)
    others: list[LoadBalancer] = balancer_api.describe_load_balancers(provider.elb, asked) if asked else []
    return {"wanted_arns": wanted, "balancers": (*found, *others)}


def _with_named(desired: Desired, published: Published, provider: Provider) -> Work[Published]:
    """Waits some seconds for endpoints that options name and that AWS does not list yet."""
    if not _missing(desired, published):
        return published

    def look() -> Seen:
        connections = aws.describe_connections(provider.ec2, published.service.service_id)
        now = replace(published, connections=connections)
        missing = _missing(desired, now)
        return Seen(not missing, f"{', '.join(missing)} not listed", now)

    seen = yield Await(look, "AWS to list the endpoints that connect", _LISTED_WITHIN, leaves_half=True)
    return t.cast(Published, seen.value)


def _missing(desired: Desired, published: Published) -> tuple[str, ...]:
    listed = {one.vpc_endpoint_id for one in published.connections}
    return tuple(sorted((desired.accepted_endpoint_ids | desired.rejected_endpoint_ids) - listed))


def _look(desired: Desired, service: OwnService) -> Look:
    """Only where a verification would be of use."""
    record, name = service.record, desired.private_dns_name
    if record is None or record.state == "verified" or not name or name != service.private_dns_name:
        return Look(NOT_LOOKED)
    if not desired.verify_private_dns or desired.remove_private_dns_name:
        return Look(NOT_LOOKED)
    return look_for(record, name, desired.verify_dns_servers)


def _zone_ids(service: OwnService, provider: Provider) -> dict[str, str]:
    if service.availability_zone_ids or not service.availability_zones:
        return {}
    return aws.describe_zone_ids(provider.ec2, service.availability_zones)
