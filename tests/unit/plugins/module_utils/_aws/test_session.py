# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, role
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import session as session_file
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import MAX_ATTEMPTS, AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.version import USER_AGENT
from tests.support.scripted_aws import ROLE_KEY, ROLE_SECRET, ROLE_TOKEN, FakeAws, Reply

KEY = "AKIAOPTIONOPTIONOPTN"
SECRET = "option-secret-access-key-of-the-test-01"
ENVIRONMENT_KEY = "AKIAENVIRONMENTENVIR"
PROFILE_KEY = "AKIAPROFILEPROFILEPR"
ROLE = "arn:aws:iam::210987654321:role/private-endpoints"
REFUSED = Reply(403, "AccessDenied", f"User: x is not authorized to perform: sts:AssumeRole on resource: {ROLE}")
CONFIGURATION = """
[default]
region = sa-east-1
[profile team]
region = eu-west-1
[profile bare]
[profile addressed]
endpoint_url = http://127.0.0.1:3
"""
KEYS = f"""
[default]
aws_access_key_id = AKIADEFAULTDEFAULTDE
aws_secret_access_key = default-secret-access-key-of-the-test
[team]
aws_access_key_id = {PROFILE_KEY}
aws_secret_access_key = profile-secret-access-key-of-the-test
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of the user's AWS settings; configuration files with some profiles."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    (tmp_path / "config").write_text(CONFIGURATION)
    (tmp_path / "credentials").write_text(KEYS)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def without_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    fake = FakeAws()
    yield fake
    fake.close()


class Module:
    """The options of a module, as AnsibleAWSModule would have them without an environment."""

    def __init__(self, **options: t.Any) -> None:
        self.params: dict[str, t.Any] = {**dict.fromkeys(aws_argument_spec()), "validate_certs": True, **options}
        self.no_log_values: set[str] = set()


def real_module(monkeypatch: pytest.MonkeyPatch, **options: t.Any) -> AnsibleAWSModule:
    """The real module, which reads the environment."""
    arguments = {"ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": "/tmp", "_ansible_keep_remote_files": False, **options}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    return AnsibleAWSModule(argument_spec={})


# Region


@pytest.mark.parametrize(
    ("options", "variables", "region"),
    [
        ({"region": "us-east-2"}, {"AWS_REGION": "us-west-1", "AWS_PROFILE": "team"}, "us-east-2"),
        ({}, {"AWS_REGION": "us-west-1", "AWS_DEFAULT_REGION": "us-west-2", "AWS_PROFILE": "team"}, "us-west-1"),
        ({}, {"AWS_DEFAULT_REGION": "us-west-2", "AWS_PROFILE": "team"}, "us-west-2"),
        ({"profile": "team"}, {"AWS_REGION": "us-west-1"}, "us-west-1"),
        ({"profile": "team"}, {}, "eu-west-1"),
        ({}, {"AWS_PROFILE": "team"}, "eu-west-1"),
        ({}, {"AWS_DEFAULT_PROFILE": "team"}, "eu-west-1"),
        ({}, {}, "sa-east-1"),
        ({"profile": "bare"}, {}, None),
        ({"region": ""}, {}, "sa-east-1"),
    ],
)
def test_the_region_is_the_option_else_the_environment_else_the_profiles(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], variables: dict[str, str], region: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert AwsSession(real_module(monkeypatch, **options)).region == region


@pytest.mark.usefixtures("without_files")
def test_a_region_that_nothing_sets_is_null() -> None:
    assert AwsSession(Module()).region is None


def test_an_items_profile_brings_its_own_region() -> None:
    assert AwsSession(Module(access_key=KEY, secret_key=SECRET), profile="team").region == "eu-west-1"


def test_an_explicit_region_holds_for_an_items_profile_too() -> None:
    assert AwsSession(Module(region="us-east-2"), profile="team").region == "us-east-2"


# Endpoint


@pytest.mark.parametrize(
    ("options", "variables", "url"),
    [
        ({"endpoint_url": "http://127.0.0.1:1"}, {"AWS_URL": "http://127.0.0.1:2"}, "http://127.0.0.1:1"),
        ({}, {"AWS_URL": "http://127.0.0.1:2", "AWS_ENDPOINT_URL": "http://127.0.0.1:4"}, "http://127.0.0.1:2"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:4"}, "http://127.0.0.1:4"),
        (
            {},
            {"AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:5", "AWS_ENDPOINT_URL": "http://127.0.0.1:4"},
            "http://127.0.0.1:5",
        ),
        ({"profile": "addressed"}, {}, "http://127.0.0.1:3"),
        ({"endpoint_url": ""}, {}, "https://ec2.us-east-1.amazonaws.com"),
    ],
)
def test_the_endpoint_is_the_option_else_what_amazon_aws_and_botocore_find(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], variables: dict[str, str], url: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = AwsSession(real_module(monkeypatch, **options)).client("ec2", "us-east-1")
    assert client.meta.endpoint_url == url


def test_an_invalid_address_is_an_error_with_a_sentence() -> None:
    with pytest.raises(ApiError, match="Connecting to ec2 in us-east-1 failed: Invalid endpoint: no-url"):
        AwsSession(Module(endpoint_url="no-url")).client("ec2", "us-east-1")


# Credentials


def asked_with(aws: FakeAws, session: AwsSession) -> str:
    api.describe_vpc_endpoints(session.client("ec2", "us-east-1"))
    return aws.asked[-1].access_key


def test_the_options_credentials_sign_the_requests(aws: FakeAws) -> None:
    module = Module(access_key=KEY, secret_key=SECRET, session_token="token-0123456789", endpoint_url=aws.url)
    assert asked_with(aws, AwsSession(module)) == KEY
    assert aws.asked[-1].token == "token-0123456789"


def test_an_items_profile_takes_the_place_of_the_modules_key(aws: FakeAws) -> None:
    module = Module(access_key=KEY, secret_key=SECRET, session_token="token-0123456789", endpoint_url=aws.url)
    assert asked_with(aws, AwsSession(module, profile="team")) == PROFILE_KEY
    assert aws.asked[-1].token is None


def test_an_items_profile_wins_over_the_environments_key(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ENVIRONMENT_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "environment-secret-access-key")
    module = real_module(monkeypatch, endpoint_url=aws.url)
    assert asked_with(aws, AwsSession(module)) == ENVIRONMENT_KEY
    assert asked_with(aws, AwsSession(module, profile="team")) == PROFILE_KEY


def test_a_profile_beside_a_key_is_refused_by_raising_and_not_by_ending_the_module() -> None:
    session = AwsSession(Module(profile="team", access_key=KEY, secret_key=SECRET))
    with pytest.raises(ApiError, match="both a profile and access tokens") as caught:
        session.client("ec2", "us-east-1")
    assert (caught.value.api, caught.value.code) == ("ec2", "OptionsRefused")


def test_a_profile_that_is_not_there_is_named() -> None:
    session = AwsSession(Module(profile="nobody"))
    assert session.region is None
    with pytest.raises(ApiError, match=r"\(nobody\) could not be found on this host\. Check profile") as caught:
        session.client("ec2", "us-east-1")
    assert caught.value.code == "ProfileNotFound"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"access_key": f"{KEY}\n", "secret_key": SECRET}, r"access key .* ends with a line end\. Correct access_key"),
        (
            {"access_key": KEY, "secret_key": f"{SECRET}\r\n"},
            r"secret key .* ends with a line end\. Correct secret_key",
        ),
        ({"access_key": KEY, "secret_key": f"'{SECRET}'"}, r"secret key .* holds a quote\. Correct secret_key"),
        (
            {"access_key": KEY, "secret_key": SECRET, "session_token": "to ken"},
            r"session token .* holds a blank or a line end\. Correct session_token \(AWS_SESSION_TOKEN\)",
        ),
    ],
)
def test_a_key_with_a_line_end_is_no_broken_connection(aws: FakeAws, options: dict[str, str], found: str) -> None:
    with pytest.raises(ApiError, match=f"^The AWS {found}") as caught:
        AwsSession(Module(**options, endpoint_url=aws.url)).client("sts", "us-east-1")
    assert caught.value.code == "UnusableKey"
    assert SECRET not in str(caught.value)
    assert aws.asked == []


def test_a_key_of_the_environment_is_checked_too(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{KEY}\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(ApiError, match="access key cannot be used: it ends with a line end"):
        AwsSession(Module(endpoint_url=aws.url)).client("sts", "us-east-1")


def test_keys_among_the_options_keep_others_from_being_looked_for(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda *_args: pytest.fail("they were looked for"))
    AwsSession(Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url)).client("sts", "us-east-1")


@pytest.mark.usefixtures("without_files")
def test_missing_credentials_are_said_when_the_first_call_is_made(aws: FakeAws) -> None:
    client = AwsSession(Module(endpoint_url=aws.url)).client("ec2", "us-east-1")
    with pytest.raises(ApiError, match=r"no AWS credentials were found. Give profile, or access_key and secret_key"):
        api.describe_vpc_endpoints(client)
    assert aws.actions == []


# Assumed roles


def test_a_role_is_assumed_once_and_signs_everything_after(aws: FakeAws) -> None:
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url, assume_role_arn=ROLE)
    module.params["assume_role_external_id"] = "external-7"
    session = AwsSession(module)
    for region in ("us-east-1", "eu-west-1", "us-east-1"):
        api.describe_vpc_endpoints(session.client("ec2", region))
    assert [(asked.action, asked.access_key, asked.region) for asked in aws.asked] == [
        ("AssumeRole", KEY, "us-east-1"),
        ("DescribeVpcEndpoints", ROLE_KEY, "us-east-1"),
        ("DescribeVpcEndpoints", ROLE_KEY, "eu-west-1"),
        ("DescribeVpcEndpoints", ROLE_KEY, "us-east-1"),
    ]
    assert aws.asked[0].parameters == {
        "RoleArn": ROLE,
        "RoleSessionName": "tidbcloud.privatelink",
        "ExternalId": "external-7",
    }
    assert {asked.token for asked in aws.asked[1:]} == {ROLE_TOKEN}


@pytest.fixture
def expiring(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """A client whose role's credentials are to be renewed; new ones last for an hour."""
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url, assume_role_arn=ROLE)
    with monkeypatch.context() as patch:
        patch.setattr(role, "LASTS", timedelta(minutes=5))
        return AwsSession(module).client("ec2", "us-east-1")


def test_the_credentials_of_a_role_are_renewed_before_they_expire(aws: FakeAws, expiring: t.Any) -> None:
    aws.asked.clear()
    for _call in range(2):
        api.describe_vpc_endpoints(expiring)
    assert [(asked.action, asked.access_key) for asked in aws.asked] == [
        ("AssumeRole", KEY),
        ("DescribeVpcEndpoints", ROLE_KEY),
        ("DescribeVpcEndpoints", ROLE_KEY),
    ]


def test_a_role_that_can_no_longer_be_assumed_is_reported_when_its_credentials_are_renewed(
    aws: FakeAws, expiring: t.Any
) -> None:
    aws.script = [REFUSED]
    with pytest.raises(ApiError, match="allow sts:AssumeRole in the IAM policy") as caught:
        api.describe_vpc_endpoints(expiring)
    assert (caught.value.api, caught.value.status) == ("sts", 403)
    assert aws.actions == ["AssumeRole", "AssumeRole"]


def test_an_items_role_takes_the_place_of_the_modules_and_a_profile_may_assume_it(aws: FakeAws) -> None:
    module = Module(endpoint_url=aws.url, assume_role_arn="arn:aws:iam::310987654322:role/other")
    api.describe_vpc_endpoints(AwsSession(module, profile="team", assume_role_arn=ROLE).client("ec2", "us-east-1"))
    assert [asked.access_key for asked in aws.asked] == [PROFILE_KEY, ROLE_KEY]
    assert aws.asked[0].parameters == {"RoleArn": ROLE, "RoleSessionName": "tidbcloud.privatelink"}


def test_an_empty_role_is_none(aws: FakeAws) -> None:
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url, assume_role_arn=ROLE)
    api.describe_vpc_endpoints(AwsSession(module, assume_role_arn="").client("ec2", "us-east-1"))
    assert aws.actions == ["DescribeVpcEndpoints"]


def test_a_role_that_may_not_be_assumed_names_the_permission(aws: FakeAws) -> None:
    aws.script = [REFUSED]
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url, assume_role_arn=ROLE)
    with pytest.raises(ApiError, match="allow sts:AssumeRole in the IAM policy") as caught:
        AwsSession(module).client("ec2", "us-east-1")
    assert (caught.value.api, caught.value.status) == ("sts", 403)


def test_the_secrets_of_a_role_are_hidden_in_every_way_that_ansible_has(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[str] = []
    monkeypatch.setattr(session_file, "register_secrets", registered.extend)
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url, assume_role_arn=ROLE)
    session = AwsSession(module)
    client = session.client("ec2", "us-east-1")
    assert module.no_log_values == {ROLE_SECRET, ROLE_TOKEN}
    assert registered == [ROLE_SECRET, ROLE_TOKEN]
    for secret in (SECRET, ROLE_SECRET, ROLE_TOKEN):
        assert secret not in f"{session!r} {client!r} {vars(client.meta)!r}"


# Clients


def test_a_client_is_made_once_for_each_service_and_region() -> None:
    session = AwsSession(Module(access_key=KEY, secret_key=SECRET))
    assert session.client("ec2", "us-east-1") is session.client("ec2", "us-east-1")
    assert session.client("ec2", "eu-west-1").meta.region_name == "eu-west-1"
    assert session.client("sts", "us-east-1").meta.service_model.service_name == "sts"


def test_every_request_says_which_tool_it_is_from(aws: FakeAws) -> None:
    asked_with(aws, AwsSession(Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url)))
    assert USER_AGENT in aws.asked[0].user_agent


def test_the_users_own_botocore_settings_win() -> None:
    module = Module(aws_config={"connect_timeout": 77, "retries": {"max_attempts": 0}}, aws_ca_bundle=None)
    config = AwsSession(module).client("ec2", "us-east-1").meta.config
    assert (config.connect_timeout, config.retries["total_max_attempts"]) == (77, 1)


def test_service_quotas_may_not_hold_up_a_run() -> None:
    session = AwsSession(Module())
    patient, hasty = (session.client(service, "us-east-1").meta.config for service in ("ec2", "service-quotas"))
    assert (patient.connect_timeout, patient.read_timeout) == (10, 30)
    assert patient.retries["total_max_attempts"] == MAX_ATTEMPTS
    assert (hasty.connect_timeout, hasty.retries["total_max_attempts"]) == (3, 1)


# Retries and failures


@pytest.fixture
def ec2(aws: FakeAws) -> t.Any:
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url)
    return AwsSession(module).client("ec2", "us-east-1")


@pytest.mark.parametrize(
    "passing",
    [
        Reply(503, "RequestLimitExceeded"),
        Reply(500, "InternalError"),
        Reply(lost=True),
        Reply(cut=True),
        Reply(body="<a"),
    ],
    ids=["throttled", "internal error", "connection lost", "cut off", "no XML"],
)
def test_a_failure_that_passes_is_repeated(aws: FakeAws, ec2: t.Any, passing: Reply) -> None:
    aws.script = [passing, passing]
    assert api.describe_vpc_endpoints(ec2) == []
    assert aws.actions == ["DescribeVpcEndpoints"] * 3


def test_throttling_without_end_says_what_to_do(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(503, "RequestLimitExceeded")] * 99
    with pytest.raises(ApiError, match=r"too many requests .* Run less at once") as caught:
        api.describe_vpc_endpoints(ec2)
    assert aws.actions == ["DescribeVpcEndpoints"] * MAX_ATTEMPTS
    assert (caught.value.code, caught.value.status) == ("RequestLimitExceeded", 503)
    assert caught.value.request_id == "request-7"
    assert not caught.value.ambiguous


def test_a_write_whose_answers_are_lost_is_ambiguous(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(lost=True)] * 99
    with pytest.raises(ApiError, match="ModifyVpcEndpoint in us-east-1 failed: the connection to AWS broke") as caught:
        api.modify_vpc_endpoint(ec2, "vpce-1", private_dns_enabled=True)
    assert caught.value.ambiguous


def test_a_write_whose_answer_is_cut_off_is_ambiguous_and_not_repeated(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(cut=True)]
    with pytest.raises(ApiError) as caught:
        api.modify_vpc_endpoint(ec2, "vpce-1", private_dns_enabled=True)
    assert caught.value.ambiguous
    assert aws.actions == ["ModifyVpcEndpoint"]


def test_a_write_that_botocore_repeated_is_ambiguous_whatever_the_last_answer_was(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(lost=True), Reply(400, "OperationInProgress")]
    with pytest.raises(ApiError) as caught:
        api.modify_vpc_endpoint(ec2, "vpce-1", private_dns_enabled=True)
    assert (caught.value.code, caught.value.ambiguous) == ("OperationInProgress", True)


def test_a_write_that_is_refused_at_once_is_not_ambiguous(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(400, "InvalidParameter", "The subnet is odd.")]
    with pytest.raises(ApiError, match=r"AWS refused ModifyVpcEndpoint in us-east-1: The subnet is odd\.") as caught:
        api.modify_vpc_endpoint(ec2, "vpce-1", private_dns_enabled=True)
    assert not caught.value.ambiguous
    assert caught.value.returned() == {
        "error": {"code": "InvalidParameter", "status": 400, "api": "ec2", "request_id": "request-7"}
    }


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AuthFailure", "does not accept the access key .* the region is enabled for the account"),
        ("InvalidClientTokenId", "does not accept the access key"),
        ("SignatureDoesNotMatch", "does not belong to the access key"),
        ("ExpiredToken", "have expired .* Renew them"),
        ("RequestExpired", "clock is wrong, or temporary credentials have expired"),
        ("OptInRequired", "has not enabled this region"),
    ],
)
def test_what_is_wrong_with_the_credentials_has_a_sentence(aws: FakeAws, ec2: t.Any, code: str, sentence: str) -> None:
    aws.script = [Reply(401, code)]
    with pytest.raises(ApiError, match=sentence) as caught:
        api.describe_vpc_endpoints(ec2)
    assert caught.value.code == code


def test_what_aws_repeats_of_a_wrongly_signed_request_is_not_shown(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [
        Reply(403, "SignatureDoesNotMatch", f"The canonical string should be x-amz-security-token:{ROLE_TOKEN}")
    ]
    with pytest.raises(ApiError) as caught:
        api.describe_vpc_endpoints(ec2)
    assert ROLE_TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("You are not authorized to perform this operation.", "ec2:CreateTags"),
        (
            "You are not authorized to perform this operation. User: u is not authorized to perform:"
            " route53:AssociateVPCWithHostedZone on resource: r. Encoded authorization failure message: aBcD",
            "route53:AssociateVPCWithHostedZone",
        ),
    ],
    ids=["plain", "with the action"],
)
def test_a_missing_permission_is_named_and_the_encoded_message_left_out(
    aws: FakeAws, ec2: t.Any, message: str, action: str
) -> None:
    aws.script = [Reply(403, "UnauthorizedOperation", message)]
    with pytest.raises(ApiError, match=f"allow {action} in the IAM policy") as caught:
        api.create_tags(ec2, "vpce-1", {"a": "1"})
    assert "aBcD" not in str(caught.value)


def test_a_refusal_because_the_vpc_is_shared_is_not_a_matter_of_permissions(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(403, "UnauthorizedOperation", "This operation does not support shared VPCs.")]
    with pytest.raises(ApiError, match=r"Use the owner's credentials\. AWS says: This operation does not") as caught:
        api.modify_vpc_endpoint(ec2, "vpce-1", add_subnet_ids=["subnet-a"])
    assert "IAM policy" not in str(caught.value)
    assert caught.value.code == "UnauthorizedOperation"


def test_an_answer_that_is_not_one_of_aws_says_so(aws: FakeAws, ec2: t.Any) -> None:
    aws.script = [Reply(body="<html><p>log in")] * 9
    with pytest.raises(ApiError, match=r"not a valid AWS answer. Check endpoint_url and any proxy"):
        api.describe_vpc_endpoints(ec2)


def test_an_endpoint_that_cannot_be_reached_says_so(aws: FakeAws, ec2: t.Any) -> None:
    aws.close()
    with pytest.raises(ApiError, match="no connection to the ec2 endpoint of us-east-1 could be made"):
        api.describe_vpc_endpoints(ec2)


def test_the_description_of_ec2_is_read_once_however_many_accounts_there_are(
    aws: FakeAws, files_read: list[str]
) -> None:
    module = Module(access_key=KEY, secret_key=SECRET, endpoint_url=aws.url)
    session = AwsSession(module)
    session.prepare()
    assert asked_with(aws, session) == KEY
    assert asked_with(aws, AwsSession(module, profile="team")) == PROFILE_KEY
    found = [path for path in files_read if "/ec2/" in path and path.endswith("service-2")]
    assert len(found) == 1


def test_preparing_tells_nothing_of_what_making_a_client_will() -> None:
    session = AwsSession(Module(profile="nobody"))
    session.prepare()
    with pytest.raises(ApiError, match="nobody"):
        session.client("ec2", "us-east-1")
