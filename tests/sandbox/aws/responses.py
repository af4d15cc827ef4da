# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's EC2 API, in which the sandbox answers the PrivateLink calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from moto.core.responses import ActionResult

from tests.sandbox.aws.consumer import Consumer, Creation, Modification
from tests.sandbox.aws.endpoints import Endpoint, Endpoints
from tests.sandbox.aws.filters import Field, matching
from tests.sandbox.aws.network import Networks
from tests.sandbox.aws.network_calls import NetworkCalls
from tests.sandbox.aws.services import EndpointService, EndpointServices
from tests.sandbox.aws.shapes import connection_shape, endpoint_shape, service_shape, unsuccessful

if TYPE_CHECKING:
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
CONNECTION_FIELDS: dict[str, Field[Endpoint]] = {
    "ip-address-type": lambda one: [one.ip_address_type],
    "service-id": lambda one: [one.service_name.rsplit(".", 1)[-1]],
    "vpc-endpoint-id": lambda one: [one.vpc_endpoint_id],
    "vpc-endpoint-owner": lambda one: [one.account_id],
    "vpc-endpoint-state": lambda one: [one.state],
}


class Ec2(NetworkCalls):
    """One request. moto dispatches by method name: CreateVpcEndpoint is `create_vpc_endpoint`."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        networks: Networks,
        services: EndpointServices,
        endpoints: Endpoints,
        consumer: Consumer,
    ) -> None:
        super().__init__(clock, settings, networks, endpoints)
        self._services = services
        self._consumer = consumer

    def create_vpc_endpoint(self) -> ActionResult:
        sent = {key: value for key, value in self._get_params().items() if key not in ("ClientToken", "DryRun")}
        asked = Creation(
            service_name=self._text("ServiceName") or "",
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
        endpoint = self._consumer.create(self.network, asked)
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
        account_id, region = self.network.account_id, self.network.region
        names = self._ids("ServiceNames")
        named = [self._services.find(name, account_id, region) for name in names]
        services = named if names else self._services.visible(account_id, region)
        chosen = matching(services, self._filters(), SERVICE_FIELDS, lambda one: {})
        shown, token = self._page(chosen)
        return ActionResult(
            {
                "ServiceNames": [one.service_name for one in shown],
                "ServiceDetails": [service_shape(one, self.network) for one in shown],
                "NextToken": token,
            }
        )

    def describe_vpc_endpoint_connections(self) -> ActionResult:
        chosen = matching(self._connections(), self._filters(), CONNECTION_FIELDS, lambda one: {})
        shown, token = self._page(chosen)
        return ActionResult(
            {"VpcEndpointConnections": [self._connection_shape(one) for one in shown], "NextToken": token}
        )

    def accept_vpc_endpoint_connections(self) -> ActionResult:
        return self._decide(self._endpoints.accept)

    def reject_vpc_endpoint_connections(self) -> ActionResult:
        return self._decide(self._endpoints.reject)

    def _decide(self, decision: Callable[[Endpoint], bool]) -> ActionResult:
        service = self._services.owned(self._text("ServiceId") or "", self.current_account)
        connections = {one.vpc_endpoint_id: one for one in self._connections()}
        unknown = []
        for vpc_endpoint_id in self._ids("VpcEndpointIds"):
            endpoint = connections.get(vpc_endpoint_id)
            if endpoint is None or endpoint.service_name != service.service_name or not decision(endpoint):
                unknown.append(vpc_endpoint_id)
        return ActionResult(unsuccessful(unknown))

    def create_tags(self) -> ActionResult:
        self._check_tagged_endpoints()
        return super().create_tags()

    def delete_tags(self) -> ActionResult:
        self._check_tagged_endpoints()
        return super().delete_tags()

    def _check_tagged_endpoints(self) -> None:
        for resource_id in self._ids("Resources"):
            if resource_id.startswith("vpce-") and not resource_id.startswith("vpce-svc-"):
                self._consumer.find(self.network, resource_id)

    def _connections(self) -> list[Endpoint]:
        """The endpoints of this account's services, as long as AWS knows them."""
        return [
            one
            for one in self._endpoints.all()
            if one.state != "deleted"
            and (service := self._services.get(one.service_name))
            and (service.owner_id, service.region) == (self.current_account, self.region)
        ]

    def _endpoint_shape(self, endpoint: Endpoint) -> dict[str, object]:
        return endpoint_shape(endpoint, self._services.get(endpoint.service_name), self.network)

    def _connection_shape(self, endpoint: Endpoint) -> dict[str, object]:
        service = self._services.require(endpoint.service_name)
        return connection_shape(endpoint, service, self._networks.of(endpoint.account_id, endpoint.region))

    def _filters(self) -> dict[str, list[str]]:
        return cast("dict[str, list[str]]", self._filters_from_querystring())
