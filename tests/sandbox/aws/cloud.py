# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS side of the sandbox: moto's accounts with the rules of PrivateLink laid over them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.sandbox.aws import balancers
from tests.sandbox.aws.app import App
from tests.sandbox.aws.authorization import Authorizer
from tests.sandbox.aws.balancer_calls import Elbv2
from tests.sandbox.aws.consumer import Consumer
from tests.sandbox.aws.credentials import Keys, Principal
from tests.sandbox.aws.endpoints import Endpoint, Endpoints
from tests.sandbox.aws.identity import Sts
from tests.sandbox.aws.network import Networks
from tests.sandbox.aws.pricing import PriceList
from tests.sandbox.aws.principals import root_of
from tests.sandbox.aws.private_names import VERIFIED, PrivateName, PublicDns
from tests.sandbox.aws.provider import Provider
from tests.sandbox.aws.quotas import Quotas
from tests.sandbox.aws.responses import Ec2
from tests.sandbox.aws.services import EndpointService, EndpointServices

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

PROVIDER_ACCOUNT_ID = "410987654323"
"""TiDB Cloud's own account."""


class Aws:
    """Accounts, their networks and the endpoint services they may connect to.

    moto keeps its state per process: one `Aws` at a time, and `moto.mock_aws` in the same process empties its networks.
    A caller from any thread but a request's must hold `clock.lock`.
    """

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._keys = Keys()
        self._networks = Networks(settings)
        self._services = EndpointServices()
        self._endpoints = Endpoints(clock, settings, self._networks)
        self._consumer = Consumer(clock, settings, self._services, self._endpoints)
        self.dns = PublicDns()
        self.provider = Provider(clock, settings, self._services, self._endpoints, self.dns)
        handlers = {
            "ec2": lambda *request: Ec2(
                clock,
                settings,
                self._networks,
                self._services,
                self._endpoints,
                self._consumer,
                self.provider,
                self._keys,
            )._dispatch(*request),
            # moto's own handler of this name serves both generations
            "elb": lambda *request: Elbv2(clock, settings, self._services)._dispatch(*request),
            "sts": lambda *request: Sts(self._keys)._dispatch(*request),
            "servicequotas": lambda *request: Quotas(settings)._dispatch(*request),
        }
        self.authorizer = Authorizer(self._networks)
        self.app = App(clock, self._keys, self.authorizer, handlers, PriceList(settings))
        self.reset()

    def name_call(self, environ: WSGIEnvironment) -> tuple[str, str, dict[str, str]]:
        """For the request log: action, account id, parameters (flat, as sent; AWS sends no secrets in them)."""
        return self.app.name_call(environ)

    def add_account(self, account_id: str, access_key: str, secret_key: str) -> None:
        self._keys.add_account(account_id, access_key, secret_key)

    def add_service(
        self,
        *,
        region: str,
        service_name: str,
        zone_ids: Iterable[str],
        private_dns_name: str | None,
        principals: Iterable[str],
        owner_id: str = PROVIDER_ACCOUNT_ID,
        acceptance_required: bool = True,
        address_types: Iterable[str] = ("ipv4",),
    ) -> None:
        """TiDB Cloud's, or another that has always been there.

        :param principals: account ids.
        """
        service_id = service_name.rsplit(".", 1)[-1]
        load_balancer_arn = f"arn:aws:elasticloadbalancing:{region}:{owner_id}:loadbalancer/net/{service_id}/0"
        self._services.add(
            EndpointService(
                service_name=service_name,
                region=region,
                owner_id=owner_id,
                zones={load_balancer_arn: tuple(zone_ids)},
                private_name=PrivateName(private_dns_name, VERIFIED) if private_dns_name else None,
                principals={root_of(account_id) for account_id in principals},
                acceptance_required=acceptance_required,
                address_types=tuple(address_types),
            )
        )

    def remove_service(self, service_name: str) -> None:
        """Its endpoints stay behind, rejected."""
        for endpoint in self.endpoints(service_name):
            self._endpoints.reject(endpoint)
        self._services.remove(service_name)

    def endpoint(self, vpc_endpoint_id: str) -> Endpoint | None:
        return self._endpoints.get(vpc_endpoint_id)

    def endpoints(self, service_name: str | None = None) -> list[Endpoint]:
        return [one for one in self._endpoints.all() if service_name in (None, one.service_name)]

    def add_gateway_load_balancer_endpoint(self, account_id: str, region: str, vpc_id: str) -> Endpoint:
        """A firewall's endpoint: here only because it counts against the quota of interface endpoints."""
        endpoint = Endpoint(
            account_id=account_id,
            region=region,
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.vpce.{region}.vpce-svc-0f1e2d3c4b5a69788",
            subnet_ids=[],
            security_group_ids=[],
            created_at=self._clock.now(),
            state="available",
            endpoint_type="GatewayLoadBalancer",
        )
        self._endpoints.add(endpoint, acceptance_required=True)
        return endpoint

    def connect(self, service_name: str, account_id: str = PROVIDER_ACCOUNT_ID) -> Endpoint:
        """Connect from a network that the sandbox does not show, such as TiDB Cloud's for changefeeds and migration.

        Raises KeyError for a service that the sandbox does not have, PermissionError where it does not permit the
        account.
        """
        service = self._services.get(service_name)
        if service is None:
            raise KeyError(service_name)
        caller = Principal(account_id, "", "", root_of(account_id), "")
        if service not in self._services.visible(caller, service.region):
            raise PermissionError(f"The service {service_name} does not permit the account {account_id}.")
        endpoint = Endpoint(
            account_id=account_id,
            region=service.region,
            vpc_id="vpc-0f1e2d3c4b5a69788",
            service_name=service_name,
            subnet_ids=[],
            security_group_ids=[],
            created_at=self._clock.now(),
        )
        self._endpoints.add(endpoint, acceptance_required=service.acceptance_required)
        return endpoint

    def has_path_to(self, host: str) -> bool:
        """Whether an endpoint is connected to a customer's service of that private name, and a target is behind it."""
        return any(
            endpoint.state == "available"
            and (service := self._services.get(endpoint.service_name)) is not None
            and service.private_dns_name == host
            and any(balancers.has_target(arn) for arn in service.load_balancer_arns)
            for endpoint in self._endpoints.all()
        )

    def accept(self, vpc_endpoint_id: str) -> bool:
        """TiDB Cloud accepts; False if there is nothing to accept (unknown, deleted, accepted before)."""
        endpoint = self.endpoint(vpc_endpoint_id)
        return endpoint is not None and self._endpoints.accept(endpoint)

    def reject(self, vpc_endpoint_id: str) -> bool:
        """TiDB Cloud ends the connection; False if no live endpoint is left."""
        endpoint = self.endpoint(vpc_endpoint_id)
        return endpoint is not None and self._endpoints.reject(endpoint)

    def force_state(self, vpc_endpoint_id: str, state: str) -> None:
        """Raises KeyError for an endpoint that the sandbox does not have."""
        endpoint = self.endpoint(vpc_endpoint_id)
        if endpoint is None:
            raise KeyError(vpc_endpoint_id)
        self._endpoints.force_state(endpoint, state)

    def reset(self) -> None:
        """Empties every account and removes all services; the accounts' own keys still work."""
        with self._clock.lock:
            self._endpoints.reset()
            self._consumer.reset()
            self.provider.reset()
            self.dns.reset()
            self._services.reset()
            self._networks.reset(self._keys.account_ids())
            self._keys.forget_sessions()
            self.authorizer.reset()

    def sessions(self) -> list[Principal]:
        """The principals that got temporary keys since the last reset."""
        return self._keys.sessions()

    def summary(self) -> dict[str, Any]:
        """Maps account ids to what was made there, in all regions."""
        return {account_id: self._account_summary(account_id) for account_id in sorted(self._keys.account_ids())}

    def _account_summary(self, account_id: str) -> dict[str, Any]:
        summary: dict[str, Any] = {
            "vpcs": [],
            "subnets": [],
            "security_groups": [],
            "network_interfaces": [],
            "endpoints": [
                {
                    "vpc_endpoint_id": one.vpc_endpoint_id,
                    "region": one.region,
                    "service_name": one.service_name,
                    "state": one.state,
                    "private_dns_enabled": one.private_dns_enabled,
                }
                for one in self.endpoints()
                if one.account_id == account_id
            ],
            "endpoint_services": [
                {
                    "service_id": one.service_id,
                    "region": one.region,
                    "state": one.state,
                    "load_balancer_arns": one.load_balancer_arns,
                    "principals": sorted(one.principals),
                    "private_dns_name": one.private_dns_name,
                    "private_dns_name_state": one.private_name.state if one.private_name else None,
                }
                for one in self._services.all()
                if one.owner_id == account_id
            ],
            "load_balancers": balancers.arns(account_id),
        }
        for network in self._networks.of_account(account_id):
            for kind, ids in network.contents().items():
                summary[kind].extend(ids)
        return summary
