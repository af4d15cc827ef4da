# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The half with a TiDB of your own: published in one account, reached from another, verified, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from tests.demo.stage import DemoError, play, say, title
from tests.support.remains import ec2_client

NAME = "orders"
PRIVATE_NAME = "tidb.example.com"
REGION = "us-east-1"
PROVIDER, CONSUMER = "other", "main"


def introduce() -> None:
    say(
        "Many TiDB clusters are run by their owners behind a network load balancer. One command publishes such a TiDB "
        "as an endpoint service in its account, and makes the private endpoint that reaches it in another account; it "
        "permits that account, accepts the connection, and checks it."
    )


def show(facts: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Raises DemoError if it does not show what it promises."""
    account = facts["aws"]["accounts"][PROVIDER]["account_id"]
    database = facts["database"]
    balancer = _database(facts)
    network = _network(facts)
    say(
        f"Prepared, as your own would be: in account {account} a network load balancer with a TiDB behind it, in "
        f"account {facts['aws']['accounts'][CONSUMER]['account_id']} a VPC with a subnet and a security group."
    )
    connection = {
        "private_connection_self_hosted_name": NAME,
        "private_connection_region": REGION,
        "private_connection_provider_assume_role_arn": f"arn:aws:iam::{account}:role/publisher",
        "private_connection_vpc_id": network["vpc_id"],
    }
    both = {
        **connection,
        "private_connection_provider_load_balancer_arns": balancer,
        "private_connection_provider_port": str(database["port"]),
        "private_connection_provider_private_dns_name": PRIVATE_NAME,
        "private_connection_provider_verify_private_dns": "false",
        "private_connection_subnet_ids": network["subnet_ids"],
        "private_connection_security_group_ids": network["security_group_ids"],
        "private_connection_check": "required",
        "private_connection_check_connect_to": database["host"],
        "private_connection_check_ca_path": database["ca_path"],
        "private_connection_check_user": database["user"],
    }
    title("Publish and connect: both sides in one run")
    say(
        "The keys in the environment are the consumer's; for the provider's side, Ansible assumes a role in its "
        "account. The check logs in; it asks the server for the private name of the service, which its certificate has "
        "to hold."
    )
    say(
        "Simulated: the server is the sandbox's database on 127.0.0.1, which answers only while the private endpoint "
        "is available. For private DNS the name would also need a TXT record in public DNS; that is left out here "
        "(private_connection_provider_verify_private_dns)."
    )
    if play("connect", both, environment, {"private_connection_check_password": database["password"]}) == 0:
        raise DemoError("the connect to a TiDB of one's own changed nothing.")

    title("Disconnect: both sides are gone")
    say("The private endpoint goes, and as this was the last connection, so does the service. The load balancer stays.")
    play("disconnect", connection, environment)
    _prove_ended(facts)


def _database(facts: Mapping[str, Any]) -> str:
    """The ARN of a load balancer that leads to a server."""
    ec2, elb = ec2_client(facts, PROVIDER, REGION), _elb(facts)
    vpc_id, port = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"], facts["database"]["port"]
    zones = [("us-east-1a", "10.20.0.0/24"), ("us-east-1b", "10.20.1.0/24")]
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for zone, cidr in zones
    ]
    made = elb.create_load_balancer(Name=NAME, Type="network", Scheme="internal", Subnets=subnets)
    arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
    cross_zone = {"Key": "load_balancing.cross_zone.enabled", "Value": "true"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[cross_zone])
    asked = {"Name": NAME, "Protocol": "TCP", "Port": port, "VpcId": vpc_id, "TargetType": "ip"}
    group = elb.create_target_group(**asked)["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.20.0.10", "Port": port}])
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=port, DefaultActions=forward)
    return arn


def _network(facts: Mapping[str, Any]) -> dict[str, str]:
    """What the private endpoint needs in the consumer's account."""
    ec2 = ec2_client(facts, CONSUMER, REGION)
    vpc_id = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.30.0.0/24", AvailabilityZone="us-east-1a")["Subnet"]
    group = ec2.create_security_group(VpcId=vpc_id, GroupName="clients", Description="clients")
    return {"vpc_id": vpc_id, "subnet_ids": subnet["SubnetId"], "security_group_ids": group["GroupId"]}


def _elb(facts: Mapping[str, Any]) -> Any:
    keys = facts["aws"]["accounts"][PROVIDER]
    untyped: Any = boto3
    return untyped.client(
        "elbv2",
        region_name=REGION,
        endpoint_url=facts["aws"]["endpoint_url"],
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
        config=Config(proxies={}),
    )


def _prove_ended(facts: Mapping[str, Any]) -> None:
    answer = ec2_client(facts, PROVIDER, REGION).describe_vpc_endpoint_service_configurations()
    services = [one["ServiceId"] for one in answer["ServiceConfigurations"]]
    listed = ec2_client(facts, CONSUMER, REGION).describe_vpc_endpoints()["VpcEndpoints"]
    endpoints = [one["VpcEndpointId"] for one in listed if one["State"].lower() != "deleted"]
    if services or endpoints:
        raise DemoError(f"something is left: {', '.join([*services, *endpoints])}.")
    say("Checked without Ansible, by boto3: neither the service nor the private endpoint is left.")
