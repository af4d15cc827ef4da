# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's calls for load balancers and their tags, with what an endpoint service forbids and states by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.models import FakeLoadBalancer

from tests.sandbox.aws import balancer_rules
from tests.sandbox.aws.listener_calls import ListenerCalls

if TYPE_CHECKING:
    from tests.sandbox.aws.services import EndpointServices
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings


class Elbv2(ListenerCalls):
    """One request."""

    def __init__(self, clock: Clock, settings: Settings, services: EndpointServices) -> None:
        super().__init__(clock, settings)
        self._services = services

    def create_load_balancer(self) -> ActionResult:
        name = self._text("Name")
        for present in self.backend.load_balancers.values():
            if present.name == name:
                balancer_rules.same_settings("LoadBalancer", name, _settings_of(present), self._asked())
                return ActionResult({"LoadBalancers": [present]})
        self._subnets()
        answer = super().create_load_balancer()
        (balancer,) = cast(Any, answer.result)["LoadBalancers"]
        balancer.scheme = balancer.scheme or "internet-facing"
        _judge_private_link(balancer, "on")
        if balancer.type == "network":
            self._name_as_network(balancer)
        self._clock.after(self._settings.load_balancer_active, balancer.activate, "load_balancer_active")
        return answer

    def _subnets(self) -> list[Any]:
        """The requested subnets, which must exist, each in a zone of its own."""
        known = {key: subnet for zone in self.backend.ec2_backend.subnets.values() for key, subnet in zone.items()}
        subnet_ids = self._subnet_ids()
        balancer_rules.subnets_found([one for one in subnet_ids if one not in known])
        subnets = [known[one] for one in subnet_ids]
        balancer_rules.one_subnet_per_zone([one.availability_zone_id for one in subnets])
        return subnets

    def _subnet_ids(self) -> list[str]:
        mapped = [mapping["SubnetId"] for mapping in self._get_param("SubnetMappings", [])]
        return [*self._get_param("Subnets", []), *mapped]

    def _asked(self) -> tuple[str, str, str, list[str]]:
        kind, scheme = self._text("Type") or "application", self._text("Scheme") or "internet-facing"
        return kind, scheme, self._text("IpAddressType") or "ipv4", sorted(self._subnet_ids())

    def _name_as_network(self, balancer: Any) -> None:
        """moto gives every load balancer the ARN and the name of an Application Load Balancer."""
        tags = self.backend.tagging_service.list_tags_for_resource(balancer.arn)["Tags"]
        self.backend.load_balancers.pop(balancer.arn)
        balancer.arn = balancer.arn.replace(":loadbalancer/app/", ":loadbalancer/net/")
        balancer.dns_name = f"{balancer.name}-{balancer.arn.rsplit('/', 1)[-1]}.elb.{self.region}.amazonaws.com"
        self.backend.load_balancers[balancer.arn] = balancer
        self.backend.tagging_service.tag_resource(balancer.arn, tags)

    def describe_load_balancers(self) -> ActionResult:
        arns, names = self._get_param("LoadBalancerArns", []), self._get_param("Names", [])
        balancer_rules.few_at_once(arns)
        for arn in arns:
            balancer_rules.load_balancer_arn_well_formed(arn, self.current_account, self.region)
        known = self.backend.load_balancers
        balancer_rules.load_balancers_found([arn for arn in arns if arn not in known])
        by_name = {one.name for one in known.values()}
        balancer_rules.names_found([name for name in names if name not in by_name])
        chosen = [one for one in known.values() if (not arns or one.arn in arns) and (not names or one.name in names)]
        return self._listed("LoadBalancers", chosen)

    def delete_load_balancer(self) -> ActionResult:
        """API: succeeds, too, where there is none; its listeners go with it."""
        arn = self._text("LoadBalancerArn")
        balancer_rules.load_balancer_arn_well_formed(arn, self.current_account, self.region)
        present = self.backend.load_balancers.get(arn)
        if present is not None:
            is_protected = str(present.attrs["deletion_protection.enabled"]).lower() == "true"
            balancer_rules.may_be_deleted(arn, is_protected=is_protected, is_published=self._is_published(arn))
            self.backend.load_balancers.pop(arn)
        return EmptyResult()

    def set_subnets(self) -> ActionResult:
        """Also to a single zone, which moto denies to Network Load Balancers."""
        balancer = self._balancer(self._text("LoadBalancerArn"))
        subnets = self._subnets()
        present = [subnet.id for subnet in balancer.subnets]
        balancer_rules.subnets_stay(present, self._subnet_ids(), is_published=self._is_published(balancer.arn))
        balancer.subnets = subnets
        return ActionResult({"AvailabilityZones": balancer.availability_zones})

    def set_security_groups(self) -> ActionResult:
        balancer = self._balancer(self._text("LoadBalancerArn"))
        balancer_rules.has_security_groups(balancer.arn, balancer.type, balancer.security_groups)
        answer = super().set_security_groups()
        _judge_private_link(balancer, self._text("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"))
        return answer

    def describe_tags(self) -> ActionResult:
        arns: Sequence[str] = self._get_param("ResourceArns", [])
        balancer_rules.few_at_once(arns)
        for arn in arns:
            if ":loadbalancer/" in arn:
                self._balancer(arn)
            elif ":listener/" in arn:
                balancer_rules.listeners_found([] if any(one.arn == arn for one in self._listeners()) else [arn])
            else:
                self.backend._get_resource_by_arn(arn)
        return super().describe_tags()

    def _is_published(self, load_balancer_arn: str) -> bool:
        return self._services.with_load_balancer(load_balancer_arn) is not None


def _judge_private_link(balancer: Any, value: str) -> None:
    """API LoadBalancer: whether security groups judge the clients of endpoints. Not answered where there are none."""
    if value and balancer.type == "network" and balancer.security_groups:
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = value


def _settings_of(balancer: FakeLoadBalancer) -> tuple[str, str, str, list[str]]:
    subnet_ids = sorted(subnet.id for subnet in balancer.subnets)
    return balancer.type, balancer.scheme, balancer.ip_address_type, subnet_ids
