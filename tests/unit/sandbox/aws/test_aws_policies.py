# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies are enforced on the calls really made, and the permissions that these need are recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws import policies
from tests.sandbox.aws.policies import Target
from tests.support.aws_sandbox import ACCOUNT, KEYS, OTHER_ACCOUNT, REGION, Cloud, Vpc, create, refused

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

KEY = KEYS[ACCOUNT][0]
USER = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
OURS = {"aws:ResourceTag/managed-by": "us"}
TAGGED: Any = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "managed-by", "Value": "us"}]}]


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(*actions: str, resource: Any = "*", effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def _judge(statement: dict[str, Any], action: str = "ec2:CreateVpc", arn: str = "*") -> str:
    return policies.read(_policy(statement)).judge(action, Target(arn))


def _conditioned(operator: str, key: str, value: Any) -> dict[str, Any]:
    condition: dict[str, Any] = {operator: {key: value}}
    return _allow("ec2:*", **condition)


@pytest.fixture(autouse=True)
def _without_policies(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.aws.authorizer.reset()


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("ec2:CreateVpc", True), ("EC2:create*", True), ("ec2:Create?pc", True), ("ec2:Delete*", False)],
)
def test_actions_fit_by_wildcards_whatever_their_case(pattern: str, fits: bool) -> None:
    assert (_judge(_allow(pattern)) == "allowed") == fits


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("*", True),
        (f"{ARN}:vpc/vpc-1", True),
        (f"{ARN}:vpc/*", True),
        ("arn:aws:ec2:*:*:vpc/*", True),
        ("arn:aws:ec2:*", False),
        (f"{ARN}:subnet/*", False),
    ],
)
def test_resources_fit_by_wildcards_within_the_parts_of_an_arn(pattern: str, fits: bool) -> None:
    assert (_judge(_allow("ec2:*", resource=pattern), arn=f"{ARN}:vpc/vpc-1") == "allowed") == fits


def test_an_action_without_resource_types_needs_every_resource() -> None:
    assert _judge(_allow("ec2:*", resource=f"{ARN}:vpc/*")) == "not allowed"


def test_a_denial_outweighs_every_permission() -> None:
    policy = policies.read(_policy(_allow("*"), _allow("ec2:CreateVpc", effect="Deny")))
    assert policy.judge("ec2:CreateVpc", Target()) == "explicitly denied"
    assert policy.judge("ec2:CreateSubnet", Target()) == "allowed"


@pytest.mark.parametrize(
    ("operator", "value", "found", "fits"),
    [
        ("StringEquals", "us", ("us",), True),
        ("StringEquals", ["them", "us"], ("us",), True),
        ("StringEquals", "US", ("us",), False),
        ("StringEquals", "us", None, False),
        ("StringEqualsIfExists", "us", None, True),
        ("StringEqualsIfExists", "us", ("them",), False),
        ("StringNotEquals", "us", None, True),
        ("StringNotEquals", ["us", "them"], ("us",), False),
        ("StringLike", "u*", ("us",), True),
        ("StringLike", "x*", ("us",), False),
        ("Null", "true", None, True),
        ("Null", True, ("us",), False),
        ("Null", "false", ("us",), True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), False),
        ("ForAllValues:StringEquals", ["a", "b"], None, True),
        ("ForAnyValue:StringEquals", ["a", "b"], ("a", "c"), True),
        ("ForAnyValue:StringEquals", ["a", "b"], None, False),
    ],
)
def test_conditions_hold_as_iam_documents_them(
    operator: str, value: Any, found: tuple[str, ...] | None, fits: bool
) -> None:
    keys = {} if found is None else {"aws:tagkeys": found}
    policy = policies.read(_policy(_conditioned(operator, "aws:TagKeys", value)))
    assert (policy.judge("ec2:CreateVpc", Target(keys=keys)) == "allowed") == fits


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "is an object with Statement"),
        ({"Statement": []}, "must be 2012-10-17"),
        (_policy({"Effect": "Allow", "Action": "*"}), "either Resource or NotResource"),
        (_policy({"Effect": "Perhaps", "Action": "*", "Resource": "*"}), "Allow or Deny"),
        (_policy(_conditioned("DateEquals", "aws:CurrentTime", "x")), "DateEquals is not supported"),
        (_policy(_conditioned("StringEquals", "aws:username", "${aws:username}")), "variables are not supported"),
    ],
)
def test_a_document_that_would_be_misread_is_refused(document: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        policies.read(document)


def test_without_a_policy_everything_is_allowed_and_other_keys_stay_free(cloud: Cloud, ec2: EC2Client) -> None:
    ec2.describe_vpcs()
    cloud.aws.authorizer.attach(KEY, _policy())
    with refused(
        "UnauthorizedOperation",
        f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: "
        "ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action",
    ):
        ec2.describe_vpcs()
    cloud.client("ec2", OTHER_ACCOUNT).describe_vpcs()
    cloud.aws.authorizer.detach(KEY)
    ec2.describe_vpcs()


def test_a_refused_write_names_the_resource_and_has_an_encoded_message(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:CreateVpcEndpoint", resource=f"{ARN}:vpc-endpoint/*")))
    with pytest.raises(ClientError, match=r"Encoded authorization failure message: [\w=-]{60,}") as raised:
        create(ec2, vpc)
    assert f"ec2:CreateVpcEndpoint on resource: {ARN}:vpc/{vpc.vpc_id} because no" in str(raised.value)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    cloud.aws.authorizer.detach(KEY)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_an_explicit_denial_is_called_one(cloud: Cloud, ec2: EC2Client) -> None:
    cloud.aws.authorizer.attach(KEY, _policy(_allow("*"), _allow("ec2:CreateVpc", effect="Deny")))
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        ec2.create_vpc(CidrBlock="10.30.0.0/16")


def test_a_dry_run_tells_what_is_permitted(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:CreateVpcEndpoint", "ec2:Describe*")))
    with pytest.raises(ClientError, match="DryRunOperation"):
        create(ec2, vpc, DryRun=True)
    with pytest.raises(ClientError, match=r"UnauthorizedOperation.*ec2:CreateTags on resource: .*:vpc-endpoint/\*"):
        create(ec2, vpc, TagSpecifications=TAGGED, DryRun=True)
    with pytest.raises(ClientError, match=r"UnauthorizedOperation.*ec2:DeleteVpcEndpoints"):
        ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0a1b2c3d4e5f60718"], DryRun=True)


def test_only_what_has_the_tag_can_be_deleted(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    ours, theirs = create(ec2, vpc, TagSpecifications=TAGGED), create(ec2, vpc, ("us-east-1c",))
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:DeleteVpcEndpoints", StringEquals=OURS)))
    ec2.delete_vpc_endpoints(VpcEndpointIds=[ours])
    with pytest.raises(ClientError, match=f"vpc-endpoint/{theirs}"):
        ec2.delete_vpc_endpoints(VpcEndpointIds=[theirs])


def test_tagging_can_be_bound_to_creation(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    theirs = create(ec2, vpc)
    creation = _allow("ec2:CreateTags", StringEquals={"ec2:CreateAction": ["CreateVpcEndpoint"]})
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:CreateVpcEndpoint"), creation))
    create(ec2, vpc, ("us-east-1c",), TagSpecifications=TAGGED)
    with pytest.raises(ClientError, match=f"ec2:CreateTags on resource: {ARN}:vpc-endpoint/{theirs}"):
        ec2.create_tags(Resources=[theirs], Tags=[{"Key": "managed-by", "Value": "us"}])


def test_a_condition_on_the_requests_tags_concerns_only_what_is_made(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    condition = {"aws:RequestTag/managed-by": "us"}
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:*", StringEquals=condition)))
    with pytest.raises(ClientError, match=f"vpc/{vpc.vpc_id}"):
        create(ec2, vpc, TagSpecifications=TAGGED)
    networks = _allow(
        "ec2:CreateVpcEndpoint", resource=[f"{ARN}:{kind}/*" for kind in ("vpc", "subnet", "security-group")]
    )
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:*", StringEquals=condition), networks))
    create(ec2, vpc, TagSpecifications=TAGGED)
    with pytest.raises(ClientError, match="vpc-endpoint/"):
        create(ec2, vpc)


def test_a_region_can_be_required(cloud: Cloud) -> None:
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:*", StringEquals={"aws:RequestedRegion": REGION})))
    cloud.client().describe_vpcs()
    with pytest.raises(ClientError, match=r"UnauthorizedOperation"):
        cloud.client("ec2", ACCOUNT, "us-west-2").describe_vpcs()


def test_private_dns_needs_a_permission_that_no_dry_run_looks_at(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    cloud.aws.authorizer.attach(KEY, _policy(_allow("ec2:*")))
    with pytest.raises(ClientError, match="DryRunOperation"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True, DryRun=True)
    with pytest.raises(ClientError, match=r"UnauthorizedOperation.*route53:AssociateVPCWithHostedZone"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


def test_other_services_refuse_in_their_own_words_and_the_own_identity_is_free(cloud: Cloud) -> None:
    cloud.aws.authorizer.attach(KEY, _policy())
    assert cloud.client("sts").get_caller_identity()["Account"] == ACCOUNT
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/ansible"
    with refused(
        "AccessDenied",
        f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {role} "
        "because no identity-based policy allows the sts:AssumeRole action",
    ):
        cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="run")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*servicequotas:GetServiceQuota on resource: arn:"):
        cloud.client("service-quotas").get_service_quota(ServiceCode="vpc", QuotaCode="L-29B6F2EB")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*pricing:GetProducts because no"):
        cloud.client("pricing").get_products(ServiceCode="AmazonVPC")


def test_a_policy_of_a_role_holds_for_its_sessions(cloud: Cloud) -> None:
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/network/ansible"
    cloud.aws.authorizer.attach(role, _policy(_allow("ec2:DescribeVpcs")))
    keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]
    session: Any = boto3.session.Session()
    ec2 = session.client(
        "ec2",
        region_name=REGION,
        endpoint_url=cloud.client().meta.endpoint_url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    ec2.describe_vpcs()
    with pytest.raises(ClientError, match="assumed-role/ansible/run is not authorized to perform: ec2:DescribeSubnets"):
        ec2.describe_subnets()


def test_what_was_asked_for_is_recorded_with_and_without_a_policy(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.aws.authorizer.forget()
    create(ec2, vpc, TagSpecifications=TAGGED)
    asked = {(one["action"], one["resource_type"], one["create_action"]): one for one in cloud.aws.authorizer.asked()}
    assert set(asked) == {
        ("ec2:CreateTags", "vpc-endpoint", "CreateVpcEndpoint"),
        ("ec2:CreateVpcEndpoint", "security-group", ""),
        ("ec2:CreateVpcEndpoint", "subnet", ""),
        ("ec2:CreateVpcEndpoint", "vpc", ""),
        ("ec2:CreateVpcEndpoint", "vpc-endpoint", ""),
    }
    tagging = asked["ec2:CreateTags", "vpc-endpoint", "CreateVpcEndpoint"]
    assert (tagging["asked"], tagging["refused"], tagging["dry_run"]) == (1, 0, False)
    assert "aws:requesttag/managed-by" in tagging["condition_keys"]
    cloud.aws.authorizer.attach(KEY, _policy())
    with pytest.raises(ClientError):
        ec2.describe_vpcs()
    assert {one["action"]: one["refused"] for one in cloud.aws.authorizer.asked()}["ec2:DescribeVpcs"] == 1


def test_the_documented_policy_can_be_read() -> None:
    document = json.loads(Path("docs/iam-policy.json").read_text())
    assert policies.read(document).judge("ec2:DescribeVpcs", Target()) == "allowed"
