# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request to TiDB Cloud without an answer is reported with what to check, and whether it may have had an effect."""

from __future__ import annotations

import errno
import ssl

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
        (requests.exceptions.SSLError(ssl.SSLError("cut")), "the TLS connection to tidb.example.com broke; name a"),
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


@pytest.mark.parametrize("error", [requests.exceptions.InvalidURL(), LocationParseError("a..b"), UnicodeError()])
def test_what_cannot_be_sent_names_the_option_and_will_not_pass(error: Exception) -> None:
    failure = connection_failure(POST, error)
    assert str(failure.error) == (
        "POST /x was not sent: tidb.example.com cannot be connected to; check that tidbcloud_api_url is the address of"
        " the TiDB Cloud API, and HTTPS_PROXY on this host."
    )
    assert (failure.without_effect, failure.passing, failure.error.ambiguous) == (True, False, False)
