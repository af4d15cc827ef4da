# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service's own name that AWS has not verified: consumers are warned, whether they ask for private DNS or not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.customer import Customer, Result
from tests.support.service_provider import ServiceProvider

NAME = "tidb.example.com"


class Site:
    """A service with a private name, and a consumer of another account."""

    def __init__(self, customer: Customer) -> None:
        self.provider = ServiceProvider(customer)
        self.consumer = self.provider.consumer
        made = self.provider.publish(
            load_balancer_arns=[self.provider.balancer()],
            allowed_principals=[self.provider.consumer_account],
            acceptance_required=False,
            private_dns_name=NAME,
        )
        self.service = made["endpoint_service"]
        self.options = {
            "service_name": self.service["service_name"],
            "region": "us-east-1",
            **self.consumer.network().options,
        }

    def name_is(self, state: str) -> None:
        self.consumer.sandbox.aws.provider.force_name(self.service["service_id"], state)

    def connect(self, **options: Any) -> Result:
        return self.consumer.run("private_endpoint", **self.options, **options)

    @property
    def warned(self) -> list[str]:
        return [warning for warning in self.consumer.warnings if "has not verified the private name" in warning]


@pytest.fixture
def site(customer: Customer) -> Site:
    return Site(customer)


@pytest.mark.parametrize("state", ["pendingVerification", "failed"])
def test_without_a_request_private_dns_stays_off_and_it_is_said_why_in_each_run(site: Site, state: str) -> None:
    site.name_is(state)
    for changed in (True, False):
        result = site.connect()
        assert (result["failed"], result["changed"]) == (False, changed)
        assert result["private_endpoint"]["private_dns_enabled"] is False
        (warned,) = site.warned
        assert NAME in warned
        assert f"({state})" in warned
    calls = [entry.call for entry in site.consumer.requests]
    assert sorted(calls) == [
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DescribeVpcEndpointServices",
        "DescribeVpcEndpoints",
    ]
    site.name_is("verified")
    result = site.connect()
    assert result["private_endpoint"]["private_dns_enabled"] is True, result["msg"]
    assert site.warned == []


@pytest.mark.parametrize("exists", [False, True])
def test_a_request_for_private_dns_is_named_before_and_ends_with_the_reason_of_aws(site: Site, exists: bool) -> None:
    if exists:
        assert not site.connect(private_dns_enabled=False)["failed"]
        assert site.warned == []
    dry = site.consumer.run("private_endpoint", check=True, **site.options, private_dns_enabled=True)
    assert not dry["failed"]
    assert len(site.warned) == 1
    before = site.consumer.sandbox.clock.now()
    result = site.connect(private_dns_enabled=True)
    assert result["failed"]
    assert "has not verified the private DNS name" in result["msg"]
    assert len(site.warned) == 1
    assert site.consumer.sandbox.clock.now() - before < 200, "It did not wait for what no waiting brings."
    site.name_is("verified")
    assert site.connect(private_dns_enabled=True)["private_endpoint"]["private_dns_enabled"] is True
    assert site.warned == []


def test_who_wants_no_private_dns_hears_nothing_of_it(site: Site) -> None:
    assert not site.connect(private_dns_enabled=False)["failed"]
    assert site.warned == []
