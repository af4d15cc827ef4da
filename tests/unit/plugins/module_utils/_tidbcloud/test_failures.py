# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request to TiDB Cloud without an answer is reported with what to check, and whether it may have had an effect."""

from __future__ import annotations

import errno
import ssl
from dataclasses import replace
from http.client import BadStatusLine, RemoteDisconnected

import pytest
import requests
from urllib3.exceptions import LocationParseError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import (
    Request,
    connection_failure,
)

POST = Request("POST", "/x", "https://tidb.example.com/x", "tidb.example.com", "tidbcloud_api_url")


def caused_by(cause: BaseException) -> requests.exceptions.ConnectionError:
    """As the HTTP library wraps what the operating system said."""
    error = requests.exceptions.ConnectionError("user:password@proxy")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (requests.exceptions.ProxyError("user:password@proxy"), "the proxy could not be used; check HTTPS_PROXY and"),
        (requests.exceptions.ConnectTimeout(), "no connection to tidb.example.com could be made in time"),
        (requests.exceptions.InvalidProxyURL("user:password@proxy"), "the proxy could not be used; check HTTPS_PROXY"),
        (caused_by(ConnectionRefusedError()), "tidb.example.com refused the connection; check tidbcloud_api_url"),
        (caused_by(OSError(errno.EHOSTUNREACH, "no")), "there is no route to tidb.example.com; check this host's"),
        (caused_by(OSError(errno.ENETUNREACH, "no")), "there is no route to tidb.example.com; check this host's"),
    ],
)
def test_what_was_not_sent_may_be_sent_again(error: Exception, sentence: str) -> None:
    failure = connection_failure(POST, error)
    assert str(failure.error).startswith("POST /x was not sent: ")
    assert sentence in str(failure.error)
    assert "password" not in str(failure.error)
    assert (failure.without_effect, failure.error.ambiguous, failure.repeatable("POST")) == (True, False, True)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            requests.exceptions.SSLError(ssl.SSLError(1, "[SSL] read failed")),
            "the TLS connection to tidb.example.com broke (read failed",
        ),
        (requests.exceptions.ChunkedEncodingError(), "the answer of tidb.example.com was cut off"),
        (requests.exceptions.InvalidHeader(), "what tidb.example.com answered is not HTTP that can be read"),
        (ValueError("junk"), "what tidb.example.com answered is not HTTP that can be read"),
        (requests.exceptions.ConnectionError(), "tidb.example.com closed the connection without an answer"),
    ],
)
def test_what_may_have_had_an_effect_is_not_sent_again(error: Exception, sentence: str) -> None:
    failure = connection_failure(POST, error)
    assert str(failure.error).startswith("POST /x has no answer: ")
    assert sentence in str(failure.error)
    assert (failure.without_effect, failure.error.ambiguous, failure.repeatable("POST")) == (False, True, False)
    assert failure.repeatable("GET")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https", "all"):
        for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY"):
            monkeypatch.delenv(name, raising=False)


UNUSABLE = [requests.exceptions.InvalidURL(), LocationParseError("a..b"), UnicodeError()]


@pytest.mark.parametrize("error", UNUSABLE)
def test_what_cannot_be_sent_names_the_option_and_will_not_pass(error: Exception) -> None:
    failure = connection_failure(POST, error)
    assert str(failure.error) == (
        "POST /x was not sent: tidb.example.com cannot be connected to; check that tidbcloud_api_url is the address of"
        " the TiDB Cloud API."
    )
    assert (failure.without_effect, failure.passing, failure.error.ambiguous) == (True, False, False)


@pytest.mark.parametrize("error", UNUSABLE)
def test_where_there_is_a_proxy_the_name_of_the_host_decides_which_address_is_wrong(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://[::1")
    assert "not sent: ALL_PROXY on this host is not the address of a proxy" in str(
        connection_failure(POST, error).error
    )
    wrong = replace(POST, host="a..b")
    assert "not sent: a..b is not the name of a host; check tidbcloud_api_url" in str(
        connection_failure(wrong, error).error
    )


def test_a_socks_proxy_without_its_library_is_called_that() -> None:
    error = requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")
    assert "lacks the library PySocks" in str(connection_failure(POST, error).error)


NO_FILE = FileNotFoundError(errno.ENOENT, "No such file or directory", "/no/such/keys")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /no/such/cacert.pem"),
            "a file that TLS needs is missing on this host (Could not find a suitable TLS CA certificate bundle, "
            "invalid path: /no/such/cacert.pem); install certifi",
        ),
        (caused_by(NO_FILE), "the file /no/such/keys, which SSLKEYLOGFILE names, cannot be used on this host: No such"),
    ],
)
def test_a_file_that_is_missing_is_no_wrong_address(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/keys")
    failure = connection_failure(POST, error)
    assert f"POST /x was not sent: {sentence}" in str(failure.error)
    assert "api_url" not in str(failure.error)
    assert (failure.without_effect, failure.passing) == (True, False)


def test_what_is_not_http_and_a_connection_that_ends_are_two_things() -> None:
    junk, ended = caused_by(BadStatusLine("SSH-2.0")), caused_by(RemoteDisconnected("closed"))
    assert "is not HTTP that can be read; check tidbcloud_api_url" in str(connection_failure(POST, junk).error)
    assert "closed the connection without an answer" in str(connection_failure(POST, ended).error)
