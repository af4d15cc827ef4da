# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider side: endpoint services and who may see them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sandbox.aws.errors import Refused


@dataclass(frozen=True)
class EndpointService:
    """An AWS endpoint service of another account, such as TiDB Cloud's for one node group."""

    service_name: str
    region: str
    owner_id: str
    zone_ids: tuple[str, ...]
    private_dns_name: str | None
    principals: frozenset[str]
    """Account ids that may see the service and connect to it."""
    acceptance_required: bool
    address_types: tuple[str, ...]

    @property
    def service_id(self) -> str:
        return self.service_name.rsplit(".", 1)[-1]

    @property
    def base_dns_name(self) -> str:
        return f"{self.service_id}.{self.region}.vpce.amazonaws.com"


class EndpointServices:
    def __init__(self) -> None:
        self._services: dict[str, EndpointService] = {}

    def add(self, service: EndpointService) -> None:
        self._services[service.service_name] = service

    def remove(self, service_name: str) -> None:
        self._services.pop(service_name, None)

    def get(self, service_name: str) -> EndpointService | None:
        return self._services.get(service_name)

    def require(self, service_name: str) -> EndpointService:
        """The service of an existing connection, whoever may see it."""
        service = self.get(service_name)
        if service is None:
            raise _unknown(service_name)
        return service

    def visible(self, account_id: str, region: str) -> list[EndpointService]:
        """Guide, "Share your services": only a permitted principal sees a service, and only in its region."""
        return [
            service
            for _name, service in sorted(self._services.items())
            if service.region == region and account_id in service.principals | {service.owner_id}
        ]

    def find(self, service_name: str, account_id: str, region: str) -> EndpointService:
        for service in self.visible(account_id, region):
            if service.service_name == service_name:
                return service
        raise _unknown(service_name)

    def owned(self, service_id: str, account_id: str) -> EndpointService:
        for service in self._services.values():
            if service.service_id == service_id and service.owner_id == account_id:
                return service
        raise Refused(
            "InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"
        )

    def reset(self) -> None:
        self._services.clear()


def _unknown(service_name: str) -> Refused:
    return Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service_name}' does not exist")
