# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's calls for those who provide an endpoint service; moto's own of the same names answer nothing here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from moto.core.responses import ActionResult

from tests.sandbox.aws import principals
from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.filters import Field, matching
from tests.sandbox.aws.network_calls import NetworkCalls
from tests.sandbox.aws.provider import Change, Publication
from tests.sandbox.aws.provider_shapes import (
    configuration_shape,
    connection_shape,
    permission_shape,
    unsuccessful_items,
)
from tests.sandbox.aws.services import EndpointService

if TYPE_CHECKING:
    from tests.sandbox.aws.endpoints import Endpoints
    from tests.sandbox.aws.network import Networks
    from tests.sandbox.aws.provider import Provider
    from tests.sandbox.aws.services import EndpointServices
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

CONFIGURATION_FIELDS: dict[str, Field[EndpointService]] = {
    "service-name": lambda one: [one.service_name],
    "service-id": lambda one: [one.service_id],
    "service-state": lambda one: [one.state],
    "supported-ip-address-types": lambda one: one.address_types,
}
PERMISSION_FIELDS: dict[str, Field[str]] = {
    "permission-type": lambda one: ["vpc-endpoint"],
    "principal": lambda one: [one],
    "principal-type": lambda one: [principals.kind(one)],
}
CONNECTION_FIELDS: dict[str, Field[Endpoint]] = {
    # Without vpc-endpoint-id, which is documented, but refused in the field.
    "ip-address-type": lambda one: [one.ip_address_type],
    "service-id": lambda one: [one.service_name.rsplit(".", 1)[-1]],
    "vpc-endpoint-owner": lambda one: [one.account_id],
    "vpc-endpoint-region": lambda one: [one.region],
    "vpc-endpoint-state": lambda one: [one.state],
}


class ProviderCalls(NetworkCalls):
    """One request. Gateway Load Balancers are not in the sandbox."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        networks: Networks,
        endpoints: Endpoints,
        services: EndpointServices,
        provider: Provider,
    ) -> None:
        super().__init__(clock, settings, networks, endpoints)
        self._services = services
        self._provider = provider

    def create_vpc_endpoint_service_configuration(self) -> ActionResult:
        self._no_gateway("GatewayLoadBalancerArns")
        sent = {key: value for key, value in self._get_params().items() if key not in ("ClientToken", "DryRun")}
        asked = Publication(
            load_balancer_arns=self._ids("NetworkLoadBalancerArns"),
            # guide, "Create an endpoint service": what a request says nothing of must be accepted
            acceptance_required=self._get_bool_param("AcceptanceRequired", if_none=True),
            private_dns_name=self._text("PrivateDnsName"),
            address_types=self._ids("SupportedIpAddressTypes") or ("ipv4",),
            regions=self._ids("SupportedRegions"),
            tags=self._parse_tag_specification("vpc-endpoint-service").get("vpc-endpoint-service", {}),
            client_token=self._text("ClientToken"),
            fingerprint=json.dumps(sent, sort_keys=True, default=str),
        )
        service = self._provider.create(self.network, asked)
        shape = configuration_shape(service, self.network)
        return ActionResult({"ServiceConfiguration": shape, "ClientToken": asked.client_token})

    def modify_vpc_endpoint_service_configuration(self) -> ActionResult:
        self._no_gateway("AddGatewayLoadBalancerArns", "RemoveGatewayLoadBalancerArns")
        change = Change(
            add_load_balancer_arns=self._ids("AddNetworkLoadBalancerArns"),
            remove_load_balancer_arns=self._ids("RemoveNetworkLoadBalancerArns"),
            acceptance_required=self._get_bool_param("AcceptanceRequired"),
            private_dns_name=self._text("PrivateDnsName"),
            remove_private_dns_name=self._get_bool_param("RemovePrivateDnsName", if_none=False),
            add_address_types=self._ids("AddSupportedIpAddressTypes"),
            remove_address_types=self._ids("RemoveSupportedIpAddressTypes"),
            add_regions=self._ids("AddSupportedRegions"),
            remove_regions=self._ids("RemoveSupportedRegions"),
        )
        self._provider.modify(self.network, self._service_id, change)
        return ActionResult({"Return": True})

    def describe_vpc_endpoint_service_configurations(self) -> ActionResult:
        listed = self._provider.listed(self.network, self._ids("ServiceIds"))
        tags = self.network.tags
        chosen = matching(listed, self._filters(), CONFIGURATION_FIELDS, lambda one: tags(one.service_id))
        shown, token = self._page(chosen)
        shapes = [configuration_shape(one, self.network) for one in shown]
        return ActionResult({"ServiceConfigurations": shapes, "NextToken": token})

    def delete_vpc_endpoint_service_configurations(self) -> ActionResult:
        return ActionResult(unsuccessful_items(self._provider.delete(self.network, self._ids("ServiceIds"))))

    def modify_vpc_endpoint_service_permissions(self) -> ActionResult:
        service = self._provider.find(self.network, self._service_id)
        added = self._provider.permit(
            self.network, self._service_id, self._ids("AddAllowedPrincipals"), self._ids("RemoveAllowedPrincipals")
        )
        shapes = [permission_shape(service, one) for one in added]
        return ActionResult({"AddedPrincipals": shapes, "ReturnValue": True})

    def describe_vpc_endpoint_service_permissions(self) -> ActionResult:
        service = self._provider.seen(self._provider.find(self.network, self._service_id))
        chosen = matching(sorted(service.principals), self._filters(), PERMISSION_FIELDS, lambda one: {})
        shown, token = self._page(chosen)
        return ActionResult(
            {"AllowedPrincipals": [permission_shape(service, one) for one in shown], "NextToken": token}
        )

    def start_vpc_endpoint_service_private_dns_verification(self) -> ActionResult:
        self._provider.start_verification(self.network, self._service_id)
        return ActionResult({"ReturnValue": True})

    def modify_vpc_endpoint_service_payer_responsibility(self) -> ActionResult:
        self._provider.set_payer(self.network, self._service_id, self._text("PayerResponsibility") or "")
        return ActionResult({"ReturnValue": True})

    def describe_vpc_endpoint_connections(self) -> ActionResult:
        chosen = matching(self._provider.connections(self.network), self._filters(), CONNECTION_FIELDS, lambda one: {})
        shown, token = self._page(chosen)
        shapes = [self._connection_shape(one) for one in shown]
        return ActionResult({"VpcEndpointConnections": shapes, "NextToken": token})

    def accept_vpc_endpoint_connections(self) -> ActionResult:
        return self._decide(accepting=True)

    def reject_vpc_endpoint_connections(self) -> ActionResult:
        return self._decide(accepting=False)

    def _decide(self, *, accepting: bool) -> ActionResult:
        vpc_endpoint_ids = self._ids("VpcEndpointIds")
        return ActionResult(
            unsuccessful_items(self._provider.decide(self.network, self._service_id, vpc_endpoint_ids, accepting))
        )

    def _connection_shape(self, endpoint: Endpoint) -> dict[str, object]:
        service = self._services.require(endpoint.service_name)
        return connection_shape(endpoint, service, self._networks.of(endpoint.account_id, endpoint.region))

    @property
    def _service_id(self) -> str:
        return self._text("ServiceId") or ""

    def _no_gateway(self, *names: str) -> None:
        if any(self._ids(name) for name in names):
            raise Refused("UnsupportedOperation", "Gateway Load Balancers are not in the sandbox.")

    def _filters(self) -> dict[str, list[str]]:
        return cast("dict[str, list[str]]", self._filters_from_querystring())
