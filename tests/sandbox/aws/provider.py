# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a customer may make about endpoint services of its own: create, modify, permit, verify, delete."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.sandbox.aws import principals, provider_rules, rules
from tests.sandbox.aws.balancers import Balancer, balancer
from tests.sandbox.aws.endpoints import Endpoint, Endpoints
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.network import Network
from tests.sandbox.aws.private_names import FAILED, PENDING, VERIFIED, PrivateName, PublicDns
from tests.sandbox.aws.services import AVAILABLE, DELETING, EndpointService, EndpointServices

if TYPE_CHECKING:
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

_PENDING = "Pending"


@dataclass(frozen=True)
class Publication:
    """The parameters of CreateVpcEndpointServiceConfiguration."""

    load_balancer_arns: tuple[str, ...]
    acceptance_required: bool
    private_dns_name: str | None
    address_types: tuple[str, ...]
    regions: tuple[str, ...]
    tags: dict[str, str]
    client_token: str | None
    fingerprint: str
    """Everything that was sent besides the token, to distinguish a repetition from another request."""


@dataclass(frozen=True)
class Change:
    """The parameters of ModifyVpcEndpointServiceConfiguration; None, false or empty if not requested."""

    add_load_balancer_arns: tuple[str, ...] = ()
    remove_load_balancer_arns: tuple[str, ...] = ()
    acceptance_required: bool | None = None
    private_dns_name: str | None = None
    remove_private_dns_name: bool = False
    add_address_types: tuple[str, ...] = ()
    remove_address_types: tuple[str, ...] = ()
    add_regions: tuple[str, ...] = ()
    remove_regions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """ServiceId alone: the service is to look at its load balancers again."""
        return self == Change()


class Provider:
    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        services: EndpointServices,
        endpoints: Endpoints,
        dns: PublicDns,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._services = services
        self._endpoints = endpoints
        self._dns = dns
        # Never forgotten, as those of endpoints: see Consumer.
        self._tokens: dict[tuple[str, str, str], tuple[str, EndpointService, EndpointService]] = {}
        self._earlier: dict[str, list[tuple[float, EndpointService]]] = {}

    def reset(self) -> None:
        self._tokens.clear()
        self._earlier.clear()

    def create(self, network: Network, asked: Publication) -> EndpointService:
        """The new service, or the one that the same client token made before, whatever became of it.

        API, "Ensuring idempotency": a repeated request answers with the first result and does nothing.
        """
        token = (network.account_id, network.region, asked.client_token or "")
        if asked.client_token and token in self._tokens:
            fingerprint, first, service = self._tokens[token]
            rules.same_request(asked.fingerprint, fingerprint)
            return service if self._settings.token_answer == "current" else first
        balancers = self._check_creation(network, asked)
        service = EndpointService(
            service_name=f"com.amazonaws.vpce.{network.region}.vpce-svc-0{secrets.token_hex(8)}",
            region=network.region,
            owner_id=network.account_id,
            zones={one.arn: one.zone_ids for one in balancers},
            private_name=PrivateName(asked.private_dns_name) if asked.private_dns_name else None,
            principals=set(),
            acceptance_required=asked.acceptance_required,
            address_types=asked.address_types,
            state=_PENDING,
            created_at=self._clock.now(),
        )
        network.add_tags(service.service_id, asked.tags)
        self._services.add(service)
        self._later("configuration_available", service, _become_available)
        self._add_regions(service, asked.regions)
        if asked.client_token:
            self._tokens[token] = (asked.fingerprint, service.copy(), service)
        return service

    def _check_creation(self, network: Network, asked: Publication) -> list[Balancer]:
        provider_rules.some_load_balancer(asked.load_balancer_arns)
        balancers = [self._usable(network, arn, None) for arn in dict.fromkeys(asked.load_balancer_arns)]
        provider_rules.address_types_possible(asked.address_types, balancers)
        zone_ids = [zone_id for one in balancers for zone_id in one.zone_ids]
        provider_rules.regions_possible(asked.regions, network.region_names(), set(zone_ids))
        rules.tag_keys_free(asked.tags)
        if asked.private_dns_name:
            provider_rules.private_name_possible(asked.private_dns_name)
        return balancers

    def _usable(self, network: Network, load_balancer_arn: str, service: EndpointService | None) -> Balancer:
        """A load balancer that the service (null: a new one) may have."""
        found = balancer(network.account_id, network.region, load_balancer_arn)
        found = provider_rules.load_balancer_known(found, load_balancer_arn)
        provider_rules.load_balancer_usable(found)
        provider_rules.load_balancer_free(self._services.with_load_balancer(load_balancer_arn), service)
        return found

    def modify(self, network: Network, service_id: str, asked: Change) -> None:
        service = self.find(network, service_id)
        provider_rules.may_be_changed(service)
        if asked.is_empty:
            self._later("configuration_zones", service, lambda one: _look_again(network, one))
            return
        added = [self._usable(network, arn, service) for arn in asked.add_load_balancer_arns]
        left = [arn for arn in service.zones if arn not in asked.remove_load_balancer_arns]
        provider_rules.some_load_balancer([*left, *asked.add_load_balancer_arns])
        if len(left) < len(service.zones):
            provider_rules.nothing_connected(self._connected(service))
        address_types = _changed(service.address_types, asked.add_address_types, asked.remove_address_types)
        present = [found for arn in left if (found := balancer(network.account_id, network.region, arn))]
        provider_rules.address_types_possible(address_types, [*present, *added])
        provider_rules.regions_possible(asked.add_regions, network.region_names(), service.zone_ids)
        provider_rules.one_request_for_the_name(asked.private_dns_name, asked.remove_private_dns_name)
        if asked.private_dns_name:
            provider_rules.private_name_possible(asked.private_dns_name)
        self._before_change(service)
        service.zones = {arn: service.zones[arn] for arn in left} | {one.arn: one.zone_ids for one in added}
        service.address_types = tuple(address_types)
        self._apply(service, asked)

    def _apply(self, service: EndpointService, asked: Change) -> None:
        if asked.acceptance_required is not None:
            service.acceptance_required = asked.acceptance_required
        if asked.private_dns_name and asked.private_dns_name != service.private_dns_name:
            service.private_name = PrivateName(asked.private_dns_name)
        if asked.remove_private_dns_name:
            service.private_name = None
        self._add_regions(service, asked.add_regions)
        # A region that goes takes no connection with it (hashicorp/terraform-provider-aws #37260).
        service.regions = {one: state for one, state in service.regions.items() if one not in asked.remove_regions}

    def _add_regions(self, service: EndpointService, regions: Iterable[str]) -> None:
        added = [one for one in regions if one != service.region and one not in service.regions]
        service.regions |= dict.fromkeys(added, _PENDING)
        if added:
            self._later("configuration_regions", service, lambda one: _open_regions(one, added))

    def start_verification(self, network: Network, service_id: str) -> None:
        """Look for the TXT record after a while. A name that was changed meanwhile is another verification."""
        service = self.find(network, service_id)
        name = provider_rules.has_private_name(service)
        name.state = PENDING

        def look(one: EndpointService) -> None:
            if one.private_name is name:
                name.state = VERIFIED if name.is_published(self._dns) else FAILED

        self._later("private_name_verification", service, look)

    def set_payer(self, network: Network, service_id: str, payer: str) -> None:
        service = self.find(network, service_id)
        provider_rules.payer_known(payer)
        service.payer = payer

    def permit(self, network: Network, service_id: str, added: Sequence[str], removed: Sequence[str]) -> list[str]:
        """Change the permissions and nothing else; returns those that were added.

        Connections stay as they are, whoever is permitted no longer (hashicorp/terraform-provider-aws #37260).
        """
        service = self.find(network, service_id)
        for one in added:
            principals.check(one)
        self._before_change(service)
        new = [one for one in dict.fromkeys(added) if one not in service.principals]
        service.principals = (service.principals | set(new)) - set(removed)
        return new

    def delete(self, network: Network, service_ids: Sequence[str]) -> list[tuple[str, Refused]]:
        """Begins to delete what may go; returns the others, each with the reason, and raises nothing."""
        failed: list[tuple[str, Refused]] = []
        for service_id in service_ids:
            try:
                service = self._services.owned(service_id, network.account_id, network.region)
                provider_rules.nothing_connected(self._connected(service))
            except Refused as refused:
                failed.append((service_id, _of_the_deletion(refused)))
            else:
                service.state = DELETING
                self._later("configuration_deleting", service, lambda one: self._be_gone(network, one))
        return failed

    def _be_gone(self, network: Network, service: EndpointService) -> None:
        self._services.remove(service.service_name)
        network.drop_tags(service.service_id)

    def _before_change(self, service: EndpointService) -> None:
        """Remember the present state, since the owner's answers lag behind a modification."""
        visible_at = self._clock.now() + self._settings.modification_visible
        self._earlier.setdefault(service.service_id, []).append((visible_at, service.copy()))

    def seen(self, service: EndpointService) -> EndpointService:
        """The service as its owner's answers show it: as it was before the first change that is not visible yet."""
        for visible_at, before in self._earlier.get(service.service_id, ()):
            if self._clock.now() < visible_at:
                before.state = service.state
                return before
        return service

    def find(self, network: Network, service_id: str) -> EndpointService:
        return self._services.owned(service_id, network.account_id, network.region)

    def listed(self, network: Network, service_ids: Sequence[str]) -> list[EndpointService]:
        """Services by id, or all of the account's; one that is too young is not visible yet (eventual consistency)."""
        named = {one: self.find(network, one) for one in service_ids}
        youngest = self._clock.now() - self._settings.configuration_visible
        for service_id, service in named.items():
            if service.created_at > youngest:
                raise Refused(
                    "InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"
                )
        chosen = named.values() if named else self._services.of(network.account_id, network.region)
        return [self.seen(one) for one in chosen if one.created_at <= youngest]

    def connections(self, network: Network) -> list[Endpoint]:
        """The endpoints of the account's services, as long as AWS knows them; a new one may be missing for seconds."""
        youngest = self._clock.now() - self._settings.connection_visible
        return [
            one
            for service in self._services.of(network.account_id, network.region)
            for one in self._connected(service)
            if one.created_at <= youngest
        ]

    def _connected(self, service: EndpointService) -> list[Endpoint]:
        return [
            one for one in self._endpoints.all() if one.service_name == service.service_name and one.state != "deleted"
        ]

    def decide(
        self, network: Network, service_id: str, vpc_endpoint_ids: Sequence[str], accepting: bool
    ) -> list[tuple[str, Refused]]:
        """Accept or reject; returns the ids for which that was impossible, each with the reason."""
        service = self.find(network, service_id)
        provider_rules.endpoints_named(vpc_endpoint_ids)
        known = {
            one.vpc_endpoint_id: one
            for one in self.connections(network)
            if one.service_name == service.service_name and one.state != "deleting"
        }
        failed: list[tuple[str, Refused]] = []
        for vpc_endpoint_id in vpc_endpoint_ids:
            try:
                if vpc_endpoint_id not in known:
                    raise _unknown(vpc_endpoint_id)
                provider_rules.waits_for_a_decision(known[vpc_endpoint_id], accepting)
            except Refused as refused:
                failed.append((vpc_endpoint_id, refused))
            else:
                decision = self._endpoints.accept if accepting else self._endpoints.begin_to_reject
                decision(known[vpc_endpoint_id])
        return failed

    def forget_principal(self, principal: str) -> None:
        """A role or user is deleted in IAM: permissions show its unique id from now on."""
        for service in self._services.all():
            if principal in service.principals:
                service.principals = service.principals - {principal} | {principals.unique_id(principal)}

    def force_name(self, service_id: str, state: str) -> None:
        """For tests: a private name that is lost or verified. Raises KeyError for a service without one."""
        names = {one.service_id: one.private_name for one in self._services.all() if one.private_name}
        names[service_id].state = state

    def _later(self, setting: str, service: EndpointService, action: Callable[[EndpointService], None]) -> None:
        """`setting`: the delay's name."""

        def run() -> None:
            # a reset or an earlier event may have taken the service away meanwhile
            if self._services.get(service.service_name) is service:
                action(service)

        self._clock.after(getattr(self._settings, setting), run, setting)


def _become_available(service: EndpointService) -> None:
    if service.state == _PENDING:
        service.state = AVAILABLE


def _look_again(network: Network, service: EndpointService) -> None:
    """hashicorp/terraform-provider-aws #40809: only a modification makes a service see its load balancers' zones."""
    for arn in service.zones:
        found = balancer(network.account_id, network.region, arn)
        if found is not None:
            service.zones[arn] = found.zone_ids


def _open_regions(service: EndpointService, regions: Collection[str]) -> None:
    """Those that were not removed meanwhile."""
    service.regions |= dict.fromkeys(service.regions.keys() & set(regions), AVAILABLE)


def _changed(present: Iterable[str], added: Iterable[str], removed: Collection[str]) -> list[str]:
    return [one for one in dict.fromkeys([*present, *added]) if one not in removed]


def _of_the_deletion(refused: Refused) -> Refused:
    """API error codes: in bulk requests it is `InvalidVpcEndpointService.NotFound`."""
    code = str(refused.code).replace("InvalidVpcEndpointServiceId.NotFound", "InvalidVpcEndpointService.NotFound")
    return Refused(code, str(refused.message))


def _unknown(vpc_endpoint_id: str) -> Refused:
    return Refused("InvalidVpcEndpoint.NotFound", f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist")
