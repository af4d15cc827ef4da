# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint services, whoever provides them, and who may see them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.sandbox.aws import principals
from tests.sandbox.aws.credentials import Principal
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.private_names import VERIFIED, PrivateName

AVAILABLE, DELETING = "Available", "Deleting"


@dataclass
class EndpointService:
    """TiDB Cloud's for one node group, or one of a customer. Only `Provider` changes it."""

    service_name: str
    region: str
    owner_id: str
    zones: dict[str, tuple[str, ...]]
    """Load balancer ARN to the ids of its zones that are served: those that it had when the service last looked."""
    private_name: PrivateName | None
    principals: set[str]
    """`*` and ARNs."""
    acceptance_required: bool
    address_types: tuple[str, ...]
    regions: dict[str, str] = field(default_factory=dict)
    """Other regions from which it can be reached, with their state."""
    state: str = AVAILABLE
    created_at: float = 0.0
    payer: str | None = None

    @property
    def service_id(self) -> str:
        return self.service_name.rsplit(".", 1)[-1]

    @property
    def base_dns_name(self) -> str:
        return f"{self.service_id}.{self.region}.vpce.amazonaws.com"

    @property
    def zone_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(zone_id for zone_ids in self.zones.values() for zone_id in zone_ids))

    @property
    def load_balancer_arns(self) -> list[str]:
        return list(self.zones)

    @property
    def private_dns_name(self) -> str | None:
        return self.private_name.name if self.private_name else None

    @property
    def is_verified(self) -> bool:
        return self.private_name is not None and self.private_name.state == VERIFIED

    def has_address_type(self, address_type: str) -> bool:
        """Guide, "IP address types": an endpoint is dualstack where its service has both."""
        both = address_type == "dualstack" and {"ipv4", "ipv6"} <= set(self.address_types)
        return both or address_type in self.address_types

    def copy(self) -> EndpointService:
        """The service as it is now, whatever happens to it later; its private name is still the same object."""
        return replace(self, zones=dict(self.zones), principals=set(self.principals), regions=dict(self.regions))

    def serves(self, region: str) -> bool:
        return region == self.region or self.regions.get(region) == AVAILABLE


class EndpointServices:
    def __init__(self) -> None:
        self._services: dict[str, EndpointService] = {}

    def add(self, service: EndpointService) -> None:
        self._services[service.service_name] = service

    def remove(self, service_name: str) -> None:
        self._services.pop(service_name, None)

    def all(self) -> list[EndpointService]:
        return list(self._services.values())

    def get(self, service_name: str) -> EndpointService | None:
        return self._services.get(service_name)

    def require(self, service_name: str) -> EndpointService:
        """The service of an existing connection, whoever may see it."""
        service = self.get(service_name)
        if service is None:
            raise _unknown(service_name)
        return service

    def visible(self, caller: Principal, region: str, service_regions: Iterable[str] = ()) -> list[EndpointService]:
        """Guide, "Share your services": only a permitted principal sees a service, and only in its region.

        From another region only where it is named (API, ServiceRegions) and the service supports the caller's.
        """
        regions = set(service_regions) or {region}
        return [
            service
            for _name, service in sorted(self._services.items())
            if service.region in regions
            and service.serves(region)
            and service.state == AVAILABLE
            and (service.owner_id == caller.account_id or principals.permit(service.principals, caller))
        ]

    def find(
        self, service_name: str, caller: Principal, region: str, service_regions: Iterable[str] = ()
    ) -> EndpointService:
        for service in self.visible(caller, region, service_regions):
            if service.service_name == service_name:
                return service
        raise _unknown(service_name)

    def of(self, account_id: str, region: str) -> list[EndpointService]:
        """An account's own."""
        return [one for one in self.all() if (one.owner_id, one.region) == (account_id, region)]

    def owned(self, service_id: str, account_id: str, region: str) -> EndpointService:
        """API error codes: `InvalidVpcEndpointServiceIdId.Malformed` (so spelt), `…ServiceId.NotFound`."""
        if not re.fullmatch(r"vpce-svc-([0-9a-f]{8}|[0-9a-f]{17})", service_id):
            raise Refused("InvalidVpcEndpointServiceIdId.Malformed", f"Invalid Id: '{service_id}'")
        for service in self.of(account_id, region):
            if service.service_id == service_id:
                return service
        raise Refused(
            "InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"
        )

    def with_load_balancer(self, load_balancer_arn: str) -> EndpointService | None:
        """The service in front of a load balancer."""
        return next((one for one in self.all() if load_balancer_arn in one.zones), None)

    def reset(self) -> None:
        self._services.clear()


def _unknown(service_name: str) -> Refused:
    return Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service_name}' does not exist")
