# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's side of the MySQL protocol: packets and what is in them.

Written separately from the plugins' own client on purpose: a mistake in one must not hide in the other.
Source: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Value = str | int

LONG_PASSWORD = 0x1
CONNECT_WITH_DB = 0x8
PROTOCOL_41 = 0x200
SSL = 0x800
TRANSACTIONS = 0x2000
SECURE_CONNECTION = 0x8000
PLUGIN_AUTH = 0x80000
PLUGIN_AUTH_LENENC = 0x200000
CAPABILITIES = (
    LONG_PASSWORD
    | CONNECT_WITH_DB
    | PROTOCOL_41
    | SSL
    | TRANSACTIONS
    | SECURE_CONNECTION
    | PLUGIN_AUTH
    | PLUGIN_AUTH_LENENC
)
AUTOCOMMIT = 2
UTF8MB4 = 45
MAX_PACKET_BYTES = 1 << 20
TYPE_INTEGER = 8
TYPE_TEXT = 253


class ProtocolError(Exception):
    """The client sent something that no client sends."""


class Wire:
    """Packets over a connection. `socket` is exchanged for the TLS one after the upgrade."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._sequence = 0

    def send(self, payload: bytes) -> None:
        self.socket.sendall(len(payload).to_bytes(3, "little") + bytes([self._sequence]) + payload)
        self._sequence = (self._sequence + 1) % 256

    def receive(self) -> bytes:
        """The next packet. Raises ConnectionError at the end of the connection, ProtocolError for a wrong packet."""
        header = self._exactly(4)
        size = int.from_bytes(header[:3], "little")
        if header[3] != self._sequence or size > MAX_PACKET_BYTES:
            raise ProtocolError(f"packet {header[3]} of {size} bytes, where packet {self._sequence} was due")
        self._sequence = (self._sequence + 1) % 256
        return self._exactly(size)

    def receive_command(self) -> bytes:
        """The first packet of a new exchange."""
        self._sequence = 0
        return self.receive()

    def _exactly(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            piece = self.socket.recv(size - len(received))
            if not piece:
                raise ConnectionError("the client is gone")
            received += piece
        return received


@dataclass(frozen=True)
class Login:
    """What a client logs in with. `method` is empty if the client names none."""

    user: str
    answer: bytes
    method: str


def greeting(version: str, nonce: bytes, method: str) -> bytes:
    """Protocol::HandshakeV10."""
    return (
        b"\x0a"
        + version.encode()
        + b"\0"
        + struct.pack("<I", 1)
        + nonce[:8]
        + b"\0"
        + struct.pack("<HBHH", CAPABILITIES & 0xFFFF, UTF8MB4, AUTOCOMMIT, CAPABILITIES >> 16)
        + bytes([len(nonce) + 1])
        + bytes(10)
        + nonce[8:]
        + b"\0"
        + method.encode()
        + b"\0"
    )


def asks_for_tls(packet: bytes) -> bool:
    """Whether the client's first packet is an SSLRequest: the head of a login, and nothing more."""
    return len(packet) == 32 and bool(int.from_bytes(packet[:4], "little") & SSL)


def read_login(packet: bytes) -> Login:
    """Protocol::HandshakeResponse41; the database that it may name is ignored."""
    capabilities = int.from_bytes(packet[:4], "little")
    user, separator, rest = packet[32:].partition(b"\0")
    if not separator or not rest:
        raise ProtocolError("a login without an answer")
    answer, rest = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
    if capabilities & CONNECT_WITH_DB:
        rest = rest.partition(b"\0")[2]
    method = rest.partition(b"\0")[0] if capabilities & PLUGIN_AUTH else b""
    return Login(user.decode(errors="replace"), answer, method.decode(errors="replace"))


def switch_method(method: str, nonce: bytes) -> bytes:
    """Protocol::AuthSwitchRequest."""
    return b"\xfe" + method.encode() + b"\0" + nonce + b"\0"


def ok() -> bytes:
    return b"\x00\x00\x00" + struct.pack("<HH", AUTOCOMMIT, 0)


def error(number: int, state: str, message: str) -> bytes:
    return b"\xff" + struct.pack("<H", number) + b"#" + state.encode() + message.encode()


def result_set(columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[bytes]:
    """The packets of a text result set; a column's type is that of its value in the first row."""
    end = b"\xfe" + struct.pack("<HH", 0, AUTOCOMMIT)
    definitions = [
        _column(name, TYPE_INTEGER if rows and isinstance(rows[0][position], int) else TYPE_TEXT)
        for position, name in enumerate(columns)
    ]
    return [
        bytes([len(columns)]),
        *definitions,
        end,
        *(b"".join(_text(str(value)) for value in row) for row in rows),
        end,
    ]


def _column(name: str, kind: int) -> bytes:
    texts = b"".join(_text(text) for text in ("def", "", "", "", name, ""))
    return texts + b"\x0c" + struct.pack("<HIBHBH", UTF8MB4, 1024, kind, 0, 0, 0)


def _text(text: str) -> bytes:
    """A length-encoded string of less than 64 KiB."""
    encoded = text.encode()
    size = bytes([len(encoded)]) if len(encoded) < 251 else b"\xfc" + struct.pack("<H", len(encoded))
    return size + encoded
