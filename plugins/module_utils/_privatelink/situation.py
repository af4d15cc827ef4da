# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The situation that the limits are checked in: what is planned, the facts, and what others will use. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.model import InterfaceEndpoint, Subnet, Vpc, VpcEndpointService
from .._tidbcloud.model import EndpointService
from .current import Current, Provider
from .desired import Desired
from .steps import AddSubnets, CreateVpcEndpoint, DeleteVpcEndpoint, Plan


@dataclass(frozen=True)
class Reserved:
    """What other private endpoints of the same run will use and AWS does not show yet.

    `endpoints`: how many will be created in each VPC. `private_dns`: which will hold the private name of a service in a
    VPC, by (VPC id, service name). `addresses`: how many IPv4 addresses will be taken in each subnet.
    """

    endpoints: t.Mapping[str, int] = field(default_factory=dict)
    private_dns: t.Mapping[tuple[str, str], str] = field(default_factory=dict)
    addresses: t.Mapping[str, int] = field(default_factory=dict)


NOTHING_RESERVED = Reserved()


@dataclass(frozen=True)
class LimitFacts:
    """What the limits are checked against, read only for a run that has steps.

    `service` is TiDB Cloud's own with its zones, null if `Current` has all that is needed of it.
    `vpc` is null if there is no such VPC; `endpoints` are all interface and Gateway Load Balancer endpoints of the
    VPC; `security_groups` maps ids to VPC ids, and `associated_groups` are those of other VPCs that may be used in this
    one, too, null if that is not known; `endpoint_quota` is null if the caller may not read it;
    `caller_account` is null if it is not known whose credentials these are.
    """

    vpc: Vpc | None = None
    subnets: tuple[Subnet, ...] = ()
    security_groups: t.Mapping[str, str] | None = None
    associated_groups: frozenset[str] | None = frozenset()
    endpoints: tuple[InterfaceEndpoint, ...] = ()
    service: EndpointService | None = None
    aws_service: VpcEndpointService | None = None
    endpoint_quota: int | None = None
    caller_account: str | None = None


@dataclass(frozen=True)
class Situation:
    """The situation that a limit is checked in. `reserved`: what other private endpoints of the same run will use.

    `vpc_id`, `subnet_ids` and `group_ids`: the network that the private endpoint would have after the run; null or
    empty if a play makes it only later.
    """

    desired: Desired
    current: Current
    planned: Plan
    facts: LimitFacts = LimitFacts()
    reserved: Reserved = NOTHING_RESERVED

    @property
    def provider(self) -> Provider:
        return self.current.provider

    @property
    def service(self) -> EndpointService | None:
        """TiDB Cloud's own, as it was read last."""
        return self.facts.service or self.provider.service

    @property
    def target(self) -> str:
        return self.provider.service_name or self.desired.target

    @property
    def vpc_id(self) -> str | None:
        return network_of(self.desired, self.current, self.planned)[0]

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        return network_of(self.desired, self.current, self.planned)[1]

    @property
    def group_ids(self) -> tuple[str, ...]:
        return network_of(self.desired, self.current, self.planned)[2]

    @property
    def new_subnet_ids(self) -> set[str]:
        """The subnets in which the run makes a network interface."""
        return new_subnet_ids(self.planned)

    @property
    def address_type(self) -> str:
        creation = self.planned.first(CreateVpcEndpoint)
        endpoint = self.current.found.main.endpoint if self.current.found.main and not creation else None
        given = creation.ip_address_type if creation else self.desired.ip_address_type
        return given or (endpoint.ip_address_type if endpoint else None) or "ipv4"

    def freed_addresses(self, subnet_id: str) -> int:
        """How many network interfaces in the subnet go before the run makes its own: of what it replaces."""
        removed = {step.vpc_endpoint_id for step in self.planned.steps if isinstance(step, DeleteVpcEndpoint)}
        endpoints = (pair.endpoint for pair in self.current.found.pairs if pair.vpc_endpoint_id in removed)
        return sum(subnet_id in endpoint.subnet_ids for endpoint in endpoints if endpoint)

    @property
    def own_ids(self) -> set[str]:
        """The private endpoint itself, and those that it replaces or that are removed."""
        return {pair.vpc_endpoint_id for pair in self.current.found.pairs}


def network_of(
    desired: Desired, current: Current, planned: Plan
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The VPC, the subnets and the security groups that the private endpoint would have after the run."""
    creation = planned.first(CreateVpcEndpoint)
    if creation is not None:
        return creation.vpc_id, creation.subnet_ids, creation.security_group_ids
    endpoint = current.found.main.endpoint if current.found.main else None
    vpc_id = desired.vpc_id or (endpoint.vpc_id if endpoint else None)
    subnet_ids = desired.subnet_ids or (endpoint.subnet_ids if endpoint else ())
    group_ids = desired.security_group_ids or (endpoint.security_group_ids if endpoint else ())
    return vpc_id, tuple(subnet_ids), tuple(group_ids)


def new_subnet_ids(planned: Plan) -> set[str]:
    """The subnets in which a run makes a network interface."""
    creation = planned.first(CreateVpcEndpoint)
    if creation is not None:
        return set(creation.subnet_ids)
    return {subnet_id for step in planned.steps if isinstance(step, AddSubnets) for subnet_id in step.ids}
