# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl

import pytest
from botocore import exceptions as boto
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.cause import cause, causes, without_login

REFUSED = ConnectionRefusedError(111, "Connection refused")


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (REFUSED, "Connection refused"),
        (
            FileNotFoundError(2, "No such file or directory", "/no/such/token"),
            "No such file or directory: /no/such/token",
        ),
        (
            ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: expired (_ssl.c:1006)"),
            "certificate verify failed: expired",
        ),
        (boto.HTTPClientError(error=REFUSED), "Connection refused"),
        (caused(ValueError("outer"), REFUSED), "Connection refused"),
        (ValueError("builtins.OSError: <a.b.C object at 0x7f00aa11>: went wrong"), "went wrong"),
        (ValueError("Invalid endpoint: https://me:secret@host/x"), "Invalid endpoint: https://host/x"),
        (ValueError("Invalid header value b'the-token\\nof-a-session'"), "Invalid header value"),
        ("\ud800".encode, "a text that cannot be encoded or decoded"),
        (ValueError(), ""),
        (ValueError("x" * 9999), "x" * 299 + "…"),
    ],
)
def test_the_innermost_reason_is_words_alone(error: object, words: str) -> None:
    if callable(error):
        with pytest.raises(UnicodeError) as caught:
            error()
        error = caught.value
    assert isinstance(error, Exception)
    assert cause(error) == words


def test_what_urllib3_wraps_is_found() -> None:
    pool: object = object()
    inner = NewConnectionError(pool, "[Errno 111] Connection refused")  # type: ignore[arg-type]
    assert cause(MaxRetryError(pool, "/", inner)) == "Connection refused"  # type: ignore[arg-type]


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = ValueError("round")
    error.__cause__ = error
    assert cause(error) == "round"


def test_a_login_is_left_out_wherever_its_end_is() -> None:
    assert without_login("see https://me:p@ss@host and http://u@h") == "see https://host and http://h"


def test_all_that_an_exception_wraps_is_found_once() -> None:
    inner = REFUSED
    middle = boto.HTTPClientError(error=inner)
    outer = caused(ValueError("outer", middle), inner)
    outer.__context__ = KeyError("seen before")
    assert [type(one) for one in causes(outer)] == [ValueError, boto.HTTPClientError, ConnectionRefusedError, KeyError]
