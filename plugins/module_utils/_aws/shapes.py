# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of boto3 as the objects of the domain. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .._privatelink.model import InterfaceEndpoint, NetworkInterface, Subnet, VpcEndpointService

Json = Mapping[str, t.Any]


def interface_endpoint(item: Json, region: str) -> InterfaceEndpoint:
    """AWS writes states in lower camel case, its API model in upper: they are compared in lower case."""
    return InterfaceEndpoint(
        vpc_endpoint_id=item["VpcEndpointId"],
        state=(item.get("State") or "").lower(),
        service_name=item.get("ServiceName") or "",
        vpc_id=item.get("VpcId") or "",
        region=region,
        account_id=item.get("OwnerId"),
        subnet_ids=tuple(item.get("SubnetIds") or ()),
        security_group_ids=tuple(group["GroupId"] for group in item.get("Groups") or ()),
        network_interface_ids=tuple(item.get("NetworkInterfaceIds") or ()),
        private_dns_enabled=bool(item.get("PrivateDnsEnabled")),
        dns_names=tuple(entry["DnsName"] for entry in item.get("DnsEntries") or () if entry.get("DnsName")),
        ip_address_type=(item.get("IpAddressType") or "").lower() or None,
        tags={tag["Key"]: tag.get("Value") or "" for tag in item.get("Tags") or ()},
        last_error=_last_error(item),
        created_at=_moment(item.get("CreationTimestamp")),
    )


def _moment(value: object) -> datetime | None:
    """botocore reads times as UTC; one that it leaves without a zone is UTC, too."""
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def age(endpoint: InterfaceEndpoint, metadata: Json) -> float | None:
    """Seconds from its creation to an answer with this metadata; null for one that botocore had to ask for repeatedly:
    the first attempt may have made it a while ago.
    """
    date = (metadata.get("HTTPHeaders") or {}).get("date")
    if endpoint.created_at is None or metadata.get("RetryAttempts") or not date:
        return None
    try:
        answered_at = _moment(parsedate_to_datetime(date))
    except (TypeError, ValueError):
        return None
    return (answered_at - endpoint.created_at).total_seconds() if answered_at else None


def _last_error(item: Json) -> str | None:
    error = item.get("LastError") or {}
    reasons = (error.get("Message") or error.get("Code"), item.get("FailureReason"))
    return " ".join(dict.fromkeys(reason for reason in reasons if reason)) or None


def network_interface(item: Json) -> NetworkInterface:
    return NetworkInterface(
        network_interface_id=item["NetworkInterfaceId"],
        subnet_id=item.get("SubnetId") or "",
        private_ip_address=item.get("PrivateIpAddress"),
        availability_zone=item.get("AvailabilityZone"),
    )


def subnet(item: Json) -> Subnet:
    return Subnet(
        subnet_id=item["SubnetId"],
        vpc_id=item.get("VpcId") or "",
        availability_zone_id=item.get("AvailabilityZoneId"),
        availability_zone=item.get("AvailabilityZone"),
        owner_id=item.get("OwnerId"),
    )


def vpc_endpoint_service(item: Json, service_name: str) -> VpcEndpointService:
    """Older SDKs give the names of the zones only, not their ids."""
    names = item.get("PrivateDnsNames") or ()
    private_dns_name = item.get("PrivateDnsName") or next((name.get("PrivateDnsName") for name in names), None)
    return VpcEndpointService(
        service_name=item.get("ServiceName") or service_name,
        availability_zones=tuple(item.get("AvailabilityZones") or ()),
        availability_zone_ids=tuple(item.get("AvailabilityZoneIds") or ()),
        acceptance_required=bool(item.get("AcceptanceRequired")),
        private_dns_name=private_dns_name,
        private_dns_verified=(item.get("PrivateDnsNameVerificationState") or "").lower() == "verified",
    )


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
