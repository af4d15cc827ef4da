# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failure of TLS means, as OpenSSL says it, and what to do."""

from __future__ import annotations

import ssl

from .cause import cause, causes
from .text import printable

# The X509_V_ERR_ numbers of OpenSSL.
_NOT_YET_VALID = 9
_EXPIRED = 10
_OTHER_NAME = frozenset({62, 64})
# A peer that answers in plain text: TLS takes that for a record of its own.
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


def tls_problem(error: BaseException, host: str, address: str, authorities: str) -> str:
    """The problem behind a failed TLS connection to `host`, as a clause, with what to do.

    `address` and `authorities` are the options for the address of the peer and for the file with its CA.
    """
    every = tuple(causes(error))
    for one in every:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _rejected(one, host, address, authorities)
    if any(map(_is_of_another_host, every)):
        return f"the certificate of {host} was not accepted ({cause(error)}); it is for another host: check {address}"
    unread = next((one for one in every if _is_of_a_file(one)), None)
    if unread is not None:
        return (
            f"no CA certificate can be read from the file that {authorities} names ({cause(unread)}); name one that "
            "exists on this host, is readable, and is in PEM format"
        )
    if any(getattr(one, "reason", None) in _NO_TLS for one in every):
        return f"what answers at {host} does not speak TLS; check {address} and any proxy"
    why = cause(error)
    said = f" ({why})" if why else ""
    return f"the TLS connection to {host} broke{said}; check {address} and any proxy or firewall in between"


def _rejected(error: ssl.SSLCertVerificationError, host: str, address: str, authorities: str) -> str:
    said = printable(error.verify_message).rstrip(".")
    found = f"the certificate of {host} was not accepted ({said})"
    if error.verify_code in _OTHER_NAME:
        return f"{found}; it is for another host: check {address}"
    if error.verify_code == _EXPIRED:
        return f"{found}; have it renewed, and check this host's clock"
    if error.verify_code == _NOT_YET_VALID:
        return f"{found}; check this host's clock"
    return f"{found}; where a proxy or a private CA signs it, name that CA's file in {authorities}"


def is_certificate_rejected(error: BaseException) -> bool:
    """Whether this side rejected the peer's certificate, before anything was sent."""
    return any(isinstance(one, ssl.SSLCertVerificationError) or _is_of_another_host(one) for one in causes(error))


def _is_of_another_host(error: BaseException) -> bool:
    """As urllib3 1.26 says it, which compares names itself, in an exception that is not one of TLS."""
    return "doesn't match" in str(error)


def _is_of_a_file(error: BaseException) -> bool:
    """Whether it was raised when the file of the authorities was read, before any connection."""
    if isinstance(error, (FileNotFoundError, IsADirectoryError, PermissionError)):
        return True
    return isinstance(error, ssl.SSLError) and getattr(error, "reason", None) in (
        "NO_CERTIFICATE_OR_CRL_FOUND",
        "NO_START_LINE",
    )
