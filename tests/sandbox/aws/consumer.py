# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a customer may make about interface endpoints: create, modify, delete, describe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.sandbox.aws import rules
from tests.sandbox.aws.credentials import Principal
from tests.sandbox.aws.endpoints import Endpoint, Endpoints, copy_of
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.network import Network
from tests.sandbox.aws.services import EndpointService, EndpointServices

if TYPE_CHECKING:
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings


@dataclass(frozen=True)
class Creation:
    """The parameters of CreateVpcEndpoint."""

    service_name: str
    service_region: str | None
    vpc_id: str
    endpoint_type: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    ip_address_type: str
    private_dns_enabled: bool
    tags: dict[str, str]
    client_token: str | None
    fingerprint: str
    """Everything that was sent besides the token, to distinguish a repetition from another request."""


@dataclass(frozen=True)
class Modification:
    """The parameters of ModifyVpcEndpoint; None or empty if not requested."""

    add_subnet_ids: tuple[str, ...]
    remove_subnet_ids: tuple[str, ...]
    add_security_group_ids: tuple[str, ...]
    remove_security_group_ids: tuple[str, ...]
    private_dns_enabled: bool | None
    ip_address_type: str | None


class Consumer:
    def __init__(self, clock: Clock, settings: Settings, services: EndpointServices, endpoints: Endpoints) -> None:
        self._clock = clock
        self._settings = settings
        self._services = services
        self._endpoints = endpoints
        # Never forgotten: how long AWS remembers a token is published for instances only ("at least 24 hours after the
        # termination"); clients must cope with a time longer than a deleted endpoint is listed.
        self._tokens: dict[tuple[str, str, str], tuple[str, Endpoint, Endpoint]] = {}

    def reset(self) -> None:
        self._tokens.clear()

    def create(self, network: Network, caller: Principal, asked: Creation) -> Endpoint:
        """The new endpoint, or the one that the same client token made before, whatever became of it.

        API, "Ensuring idempotency": a repeated request answers with the first result and does nothing.
        """
        token = (network.account_id, network.region, asked.client_token or "")
        if asked.client_token and token in self._tokens:
            fingerprint, first, endpoint = self._tokens[token]
            rules.same_request(asked.fingerprint, fingerprint)
            return endpoint if self._settings.token_answer == "current" else replace(first, interfaces={})
        regions = [asked.service_region] if asked.service_region else []
        service = self._services.find(asked.service_name, caller, network.region, regions)
        group_ids = self._check_creation(network, asked, service)
        endpoint = Endpoint(
            account_id=network.account_id,
            region=network.region,
            vpc_id=asked.vpc_id,
            service_name=asked.service_name,
            subnet_ids=list(asked.subnet_ids),
            security_group_ids=group_ids,
            ip_address_type=asked.ip_address_type,
            created_at=self._clock.now(),
            private_dns_wanted=asked.private_dns_enabled,
        )
        _add_interfaces(network, endpoint, asked.subnet_ids)
        network.add_tags(endpoint.vpc_endpoint_id, asked.tags)
        self._endpoints.add(endpoint, acceptance_required=service.acceptance_required)
        if asked.client_token:
            self._tokens[token] = (asked.fingerprint, copy_of(endpoint), endpoint)
        return endpoint

    def _check_creation(self, network: Network, asked: Creation, service: EndpointService) -> list[str]:
        """The ids of the endpoint's security groups, after every rule was checked."""
        rules.endpoint_type_is_interface(asked.endpoint_type)
        vpc = network.vpc(asked.vpc_id)
        rules.some_subnet(asked.subnet_ids)
        subnets = [network.subnet(subnet_id) for subnet_id in asked.subnet_ids]
        rules.subnets_in_vpc(subnets, vpc.vpc_id)
        rules.zones_of_service(subnets, service, network.region)
        rules.one_subnet_per_zone((), subnets)
        # guide, "Associate a security group": without one, the VPC's default group
        group_ids = list(asked.security_group_ids) or [network.default_group_id(vpc.vpc_id)]
        rules.groups_in_vpc(map(network.security_group, group_ids), vpc.vpc_id, subnets[0].subnet_id)
        rules.groups_per_interface(group_ids, self._settings.groups_per_interface)
        rules.address_type_possible(asked.ip_address_type, service, subnets)
        rules.tag_keys_free(asked.tags)
        if asked.private_dns_enabled:
            self._check_private_dns(network, vpc.vpc_id, service, accepted=not service.acceptance_required)
        rules.quota_left(len(self._endpoints.in_vpc(vpc.vpc_id)), self._settings.endpoint_quota)
        return group_ids

    def modify(self, network: Network, vpc_endpoint_id: str, asked: Modification) -> None:
        endpoint = self.find(network, vpc_endpoint_id)
        rules.may_be_modified(endpoint)
        rules.nothing_in_progress(endpoint, self._clock.now(), self._settings.busy_code)
        # a connection outlives the permission to make one: no look-up as the customer
        service = self._services.require(endpoint.service_name)
        subnet_ids = _changed(endpoint.subnet_ids, asked.add_subnet_ids, asked.remove_subnet_ids)
        group_ids = _changed(endpoint.security_group_ids, asked.add_security_group_ids, asked.remove_security_group_ids)
        self._check_subnets(network, endpoint, service, asked, subnet_ids)
        self._check_groups(network, endpoint, asked, group_ids)
        if asked.ip_address_type:
            rules.address_type_possible(asked.ip_address_type, service, map(network.subnet, subnet_ids))
        if asked.private_dns_enabled and not endpoint.private_dns_wanted:
            self._check_private_dns(network, endpoint.vpc_id, service, accepted=self._is_ready(endpoint))
        self._apply(network, endpoint, asked, subnet_ids, group_ids)

    def _apply(
        self, network: Network, endpoint: Endpoint, asked: Modification, subnet_ids: list[str], group_ids: list[str]
    ) -> None:
        self._endpoints.before_change(endpoint)
        added = [subnet_id for subnet_id in subnet_ids if subnet_id not in endpoint.subnet_ids]
        for subnet_id in endpoint.subnet_ids:
            if subnet_id not in subnet_ids:
                network.remove_interface(endpoint.interfaces.pop(subnet_id))
        endpoint.subnet_ids, endpoint.security_group_ids = subnet_ids, group_ids
        _add_interfaces(network, endpoint, added)
        endpoint.ip_address_type = asked.ip_address_type or endpoint.ip_address_type
        for interface_id in endpoint.interfaces.values():
            network.set_interface_groups(interface_id, group_ids)
            network.set_address_type(interface_id, endpoint.ip_address_type)
        if asked.private_dns_enabled is not None:
            self._endpoints.want_private_dns(endpoint, asked.private_dns_enabled)
        self._endpoints.settle(endpoint)

    def _check_subnets(
        self, network: Network, endpoint: Endpoint, service: EndpointService, asked: Modification, left: list[str]
    ) -> None:
        # What AWS answers for a subnet that the endpoint already has is not published: this is the harsher answer.
        added = [network.subnet(one) for one in asked.add_subnet_ids]
        rules.subnets_in_vpc(added, endpoint.vpc_id)
        rules.zones_of_service(added, service, network.region)
        rules.one_subnet_per_zone(map(network.subnet, endpoint.subnet_ids), added)
        for subnet_id in asked.remove_subnet_ids:
            network.subnet(subnet_id)
        rules.some_subnet(left)

    def _check_groups(self, network: Network, endpoint: Endpoint, asked: Modification, left: list[str]) -> None:
        added = [network.security_group(group_id) for group_id in asked.add_security_group_ids]
        rules.groups_in_vpc(added, endpoint.vpc_id, endpoint.subnet_ids[0])
        for group_id in asked.remove_security_group_ids:
            network.security_group(group_id)
        rules.some_security_group(left)
        # Not published: whether a call that adds and removes is counted after it, or with both.
        both = [*endpoint.security_group_ids, *asked.add_security_group_ids]
        counted = left if self._settings.groups_counted == "after" else both
        if asked.add_security_group_ids:
            rules.groups_per_interface(counted, self._settings.groups_per_interface)

    def _check_private_dns(self, network: Network, vpc_id: str, service: EndpointService, *, accepted: bool) -> None:
        rules.private_dns_has_name(service)
        rules.private_dns_is_verified(service)
        rules.private_dns_in_vpc(network.vpc(vpc_id))
        rules.private_dns_accepted(accepted, service)
        rules.private_dns_free(service.private_dns_name, vpc_id, self._domains_held(vpc_id))

    def _is_ready(self, endpoint: Endpoint) -> bool:
        """Whether it has been accepted for long enough: in the first seconds private DNS may still be refused."""
        ready_at = endpoint.available_since + self._settings.private_dns_ready
        return endpoint.state == "available" and self._clock.now() >= ready_at

    def _domains_held(self, vpc_id: str) -> Collection[str | None]:
        services = (self._services.get(one.service_name) for one in self._endpoints.holders_in(vpc_id))
        return {service.private_dns_name for service in services if service}

    def delete(self, network: Network, vpc_endpoint_ids: Sequence[str]) -> list[str]:
        """Begins to delete what exists; returns the ids that do not exist and raises nothing."""
        unknown: list[str] = []
        for vpc_endpoint_id in vpc_endpoint_ids:
            endpoint = self._endpoints.get(vpc_endpoint_id)
            if endpoint is None or not _belongs(endpoint, network) or endpoint.state == "deleted":
                unknown.append(vpc_endpoint_id)
            else:
                self._endpoints.delete(endpoint)
        return unknown

    def find(self, network: Network, vpc_endpoint_id: str) -> Endpoint:
        rules.endpoint_id_well_formed(vpc_endpoint_id)
        endpoint = self._endpoints.get(vpc_endpoint_id)
        if endpoint is None or not _belongs(endpoint, network):
            raise _unknown(vpc_endpoint_id)
        return endpoint

    def listed(self, network: Network, vpc_endpoint_ids: Sequence[str]) -> list[Endpoint]:
        """Endpoints by id, or all of the account's; one that is too young is not visible yet (eventual consistency)."""
        youngest = self._clock.now() - self._settings.endpoint_visible
        visible = {
            one.vpc_endpoint_id: one
            for one in self._endpoints.of(network.account_id, network.region)
            if one.created_at <= youngest
        }
        for vpc_endpoint_id in vpc_endpoint_ids:
            rules.endpoint_id_well_formed(vpc_endpoint_id)
            if vpc_endpoint_id not in visible:
                raise _unknown(vpc_endpoint_id)
        return [one for key, one in visible.items() if not vpc_endpoint_ids or key in vpc_endpoint_ids]


def _unknown(vpc_endpoint_id: str) -> Refused:
    return Refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist")


def _belongs(endpoint: Endpoint, network: Network) -> bool:
    return (endpoint.account_id, endpoint.region) == (network.account_id, network.region)


def _changed(present: Iterable[str], added: Iterable[str], removed: Collection[str]) -> list[str]:
    return [one for one in dict.fromkeys([*present, *added]) if one not in removed]


def _add_interfaces(network: Network, endpoint: Endpoint, subnet_ids: Iterable[str]) -> None:
    description = f"VPC Endpoint Interface {endpoint.vpc_endpoint_id}"
    for subnet_id in subnet_ids:
        interface_id = network.add_interface(subnet_id, endpoint.security_group_ids, description)
        network.set_address_type(interface_id, endpoint.ip_address_type)
        endpoint.interfaces[subnet_id] = interface_id
