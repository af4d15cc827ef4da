# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import ssl

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.tls import tls_problem


def rejected(code: int, said: str) -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, said
    return wrapped(error)


def wrapped(error: BaseException) -> Exception:
    outer = OSError("what a library says")
    outer.__cause__ = error
    return outer


def broken(reason: str) -> Exception:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower().replace('_', ' ')} (_ssl.c:1006)")
    error.reason = reason
    return wrapped(error)


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (rejected(20, "unable to get local issuer certificate"), "name that CA's file in the_ca"),
        (rejected(18, "self-signed certificate"), "name that CA's file in the_ca"),
        (rejected(62, "Hostname mismatch"), "it is for another host: check the_url"),
        (rejected(64, "IP address mismatch"), "it is for another host: check the_url"),
        (rejected(10, "certificate has expired"), "have it renewed, and check this host's clock"),
        (rejected(9, "certificate is not yet valid"), "(certificate is not yet valid); check this host's clock"),
        (
            wrapped(ValueError("hostname 'a' doesn't match 'b'")),
            "was not accepted (hostname 'a' doesn't match 'b'); it is for another host",
        ),
        (wrapped(FileNotFoundError(errno.ENOENT, "No such file")), "that the_ca names (No such file); name one that"),
        (wrapped(IsADirectoryError(errno.EISDIR, "Is a directory")), "that the_ca names (Is a directory); name one"),
        (broken("NO_CERTIFICATE_OR_CRL_FOUND"), "that the_ca names (no certificate or crl found); name one that"),
        (broken("WRONG_VERSION_NUMBER"), "what answers at host does not speak TLS; check the_url and any proxy"),
        (broken("HTTP_REQUEST"), "what answers at host does not speak TLS"),
        (broken("TLSV1_ALERT_INTERNAL_ERROR"), "connection to host broke (tlsv1 alert internal error); check the_url"),
    ],
)
def test_each_failure_is_what_openssl_says(error: Exception, means: str) -> None:
    found = tls_problem(error, "host", "the_url", "the_ca")
    assert means in found
    assert not found.endswith(".")
    assert not [word for word in ("Errno", "_ssl.c", "SSL:") if word in found]
