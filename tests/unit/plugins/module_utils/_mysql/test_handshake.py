# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.handshake import (
    parse_greeting,
    relax,
    server_error,
    tls_context,
)
from tests.support import hostile_databases as hostile


def test_a_greeting_tells_version_challenge_method_and_tls() -> None:
    greeting = parse_greeting(hostile.greeting(method=b"caching_sha2_password"))
    assert greeting.server_version == "8.0.11-TiDB-v8.5.2"
    assert greeting.nonce == hostile.NONCE
    assert greeting.auth_plugin == "caching_sha2_password"
    assert greeting.offers_tls
    assert greeting.is_tidb


def test_a_greeting_without_tls_says_so() -> None:
    greeting = parse_greeting(hostile.greeting(capabilities=hostile.CAPABILITIES & ~hostile.SSL))
    assert not greeting.offers_tls
    assert "ssl" not in greeting.capability_names


def test_capabilities_have_the_protocol_s_names() -> None:
    assert {"ssl", "plugin_auth"} <= set(parse_greeting(hostile.greeting()).capability_names)
    # One that has no name here is left out.
    with_rare_one = hostile.greeting(capabilities=hostile.CAPABILITIES | 0x10)
    assert parse_greeting(with_rare_one).capability_names == parse_greeting(hostile.greeting()).capability_names


def test_mysql_is_not_taken_for_tidb() -> None:
    assert not parse_greeting(hostile.greeting(version=b"8.0.36")).is_tidb


def test_without_a_method_of_its_own_a_server_means_the_native_one() -> None:
    greeting = parse_greeting(hostile.greeting(capabilities=hostile.CAPABILITIES & ~hostile.PLUGIN_AUTH))
    assert greeting.auth_plugin == "mysql_native_password"


@pytest.mark.parametrize("size", range(len(hostile.greeting())))
def test_a_greeting_that_is_cut_off_anywhere_is_an_error(size: int) -> None:
    with pytest.raises(StageFailed) as failure:
        parse_greeting(hostile.greeting()[:size])
    assert failure.value.problem == "not_mysql"


@given(st.binary(max_size=200))
def test_garbage_after_the_protocol_version_never_raises_anything_else(garbage: bytes) -> None:
    with contextlib.suppress(StageFailed):
        parse_greeting(b"\x0a" + garbage)


@pytest.mark.parametrize(
    ("payload", "problem", "found"),
    [
        (b"\xff\x10\x04Too many connections", "too_many_connections", "error 1040: Too many connections"),
        (b"\xff\x69\x04Host is blocked", "host_blocked", "error 1129: Host is blocked"),
        (b"\xff\x15\x04#28000Access denied", "access_denied", "error 1045: Access denied"),
        (b"\xff\xff\xff#28000Not here", "access_denied", "error 65535: Not here"),
        (b"\xff\x15\x04Access denied", "access_denied", "error 1045: Access denied"),
    ],
)
def test_an_error_packet_keeps_number_and_text(payload: bytes, problem: str, found: str) -> None:
    failure = server_error(payload)
    assert failure.problem == problem
    assert found in failure.found


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (1040, "too_many_connections"),
        (1045, "access_denied"),
        (1053, "server_error"),
        (1105, "server_error"),
        (1129, "host_blocked"),
        (1130, "host_not_allowed"),
        (1203, "user_limit_reached"),
        (1226, "user_limit_reached"),
        (1251, "auth_method_unsupported"),
        (1524, "auth_method_unsupported"),
        (1698, "access_denied"),
        (1820, "password_expired"),
        (1862, "password_expired"),
        (3118, "account_locked"),
        (3955, "account_locked"),
        (4151, "account_locked"),
        (9001, "server_error"),
    ],
)
def test_the_server_s_number_says_what_is_wrong(number: int, problem: str) -> None:
    assert server_error(b"\xff" + number.to_bytes(2, "little") + b"#HY000The server's words").problem == problem


@pytest.mark.parametrize(
    "content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_an_invalid_ca_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(content, encoding="ascii")
    with pytest.raises(StageFailed, match=r"ca\.pem \(ca_path\)") as failure:
        tls_context(verify=True, ca_path=str(path))
    assert (failure.value.problem, failure.value.stage) == ("ca_unusable", "tls")


def test_a_ca_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match=r"missing\.pem \(ca_path\).*No such file"):
        tls_context(verify=True, ca_path=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize("text", ["nothing of the kind", "-----BEGIN CERTIFICATE-----\n\u00e9\n", "\ud800", "\x00"])
def test_an_invalid_ca_in_the_options_is_named_ascii_or_not(text: str) -> None:
    with pytest.raises(StageFailed, match="from ca_pem"):
        tls_context(verify=True, ca_pem=text)


def test_a_context_is_the_same_on_every_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 3.13 on, Python's default context has more flags; it also opens the file that SSLKEYLOGFILE names."""
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/directory/keys")
    monkeypatch.setattr(ssl, "create_default_context", lambda **_options: pytest.fail("Python's default was taken"))
    context = tls_context(verify=True)
    strict = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST | ssl.VerifyFlags.VERIFY_X509_STRICT
    assert (context.verify_flags, context.verify_mode, context.check_hostname) == (strict, ssl.CERT_REQUIRED, True)
    assert relax(context)
    assert context.verify_flags == ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    assert not relax(context)
    open_to_all = tls_context(verify=False)
    assert (open_to_all.verify_mode, open_to_all.check_hostname) == (ssl.CERT_NONE, False)
