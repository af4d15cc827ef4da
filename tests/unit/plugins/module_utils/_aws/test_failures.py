# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS does not answer is reported with what to check."""

from __future__ import annotations

import pytest
from botocore import exceptions as boto

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.failures import Call, not_answered, refused

URL = "https://ec2.us-east-1.amazonaws.com"
READ = Call("ec2", "DescribeVpcs", "us-east-1")
WRITE = Call("ec2", "CreateVpcEndpoint", "us-east-1")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (boto.ProfileNotFound(profile="team"), "(team) could not be found on this host. Check profile (AWS_PROFILE)"),
        (boto.NoCredentialsError(), "no AWS credentials were found. Give profile, or access_key and secret_key"),
        (
            boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "the AWS credentials are incomplete. Give profile, or access_key and secret_key",
        ),
        (boto.SSOTokenLoadError(error_msg="expired"), "single sign-on session is missing or has expired. Run 'aws sso"),
        (boto.TokenRetrievalError(provider="sso", error_msg="expired"), "Run 'aws sso login' for this profile."),
        (
            boto.CredentialRetrievalError(provider="process", error_msg="it broke"),
            "Error when retrieving credentials from process: it broke. Check profile, or access_key and secret_key",
        ),
    ],
)
def test_credentials_that_are_missing_name_their_options(error: Exception, sentence: str) -> None:
    problem = not_answered(WRITE, error)
    assert sentence in str(problem)
    assert (problem.api, problem.code, problem.ambiguous) == ("ec2", type(error).__name__, False)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            boto.SSLError(endpoint_url=URL, error=OSError("bad")),
            "name that CA's file in aws_ca_bundle (AWS_CA_BUNDLE).",
        ),
        (boto.ProxyConnectionError(proxy_url="http://me:secret@proxy"), "Check HTTPS_PROXY and NO_PROXY on this host."),
        (
            boto.EndpointConnectionError(endpoint_url=URL),
            "no connection to the ec2 endpoint of us-east-1 could be made. Check region, endpoint_url and this host's",
        ),
        (boto.ConnectTimeoutError(endpoint_url=URL), "no connection to the ec2 endpoint of us-east-1 could be made."),
        (boto.ReadTimeoutError(endpoint_url=URL), "AWS did not answer in time."),
        (
            boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            "the connection to AWS broke: 1 read, but total bytes expected is 2. Check endpoint_url, any proxy",
        ),
    ],
)
def test_an_answer_that_does_not_come_names_what_to_check_and_may_hide_a_write(error: Exception, sentence: str) -> None:
    problem = not_answered(WRITE, error)
    assert str(problem).startswith("CreateVpcEndpoint in us-east-1 failed: ")
    assert sentence in str(problem)
    assert "secret" not in str(problem)
    assert problem.ambiguous
    assert not not_answered(READ, error).ambiguous


def test_a_web_page_in_the_place_of_a_reason_is_not_repeated() -> None:
    problem = refused(READ, {"Error": {"Code": "500", "Message": "<html><p>sorry</p></html>"}})
    assert str(problem) == "AWS refused DescribeVpcs in us-east-1: a web page instead of a reason (500)"


@pytest.mark.parametrize("kind", ["an identity-based policy", "a service control policy", "a permissions boundary"])
def test_an_explicit_denial_is_reported_as_one(kind: str) -> None:
    said = f"User: me is not authorized to perform: ec2:CreateTags on resource: x with an explicit deny in {kind}"
    error = refused(WRITE, {"Error": {"Code": "UnauthorizedOperation", "Message": said}})
    assert str(error).startswith(
        "AWS did not permit CreateVpcEndpoint in us-east-1: a policy denies ec2:CreateTags explicitly, which no "
        "permission outweighs. Have the denial changed, or use other credentials. AWS says: "
    )
    assert f"explicit deny in {kind}" in str(error)
