# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from tests.support.service_provider import NAME, ServiceProvider

if t.TYPE_CHECKING:
    from tests.support.customer import Customer


def calls(customer: Customer, **options: t.Any) -> list[str]:
    result = customer.run("load_balancer_listener", name=NAME, region="us-east-1", check=True, **options)
    assert not result["failed"], result["msg"]
    return sorted(entry.call for entry in customer.requests)


def test_a_look_for_a_load_balancer_takes_what_it_needs_and_no_more(customer: Customer) -> None:
    provider = ServiceProvider(customer)
    arn = provider.balancer(port=None)
    assert calls(customer, load_balancer_arn=arn) == [
        "DescribeListeners",
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
    ]
    provider.balancer("more")
    # For a removal, the listeners of every load balancer count, and nobody's health.
    assert calls(customer, state="absent") == [
        "DescribeListeners",
        "DescribeListeners",
        "DescribeLoadBalancers",
        "DescribeTags",
        "DescribeTags",
        "DescribeTargetGroups",
    ]
