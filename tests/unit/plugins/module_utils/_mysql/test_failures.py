# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
import ssl

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import from_os_error


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.ECONNRESET, "closed"),
        (errno.EPIPE, "closed"),
        (errno.ENOTCONN, "closed"),
        (errno.ETIMEDOUT, "timed_out"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.EPERM, "unreachable"),
    ],
)
def test_what_the_system_says_has_a_name(number: int, problem: str) -> None:
    failure = from_os_error(OSError(number, os.strerror(number)), "tcp")
    assert (failure.stage, failure.problem) == ("tcp", problem)


def test_what_has_no_name_of_its_own_keeps_the_system_s_words() -> None:
    assert "No route to host" in from_os_error(OSError(errno.EHOSTUNREACH, "No route to host"), "tcp").found


def test_a_socket_s_timeout_is_one() -> None:
    assert from_os_error(socket.timeout("timed out"), "tls").problem == "timed_out"


@pytest.mark.parametrize(
    ("verify_code", "problem"),
    [
        (9, "certificate_not_yet_valid"),
        (10, "certificate_expired"),
        (18, "certificate_untrusted"),
        (20, "certificate_untrusted"),
        (62, "certificate_wrong_host"),
        (64, "certificate_wrong_host"),
    ],
)
def test_what_openssl_says_of_a_certificate_has_a_name(verify_code: int, problem: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = verify_code, "as OpenSSL puts it"
    failure = from_os_error(error, "tls")
    assert (failure.problem, failure.found) == (problem, "the certificate was not accepted: as OpenSSL puts it")
