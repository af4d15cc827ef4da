# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads of one account and region: for one private endpoint call by call, for many from one shared list."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._run.errors import PrivateLinkError
from . import api
from .calls import Client, advised
from .model import InterfaceEndpoint, NetworkInterface, Subnet, Vpc, VpcEndpointService

Filters = Mapping[str, Sequence[str]]

# The filters beside tags, with the fields that they compare.
_FIELDS: Mapping[str, t.Callable[[InterfaceEndpoint], str]] = {
    "service-name": lambda endpoint: endpoint.service_name,
    "vpc-id": lambda endpoint: endpoint.vpc_id,
}


class Reads:
    """Each read is a call. `quotas` and `sts` make the clients of Service Quotas and STS, which few runs need."""

    def __init__(self, ec2: Client, quotas: t.Callable[[], Client], sts: t.Callable[[], Client] | None = None) -> None:
        self._ec2 = ec2
        self._quotas = quotas
        self._sts = sts

    def vpc_endpoints(self, *, ids: Sequence[str] = (), filters: Filters | None = None) -> list[InterfaceEndpoint]:
        return api.describe_vpc_endpoints(self._ec2, ids=ids, filters=filters)

    def endpoints_in_quota(self, vpc_id: str) -> list[InterfaceEndpoint]:
        """All endpoints of the VPC that the quota of interface and Gateway Load Balancer endpoints counts."""
        types = (api.INTERFACE, api.GATEWAY_LOAD_BALANCER)
        return api.describe_vpc_endpoints(self._ec2, filters={"vpc-id": [vpc_id]}, types=types)

    def network_interfaces(self, ids: Sequence[str]) -> list[NetworkInterface]:
        return api.describe_network_interfaces(self._ec2, ids)

    def subnets(self, ids: Sequence[str]) -> list[Subnet]:
        return api.describe_subnets(self._ec2, ids)

    def security_groups(self, ids: Sequence[str]) -> dict[str, str]:
        return api.describe_security_groups(self._ec2, ids)

    def associated_groups(self, vpc_id: str, ids: Sequence[str]) -> frozenset[str] | None:
        """Null if it is not known, for whatever reason."""
        return api.describe_associated_groups(self._ec2, vpc_id, ids)

    def vpc(self, vpc_id: str) -> Vpc | None:
        return api.describe_vpc(self._ec2, vpc_id)

    def vpc_endpoint_service(self, service_name: str) -> VpcEndpointService | None:
        return api.describe_vpc_endpoint_service(self._ec2, service_name)

    def endpoint_quota(self) -> int | None:
        """Null if it is not known, for whatever reason."""
        try:
            return api.endpoint_quota(self._quotas())
        except PrivateLinkError:
            return None

    def caller_account(self) -> str | None:
        """Null if STS cannot be asked, for whatever reason: this is only for a warning."""
        try:
            return api.caller_account(advised(self._sts())) if self._sts else None
        except PrivateLinkError:
            return None


Value = t.TypeVar("Value")
# The kinds of what is kept that are about parts of a network.
_OF_NETWORKS = frozenset({"vpc", "groups", "associations"})


class SharedReads(Reads):
    """Reads for many private endpoints: each list once, until `refresh`.

    Interface endpoints are listed completely and selected here. Quotas, services and who calls do not change during a
    run, and are kept throughout.
    """

    def __init__(self, ec2: Client, quotas: t.Callable[[], Client], sts: t.Callable[[], Client] | None = None) -> None:
        super().__init__(ec2, quotas, sts)
        self._endpoints: list[InterfaceEndpoint] | None = None
        # Indexed, because each item asks for its own: searching all of them each time would be quadratic.
        self._by_id: dict[str, InterfaceEndpoint] = {}
        self._by_field: dict[tuple[str, str], list[InterfaceEndpoint]] = {}
        self._interfaces: dict[str, NetworkInterface] | None = None
        # Including those of endpoints that are gone: a run waits until they are gone, too.
        self._interface_ids: set[str] = set()
        # Null if the subnet is not listed.
        self._subnets: dict[str, Subnet | None] = {}
        self._kept: dict[tuple[str, str], t.Any] = {}

    def refresh(self) -> None:
        """Forget what changes: interface endpoints, their network interfaces, and what is listed of a network."""
        self._endpoints = None
        self._interfaces = None
        self._subnets = {subnet_id: subnet for subnet_id, subnet in self._subnets.items() if subnet}
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] not in _OF_NETWORKS}

    def vpc_endpoints(self, *, ids: Sequence[str] = (), filters: Filters | None = None) -> list[InterfaceEndpoint]:
        filters = filters or {}
        every = self._all_endpoints()
        if ids:
            every = [self._by_id[item] for item in ids if item in self._by_id]
        else:
            name = next((name for name in _FIELDS if name in filters), None)
            if name:
                every = [endpoint for value in filters[name] for endpoint in self._by_field.get((name, value), ())]
        return [endpoint for endpoint in every if matches(endpoint, filters)]

    def endpoints_in_quota(self, vpc_id: str) -> list[InterfaceEndpoint]:
        others = self._keep(
            "gateway load balancers",
            "",
            lambda: api.describe_vpc_endpoints(self._ec2, types=[api.GATEWAY_LOAD_BALANCER]),
        )
        filters = {"vpc-id": [vpc_id]}
        return [*self.vpc_endpoints(filters=filters), *(other for other in others if matches(other, filters))]

    def _all_endpoints(self) -> list[InterfaceEndpoint]:
        if self._endpoints is None:
            self._endpoints = super().vpc_endpoints()
            self._by_id = {endpoint.vpc_endpoint_id: endpoint for endpoint in self._endpoints}
            self._by_field = {}
            for endpoint in self._endpoints:
                for name, value_of in _FIELDS.items():
                    self._by_field.setdefault((name, value_of(endpoint)), []).append(endpoint)
                self._interface_ids.update(endpoint.network_interface_ids)
        return self._endpoints

    def network_interfaces(self, ids: Sequence[str]) -> list[NetworkInterface]:
        self._all_endpoints()
        if self._interfaces is None or not self._interface_ids.issuperset(ids):
            self._interface_ids.update(ids)
            found = super().network_interfaces(sorted(self._interface_ids))
            self._interfaces = {item.network_interface_id: item for item in found}
        return [self._interfaces[item] for item in ids if item in self._interfaces]

    def subnets(self, ids: Sequence[str]) -> list[Subnet]:
        missing = {item for item in ids if item not in self._subnets}
        if missing and not self._subnets:
            missing.update(item for endpoint in self._all_endpoints() for item in endpoint.subnet_ids)
        if missing:
            self._subnets.update(dict.fromkeys(missing))
            self._subnets.update({subnet.subnet_id: subnet for subnet in super().subnets(sorted(missing))})
        return [subnet for item in ids if (subnet := self._subnets[item])]

    def security_groups(self, ids: Sequence[str]) -> dict[str, str]:
        return self._keep("groups", ",".join(sorted(ids)), lambda: super(SharedReads, self).security_groups(ids))

    def associated_groups(self, vpc_id: str, ids: Sequence[str]) -> frozenset[str] | None:
        name = ",".join([vpc_id, *sorted(ids)])
        return self._keep("associations", name, lambda: super(SharedReads, self).associated_groups(vpc_id, ids))

    def vpc(self, vpc_id: str) -> Vpc | None:
        return self._keep("vpc", vpc_id, lambda: super(SharedReads, self).vpc(vpc_id))

    def vpc_endpoint_service(self, service_name: str) -> VpcEndpointService | None:
        return self._keep("service", service_name, lambda: super(SharedReads, self).vpc_endpoint_service(service_name))

    def endpoint_quota(self) -> int | None:
        return self._keep("quota", "", lambda: super(SharedReads, self).endpoint_quota())

    def caller_account(self) -> str | None:
        return self._keep("account", "", lambda: super(SharedReads, self).caller_account())

    def _keep(self, kind: str, name: str, read: t.Callable[[], Value]) -> Value:
        if (kind, name) not in self._kept:
            self._kept[kind, name] = read()
        return t.cast(Value, self._kept[kind, name])


def matches(endpoint: InterfaceEndpoint, filters: Filters) -> bool:
    """Whether AWS would select the endpoint: every filter must match with one of its values."""
    return all(_value(endpoint, name) in values for name, values in filters.items())


def _value(endpoint: InterfaceEndpoint, name: str) -> str | None:
    if name.startswith("tag:"):
        return endpoint.tags.get(name[len("tag:") :])
    return _FIELDS[name](endpoint)
