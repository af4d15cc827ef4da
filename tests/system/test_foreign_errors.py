# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the libraries raise ends in a sentence and in `error`, and of many items in that of its own."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.support.customer import Customer
from tests.support.refused_runs import assert_clean, error, refused

ROLE = "arn:aws:iam::210987654321:role/private-endpoints"
SECRET = "the-secret-of-the-file-0123456789"
# Profiles that are broken, and what the message names.
PROFILES = {
    "a web identity token file that is not there": (
        f"role_arn = {ROLE}\nweb_identity_token_file = /no/such/token",
        "the file /no/such/token cannot be used on this host: No such file or directory",
    ),
    "a directory for a web identity token file": (
        f"role_arn = {ROLE}\nweb_identity_token_file = /",
        "the file / cannot be used on this host: Is a directory",
    ),
    "a helper program that is not there": (
        "credential_process = /no/such/helper",
        "The credential_process of the AWS profile cannot be started: No such file or directory: /no/such/helper",
    ),
    "a helper program that prints something else": (
        f"credential_process = echo {SECRET}",
        "The credential_process of the AWS profile did not print JSON",
    ),
    "a source profile that is not there": (
        f"role_arn = {ROLE}\nsource_profile = nobody",
        'The source_profile "nobody" referenced in the profile "broken" does not exist',
    ),
    "a source of credentials that does not exist": (
        f"role_arn = {ROLE}\ncredential_source = Moon",
        'The credential source "Moon" referenced in profile "broken" is not valid',
    ),
    "single sign-on without a session": (
        "sso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = x",
        "the AWS single sign-on session is missing or has expired",
    ),
    "half a key": ("aws_access_key_id = AKIAHALFHALFHALFHALF", "missing: aws_secret_access_key"),
}


def without_keys(customer: Customer) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        customer.environment.pop(name, None)


@pytest.mark.parametrize("kind", PROFILES)
def test_a_profile_that_cannot_be_used_fails_its_own_item_alone(
    customer: Customer, complete: dict[str, t.Any], tmp_path: Path, kind: str
) -> None:
    lines, named = PROFILES[kind]
    (tmp_path / "config").write_text(f"[profile broken]\n{lines}\n", encoding="utf-8")
    customer.environment["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    endpoints = [{**complete, "profile": "broken"}, complete]
    result = customer.run("private_endpoints", check=True, endpoints=endpoints)
    bad, good = result["results"]
    assert named in bad["msg"]
    assert set(error(bad)) == {"code", "status", "api", "request_id"}
    assert (good["failed"], good["changed"]) == (False, True)
    assert_clean(customer, json.dumps(result))
    assert SECRET not in json.dumps(result)


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_info"])
@pytest.mark.parametrize(
    ("content", "named"),
    [
        (f"aws_secret_access_key = {SECRET}\n", "Unable to parse config file"),
        (b"[default]\nregion = \xff\xfe\n", "Unable to parse config file"),
        ("[default]\ns3 =\n  nothing\n", "Unable to parse config file"),
    ],
)
def test_a_configuration_file_that_cannot_be_read_is_named_and_not_quoted(
    customer: Customer, complete: dict[str, t.Any], tmp_path: Path, module: str, content: str | bytes, named: str
) -> None:
    (tmp_path / "config").write_bytes(content if isinstance(content, bytes) else content.encode())
    without_keys(customer)
    customer.environment["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    result = refused(customer, module, **(complete if module == "private_endpoint" else {}))
    assert named in result["msg"]
    assert str(tmp_path / "config") in result["msg"]
    assert SECRET not in json.dumps(result)
    assert error(result)["code"] == "ConfigParseError"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAOPTIONOPTIONOPTN\n"}, "The AWS access key cannot be used: it ends with a line end"),
        ({"AWS_SECRET_ACCESS_KEY": '"quoted"'}, "The AWS secret key cannot be used: it holds a quote"),
        ({"AWS_SESSION_TOKEN": "to\nken"}, "The AWS session token cannot be used: it holds a blank or a line end"),
        ({"SSLKEYLOGFILE": "/no/such/keys"}, "the file /no/such/keys, which SSLKEYLOGFILE names, cannot be used"),
        ({"AWS_RETRY_MODE": "x", "AWS_DEFAULTS_MODE": "y"}, "invalid defaults mode"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(
    customer: Customer, complete: dict[str, t.Any], variables: dict[str, str], named: str
) -> None:
    customer.environment.update(variables)
    result = refused(customer, **complete)
    assert named in result["msg"]
    assert error(result)["api"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"assume_role_arn": "no-arn"}, "Check assume_role_arn and assume_role_external_id."),
        ({"endpoint_url": "http://[::1"}, "Invalid IPv6 URL"),
        ({"aws_config": {"no_such_setting": 1}}, "unexpected keyword argument 'no_such_setting'"),
        ({"profile": "nobody"}, "both a profile and access tokens"),
    ],
)
def test_an_option_that_aws_cannot_use_is_named(
    customer: Customer, complete: dict[str, t.Any], options: dict[str, t.Any], named: str
) -> None:
    result = refused(customer, **complete, **options)
    assert named in result["msg"]
    assert error(result)["api"]


@pytest.mark.parametrize(
    ("algorithms", "qop"),
    [("SHA-512-256", "auth"), ("MD5-sess", "auth"), ("SHA-256-sess", "auth-int"), ("MD5", "auth-int")],
)
def test_every_challenge_of_the_standard_lets_a_run_through(
    customer: Customer, complete: dict[str, t.Any], algorithms: str, qop: str
) -> None:
    customer.sandbox.settings.change({"digest_algorithms": algorithms, "digest_qop": qop})
    result = customer.run("private_endpoint", **complete)
    assert result["private_endpoint"]["status"] == "active", result["msg"]


@pytest.mark.parametrize("path", ["/v1", "/v1beta1/clusters", "/api"])
@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_info"])
def test_a_wrong_path_of_the_api_is_named_with_its_option(
    customer: Customer, complete: dict[str, t.Any], module: str, path: str
) -> None:
    url = customer.environment["TIDBCLOUD_DEDICATED_ENDPOINT"].removesuffix("/v1beta1") + path
    result = refused(customer, module, **(complete if module == "private_endpoint" else {}), tidbcloud_api_url=url)
    assert f"{path}, where nothing has answered as the API yet: check the path of tidbcloud_api_url" in result["msg"]
