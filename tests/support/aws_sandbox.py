# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the sandbox's AWS use: one endpoint service, three accounts, small steps of a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws import Aws
from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

REGION = "us-east-1"
ACCOUNT, OTHER_ACCOUNT, PROVIDER = "210987654321", "310987654322", "410987654323"
KEYS = {
    ACCOUNT: ("AKIASANDBOXMAIN210987", "sandbox-secret-of-the-main-account-210987654321"),
    OTHER_ACCOUNT: ("AKIASANDBOXOTHER31098", "sandbox-secret-of-the-other-account-310987654322"),
    PROVIDER: ("AKIASANDBOXPROVIDER41", "sandbox-secret-of-the-provider-account-410987654323"),
}
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
ZONES = ("use1-az1", "use1-az2", "use1-az4")
"""us-east-1b, c and d: not us-east-1a."""
HOST = "privatelink-19024342.abcdefghijkl.clusters.tidb-cloud.com"


@dataclass
class Cloud:
    """The sandbox's AWS with one endpoint service in it, and clients for its accounts."""

    aws: Aws
    clock: Clock
    settings: Settings
    client: Callable[..., Any]


@dataclass
class Vpc:
    vpc_id: str
    subnets: dict[str, str]
    """Zone name to subnet id: us-east-1a, b, c, d."""
    group_id: str


def make_vpc(ec2: EC2Client, *, dns: bool = True, cidr: str = "10.20.0.0/16") -> Vpc:
    vpc_id = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": dns})
    prefix = cidr.rsplit(".", 2)[0]
    subnets = {
        zone: ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"{prefix}.{number}.0/24", AvailabilityZone=zone)["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate(("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"), start=1)
    }
    group_id = ec2.create_security_group(GroupName="clients", Description="clients", VpcId=vpc_id)["GroupId"]
    return Vpc(vpc_id, subnets, group_id)


def create(ec2: EC2Client, vpc: Vpc, zones: Sequence[str] = ("us-east-1b",), **more: Any) -> str:
    """The id of a new interface endpoint, made carefully unless `more` says otherwise."""
    parameters: dict[str, Any] = {
        "VpcEndpointType": "Interface",
        "VpcId": vpc.vpc_id,
        "ServiceName": SERVICE,
        "SubnetIds": [vpc.subnets[zone] for zone in zones],
        "SecurityGroupIds": [vpc.group_id],
        "PrivateDnsEnabled": False,
        **more,
    }
    return ec2.create_vpc_endpoint(**parameters)["VpcEndpoint"]["VpcEndpointId"]


def create_available(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, zones: Sequence[str] = ("us-east-1b",), **more: Any
) -> str:
    """The same, accepted and old enough for private DNS."""
    vpc_endpoint_id = create(ec2, vpc, zones, **more)
    cloud.aws.accept(vpc_endpoint_id)
    cloud.clock.advance(cloud.settings.endpoint_available + cloud.settings.private_dns_ready)
    return vpc_endpoint_id


def describe(ec2: EC2Client, vpc_endpoint_id: str) -> Any:
    return ec2.describe_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])["VpcEndpoints"][0]


@contextmanager
def refused(code: str, text: str) -> Iterator[None]:
    """The calls within are refused with exactly this code and text."""
    with pytest.raises(ClientError) as raised:
        yield
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, text)
