# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS does not answer is reported with what to check."""

from __future__ import annotations

import configparser
import ssl

import pytest
from botocore import exceptions as boto
from urllib3.exceptions import LocationParseError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.failures import Call
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.host_failures import not_answered

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
            "incomplete: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY. Give profile, or access_key",
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
            "the TLS connection to the ec2 endpoint broke (bad); check endpoint_url and any proxy or firewall in",
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


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 20, "unable to get local issuer certificate"
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (boto.SSLError(endpoint_url=URL, error=untrusted()), "name that CA's file in aws_ca_bundle (AWS_CA_BUNDLE)."),
        (
            boto.SSLError(endpoint_url=URL, error=FileNotFoundError(2, "No such file or directory")),
            "no CA certificate can be read from the file that aws_ca_bundle (AWS_CA_BUNDLE) names (No such file",
        ),
        (
            boto.ConnectionClosedError(endpoint_url=URL, error=FileNotFoundError(2, "No such file or directory")),
            "a file that TLS needs cannot be used on this host: No such file or directory. Check aws_ca_bundle",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "/no/such/token"),
            "the file /no/such/token, which AWS_WEB_IDENTITY_TOKEN_FILE names, cannot be used on this host: No such",
        ),
        (
            boto.HTTPClientError(error=ValueError("Invalid header value b'secret-token\\n'")),
            "a header cannot be sent, since it holds a line end or another character that none has. Check the keys",
        ),
        (
            boto.HTTPClientError(error=ValueError("Invalid IPv6 URL")),
            "the request could not be sent: Invalid IPv6 URL. Check endpoint_url, HTTPS_PROXY on this host",
        ),
        (
            boto.HTTPClientError(error=LocationParseError("'host:abc' is not a valid host")),
            "the request could not be sent: Failed to parse: 'host:abc' is not a valid host. Check endpoint_url",
        ),
        (boto.HTTPClientError(error=ConnectionResetError(104, "reset")), "the connection to AWS broke: reset. Check"),
    ],
)
def test_what_happens_on_this_host_is_no_broken_connection(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/token")
    problem = not_answered(WRITE, error)
    assert sentence in str(problem)
    assert "secret" not in str(problem)
    assert problem.returned()["error"]["code"] == type(error).__name__


def test_a_role_that_is_none_names_its_options() -> None:
    asked = Call("sts", "AssumeRole", "us-east-1")
    problem = not_answered(asked, boto.ParamValidationError(report="Invalid length for parameter RoleArn"))
    assert "Invalid length for parameter RoleArn. Check assume_role_arn and assume_role_external_id." in str(problem)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("aws_secret_access_key = the-secret\n", ", at line 1"),
        ("[default]\nregion = a\n[default]\n", ", at line 3"),
        ("[default]\nthe-secret\n", ""),
    ],
)
def test_a_configuration_file_that_cannot_be_parsed_is_named_and_not_quoted(content: str, line: str) -> None:
    with pytest.raises(configparser.Error) as caught:
        configparser.RawConfigParser().read_string(content)
    wrapped = caused(boto.ConfigParseError(path="/home/me/.aws/credentials", error=caught.value), caught.value)
    problem = str(not_answered(READ, wrapped))
    assert f"Unable to parse config file: /home/me/.aws/credentials{line}. It must be text in UTF-8" in problem
    assert "the-secret" not in problem
