# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a VPC with a subnet in two zones, and a network load balancer in both: python balancer.py ENDPOINT_URL."""

from __future__ import annotations

import sys
from typing import Any

import boto3

REGION = "us-east-1"


def main(endpoint_url: str) -> None:
    untyped: Any = boto3
    ec2, elb = (untyped.client(name, region_name=REGION, endpoint_url=endpoint_url) for name in ("ec2", "elbv2"))
    vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("bc")
    ]
    ids = [one["Subnet"]["SubnetId"] for one in subnets]
    made = elb.create_load_balancer(Name="orders", Type="network", Scheme="internal", Subnets=ids)
    elb.add_tags(
        ResourceArns=[made["LoadBalancers"][0]["LoadBalancerArn"]], Tags=[{"Key": "service", "Value": "orders"}]
    )


if __name__ == "__main__":
    main(sys.argv[1])
