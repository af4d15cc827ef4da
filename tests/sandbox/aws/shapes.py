# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our objects in the shape of EC2's answers (the keys of botocore's model)."""

from __future__ import annotations

import datetime
import json

from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.network import Network
from tests.sandbox.aws.services import EndpointService

FULL_ACCESS = json.dumps({"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]})
ENDPOINT_ZONE = "Z7HUB22UULQXV"


def endpoint_shape(endpoint: Endpoint, service: EndpointService | None, network: Network) -> dict[str, object]:
    shape: dict[str, object] = {
        "VpcEndpointId": endpoint.vpc_endpoint_id,
        "VpcEndpointType": endpoint.endpoint_type,
        "VpcId": endpoint.vpc_id,
        "ServiceName": endpoint.service_name,
        "ServiceRegion": service.region if service else endpoint.region,
        "State": endpoint.state,
        "PolicyDocument": FULL_ACCESS,
        "RouteTableIds": [],
        "SubnetIds": endpoint.subnet_ids,
        "Groups": _groups(endpoint, network),
        "IpAddressType": endpoint.ip_address_type,
        "DnsOptions": {"DnsRecordIpType": endpoint.ip_address_type},
        "PrivateDnsEnabled": endpoint.private_dns_enabled,
        "RequesterManaged": False,
        "NetworkInterfaceIds": list(endpoint.interfaces.values()),
        "DnsEntries": dns_entries(endpoint, service, network),
        "CreationTimestamp": datetime.datetime.fromtimestamp(endpoint.created_at, datetime.UTC),
        "Tags": tag_list(network.tags(endpoint.vpc_endpoint_id)),
        "OwnerId": endpoint.account_id,
    }
    if endpoint.last_error:
        shape["LastError"] = {"Code": "InternalError", "Message": endpoint.last_error}
        shape["FailureReason"] = endpoint.last_error
    return shape


def _groups(endpoint: Endpoint, network: Network) -> list[dict[str, str]]:
    if not endpoint.interfaces:
        # the groups of an endpoint whose interfaces are gone may be gone, too
        return []
    groups = map(network.security_group, endpoint.security_group_ids)
    return [{"GroupId": group.group_id, "GroupName": group.name} for group in groups]


def dns_entries(endpoint: Endpoint, service: EndpointService | None, network: Network) -> list[dict[str, str]]:
    """Guide, "DNS names": one regional name, one for each zone, and the private name once it is in effect."""
    if service is None:
        return []
    name = f"{endpoint.vpc_endpoint_id}-{endpoint.dns_suffix}"
    zone_names = [network.subnet(subnet_id).zone_name for subnet_id in endpoint.interfaces]
    names = [f"{name}.{service.base_dns_name}"] + [f"{name}-{zone}.{service.base_dns_name}" for zone in zone_names]
    entries = [{"DnsName": one, "HostedZoneId": ENDPOINT_ZONE} for one in names]
    if endpoint.private_dns_enabled and service.private_dns_name:
        zone_id = f"Z0{endpoint.dns_suffix.upper()}PRIVATE"
        entries.append({"DnsName": service.private_dns_name, "HostedZoneId": zone_id})
    return entries


def service_shape(service: EndpointService, network: Network, tags: dict[str, str]) -> dict[str, object]:
    """A service as its consumers see it; those of other regions see no zones, and only its owner sees its tags."""
    zone_names = network.zone_names() if service.region == network.region else {}
    zone_ids = [one for one in service.zone_ids if one in zone_names]
    shape: dict[str, object] = {
        "ServiceName": service.service_name,
        "ServiceId": service.service_id,
        "ServiceType": [{"ServiceType": "Interface"}],
        "ServiceRegion": service.region,
        "AvailabilityZoneIds": zone_ids,
        "AvailabilityZones": sorted(zone_names[zone_id] for zone_id in zone_ids),
        "Owner": service.owner_id,
        "BaseEndpointDnsNames": [service.base_dns_name],
        "VpcEndpointPolicySupported": False,
        "AcceptanceRequired": service.acceptance_required,
        "ManagesVpcEndpoints": False,
        "Tags": tag_list(tags),
        "SupportedIpAddressTypes": list(service.address_types),
    }
    if service.payer:
        shape["PayerResponsibility"] = service.payer
    if service.private_name:
        shape["PrivateDnsName"] = service.private_name.name
        shape["PrivateDnsNames"] = [{"PrivateDnsName": service.private_name.name}]
        shape["PrivateDnsNameVerificationState"] = service.private_name.state
    return shape


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def unsuccessful(unknown_ids: list[str]) -> dict[str, object]:
    """What calls that do not fail for an unknown endpoint return (API error codes: `InvalidVpcEndpoint.NotFound`)."""
    return {"Unsuccessful": [{"ResourceId": one, "Error": _not_found(one)} for one in unknown_ids]}


def _not_found(vpc_endpoint_id: str) -> dict[str, str]:
    message = f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist"
    return {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}
