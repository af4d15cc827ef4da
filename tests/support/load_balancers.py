# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What customers have before they publish a service: a Network Load Balancer with a listener and a target."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.customer import Customer, Network

TARGET = "10.7.0.10"


def elb(customer: Customer, region: str = "us-east-1") -> Any:
    """A client that tries once."""
    keys = (customer.account["access_key"], customer.account["secret_key"])
    return _elb_client(region, customer.facts["aws"]["endpoint_url"], *keys)


@functools.cache
def _elb_client(region: str, endpoint_url: str, access_key: str, secret_key: str) -> Any:
    return boto3.client(
        "elbv2",
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def load_balancer(
    customer: Customer,
    network: Network,
    name: str = "tidb",
    *,
    ports: Sequence[int] = (4000,),
    protocol: str = "TCP",
    active: bool = True,
    **more: Any,
) -> str:
    """The ARN of a new internal one in all subnets of the network, with a TCP target group of one target.

    :param ports: those of its listeners.
    :param more: parameters of CreateLoadBalancer.
    """
    client = elb(customer)
    asked = {"Name": name, "Type": "network", "Scheme": "internal", "Subnets": [*network.subnet_ids], **more}
    arn = str(client.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"])
    group = client.create_target_group(Name=name, Protocol="TCP", Port=4000, VpcId=network.vpc_id, TargetType="ip")
    target_group_arn = group["TargetGroups"][0]["TargetGroupArn"]
    client.register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": TARGET}])
    forward = [{"Type": "forward", "TargetGroupArn": target_group_arn}]
    for port in ports:
        client.create_listener(LoadBalancerArn=arn, Protocol=protocol, Port=port, DefaultActions=forward)
    if active:
        customer.sandbox.clock.advance(customer.sandbox.settings.load_balancer_active)
    return arn
