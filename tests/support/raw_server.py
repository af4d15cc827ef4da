# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback in place of a cloud: each test decides which bytes it sends, how slowly and how long."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t
from collections.abc import Iterable

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
XML_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
Speak = t.Callable[[socket.socket, bytes], None]


class RawServer:
    """Every connection reads one request and is then passed, with the request, to `speak`.

    `released` is set when the server is closed: code that waits in `speak` waits for it.
    """

    def __init__(self, speak: Speak) -> None:
        self.released = threading.Event()
        self.connections = 0
        self.requests: list[bytes] = []
        self._speak = speak
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self.released.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                self.connections += 1
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            request = _request(connection)
            self.requests.append(request)
            self._speak(connection, request)


class PartsServer(RawServer):
    """`parts` makes what each connection gets; it may wait for `released`. `sent` counts bytes."""

    def __init__(self, parts: t.Callable[[PartsServer], Iterable[bytes]]) -> None:
        self.sent = 0
        self._parts = parts
        super().__init__(self._send)

    def _send(self, connection: socket.socket, _request: bytes) -> None:
        for part in self._parts(self):
            connection.sendall(part)
            self.sent += len(part)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        while connection.recv(65536):  # Closing before all is read would reset the connection.
            pass


def _request(connection: socket.socket) -> bytes:
    """One request, whose length its head gives; OSError if the client leaves within it."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += _more(connection)
    head, _blank, body = head.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionResetError("The client is gone.")
    return received


def answer(connection: socket.socket, body: str, status: str = "200 OK", more: str = "") -> None:
    """A whole answer in XML; `more`: further lines of its head."""
    content = body.encode("utf-8", "surrogatepass")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\n{more}Connection: close\r\n"
    connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)


def dripped(text: bytes) -> t.Callable[[PartsServer], Iterable[bytes]]:
    """Byte by byte, each well within any read timeout, and then the last byte again and again."""

    def parts(server: PartsServer) -> Iterable[bytes]:
        yield text[:-1]
        while not server.released.wait(0.02):
            yield text[-1:]

    return parts
