# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of the sandbox's AWS: keys, roles, quotas, and that they are empty."""

from __future__ import annotations

import gc
import io
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ec2.models import ec2_backends

from tests.sandbox.aws import Aws
from tests.support.aws_sandbox import (
    ACCOUNT,
    HOST,
    KEYS,
    OTHER_ACCOUNT,
    REGION,
    SERVICE,
    ZONES,
    Cloud,
    Vpc,
    create,
    create_available,
    describe,
    make_vpc,
    refused,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def _client(cloud: Cloud, service: str, access_key: str, secret_key: str, token: str | None = None) -> Any:
    session: Any = boto3.session.Session()
    return session.client(
        service,
        region_name=REGION,
        endpoint_url=cloud.client().meta.endpoint_url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        aws_session_token=token,
    )


@pytest.mark.parametrize(
    "keys",
    [("AKIANOBODYKNOWSTHIS12", KEYS[ACCOUNT][1]), (KEYS[ACCOUNT][0], "not-the-secret-of-this-key-at-all-0123456789")],
    ids=["unknown key", "wrong secret"],
)
def test_keys_that_do_not_work_are_refused_in_each_service_s_words(cloud: Cloud, keys: tuple[str, str]) -> None:
    with refused("AuthFailure", "AWS was not able to validate the provided access credentials"):
        _client(cloud, "ec2", *keys).describe_vpcs()
    with refused("InvalidClientTokenId", "The security token included in the request is invalid."):
        _client(cloud, "sts", *keys).get_caller_identity()
    with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
        _client(cloud, "service-quotas", *keys).get_service_quota(ServiceCode="vpc", QuotaCode="L-29B6F2EB")


def test_a_request_without_a_signature_is_refused(cloud: Cloud) -> None:
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/moto-api/reset", "wsgi.input": io.BytesIO()}
    answer = b"".join(cloud.aws.app(environ, lambda status, headers, exc_info=None: statuses.append(status) or print))  # type: ignore[func-returns-value]
    assert statuses == ["401 UNAUTHORIZED"]
    assert b"AuthFailure" in answer


def test_the_caller_learns_who_he_is(cloud: Cloud) -> None:
    identity = cloud.client("sts", OTHER_ACCOUNT).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:user/sandbox")


def test_an_assumed_role_works_in_the_account_of_the_role(cloud: Cloud) -> None:
    answer = cloud.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{OTHER_ACCOUNT}:role/network/ansible", RoleSessionName="run"
    )
    keys = answer["Credentials"]
    secrets = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    identity = _client(cloud, "sts", *secrets).get_caller_identity()
    assert identity["Account"] == OTHER_ACCOUNT
    assert identity["Arn"] == f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/ansible/run"
    vpc_id = _client(cloud, "ec2", *secrets).create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    assert [one["VpcId"] for one in cloud.client(account=OTHER_ACCOUNT).describe_vpcs()["Vpcs"]] == [vpc_id]
    assert cloud.client().describe_vpcs()["Vpcs"] == []
    with refused("AuthFailure", "AWS was not able to validate the provided access credentials"):
        _client(cloud, "ec2", *secrets[:2]).describe_vpcs()


def test_a_role_of_an_unknown_account_cannot_be_assumed(cloud: Cloud) -> None:
    role = "arn:aws:iam::999999999999:role/ansible"
    user = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
    with refused("AccessDenied", f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role}"):
        cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="run")


def test_service_quotas_know_the_quota_that_is_enforced(cloud: Cloud) -> None:
    cloud.settings.endpoint_quota = 7
    quotas = cloud.client("service-quotas")
    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-29B6F2EB")["Quota"]["Value"] == 7.0
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")


def test_a_new_account_is_empty(ec2: EC2Client) -> None:
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert ec2.describe_subnets()["Subnets"] == []
    assert ec2.describe_security_groups()["SecurityGroups"] == []
    assert ec2.describe_network_acls()["NetworkAcls"] == []
    assert ec2.describe_route_tables()["RouteTables"] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert ec2.describe_tags()["Tags"] == []


def test_a_reset_empties_everything_as_often_as_wanted(cloud: Cloud, ec2: EC2Client) -> None:
    for _turn in range(2):
        vpc = make_vpc(ec2)
        create(
            ec2,
            vpc,
            ClientToken="orders",
            TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "orders"}]}],
        )
        cloud.aws.reset()
        assert cloud.aws.endpoints() == []
        assert ec2.describe_vpcs()["Vpcs"] == []
        assert ec2.describe_tags()["Tags"] == []
        assert ec2.describe_vpc_endpoint_services()["ServiceNames"] == []
        cloud.aws.add_service(
            region=REGION, service_name=SERVICE, zone_ids=ZONES, private_dns_name=HOST, principals=[ACCOUNT]
        )


def test_a_reset_lets_go_of_what_was_there(cloud: Cloud, ec2: EC2Client) -> None:
    make_vpc(ec2)
    account = weakref.ref(ec2_backends[ACCOUNT][REGION])
    cloud.aws.reset()
    gc.collect()
    assert account() is None


def test_what_was_under_way_before_a_reset_no_longer_happens(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])
    cloud.aws.reset()
    cloud.clock.advance(10_000)
    assert cloud.aws.endpoints() == []


def test_a_summary_shows_what_each_account_holds(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    summary = cloud.aws.summary()
    assert summary[ACCOUNT]["vpcs"] == [vpc.vpc_id]
    assert sorted(summary[ACCOUNT]["subnets"]) == sorted(vpc.subnets.values())
    assert summary[ACCOUNT]["security_groups"] == [vpc.group_id]
    assert len(summary[ACCOUNT]["network_interfaces"]) == 1
    assert summary[ACCOUNT]["endpoints"] == [
        {
            "vpc_endpoint_id": vpc_endpoint_id,
            "region": REGION,
            "service_name": SERVICE,
            "state": "pendingAcceptance",
            "private_dns_enabled": False,
        }
    ]
    assert not any(summary[OTHER_ACCOUNT].values())


def test_endpoints_of_a_service_that_goes_are_rejected(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    cloud.aws.remove_service(SERVICE)
    assert describe(ec2, vpc_endpoint_id)["State"] == "rejected"
    assert ec2.describe_vpc_endpoint_services()["ServiceNames"] == []


def test_tidb_cloud_sees_endpoints_of_all_accounts(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    other = cloud.client(account=OTHER_ACCOUNT)
    ids = [create(ec2, vpc), create(other, make_vpc(other))]
    assert [one.vpc_endpoint_id for one in cloud.aws.endpoints(SERVICE)] == ids
    assert [one.account_id for one in cloud.aws.endpoints()] == [ACCOUNT, OTHER_ACCOUNT]
    assert cloud.aws.endpoints("another") == []
    assert cloud.aws.endpoint("vpce-0123456789abcdef0") is None
    assert not cloud.aws.accept("vpce-0123456789abcdef0")


@pytest.mark.parametrize(
    ("content_type", "body", "target", "expected"),
    [
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            b"Action=CreateVpcEndpoint&Version=2016-11-15&VpcId=vpc-1&SubnetId.1=subnet-1",
            "",
            ("CreateVpcEndpoint", {"VpcId": "vpc-1", "SubnetId.1": "subnet-1"}),
        ),
        (
            "application/x-amz-json-1.1",
            b'{"ServiceCode": "vpc"}',
            "ServiceQuotasV20190624.GetServiceQuota",
            ("GetServiceQuota", {"ServiceCode": "vpc"}),
        ),
    ],
)
def test_the_request_log_learns_action_account_and_parameters(
    cloud: Cloud, content_type: str, body: bytes, target: str, expected: tuple[str, dict[str, str]]
) -> None:
    environ = {
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_X_AMZ_TARGET": target,
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={KEYS[ACCOUNT][0]}/20260101/{REGION}/ec2/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00",
    }
    aws: Aws = cloud.aws
    assert aws.name_call(environ) == (expected[0], ACCOUNT, expected[1])
    assert environ["wsgi.input"].read() == body, "left for the next reader"  # type: ignore[attr-defined]


def test_a_service_that_the_sandbox_lacks_denies_access(cloud: Cloud) -> None:
    with refused("AccessDeniedException", "The sandbox does not have the AWS service ssm."):
        cloud.client("ssm").describe_parameters()


def test_an_action_that_the_sandbox_lacks_is_answered_as_an_error(ec2: EC2Client) -> None:
    with pytest.raises(ClientError, match="InvalidAction"):
        ec2.describe_vpc_endpoint_connection_notifications()


def test_many_customers_at_once_each_get_their_own(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = [*pool.map(lambda _index: create(ec2, vpc), range(24))]
        states = [*pool.map(lambda one: describe(ec2, one)["VpcEndpointId"], ids)]
    assert len(set(ids)) == 24
    assert states == ids
