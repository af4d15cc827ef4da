# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile servers: each behaviour is a function of the accepted connection."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import struct
import threading
import typing as t
from collections.abc import Iterator

Behaviour = t.Callable[[socket.socket], None]

NONCE = b"abcdefghijklmnopqrst"
PROTOCOL_41 = 0x200
SSL = 0x800
SECURE_CONNECTION = 0x8000
PLUGIN_AUTH = 0x80000
CAPABILITIES = PROTOCOL_41 | SSL | SECURE_CONNECTION | PLUGIN_AUTH


@contextlib.contextmanager
def serving(behaviour: Behaviour) -> Iterator[int]:
    """Behave this way on every connection to a port of 127.0.0.1; yields the port."""
    with contextlib.ExitStack() as cleanup:
        listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        # Closing alone does not wake up a thread that is waiting in accept().
        cleanup.callback(listener.shutdown, socket.SHUT_RDWR)
        threading.Thread(target=_accept, args=(listener, behaviour, cleanup), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket, behaviour: Behaviour, cleanup: contextlib.ExitStack) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection = cleanup.enter_context(listener.accept()[0])
            threading.Thread(target=_behave, args=(connection, behaviour), daemon=True).start()


def _behave(connection: socket.socket, behaviour: Behaviour) -> None:
    with contextlib.suppress(OSError), connection:
        behaviour(connection)


def packet(payload: bytes, sequence: int = 0) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([sequence]) + payload


def greeting(version: bytes = b"8.0.11-TiDB-v8.5.2", capabilities: int = CAPABILITIES, method: bytes = b"") -> bytes:
    """The payload of a greeting as a TiDB sends it."""
    method = method or b"mysql_native_password"
    low, high = (capabilities & 0xFFFF).to_bytes(2, "little"), (capabilities >> 16).to_bytes(2, "little")
    head = b"\x0a" + version + b"\0" + bytes(4) + NONCE[:8] + b"\0"
    return head + low + b"\x2d" + bytes(2) + high + b"\x15" + bytes(10) + NONCE[8:] + b"\0" + method + b"\0"


def silent(connection: socket.socket) -> None:
    """Say nothing, as a web server does that waits for a request."""
    while connection.recv(4096):
        pass


def hangs_up(_connection: socket.socket) -> None:
    """Close at once."""


def greets_and_resets(connection: socket.socket) -> None:
    """Greet, and reset the connection at the first answer instead of closing it."""
    connection.sendall(packet(greeting()))
    connection.recv(36)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says(data: bytes) -> Behaviour:
    """Send this, then nothing more."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        silent(connection)

    return behave


def says_and_hangs_up(data: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(data)

    return behave


def drips(data: bytes, seconds: float) -> Behaviour:
    """Send one byte at a time, so that no single wait is long."""

    def behave(connection: socket.socket) -> None:
        pause = threading.Event()
        for byte in data:
            connection.sendall(bytes([byte]))
            pause.wait(seconds)

    return behave


def never_ends(chunk: bytes) -> Behaviour:
    """Send this again and again."""

    def behave(connection: socket.socket) -> None:
        for _again in itertools.count():
            connection.sendall(chunk)

    return behave


def speaks_tls(context: ssl.SSLContext, then: Behaviour, hello: bytes | None = None) -> Behaviour:
    """Greet, agree on TLS, read the login, and then behave this way."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(packet(hello or greeting()))
        connection.recv(36)
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4096)
            then(tls)

    return behave
