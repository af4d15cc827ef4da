# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log in as a user and ask for the version, over TLS only.

Source: U(https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods.html).
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field

from .failures import StageFailed, not_mysql
from .handshake import NONCE_BYTES, client_preamble, is_error, server_error
from .packets import PayloadReader, readable

if t.TYPE_CHECKING:
    from .handshake import Greeting
    from .packets import Connection

_OK = 0x00
_MORE_DATA = 0x01
_SWITCH_METHOD = 0xFE
_FAST_PATH_TAKEN = b"\x03"
_FULL_AUTHENTICATION = b"\x04"
_QUIT = b"\x01"
_QUERY = b"\x03"
# A login takes four packets at most; a server that keeps asking is cut off.
_MAX_PACKETS = 8


@dataclass(frozen=True)
class Account:
    """Who logs in."""

    user: str
    password: str = field(repr=False)


def log_in(connection: Connection, greeting: Greeting, account: Account) -> str:
    """Log in over a connection that already uses TLS, and return the result of `SELECT VERSION()`.

    Raises OSError or StageFailed, which carries the server's own number and text.
    """
    if connection.tls is None:
        raise StageFailed("tls_not_offered", "a password is sent over TLS only")
    password = _encoded(account.password)
    method = greeting.auth_plugin if greeting.auth_plugin in _ANSWERS else "mysql_native_password"
    answer = _ANSWERS[method](password, greeting.nonce)
    user = _encoded(account.user) + b"\0"
    connection.send_packet(client_preamble() + user + bytes([len(answer)]) + answer + method.encode() + b"\0")
    _authenticate(connection, password, method)
    version = _select_version(connection)
    connection.send_command(_QUIT)
    return version


def _encoded(text: str) -> bytes:
    """Ansible represents bytes that are not UTF-8 as surrogates; the server gets the original bytes."""
    return text.encode(errors="surrogateescape")


def _authenticate(connection: Connection, password: bytes, method: str) -> None:
    for _packet in range(_MAX_PACKETS):
        payload = connection.receive_packet()
        kind, data = payload[0], payload[1:]
        if kind == _OK:
            return
        if is_error(payload):
            raise server_error(payload)
        if kind == _SWITCH_METHOD:
            method, nonce = _method_asked_for(data)
            connection.send_packet(_ANSWERS[method](password, nonce))
        elif kind == _MORE_DATA and method == "caching_sha2_password" and data == _FULL_AUTHENTICATION:
            connection.send_packet(password + b"\0")
        elif not (kind == _MORE_DATA and data == _FAST_PATH_TAKEN):
            raise not_mysql("the server answered the login with an unexpected packet")
    raise not_mysql("the server kept asking during the login")


def _method_asked_for(data: bytes) -> tuple[str, bytes]:
    """Protocol::AuthSwitchRequest: the method and its nonce."""
    reader = PayloadReader(data)
    method = readable(reader.null_terminated()) if data else "mysql_old_password"
    if method not in _ANSWERS:
        raise StageFailed(
            "auth_method_unsupported", f"the account logs in with {method}, which this check does not support"
        )
    return method, reader.rest()[:NONCE_BYTES]


def _native_password(password: bytes, nonce: bytes) -> bytes:
    """SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))): weak by today's standards, but that is the method."""
    if not password:
        return b""
    once = hashlib.sha1(password, usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).digest()
    return _xor(once, hashlib.sha1(nonce + twice, usedforsecurity=False).digest())


def _caching_sha2_password(password: bytes, nonce: bytes) -> bytes:
    """SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce): enough if the server has the password cached."""
    if not password:
        return b""
    once = hashlib.sha256(password).digest()
    twice = hashlib.sha256(once).digest()
    return _xor(once, hashlib.sha256(twice + nonce).digest())


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right))


_ANSWERS: dict[str, t.Callable[[bytes, bytes], bytes]] = {
    "mysql_native_password": _native_password,
    "caching_sha2_password": _caching_sha2_password,
}


def _select_version(connection: Connection) -> str:
    """The single value of a result set with one column and one row."""
    connection.send_command(_QUERY + b"SELECT VERSION()")
    columns = connection.receive_packet()
    if is_error(columns):
        raise server_error(columns)
    if columns != b"\x01":
        raise not_mysql("the server did not answer SELECT VERSION() with one column")
    connection.receive_packet()  # the column's name
    connection.receive_packet()  # end of the columns
    return readable(PayloadReader(connection.receive_packet()).length_encoded())
