# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3's answers as the objects of the domain. Pure. Each raises Unreadable for what AWS would not answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .._run.text import printable
from .fields import Json, Unreadable, flag, identifier, inner, items, name, names, text
from .model import InterfaceEndpoint, NetworkInterface, Subnet, Vpc, VpcEndpointService

# The types of VPC endpoints that do not connect to an endpoint service.
_WITHOUT_SERVICE = ("Resource", "ServiceNetwork")


def interface_endpoint(item: Json, region: str) -> InterfaceEndpoint:
    """A listed endpoint: without its state, service or VPC it would be mistaken for another, or for none.

    AWS writes states in lower camel case, its API model in upper camel case: they are compared in lower case.
    """
    for key in ("State", "VpcId"):
        identifier(item, key)
    if name(item, "VpcEndpointType") not in _WITHOUT_SERVICE:
        identifier(item, "ServiceName")
    return made_endpoint(item, region)


def made_endpoint(item: Json, region: str) -> InterfaceEndpoint:
    """A new endpoint: it exists as soon as it has an id, whatever else AWS leaves out."""
    return InterfaceEndpoint(
        vpc_endpoint_id=identifier(item, "VpcEndpointId"),
        state=(name(item, "State") or "").lower(),
        service_name=name(item, "ServiceName") or "",
        vpc_id=name(item, "VpcId") or "",
        region=region,
        account_id=name(item, "OwnerId"),
        subnet_ids=names(item, "SubnetIds"),
        security_group_ids=tuple(identifier(group, "GroupId") for group in items(item, "Groups")),
        network_interface_ids=names(item, "NetworkInterfaceIds"),
        private_dns_enabled=flag(item, "PrivateDnsEnabled"),
        dns_names=tuple(host for entry in items(item, "DnsEntries") if (host := name(entry, "DnsName"))),
        ip_address_type=(name(item, "IpAddressType") or "").lower() or None,
        tags=tags(item),
        last_error=_last_error(item),
        created_at=moment(item.get("CreationTimestamp")),
    )


def moment(value: object) -> datetime | None:
    """botocore reads times as UTC; one without a zone is UTC, too."""
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def age(endpoint: InterfaceEndpoint, metadata: Json) -> float | None:
    """Seconds from its creation to an answer with this metadata; null if botocore had to retry: the first attempt
    may have made it a while ago.
    """
    date = text(inner(metadata, "HTTPHeaders"), "date")
    if endpoint.created_at is None or metadata.get("RetryAttempts") or not date:
        return None
    try:
        answered_at = moment(parsedate_to_datetime(date))
    except (TypeError, ValueError, OverflowError):
        return None
    return (answered_at - endpoint.created_at).total_seconds() if answered_at else None


def tags(item: Json) -> dict[str, str]:
    """The tags of anything that has them."""
    found: dict[str, str] = {}
    for tag in items(item, "Tags"):
        key = text(tag, "Key")
        if key:
            found[key] = text(tag, "Value") or ""
    return found


def _last_error(item: Json) -> str | None:
    error = inner(item, "LastError")
    reasons = (text(error, "Message") or text(error, "Code"), text(item, "FailureReason"))
    return printable(" ".join(dict.fromkeys(reason for reason in reasons if reason))) or None


def network_interface(item: Json) -> NetworkInterface:
    return NetworkInterface(
        network_interface_id=identifier(item, "NetworkInterfaceId"),
        subnet_id=name(item, "SubnetId") or "",
        private_ip_address=name(item, "PrivateIpAddress"),
        availability_zone=name(item, "AvailabilityZone"),
        ipv6_addresses=tuple(address for one in items(item, "Ipv6Addresses") if (address := name(one, "Ipv6Address"))),
    )


def subnet(item: Json) -> Subnet:
    return Subnet(
        subnet_id=identifier(item, "SubnetId"),
        vpc_id=name(item, "VpcId") or "",
        availability_zone_id=name(item, "AvailabilityZoneId"),
        availability_zone=name(item, "AvailabilityZone"),
        owner_id=name(item, "OwnerId"),
        free_addresses=_free_addresses(item),
    )


def _free_addresses(item: Json) -> int | None:
    """Null unless it is a number: only the limits of a run with steps need it."""
    found = item.get("AvailableIpAddressCount")
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def security_group(item: Json) -> tuple[str, str]:
    """Its id, and that of its VPC."""
    return identifier(item, "GroupId"), name(item, "VpcId") or ""


def group_association(item: Json) -> tuple[str, str, str]:
    """A security group, another VPC that it may be used in, and the state of that."""
    return identifier(item, "GroupId"), identifier(item, "VpcId"), (name(item, "State") or "").lower()


def vpc(item: Json) -> Vpc:
    """The VPC with the DNS attributes off: they are asked for one by one."""
    return Vpc(identifier(item, "VpcId"), dns_support=False, dns_hostnames=False, owner_id=name(item, "OwnerId"))


def vpc_attribute(answer: Json, attribute: str) -> bool:
    """A required attribute of a VPC: `EnableDnsSupport`, `EnableDnsHostnames`."""
    found = inner(answer, attribute)
    if "Value" not in found:
        raise Unreadable(f"{attribute} is missing")
    return flag(found, "Value")


def vpc_endpoint_service(item: Json, service_name: str) -> VpcEndpointService:
    """Older SDKs return only the names of the zones, not their ids."""
    state = name(item, "PrivateDnsNameVerificationState") or ""
    is_verified = state.lower() == "verified"
    several = [found for one in items(item, "PrivateDnsNames") if (found := name(one, "PrivateDnsName"))]
    return VpcEndpointService(
        service_name=name(item, "ServiceName") or service_name,
        availability_zones=names(item, "AvailabilityZones"),
        availability_zone_ids=names(item, "AvailabilityZoneIds"),
        acceptance_required=flag(item, "AcceptanceRequired"),
        private_dns_name=name(item, "PrivateDnsName") or next(iter(several), None),
        private_dns_verified=is_verified,
        unverified=None if is_verified else state or None,
    )


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
