# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small steps of a customer who provides an endpoint service, and of another who connects to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.support.aws_sandbox import ACCOUNT, OTHER_ACCOUNT, Cloud, Vpc, create, make_vpc

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

ROOT_OF_OTHER = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
NO_SUCH_ID = "vpce-svc-0123456789abcdef0"
"""Of a service that no customer has, although TiDB Cloud has one of that id."""


def begin_balancer(
    cloud: Cloud, vpc: Vpc, zones: Sequence[str] = ("us-east-1b", "us-east-1c"), name: str = "orders", **more: Any
) -> str:
    """The ARN of a new internal Network Load Balancer, which is still provisioning."""
    asked: dict[str, Any] = {
        "Name": name,
        "Type": "network",
        "Scheme": "internal",
        "Subnets": [vpc.subnets[zone] for zone in zones],
        **more,
    }
    answer = cloud.client("elbv2").create_load_balancer(**asked)
    return str(answer["LoadBalancers"][0]["LoadBalancerArn"])


def make_balancer(
    cloud: Cloud, vpc: Vpc, zones: Sequence[str] = ("us-east-1b", "us-east-1c"), name: str = "orders", **more: Any
) -> str:
    """The same, once it is active."""
    load_balancer_arn = begin_balancer(cloud, vpc, zones, name, **more)
    cloud.clock.advance(cloud.settings.load_balancer_active)
    return load_balancer_arn


def publish(cloud: Cloud, load_balancer_arns: Sequence[str], permitted: Sequence[str] = (), **more: Any) -> Any:
    """A new endpoint service of the main account, available, as the answer to its creation shows it."""
    ec2: EC2Client = cloud.client()
    answer = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[*load_balancer_arns], **more)
    service: Any = answer["ServiceConfiguration"]
    cloud.clock.advance(cloud.settings.configuration_available)
    if permitted:
        ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=[*permitted])
    return service


def published(cloud: Cloud, service_id: str) -> Any:
    """The service as its owner sees it now."""
    answer = cloud.client().describe_vpc_endpoint_service_configurations(ServiceIds=[service_id])
    return answer["ServiceConfigurations"][0]


def connect(cloud: Cloud, service: Any, account: str = OTHER_ACCOUNT, zones: Sequence[str] = ("us-east-1b",)) -> str:
    """The id of a new endpoint of another account."""
    ec2: EC2Client = cloud.client(account=account)
    return create(ec2, make_vpc(ec2, cidr="10.30.0.0/16"), zones, ServiceName=service["ServiceName"])


def connections(cloud: Cloud, service_id: str, account: str = ACCOUNT) -> dict[str, str]:
    """Endpoint id to state, as the provider sees it."""
    by_service = [{"Name": "service-id", "Values": [service_id]}]
    answer = cloud.client(account=account).describe_vpc_endpoint_connections(Filters=by_service)
    return {one["VpcEndpointId"]: one["VpcEndpointState"] for one in answer["VpcEndpointConnections"]}


def unsuccessful(answer: Any) -> dict[str, tuple[str, str]]:
    """Resource id to code and text of what was not done."""
    return {one["ResourceId"]: (one["Error"]["Code"], one["Error"]["Message"]) for one in answer["Unsuccessful"]}
