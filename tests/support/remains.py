# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a customer has in both clouds, listed without the collection: a proof must not rely on what it proves."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import requests
from botocore.config import Config
from requests.auth import HTTPDigestAuth

REGIONS = ("us-east-1", "us-west-2")


def remains(facts: Mapping[str, Any], account: str = "main") -> list[str]:
    """One line for each thing that exists: VPCs and what is in them, and registrations with TiDB Cloud.

    :param facts: of the sandbox, as in sandbox.json.
    """
    return [*_aws(facts, account), *_tidbcloud(facts)]


def ec2_client(facts: Mapping[str, Any], account: str, region: str) -> Any:
    """A client of the sandbox's AWS that ignores the environment."""
    keys = facts["aws"]["accounts"][account]
    return boto3.client(
        "ec2",
        region_name=region,
        endpoint_url=facts["aws"]["endpoint_url"],
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
        config=Config(proxies={}),
    )


def _aws(facts: Mapping[str, Any], account: str) -> Iterator[str]:
    for region in REGIONS:
        ec2 = ec2_client(facts, account, region)
        for vpc in ec2.describe_vpcs()["Vpcs"]:
            yield f"AWS {region}: VPC {vpc['VpcId']}"
        for subnet in ec2.describe_subnets()["Subnets"]:
            yield f"AWS {region}: subnet {subnet['SubnetId']}"
        for group in ec2.describe_security_groups()["SecurityGroups"]:
            if group["GroupName"] != "default":
                yield f"AWS {region}: security group {group['GroupId']}"
        for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
            # AWS lists a deleted one for an hour.
            if endpoint["State"].lower() != "deleted":
                yield f"AWS {region}: interface endpoint {endpoint['VpcEndpointId']}, {endpoint['State']}"
        for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]:
            yield f"AWS {region}: network interface {interface['NetworkInterfaceId']}"


def _tidbcloud(facts: Mapping[str, Any]) -> Iterator[str]:
    cloud = facts["tidbcloud"]
    with requests.Session() as session:
        session.trust_env = False
        session.auth = HTTPDigestAuth(cloud["public_key"], cloud["private_key"])
        for project_id in cloud["projects"].values():
            answer = session.get(
                f"{cloud['dedicated_url']}/v1beta1/clusters/-/tidbNodeGroups/-/privateEndpointConnections",
                params={"projectId": project_id, "pageSize": 100},
                timeout=10,
            )
            answer.raise_for_status()
            for row in answer.json().get("privateEndpointConnections", []):
                yield f"TiDB Cloud: registration of {row['endpointId']}, {row['endpointState']}"


def main() -> int:
    """Takes sandbox.json on standard input; prints what is there, and returns 1 if that is anything."""
    found = remains(json.load(sys.stdin))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
