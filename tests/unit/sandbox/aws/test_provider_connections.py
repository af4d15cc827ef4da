# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Naive clients of two accounts meet at an endpoint service: who may see it, who is accepted, what outlives what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from tests.support.aws_sandbox import (
    ACCOUNT,
    OTHER_ACCOUNT,
    REGION,
    Cloud,
    Vpc,
    create,
    describe,
    make_vpc,
    refused,
)
from tests.support.provider_sandbox import (
    ROOT_OF_OTHER,
    connect,
    connections,
    make_balancer,
    publish,
    unsuccessful,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

UNKNOWN_ENDPOINT = "vpce-0123456789abcdef0"
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/deploy"
USER = f"arn:aws:iam::{OTHER_ACCOUNT}:user/sandbox"
"""Whom the other account's own keys belong to."""


@pytest.fixture
def service(cloud: Cloud, vpc: Vpc) -> Any:
    """A service of the main account that the other account is permitted to use."""
    return publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])


def _as_role(cloud: Cloud, role_arn: str) -> EC2Client:
    """EC2 of the other account as one of its roles."""
    sts = cloud.client("sts", OTHER_ACCOUNT)
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    client: EC2Client = boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=sts.meta.endpoint_url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    return client


def _sees(client: EC2Client, service: Any) -> bool:
    return service["ServiceName"] in client.describe_vpc_endpoint_services()["ServiceNames"]


def _permit(cloud: Cloud, service: Any, added: list[str], removed: list[str] | None = None) -> Any:
    return cloud.client().modify_vpc_endpoint_service_permissions(
        ServiceId=service["ServiceId"], AddAllowedPrincipals=added, RemoveAllowedPrincipals=removed or []
    )


def _principals(cloud: Cloud, service: Any, **asked: Any) -> list[str]:
    answer = cloud.client().describe_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], **asked)
    return [one["Principal"] for one in answer["AllowedPrincipals"]]


def test_a_service_that_permits_nobody_is_seen_by_its_owner_alone(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)])
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    assert (_sees(ec2, service), _sees(other, service)) == (True, False)
    with refused("InvalidServiceName", f"The Vpc Endpoint Service '{service['ServiceName']}' does not exist"):
        connect(cloud, service)


def test_the_root_of_an_account_stands_for_all_of_it(cloud: Cloud, service: Any) -> None:
    assert _sees(cloud.client(account=OTHER_ACCOUNT), service)
    assert _sees(_as_role(cloud, ROLE), service)


def test_a_role_is_permitted_alone_whatever_its_path(cloud: Cloud, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROLE])
    assert _sees(_as_role(cloud, ROLE), service)
    assert _sees(_as_role(cloud, f"arn:aws:iam::{OTHER_ACCOUNT}:role/teams/data/deploy"), service)
    assert not _sees(_as_role(cloud, f"{ROLE}er"), service)
    assert not _sees(cloud.client(account=OTHER_ACCOUNT), service)


def test_a_user_is_permitted_alone(cloud: Cloud, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [USER])
    assert _sees(cloud.client(account=OTHER_ACCOUNT), service)
    assert not _sees(_as_role(cloud, ROLE), service)


def test_an_asterisk_permits_everybody(cloud: Cloud, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], ["*"])
    assert _sees(cloud.client(account=OTHER_ACCOUNT), service)


def test_permissions_are_listed_with_their_types_and_repeated_without_effect(cloud: Cloud, service: Any) -> None:
    answer = _permit(cloud, service, [ROLE, USER, ROOT_OF_OTHER, "*", ROLE])
    added = {one["Principal"]: one["PrincipalType"] for one in answer["AddedPrincipals"]}
    assert added == {ROLE: "Role", USER: "User", "*": "All"}
    assert _permit(cloud, service, [ROLE])["AddedPrincipals"] == []
    assert _principals(cloud, service) == sorted([ROLE, USER, ROOT_OF_OTHER, "*"])
    by_type: Any = [{"Name": "principal-type", "Values": ["Account"]}]
    assert _principals(cloud, service, Filters=by_type) == [ROOT_OF_OTHER]
    cloud.settings.aws_page_size = 3
    pages = (
        cloud.client()
        .get_paginator("describe_vpc_endpoint_service_permissions")
        .paginate(ServiceId=service["ServiceId"])
    )
    assert [len(page["AllowedPrincipals"]) for page in pages] == [3, 1]


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/deploy/session",
        f"arn:aws:iam::{OTHER_ACCOUNT}:role/teams/data/deploy",
        f"arn:aws:iam::{OTHER_ACCOUNT}:user/teams/data/deployer",
        OTHER_ACCOUNT,
        "AROAEXAMPLEEXAMPLEEXA",
    ],
)
def test_a_principal_that_is_no_arn_of_iam_or_has_a_path_is_refused(cloud: Cloud, service: Any, principal: str) -> None:
    with refused("InvalidPrincipal", f"Invalid Principal: '{principal}'"):
        _permit(cloud, service, [ROLE, principal])
    assert _principals(cloud, service) == [ROOT_OF_OTHER], "all or nothing"


def test_a_role_that_was_deleted_is_shown_by_an_id_that_can_be_removed(cloud: Cloud, service: Any) -> None:
    _permit(cloud, service, [ROLE])
    cloud.aws.provider.forget_principal(ROLE)
    (gone,) = [one for one in _principals(cloud, service) if one != ROOT_OF_OTHER]
    assert (gone[:4], len(gone)) == ("AROA", 21)
    _permit(cloud, service, [], [gone])
    assert _principals(cloud, service) == [ROOT_OF_OTHER]


def test_a_connection_is_accepted_by_the_provider_and_then_becomes_available(
    cloud: Cloud, ec2: EC2Client, service: Any
) -> None:
    service_id, vpc_endpoint_id = service["ServiceId"], connect(cloud, service)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "pendingAcceptance"}
    answer = ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    assert answer["Unsuccessful"] == []
    assert connections(cloud, service_id) == {vpc_endpoint_id: "pending"}
    cloud.clock.advance(cloud.settings.endpoint_available)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "available"}
    assert describe(cloud.client(account=OTHER_ACCOUNT), vpc_endpoint_id)["State"] == "available"


def test_a_service_without_acceptance_connects_at_once(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], AcceptanceRequired=False)
    vpc_endpoint_id = connect(cloud, service)
    assert connections(cloud, service["ServiceId"]) == {vpc_endpoint_id: "pending"}


def test_of_its_owner_a_connection_shows_the_account_alone(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    vpc_endpoint_id = connect(cloud, service)
    (found,) = ec2.describe_vpc_endpoint_connections()["VpcEndpointConnections"]
    expected = {
        "ServiceId": service["ServiceId"],
        "VpcEndpointId": vpc_endpoint_id,
        "VpcEndpointOwner": OTHER_ACCOUNT,
        "VpcEndpointState": "pendingAcceptance",
        "VpcEndpointRegion": REGION,
        "NetworkLoadBalancerArns": service["NetworkLoadBalancerArns"],
        "IpAddressType": "ipv4",
        "Tags": [],
    }
    found_there: dict[str, Any] = {**found}
    assert {key: found_there[key] for key in expected} == expected
    assert cloud.client(account=OTHER_ACCOUNT).describe_vpc_endpoint_connections()["VpcEndpointConnections"] == []


def test_a_new_connection_may_be_missing_for_seconds(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    cloud.settings.connection_visible = 10
    service_id, vpc_endpoint_id = service["ServiceId"], connect(cloud, service)
    assert describe(cloud.client(account=OTHER_ACCOUNT), vpc_endpoint_id)["State"] == "pendingAcceptance"
    assert connections(cloud, service_id) == {}
    answer = ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    text = f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist"
    assert unsuccessful(answer) == {vpc_endpoint_id: ("InvalidVpcEndpoint.NotFound", text)}
    cloud.clock.advance(10)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "pendingAcceptance"}


def test_what_cannot_be_accepted_or_rejected_is_answered_not_raised(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    service_id, first, second = service["ServiceId"], connect(cloud, service), connect(cloud, service)
    ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[first])
    answer: Any = ec2.accept_vpc_endpoint_connections(
        ServiceId=service_id, VpcEndpointIds=[first, second, UNKNOWN_ENDPOINT]
    )
    unknown = ("InvalidVpcEndpoint.NotFound", f"The Vpc Endpoint Id '{UNKNOWN_ENDPOINT}' does not exist")
    text = f"The VPC endpoint '{first}' is in the state pending and cannot be accepted"
    assert unsuccessful(answer) == {first: ("IncorrectState", text), UNKNOWN_ENDPOINT: unknown}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert connections(cloud, service_id) == {first: "pending", second: "pending"}
    ec2.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[first])
    cloud.clock.advance(cloud.settings.connection_rejecting)
    answer = ec2.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[first, UNKNOWN_ENDPOINT])
    text = f"The VPC endpoint '{first}' is in the state rejected and cannot be rejected"
    assert unsuccessful(answer) == {first: ("IncorrectState", text), UNKNOWN_ENDPOINT: unknown}


def test_an_endpoint_of_another_service_cannot_be_accepted(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, service: Any
) -> None:
    other_id = publish(cloud, [make_balancer(cloud, vpc, name="more")])["ServiceId"]
    vpc_endpoint_id = connect(cloud, service)
    answer = ec2.accept_vpc_endpoint_connections(ServiceId=other_id, VpcEndpointIds=[vpc_endpoint_id])
    assert unsuccessful(answer)[vpc_endpoint_id][0] == "InvalidVpcEndpoint.NotFound"
    assert connections(cloud, service["ServiceId"]) == {vpc_endpoint_id: "pendingAcceptance"}


def test_a_decision_without_endpoints_is_refused(ec2: EC2Client, service: Any) -> None:
    with refused("MissingParameter", "The request must contain the parameter VpcEndpointId"):
        ec2.accept_vpc_endpoint_connections(ServiceId=service["ServiceId"], VpcEndpointIds=[])


def test_the_endpoint_id_is_no_filter_of_connections(ec2: EC2Client) -> None:
    with refused("InvalidParameterValue", "The filter 'vpc-endpoint-id' is invalid"):
        ec2.describe_vpc_endpoint_connections(Filters=[{"Name": "vpc-endpoint-id", "Values": [UNKNOWN_ENDPOINT]}])


def test_a_rejection_takes_a_while_and_shows_on_both_sides(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    service_id, vpc_endpoint_id = service["ServiceId"], connect(cloud, service)
    ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.endpoint_available)
    ec2.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    assert connections(cloud, service_id) == {vpc_endpoint_id: "available"}
    cloud.clock.advance(cloud.settings.connection_rejecting)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "rejected"}
    assert describe(cloud.client(account=OTHER_ACCOUNT), vpc_endpoint_id)["State"] == "rejected"


def test_a_permission_that_is_withdrawn_leaves_connections_alone(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    service_id, accepted, waiting = service["ServiceId"], connect(cloud, service), connect(cloud, service)
    ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[accepted])
    cloud.clock.advance(cloud.settings.endpoint_available)
    _permit(cloud, service, [], [ROOT_OF_OTHER])
    cloud.clock.advance(10_000)
    assert connections(cloud, service_id) == {accepted: "available", waiting: "pendingAcceptance"}
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    assert describe(other, accepted)["State"] == "available"
    assert not _sees(other, service)
    with refused("InvalidServiceName", f"The Vpc Endpoint Service '{service['ServiceName']}' does not exist"):
        connect(cloud, service)


def test_a_consumer_sees_no_tags_of_the_provider(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    ec2.create_tags(Resources=[service["ServiceId"]], Tags=[{"Key": "Name", "Value": "orders"}])

    def tags(account: str) -> Any:
        client = cloud.client(account=account)
        answer = client.describe_vpc_endpoint_services(ServiceNames=[service["ServiceName"]])
        return answer["ServiceDetails"][0]["Tags"]

    assert (tags(ACCOUNT), tags(OTHER_ACCOUNT)) == ([{"Key": "Name", "Value": "orders"}], [])


def test_a_zone_that_the_service_does_not_serve_is_refused_to_consumers(cloud: Cloud, service: Any) -> None:
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    vpc = make_vpc(other)
    text = (
        f"The VPC endpoint service {service['ServiceName']} does not support the availability zone of the subnet: "
        f"{vpc.subnets['us-east-1d']}."
    )
    with refused("InvalidParameter", text):
        create(other, vpc, ("us-east-1d",), ServiceName=service["ServiceName"])


def test_accounts_may_call_one_zone_by_different_names(cloud: Cloud, ec2: EC2Client) -> None:
    cloud.settings.zone_names = "own"
    service = publish(cloud, [make_balancer(cloud, make_vpc(ec2))], [ROOT_OF_OTHER])
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    (seen,) = other.describe_vpc_endpoint_services(ServiceNames=[service["ServiceName"]])["ServiceDetails"]
    assert sorted(seen["AvailabilityZoneIds"]) == sorted(service["AvailabilityZoneIds"])
    assert seen["AvailabilityZones"] != service["AvailabilityZones"]
    vpc = make_vpc(other)
    zone_id = service["AvailabilityZoneIds"][0]
    made = other.create_subnet(VpcId=vpc.vpc_id, CidrBlock="10.20.90.0/24", AvailabilityZoneId=zone_id)
    by_id = made["Subnet"]
    assert (by_id["AvailabilityZoneId"], by_id["AvailabilityZone"] in seen["AvailabilityZones"]) == (zone_id, True)
    create(other, vpc, SubnetIds=[by_id["SubnetId"]], ServiceName=service["ServiceName"])
    (common,) = {one["ZoneName"] for one in other.describe_availability_zones(ZoneIds=[zone_id])["AvailabilityZones"]}
    assert by_id["AvailabilityZone"] == common


def test_tidb_cloud_connects_to_a_service_that_permits_its_account(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    with pytest.raises(PermissionError):
        cloud.aws.connect(service["ServiceName"])
    _permit(cloud, service, ["arn:aws:iam::410987654323:root"])
    vpc_endpoint_id = cloud.aws.connect(service["ServiceName"]).vpc_endpoint_id
    assert connections(cloud, service["ServiceId"]) == {vpc_endpoint_id: "pendingAcceptance"}
    ec2.accept_vpc_endpoint_connections(ServiceId=service["ServiceId"], VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.endpoint_available)
    (found,) = ec2.describe_vpc_endpoint_connections()["VpcEndpointConnections"]
    assert (found["VpcEndpointOwner"], found["VpcEndpointState"]) == ("410987654323", "available")
