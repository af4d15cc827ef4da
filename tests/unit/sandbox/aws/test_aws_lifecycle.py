# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of an interface endpoint, driven by the sandbox's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_sandbox import HOST, Cloud, Vpc, create, create_available, describe

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def test_an_endpoint_waits_for_acceptance_however_long_it_takes(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pendingAcceptance"
    cloud.clock.advance(86400)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pendingAcceptance"


def test_an_accepted_endpoint_is_pending_until_the_clock_makes_it_available(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    assert cloud.aws.accept(vpc_endpoint_id)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pending"
    cloud.clock.advance(cloud.settings.endpoint_available - 0.1)
    assert describe(ec2, vpc_endpoint_id)["State"] == "pending"
    cloud.clock.advance(0.1)
    assert describe(ec2, vpc_endpoint_id)["State"] == "available"


def test_private_dns_shows_in_answers_a_while_after_it_was_enabled(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)
    assert describe(ec2, vpc_endpoint_id)["PrivateDnsEnabled"] is False
    cloud.clock.advance(cloud.settings.private_dns)
    endpoint = describe(ec2, vpc_endpoint_id)
    assert endpoint["PrivateDnsEnabled"] is True
    assert HOST in [entry["DnsName"] for entry in endpoint["DnsEntries"]]


def test_a_deleted_endpoint_stays_listed_and_its_interfaces_outlive_it(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])["Unsuccessful"] == []
    assert describe(ec2, vpc_endpoint_id)["State"] == "deleting"
    cloud.clock.advance(cloud.settings.endpoint_deleting)
    assert describe(ec2, vpc_endpoint_id)["State"] == "deleted"
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1
    cloud.clock.advance(cloud.settings.interfaces_gone)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert describe(ec2, vpc_endpoint_id)["State"] == "deleted"
    cloud.clock.advance(cloud.settings.deleted_listed)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_a_private_dns_name_is_free_a_while_after_its_holder_was_deleted(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    first, second = create_available(cloud, ec2, vpc), create_available(cloud, ec2, vpc)
    ec2.modify_vpc_endpoint(VpcEndpointId=first, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.private_dns)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
    for delay in (cloud.settings.endpoint_deleting, cloud.settings.name_freed):
        with pytest.raises(ec2.exceptions.ClientError, match="conflicting DNS domain"):
            ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)
        cloud.clock.advance(delay)
    ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)
