# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS does not permit is reported with the policy and the permission that it names."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.denials import denial
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.failures import Call, is_denied, refused
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError

WRITE = Call("ec2", "CreateVpcEndpoint", "us-east-1")
WHO = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_NetworkAdministrator_0123456789abcdef/jane.doe@example.com"
WHAT = "arn:aws:ec2:us-east-1:123456789012:vpc-endpoint/*"


def test_a_denial_ends_with_what_to_do() -> None:
    assert denial("It", "ec2:It", "with an explicit deny in a permissions boundary") == (
        "AWS did not permit It: the permissions boundary of these credentials denies ec2:It explicitly, which no "
        "permission outweighs. Have the boundary changed: an IAM policy alone is not enough, or use other credentials."
    )


def denied(ending: str, action: str = "ec2:CreateVpcEndpoint") -> ApiError:
    """As EC2 says it."""
    said = (
        f"You are not authorized to perform this operation. User: {WHO} is not authorized to perform: {action} on "
        f"resource: {WHAT} {ending}"
    )
    return refused(WRITE, {"Error": {"Code": "UnauthorizedOperation", "Message": said}})


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("a service control policy", "a service control policy (SCP) of the organization denies"),
        ("a resource control policy", "a resource control policy (RCP) of the organization denies"),
        ("a permissions boundary", "the permissions boundary of these credentials denies"),
        ("a session policy", "the session policy of these credentials denies"),
        ("a VPC endpoint policy", "the policy of the VPC endpoint through which AWS is called denies"),
        ("an identity-based policy", "an IAM policy of these credentials denies"),
        ("a policy of a kind to come", "a policy denies"),
    ],
)
@pytest.mark.parametrize("encoded", ["", " Encoded authorization failure message: 0l-KPWQJ8q5z3YatP3Ybgb"])
def test_an_explicit_denial_is_reported_as_one_with_the_policy_that_denies(kind: str, what: str, encoded: str) -> None:
    policy = ": arn:aws:organizations::123456789012:policy/o-1/service_control_policy/p-2"
    error = denied(f"with an explicit deny in {kind}{policy}{encoded}")
    assert str(error).startswith(
        f"AWS did not permit CreateVpcEndpoint in us-east-1: {what} ec2:CreateVpcEndpoint explicitly, which no "
        "permission outweighs."
    )
    assert f"explicit deny in {kind}" in str(error)
    assert "p-2" in str(error)
    assert "0l-KPWQ" not in str(error)
    assert "allow ec2:CreateVpcEndpoint" not in str(error)
    assert is_denied(error)


@pytest.mark.parametrize(
    ("ending", "what"),
    [
        ("because no identity-based policy allows the {} action.", "allow {} in the IAM policy of these credentials."),
        ("", "allow ec2:CreateVpcEndpoint in the IAM policy of these credentials."),
        (
            "because no service control policy allows the {} action.",
            "a service control policy (SCP) of the organization does not allow {}. Only the administrators of the AWS",
        ),
        (
            "because no permissions boundary allows the {} action.",
            "the permissions boundary of these credentials does not allow {}. Have the boundary changed: an IAM policy",
        ),
    ],
)
@pytest.mark.parametrize("action", ["ec2:CreateVpcEndpoint", "vpce:AllowMultiRegion", "route53:AssociateVPC"])
def test_the_permission_that_is_missing_is_the_one_that_aws_names(ending: str, what: str, action: str) -> None:
    """AWS may call one action and miss another: an endpoint of another region's service needs vpce:AllowMultiRegion."""
    error = denied(ending.format(action))
    assert f"AWS did not permit CreateVpcEndpoint in us-east-1: {what.format(action)}" in str(error)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("You are not authorized to perform this operation.", "ec2:CreateVpcEndpoint"),
        ("User: x is not authorized to perform: vpce:AllowMultiRegion on resource: y", "vpce:AllowMultiRegion"),
        ("Not allowed without the permission vpce:AllowMultiRegion.", "vpce:AllowMultiRegion"),
        ("User: arn:aws:iam::1:user/Bob may not do it", "ec2:CreateVpcEndpoint"),
    ],
)
def test_where_aws_names_no_action_it_is_that_of_the_call(said: str, action: str) -> None:
    error = refused(WRITE, {"Error": {"Code": "UnauthorizedOperation", "Message": said}})
    assert f": allow {action} in the IAM policy" in str(error)
