# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's EC2 API, in which the sandbox answers the PrivateLink calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.core.responses import ActionResult

from tests.sandbox.aws.consumer import Consumer, Creation, Modification
from tests.sandbox.aws.endpoints import Endpoint, Endpoints
from tests.sandbox.aws.filters import Field, matching
from tests.sandbox.aws.network import Networks
from tests.sandbox.aws.provider_calls import ProviderCalls
from tests.sandbox.aws.services import EndpointService, EndpointServices
from tests.sandbox.aws.shapes import endpoint_shape, service_shape, unsuccessful

if TYPE_CHECKING:
    from tests.sandbox.aws.credentials import Keys
    from tests.sandbox.aws.provider import Provider
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

ENDPOINT_FIELDS: dict[str, Field[Endpoint]] = {
    "ip-address-type": lambda one: [one.ip_address_type],
    "service-name": lambda one: [one.service_name],
    "service-region": lambda one: [one.region],
    "vpc-id": lambda one: [one.vpc_id],
    "vpc-endpoint-id": lambda one: [one.vpc_endpoint_id],
    "vpc-endpoint-state": lambda one: [one.state],
    "vpc-endpoint-type": lambda one: [one.endpoint_type],
}
SERVICE_FIELDS: dict[str, Field[EndpointService]] = {
    "owner": lambda one: [one.owner_id],
    "service-name": lambda one: [one.service_name],
    "service-region": lambda one: [one.region],
    "service-type": lambda one: ["Interface"],
    "supported-ip-address-types": lambda one: one.address_types,
}


class Ec2(ProviderCalls):
    """One request. moto dispatches by method name: CreateVpcEndpoint is `create_vpc_endpoint`."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        networks: Networks,
        services: EndpointServices,
        endpoints: Endpoints,
        consumer: Consumer,
        provider: Provider,
        keys: Keys,
    ) -> None:
        super().__init__(clock, settings, networks, endpoints, services, provider)
        self._consumer = consumer
        self._keys = keys

    def create_vpc_endpoint(self) -> ActionResult:
        sent = {key: value for key, value in self._get_params().items() if key not in ("ClientToken", "DryRun")}
        asked = Creation(
            service_name=self._text("ServiceName") or "",
            service_region=self._text("ServiceRegion"),
            vpc_id=self._text("VpcId") or "",
            endpoint_type=self._text("VpcEndpointType") or "Gateway",
            subnet_ids=self._ids("SubnetIds"),
            security_group_ids=self._ids("SecurityGroupIds"),
            ip_address_type=self._text("IpAddressType") or "ipv4",
            # API CreateVpcEndpoint, PrivateDnsEnabled: "Default: true"
            private_dns_enabled=self._get_bool_param("PrivateDnsEnabled", if_none=True),
            tags=self._parse_tag_specification("vpc-endpoint").get("vpc-endpoint", {}),
            client_token=self._text("ClientToken"),
            fingerprint=json.dumps(sent, sort_keys=True, default=str),
        )
        endpoint = self._consumer.create(self.network, self._keys.caller(self.headers), asked)
        return ActionResult({"VpcEndpoint": self._endpoint_shape(endpoint), "ClientToken": asked.client_token})

    def modify_vpc_endpoint(self) -> ActionResult:
        asked = Modification(
            add_subnet_ids=self._ids("AddSubnetIds"),
            remove_subnet_ids=self._ids("RemoveSubnetIds"),
            add_security_group_ids=self._ids("AddSecurityGroupIds"),
            remove_security_group_ids=self._ids("RemoveSecurityGroupIds"),
            private_dns_enabled=self._get_bool_param("PrivateDnsEnabled"),
            ip_address_type=self._text("IpAddressType"),
        )
        self._consumer.modify(self.network, self._text("VpcEndpointId") or "", asked)
        return ActionResult({"Return": True})

    def delete_vpc_endpoints(self) -> ActionResult:
        unknown = self._consumer.delete(self.network, self._ids("VpcEndpointIds"))
        return ActionResult(unsuccessful(unknown))

    def describe_vpc_endpoints(self) -> ActionResult:
        listed = map(self._endpoints.seen, self._consumer.listed(self.network, self._ids("VpcEndpointIds")))
        chosen = matching(listed, self._filters(), ENDPOINT_FIELDS, lambda one: self.network.tags(one.vpc_endpoint_id))
        shown, token = self._page(chosen)
        return ActionResult({"VpcEndpoints": [self._endpoint_shape(one) for one in shown], "NextToken": token})

    def describe_vpc_endpoint_services(self) -> ActionResult:
        caller, region, regions = self._keys.caller(self.headers), self.network.region, self._ids("ServiceRegions")
        names = self._ids("ServiceNames")
        named = [self._services.find(name, caller, region, regions) for name in names]
        services = named if names else self._services.visible(caller, region, regions)
        chosen = matching(services, self._filters(), SERVICE_FIELDS, self._own_tags)
        shown, token = self._page(chosen)
        return ActionResult(
            {
                "ServiceNames": [one.service_name for one in shown],
                "ServiceDetails": [service_shape(one, self.network, self._own_tags(one)) for one in shown],
                "NextToken": token,
            }
        )

    def create_tags(self) -> ActionResult:
        self._check_tagged_endpoints()
        return super().create_tags()

    def delete_tags(self) -> ActionResult:
        self._check_tagged_endpoints()
        return super().delete_tags()

    def _check_tagged_endpoints(self) -> None:
        for resource_id in self._ids("Resources"):
            if resource_id.startswith("vpce-svc-"):
                self._provider.find(self.network, resource_id)
            elif resource_id.startswith("vpce-"):
                self._consumer.find(self.network, resource_id)

    def _endpoint_shape(self, endpoint: Endpoint) -> dict[str, object]:
        return endpoint_shape(endpoint, self._services.get(endpoint.service_name), self.network)

    def _own_tags(self, service: EndpointService) -> dict[str, str]:
        """Tags belong to the account that made them: of another's service none are seen."""
        is_own = service.owner_id == self.current_account
        return self._networks.of(service.owner_id, service.region).tags(service.service_id) if is_own else {}
