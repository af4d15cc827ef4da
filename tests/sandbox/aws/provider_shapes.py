# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the provider of an endpoint service sees, in the shape of EC2's answers (the keys of botocore's model)."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable

from tests.sandbox.aws import principals
from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.network import Network
from tests.sandbox.aws.services import AVAILABLE, EndpointService
from tests.sandbox.aws.shapes import dns_entries, tag_list


def configuration_shape(service: EndpointService, network: Network) -> dict[str, object]:
    """A service as its owner sees it."""
    zone_names = network.zone_names()
    shape: dict[str, object] = {
        "ServiceType": [{"ServiceType": "Interface"}],
        "ServiceId": service.service_id,
        "ServiceName": service.service_name,
        "ServiceState": service.state,
        "AvailabilityZoneIds": list(service.zone_ids),
        "AvailabilityZones": sorted(zone_names[zone_id] for zone_id in service.zone_ids),
        "AcceptanceRequired": service.acceptance_required,
        "ManagesVpcEndpoints": False,
        "NetworkLoadBalancerArns": service.load_balancer_arns,
        "GatewayLoadBalancerArns": [],
        "SupportedIpAddressTypes": list(service.address_types),
        "BaseEndpointDnsNames": [service.base_dns_name],
        "SupportedRegions": [
            {"Region": region, "ServiceState": state}
            for region, state in {service.region: AVAILABLE, **service.regions}.items()
        ],
        "RemoteAccessEnabled": bool(service.regions),
        "Tags": tag_list(network.tags(service.service_id)),
    }
    if service.payer:
        shape["PayerResponsibility"] = service.payer
    if service.private_name:
        name = service.private_name
        shape["PrivateDnsName"] = name.name
        shape["PrivateDnsNameConfiguration"] = {
            "State": name.state,
            "Type": "TXT",
            "Value": name.value,
            "Name": name.label,
        }
    return shape


def permission_shape(service: EndpointService, principal: str) -> dict[str, object]:
    digest = hashlib.sha256(f"{service.service_id} {principal}".encode()).hexdigest()
    return {
        "PrincipalType": principals.kind(principal),
        "Principal": principal,
        "ServicePermissionId": f"vpce-svc-perm-0{digest[:16]}",
        "ServiceId": service.service_id,
        "PermissionType": "vpc-endpoint",
    }


def connection_shape(endpoint: Endpoint, service: EndpointService, network: Network) -> dict[str, object]:
    """An endpoint as the provider sees it: of its owner only the account."""
    digest = hashlib.sha256(endpoint.vpc_endpoint_id.encode()).hexdigest()
    return {
        "ServiceId": service.service_id,
        "VpcEndpointId": endpoint.vpc_endpoint_id,
        "VpcEndpointOwner": endpoint.account_id,
        "VpcEndpointState": endpoint.state,
        "VpcEndpointRegion": endpoint.region,
        "VpcEndpointConnectionId": f"vpce-con-0{digest[:16]}",
        "CreationTimestamp": datetime.datetime.fromtimestamp(endpoint.created_at, datetime.UTC),
        "DnsEntries": dns_entries(endpoint, service, network)[:1],
        "NetworkLoadBalancerArns": service.load_balancer_arns,
        "IpAddressType": endpoint.ip_address_type,
        "Tags": [],
    }


def unsuccessful_items(failed: Iterable[tuple[str, Refused]]) -> dict[str, object]:
    """What calls that answer with 200 say of what they did not do."""
    return {
        "Unsuccessful": [
            {"ResourceId": resource_id, "Error": {"Code": str(why.code), "Message": str(why.message)}}
            for resource_id, why in failed
        ]
    }
