# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer that publishes an endpoint service in one account, and another that connects to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from tests.support.customer import Customer, Network, Result

NAME = "orders"
WRITES = (
    "CreateVpcEndpointServiceConfiguration",
    "ModifyVpcEndpointServiceConfiguration",
    "DeleteVpcEndpointServiceConfigurations",
    "ModifyVpcEndpointServicePermissions",
    "AcceptVpcEndpointConnections",
    "RejectVpcEndpointConnections",
    "StartVpcEndpointServicePrivateDnsVerification",
    "CreateTags",
    "DeleteTags",
)


class ServiceProvider:
    """`customer` publishes; `consumer` is of another account."""

    def __init__(self, customer: Customer) -> None:
        # Where the sandbox is not served, its tests are skipped, and this can be imported.
        from tests.support.customer import Customer

        self.customer = customer
        accounts = [name for name, one in customer.facts["aws"]["accounts"].items() if one != customer.account]
        self.consumer = Customer(customer.sandbox, accounts[0])
        self.network: Network = customer.network()

    @property
    def consumer_account(self) -> str:
        return str(self.consumer.account["account_id"])

    @property
    def elb(self) -> Any:
        account = self.customer.account
        untyped: Any = boto3
        return untyped.client(
            "elbv2",
            region_name="us-east-1",
            endpoint_url=self.customer.facts["aws"]["endpoint_url"],
            aws_access_key_id=account["access_key"],
            aws_secret_access_key=account["secret_key"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def balancer(self, name: str = NAME, port: int | None = 4000, *, subnets: int = 2) -> str:
        """The ARN of a new network load balancer that is still provisioning; null for a port: without a listener."""
        elb, ids = self.elb, list(self.network.subnet_ids[:subnets])
        asked = {"Name": name, "Type": "network", "Scheme": "internal", "Subnets": ids}
        arn = str(elb.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"])
        if port is not None:
            target = {"Name": name, "Protocol": "TCP", "Port": port, "VpcId": self.network.vpc_id, "TargetType": "ip"}
            group = elb.create_target_group(**target)["TargetGroups"][0]["TargetGroupArn"]
            forward = [{"Type": "forward", "TargetGroupArn": group}]
            elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=port, DefaultActions=forward)
        return arn

    def register_target(self, balancer_arn: str) -> None:
        """A server behind each listener of a load balancer."""
        elb = self.elb
        for listener in elb.describe_listeners(LoadBalancerArn=balancer_arn)["Listeners"]:
            target = {"Id": "10.7.0.10", "Port": listener["Port"]}
            elb.register_targets(TargetGroupArn=listener["DefaultActions"][0]["TargetGroupArn"], Targets=[target])

    def publish(self, *, check: bool = False, **options: Any) -> Result:
        """Runs the module for the service."""
        given = {"self_hosted_name": NAME, "region": "us-east-1", **options}
        return self.customer.run("endpoint_service", check=check, **given)

    @property
    def writes(self) -> list[str]:
        """The requests of the last run that could have changed something."""
        return [entry.call for entry in self.customer.requests if entry.call in WRITES]

    def connect(self, service_name: str) -> str:
        """The id of a new endpoint of the other account."""
        network = self.consumer.network()
        answer = self.consumer.ec2().create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=network.vpc_id,
            ServiceName=service_name,
            SubnetIds=list(network.subnet_ids[:1]),
            SecurityGroupIds=list(network.security_group_ids),
            PrivateDnsEnabled=False,
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])
