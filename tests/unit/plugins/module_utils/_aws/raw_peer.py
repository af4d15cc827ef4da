# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A peer in the place of AWS that speaks bytes: what it sends, how slowly and how long is up to each test."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
Speak = t.Callable[[socket.socket, bytes], None]


class RawPeer:
    """Every connection reads one request and is then handed, with the request, to `speak`; `asked` counts them."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self.asked = 0
        self.gone = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self.gone.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            request = _request(connection)
            self.asked += 1
            self._speak(connection, request)


def _request(connection: socket.socket) -> bytes:
    """One request, whose length its head gives."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _blank, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(connection: socket.socket, body: str, status: str = "200 OK", more: str = "") -> None:
    """A whole answer; `more`: further lines of its head."""
    content = body.encode("utf-8", "surrogatepass")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\n{more}Connection: close\r\n"
    connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
