# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's greeting, and the upgrade to TLS that follows it: standard library, Python 3.9.

Source: U(https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html).
"""

from __future__ import annotations

import os
import ssl
import typing as t
from dataclasses import dataclass

from .authorities import certificates, pem_flaw
from .failures import StageFailed, not_mysql, reason_of, shown
from .packets import MAX_PACKET_BYTES, PayloadReader, readable

if t.TYPE_CHECKING:
    from .packets import Connection

CLIENT_LONG_PASSWORD = 0x1
CLIENT_PROTOCOL_41 = 0x200
CLIENT_SSL = 0x800
CLIENT_TRANSACTIONS = 0x2000
CLIENT_SECURE_CONNECTION = 0x8000
CLIENT_PLUGIN_AUTH = 0x80000

CLIENT_CAPABILITIES = (
    CLIENT_LONG_PASSWORD
    | CLIENT_PROTOCOL_41
    | CLIENT_SSL
    | CLIENT_TRANSACTIONS
    | CLIENT_SECURE_CONNECTION
    | CLIENT_PLUGIN_AUTH
)
# What a server may offer, by the protocol's own names: what a client or a driver may ask for.
_CAPABILITY_NAMES = {
    0x8: "connect_with_db",
    0x20: "compress",
    0x80: "local_files",
    CLIENT_PROTOCOL_41: "protocol_41",
    CLIENT_SSL: "ssl",
    0x10000: "multi_statements",
    0x20000: "multi_results",
    CLIENT_PLUGIN_AUTH: "plugin_auth",
    0x100000: "connect_attrs",
    0x800000: "session_track",
    0x1000000: "deprecate_eof",
    0x4000000: "zstd_compression_algorithm",
}
# utf8mb4_general_ci, known to every server since MySQL 5.5.
_CHARACTER_SET = 45
_PROTOCOL_VERSION = 10
# On the wire a zero byte follows.
NONCE_BYTES = 20
_ERROR = 0xFF

# Of a file with CAs, to see what it is.
_MOST_OF_CA = 1024 * 1024
# What servers say by number. Sources: "Server Error Message Reference" of MySQL 8.4, "MariaDB Error Code Reference",
# and "Error Codes" of TiDB.
_PROBLEM_BY_SERVER_ERROR = {
    1040: "too_many_connections",
    1045: "access_denied",
    1129: "host_blocked",
    1130: "host_not_allowed",
    1203: "user_limit_reached",  # max_user_connections of the server or of the account
    1226: "user_limit_reached",  # a limit of the account, for an hour or at a time
    1251: "auth_method_unsupported",
    1524: "auth_method_unsupported",  # the server lacks the account's method
    1698: "access_denied",  # an account that no password opens
    1820: "password_expired",
    1862: "password_expired",
    3118: "account_locked",
    3955: "account_locked",  # for a time, after failed logins
    4151: "account_locked",  # MariaDB
}
# "Invalid authorization specification", whatever the number.
_DENIED = b"#28000"


@dataclass(frozen=True)
class Greeting:
    """The server's first packet. `nonce` is the challenge that the password answers."""

    server_version: str
    capabilities: int
    nonce: bytes
    auth_plugin: str

    @property
    def offers_tls(self) -> bool:
        return bool(self.capabilities & CLIENT_SSL)

    @property
    def capability_names(self) -> list[str]:
        """What the server offers, in the order of the protocol's bits."""
        return [name for flag, name in _CAPABILITY_NAMES.items() if self.capabilities & flag]

    @property
    def is_tidb(self) -> bool:
        return "tidb" in self.server_version.lower()


def receive_greeting(connection: Connection) -> Greeting:
    """Read the server's greeting. Raises OSError or StageFailed (a server may send an error instead)."""
    payload = connection.receive_packet()
    if payload[0] == _ERROR:
        raise server_error(payload)
    return parse_greeting(payload)


def parse_greeting(payload: bytes) -> Greeting:
    """Protocol::HandshakeV10. Raises StageFailed."""
    reader = PayloadReader(payload)
    protocol = reader.integer(1)
    if protocol != _PROTOCOL_VERSION:
        raise not_mysql(f"the greeting is of protocol version {protocol}, not {_PROTOCOL_VERSION}")
    server_version = readable(reader.null_terminated())
    reader.take(4)  # connection id
    nonce = reader.take(8)
    reader.take(1)  # filler
    capabilities = reader.integer(2)
    reader.take(3)  # character set, status
    capabilities |= reader.integer(2) << 16
    nonce_size = reader.integer(1)
    reader.take(10)  # reserved
    if not capabilities & CLIENT_PROTOCOL_41 or not capabilities & CLIENT_SECURE_CONNECTION:
        raise not_mysql(f"the server ({server_version}) is older than MySQL 4.1")
    nonce += reader.take(max(13, nonce_size - 8))
    plugin = readable(reader.null_terminated()) if capabilities & CLIENT_PLUGIN_AUTH else "mysql_native_password"
    return Greeting(server_version, capabilities, nonce[:NONCE_BYTES], plugin)


def server_error(payload: bytes) -> StageFailed:
    """An ERR packet as a failure: what the server's number and its SQL state say."""
    reader = PayloadReader(payload[1:])
    number = reader.integer(2)
    text = reader.rest()
    state, text = (text[:6], text[6:]) if text.startswith(b"#") else (b"", text)
    problem = _PROBLEM_BY_SERVER_ERROR.get(number, "access_denied" if state == _DENIED else "server_error")
    return StageFailed(problem, f"the server answered with error {number}: {readable(text)}")


def is_error(payload: bytes) -> bool:
    return payload[0] == _ERROR


def client_preamble() -> bytes:
    """The fields that both the TLS request and the login begin with."""
    return (
        CLIENT_CAPABILITIES.to_bytes(4, "little")
        + MAX_PACKET_BYTES.to_bytes(4, "little")
        + bytes([_CHARACTER_SET])
        + bytes(23)
    )


def start_tls(connection: Connection, greeting: Greeting, context: ssl.SSLContext, host: str) -> None:
    """Request TLS and upgrade. Raises ssl.SSLError, OSError or StageFailed."""
    if not greeting.offers_tls:
        raise StageFailed("tls_not_offered", f"the server ({greeting.server_version}) does not offer TLS")
    connection.send_packet(client_preamble())
    connection.start_tls(context, host)


def tls_context(*, verify: bool, ca_path: str | None = None, ca_pem: str | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer. With `verify` the certificate must be for the host, and signed by the CA (by default: a system
    CA), by all rules that OpenSSL knows; `relax` takes back those that clients leave out. The same on every Python.

    Raises StageFailed where the CA cannot be read.
    """
    try:
        context = _trusting(_regular(ca_path), _certificates(ca_pem))
    except (OSError, ValueError) as error:
        raise _ca_unusable(error, ca_path) from error
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST | ssl.VerifyFlags.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trusting(ca_path: str | None, ca_pem: str | None) -> ssl.SSLContext:
    """Raises OSError or ValueError. Not Python's default context, whose rules and files differ by version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_path or ca_pem:
        context.load_verify_locations(cafile=ca_path, cadata=ca_pem)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


def relax(context: ssl.SSLContext) -> bool:
    """Verify from now on as OpenSSL and the clients of MySQL do by default, and Python before 3.13 did.

    Whether that changes anything.
    """
    before = context.verify_flags
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    return context.verify_flags != before


def _regular(ca_path: str | None) -> str | None:
    """Raises ValueError for anything but a regular file: a pipe or a device might never end."""
    if ca_path and os.path.isdir(ca_path):
        raise ValueError("it is a directory: name the file in it")
    if ca_path and os.path.exists(ca_path) and not os.path.isfile(ca_path):
        raise ValueError("it is not a regular file")
    return ca_path


def _certificates(ca_pem: str | None) -> str | None:
    """Raises ValueError for a text without any."""
    if not ca_pem:
        return None
    found = certificates(ca_pem)
    if not found:
        raise ValueError(pem_flaw(ca_pem.encode("utf-8", "replace")))
    return found


def _ca_unusable(error: Exception, ca_path: str | None) -> StageFailed:
    source = f"the file {shown(ca_path)} (ca_path)" if ca_path else "ca_pem"
    reason = reason_of(error)
    if isinstance(error, ssl.SSLError):
        reason = _flaw_of(ca_path) if ca_path else "a certificate in it is damaged or cut off"
    causes: tuple[str, ...] = ()
    if isinstance(error, FileNotFoundError):
        causes = ("The file is not on the host that the check runs on: copy it there, or give its text in ca_pem.",)
    elif isinstance(error, PermissionError):
        causes = ("The user who runs the check may not read the file: allow it, or give its text in ca_pem.",)
    found = f"no CA certificate in PEM format can be read from {source}: {reason}"
    return StageFailed("ca_unusable", found, stage="tls", causes=causes)


def _flaw_of(ca_path: str) -> str:
    try:
        with open(ca_path, "rb") as file:
            return pem_flaw(file.read(_MOST_OF_CA))
    except OSError as error:
        return reason_of(error)
