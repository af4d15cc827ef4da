# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every limit of an endpoint service of the user's own is broken once, in a run against the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws import balancers
from tests.support.customer import Customer
from tests.support.service_provider import NAME, ServiceProvider
from tests.support.violation_codes import reported

ROOM = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "_publication"
Options = dict[str, Any]
# From a provider to the options of the run that breaks the limit.
Breaking = Callable[[ServiceProvider], Options]


@pytest.fixture
def provider(customer: Customer) -> ServiceProvider:
    return ServiceProvider(customer)


def published(provider: ServiceProvider, **options: Any) -> Options:
    """What the module returns of a service that is made."""
    result = provider.publish(load_balancer_arns=[provider.balancer()], **options)
    assert not result["failed"], result["msg"]
    return dict(result["endpoint_service"])


def by_hand(provider: ServiceProvider, balancer: str, tags: Mapping[str, str]) -> str:
    """The ID of a service that the module did not make."""
    arn, clock = provider.balancer(balancer), provider.customer.sandbox.clock
    clock.advance(600)
    tagged = {"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
    made = provider.customer.ec2().create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[arn], TagSpecifications=[tagged]
    )
    clock.advance(600)
    return str(made["ServiceConfiguration"]["ServiceId"])


def made_with(**options: Any) -> Breaking:
    return lambda provider: {"load_balancer_arns": [provider.balancer()], **options}


def of_another_region(provider: ServiceProvider) -> Options:
    return {"load_balancer_arns": [provider.balancer().replace("us-east-1", "eu-west-1")]}


def of_nobody(provider: ServiceProvider) -> Options:
    return {"load_balancer_arns": [provider.balancer().replace("/net/orders/", "/net/gone/")]}


def for_applications(provider: ServiceProvider) -> Options:
    subnets = list(provider.network.subnet_ids[:2])
    made = provider.elb.create_load_balancer(Name="web", Type="application", Scheme="internal", Subnets=subnets)
    return {"load_balancer_arns": [made["LoadBalancers"][0]["LoadBalancerArn"]]}


def that_failed(provider: ServiceProvider) -> Options:
    arn = provider.balancer()
    balancers.force_state(arn, "failed")
    return {"load_balancer_arns": [arn]}


def that_serves_another(provider: ServiceProvider) -> Options:
    published(provider, self_hosted_name="billing")
    arns = [one["LoadBalancerArn"] for one in provider.elb.describe_load_balancers()["LoadBalancers"]]
    return {"load_balancer_arns": arns}


def without_listener(provider: ServiceProvider) -> Options:
    return {"load_balancer_arns": [provider.balancer(port=3306)]}


def connected(provider: ServiceProvider) -> Options:
    service = published(provider, allowed_principals=[provider.consumer_account])
    provider.customer.sandbox.clock.advance(60)
    provider.connect(service["service_name"])
    provider.customer.sandbox.clock.advance(60)
    return {"state": "absent"}


def protected(provider: ServiceProvider) -> Options:
    published(provider, tags={"deletion-protection": "true"})
    return {"state": "absent"}


def two_of_one_name(provider: ServiceProvider) -> Options:
    ours = {"tidbcloud:managed-by": "tidbcloud.privatelink", "tidbcloud:service-name": NAME}
    for balancer in ("first", "second"):
        by_hand(provider, balancer, ours)
    return {}


def of_another_name(provider: ServiceProvider) -> Options:
    return {"service_id": by_hand(provider, "first", {"tidbcloud:service-name": "billing"})}


def unknown(_provider: ServiceProvider) -> Options:
    return {"service_id": "vpce-svc-0123456789abcdef0"}


# The run that breaks it, and words of its message and remedy.
BROKEN: dict[str, tuple[Breaking, tuple[str, ...]]] = {
    "region_mismatch": (of_another_region, ("is in eu-west-1", "us-east-1", "set region")),
    "load_balancer_not_found": (of_nobody, ("/net/gone/", "load_balancer_arns")),
    "load_balancer_not_network": (for_applications, ("type application", "network load balancer")),
    "load_balancer_not_active": (that_failed, ("orders is failed", "state reason")),
    "load_balancer_in_use": (that_serves_another, ("already serves", "service_id: vpce-svc-")),
    "listener_missing": (without_listener, ("port 4000", "TCP 3306")),
    "address_type_unsupported": (made_with(supported_ip_address_types=["ipv6"]), ("dualstack", "ipv4")),
    "principal_invalid": (made_with(allowed_principals=["nobody"]), ("'nobody'", "account id in quotes")),
    "public_service": (made_with(allowed_principals=["*"], acceptance_required=False), ("every AWS account", "*")),
    "private_dns_name_invalid": (made_with(private_dns_name="TiDB.example.com"), ("lower case", "tidb.example.com")),
    "connections_exist": (connected, ("vpce-", "on_connections=reject")),
    "deletion_protected": (protected, ("deletion-protection=true", "Remove the tag")),
    "ambiguous_match": (two_of_one_name, ("Several endpoint services", "tidbcloud:service-name", "service_id")),
    "immutable_change": (of_another_name, ("'billing'", "self_hosted_name")),
    "service_not_visible": (unknown, ("vpce-svc-0123456789abcdef0", "omit service_id")),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_limit_is_reported_with_its_remedy_before_anything_is_touched(
    provider: ServiceProvider, code: str
) -> None:
    breaking, words = BROKEN[code]
    options = breaking(provider)
    for check in (True, False):
        result = provider.publish(check=check, **options)
        assert (result["failed"], provider.writes) == (True, [])
        (violation,) = [one for one in result["violations"] if one["code"] == code]
        said = f"{violation['message']} {violation['remedy']}"
        assert [word for word in words if word not in said] == []
        assert (violation["message"][-1], violation["remedy"][-1]) == (".", ".")


def test_the_rooms_of_the_provider_tell_exactly_the_codes_that_are_broken_here() -> None:
    assert set(reported(ROOM)) == set(BROKEN)
