# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3's answers about a provider's own services as the objects of the domain. Pure. Each raises Unreadable for what
AWS would not answer.
"""

from __future__ import annotations

from .._run.text import printable
from .fields import Json, Unreadable, flag, identifier, inner, items, name, names, text, whole
from .provider_model import Connection, Listener, LoadBalancer, OwnService, PrivateDnsRecord
from .shapes import moment, tags

_LAST_PORT = 65535


def own_service(item: Json, region: str) -> OwnService:
    """A listed service: without its name, its state or its load balancers it would be mistaken for another.

    AWS writes some states in upper, some in lower camel case: they are compared in lower case.
    """
    identifier(item, "ServiceName")
    identifier(item, "ServiceState")
    if "AcceptanceRequired" not in item:
        raise Unreadable("AcceptanceRequired is missing")
    return made_service(item, region)


def made_service(item: Json, region: str) -> OwnService:
    """A new service: it exists as soon as it has an id, whatever else AWS leaves out."""
    return OwnService(
        service_id=identifier(item, "ServiceId"),
        service_name=name(item, "ServiceName") or "",
        state=(name(item, "ServiceState") or "").lower(),
        region=region,
        acceptance_required=flag(item, "AcceptanceRequired"),
        load_balancer_arns=tuple(sorted(names(item, "NetworkLoadBalancerArns"))),
        availability_zones=tuple(sorted(names(item, "AvailabilityZones"))),
        availability_zone_ids=tuple(sorted(names(item, "AvailabilityZoneIds"))),
        private_dns_name=name(item, "PrivateDnsName"),
        record=_record(item),
        address_types=tuple(sorted(one.lower() for one in names(item, "SupportedIpAddressTypes"))),
        regions=_regions(item, region),
        payer=name(item, "PayerResponsibility"),
        tags=tags(item),
    )


def _record(item: Json) -> PrivateDnsRecord | None:
    record = inner(item, "PrivateDnsNameConfiguration")
    state = name(record, "State")
    if not state:
        return None
    whole_name = _record_name(name(record, "Name"), name(item, "PrivateDnsName"))
    return PrivateDnsRecord(state.lower(), whole_name, name(record, "Type"), text(record, "Value"))


def _record_name(label: str | None, private_dns_name: str | None) -> str | None:
    """AWS often gives the first label alone; the record is below the private name.

    Source: "Manage DNS names for VPC endpoint services" of the AWS PrivateLink guide.
    """
    if not label or not private_dns_name or "." in label.rstrip("."):
        return label
    return f"{label.rstrip('.')}.{private_dns_name.removeprefix('*.')}"


def _regions(item: Json, own: str) -> dict[str, str]:
    """Without the service's own region, which AWS may list among them."""
    regions = {
        identifier(one, "Region"): (name(one, "ServiceState") or "").lower() for one in items(item, "SupportedRegions")
    }
    return {region: state for region, state in sorted(regions.items()) if region != own}


def principal(item: Json) -> str:
    """An ARN, `*`, or the id of a role or user that no longer exists. Names in IAM may hold a comma."""
    found = text(item, "Principal")
    if not found or found != printable(found) or " " in found:
        raise Unreadable("Principal is not a name")
    return found


def connection(item: Json) -> Connection:
    return Connection(
        vpc_endpoint_id=identifier(item, "VpcEndpointId"),
        state=identifier(item, "VpcEndpointState").lower(),
        account_id=name(item, "VpcEndpointOwner"),
        address_type=(name(item, "IpAddressType") or "").lower() or None,
        region=name(item, "VpcEndpointRegion"),
        created_at=moment(item.get("CreationTimestamp")),
    )


def zone(item: Json) -> tuple[str, str]:
    """A zone's name in this account, and its id, which is the same in every account."""
    return identifier(item, "ZoneName"), identifier(item, "ZoneId")


def load_balancer(item: Json) -> LoadBalancer:
    return LoadBalancer(
        arn=identifier(item, "LoadBalancerArn"),
        type=identifier(item, "Type").lower(),
        state=identifier(inner(item, "State"), "Code").lower(),
        zones=tuple(sorted(identifier(one, "ZoneName") for one in items(item, "AvailabilityZones"))),
        address_type=(name(item, "IpAddressType") or "").lower() or None,
        vpc_id=name(item, "VpcId"),
    )


def listener(item: Json) -> Listener:
    return Listener(whole(item, "Port", 0, _LAST_PORT), (name(item, "Protocol") or "").upper())


def described_tags(item: Json) -> tuple[str, dict[str, str]]:
    """The ARN of a load balancer, and its tags."""
    return identifier(item, "ResourceArn"), tags(item)


def cross_zone(answer: Json) -> bool | None:
    """Whether the load balancer balances across zones; null if the answer does not say."""
    for attribute in items(answer, "Attributes"):
        if text(attribute, "Key") == "load_balancing.cross_zone.enabled":
            return (text(attribute, "Value") or "").lower() == "true"
    return None
