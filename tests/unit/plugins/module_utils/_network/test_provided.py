# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at the provider's side of a connection returns."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.service_provider import NAME, ServiceProvider

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Result


@pytest.fixture
def provider(customer: Customer) -> ServiceProvider:
    return ServiceProvider(customer)


def look(provider: ServiceProvider, part: str, **options: t.Any) -> Result:
    """The calls that could change something are none in any case."""
    result = provider.customer.run("connection_network", part=part, region="us-east-1", **options)
    assert (result.get("changed", False), provider.writes) == (False, [])
    return result


def test_the_account_is_that_of_the_credentials(provider: ServiceProvider) -> None:
    assert look(provider, "account")["account_id"] == provider.customer.account["account_id"]


def test_a_service_that_is_there_is_returned_as_by_the_module_that_made_it(provider: ServiceProvider) -> None:
    made = provider.publish(load_balancer_arns=[provider.balancer()])["endpoint_service"]
    found = look(provider, "service", self_hosted_name=NAME)
    assert found["account_id"] == provider.customer.account["account_id"]
    assert found["endpoint_service"] == made


def test_where_there_is_none_its_keys_are_null(provider: ServiceProvider) -> None:
    found = look(provider, "service", self_hosted_name=NAME)["endpoint_service"]
    assert (found["service_id"], found["service_name"], found["state"]) == (None, None, None)


def test_a_service_has_a_name(provider: ServiceProvider) -> None:
    result = look(provider, "service")
    assert (result["failed"], "self_hosted_name is needed" in result["msg"]) == (True, True)
