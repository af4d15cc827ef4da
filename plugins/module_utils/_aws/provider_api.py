# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of those who provide an endpoint service, one function each; the client comes first. Each raises ApiError.

Source: Amazon EC2 API reference, version 2016-11-15.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from functools import partial

from .._run.errors import ApiError
from . import provider_shapes as shapes
from .calls import Client, call, call_of, pages
from .failures import refused
from .fields import Json, Unreadable, flag, inner, items, text
from .provider_model import Connection, OwnService
from .shapes import tag_list

SERVICE_NOT_FOUND = frozenset({"InvalidVpcEndpointServiceId.NotFound", "InvalidVpcEndpointService.NotFound"})
# The first is so spelt.
SERVICE_MALFORMED = frozenset({"InvalidVpcEndpointServiceIdId.Malformed", "InvalidVpcEndpointServiceId.Malformed"})
CONNECTIONS_EXIST = "ExistingVpcEndpointConnections"
# These refusals pass: a change of the service is under way.
SERVICE_BUSY = frozenset({"OperationInProgress", "IncorrectState", "InvalidState"})
# In the text of the refusal of a load balancer that serves another service. AWS has no code for it.
LOAD_BALANCER_TAKEN = "already associated with another"
# The most ids in one call that accepts or rejects.
_DECISIONS = 100


def describe_own_services(
    ec2: Client, *, ids: Sequence[str] = (), filters: Mapping[str, Sequence[str]] | None = None
) -> list[OwnService]:
    """The account's own services with these ids, or that match all filters. An unknown id is left out."""
    selection: dict[str, object] = {"ServiceIds": list(ids)} if ids else {}
    if filters:
        selection["Filters"] = [{"Name": name, "Values": list(values)} for name, values in filters.items()]
    region = ec2.meta.region_name
    shape = partial(shapes.own_service, region=region)
    try:
        return pages(ec2, "describe_vpc_endpoint_service_configurations", "ServiceConfigurations", shape, **selection)
    except ApiError as error:
        if not is_unknown(error):
            raise
    return [] if len(ids) < 2 else [one for item in ids for one in describe_own_services(ec2, ids=[item])]


def is_unknown(error: ApiError) -> bool:
    """Whether AWS itself said that it has no such service."""
    return bool(error.request_id) and error.code in SERVICE_NOT_FOUND | SERVICE_MALFORMED


def create_own_service(
    ec2: Client,
    *,
    client_token: str,
    load_balancer_arns: Sequence[str],
    acceptance_required: bool,
    tags: Mapping[str, str],
    address_types: Sequence[str] = (),
    regions: Sequence[str] = (),
    private_dns_name: str | None = None,
) -> OwnService:
    """Ask for a service. AWS answers the same token and parameters with the first one, even if it is deleted since."""
    optional: dict[str, object] = {
        "SupportedIpAddressTypes": list(address_types),
        "SupportedRegions": list(regions),
        "PrivateDnsName": private_dns_name,
    }
    return call(
        ec2,
        "create_vpc_endpoint_service_configuration",
        lambda answer: shapes.made_service(inner(answer, "ServiceConfiguration"), ec2.meta.region_name),
        NetworkLoadBalancerArns=list(load_balancer_arns),
        AcceptanceRequired=acceptance_required,
        ClientToken=client_token,
        TagSpecifications=[{"ResourceType": "vpc-endpoint-service", "Tags": tag_list(tags)}],
        **{name: value for name, value in optional.items() if value},
    )


def modify_own_service(ec2: Client, service_id: str, **changes: object) -> None:
    """Change what is given, in AWS's own names. With nothing given, AWS looks at the load balancers' zones again."""
    call(ec2, "modify_vpc_endpoint_service_configuration", _is_done("Return"), ServiceId=service_id, **changes)


def delete_own_service(ec2: Client, service_id: str) -> None:
    """Begin to delete; one that is already gone is fine. AWS returns refusals in a list, not as errors."""
    method = "delete_vpc_endpoint_service_configurations"
    try:
        refusals = _refusals(ec2, method, ServiceIds=[service_id])
    except ApiError as error:
        if error.code in SERVICE_NOT_FOUND and error.request_id:
            return
        raise
    for reason in refusals.values():
        if reason.code not in SERVICE_NOT_FOUND:
            raise reason


def describe_principals(ec2: Client, service_id: str) -> tuple[str, ...]:
    """Who is permitted to connect: ARNs, `*`, and ids of roles and users that no longer exist."""
    method, key = "describe_vpc_endpoint_service_permissions", "AllowedPrincipals"
    return tuple(sorted(set(pages(ec2, method, key, shapes.principal, ServiceId=service_id))))


def modify_principals(ec2: Client, service_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Permit and withdraw. Connections stay as they are."""
    lists = {"AddAllowedPrincipals": list(add), "RemoveAllowedPrincipals": list(remove)}
    given = {name: values for name, values in lists.items() if values}
    call(ec2, "modify_vpc_endpoint_service_permissions", _is_done("ReturnValue"), ServiceId=service_id, **given)


def describe_connections(ec2: Client, service_id: str) -> tuple[Connection, ...]:
    """Who connects, in whatever state; a new endpoint may be missing for seconds."""
    found = pages(
        ec2,
        "describe_vpc_endpoint_connections",
        "VpcEndpointConnections",
        shapes.connection,
        Filters=[{"Name": "service-id", "Values": [service_id]}],
    )
    return tuple(sorted(found, key=lambda one: one.vpc_endpoint_id))


def accept_connections(ec2: Client, service_id: str, ids: Sequence[str]) -> None:
    """Accept connections that wait for it. Raises ApiError for the first one that AWS does not accept."""
    _decide(ec2, "accept_vpc_endpoint_connections", service_id, ids)


def reject_connections(ec2: Client, service_id: str, ids: Sequence[str]) -> None:
    """Reject connections, even accepted ones. Raises ApiError for the first one that AWS does not reject."""
    _decide(ec2, "reject_vpc_endpoint_connections", service_id, ids)


def verify_private_dns_name(ec2: Client, service_id: str) -> None:
    """Have AWS look for the TXT record now."""
    method = "start_vpc_endpoint_service_private_dns_verification"
    call(ec2, method, _is_done("ReturnValue"), ServiceId=service_id)


def describe_zone_ids(ec2: Client, names: Sequence[str]) -> dict[str, str]:
    """The ids of zones by their names in this account."""
    filters = [{"Name": "zone-name", "Values": list(names)}]
    method = "describe_availability_zones"
    return dict(call(ec2, method, _zones, Filters=filters)) if names else {}


def _zones(answer: Json) -> list[tuple[str, str]]:
    if "AvailabilityZones" not in answer:
        raise Unreadable("AvailabilityZones is missing")
    return [shapes.zone(item) for item in items(answer, "AvailabilityZones")]


def _decide(ec2: Client, method: str, service_id: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _DECISIONS):
        part = list(ids[start : start + _DECISIONS])
        for reason in _refusals(ec2, method, ServiceId=service_id, VpcEndpointIds=part).values():
            raise reason


def _refusals(ec2: Client, method: str, **params: object) -> dict[str, ApiError]:
    """What AWS did not do, by the id of the object."""

    def shape(answer: Json) -> dict[str, Mapping[str, t.Any]]:
        if "Unsuccessful" not in answer:
            raise Unreadable("Unsuccessful is missing")
        found: dict[str, Mapping[str, t.Any]] = {}
        for item in items(answer, "Unsuccessful"):
            said = {key: text(inner(item, "Error"), key) for key in ("Code", "Message")}
            key = text(item, "ResourceId") or ""
            found[key] = {"Error": said, "ResponseMetadata": answer.get("ResponseMetadata")}
        return found

    return {key: refused(call_of(ec2, method), one) for key, one in call(ec2, method, shape, **params).items()}


def _is_done(key: str) -> t.Callable[[Json], None]:
    """Raises Unreadable if AWS says that it did not do it; older answers say nothing."""

    def shape(answer: Json) -> None:
        if key in answer and not flag(answer, key):
            raise Unreadable("it says that nothing was done")

    return shape
