# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that sends bytes as a test says, in whatever time, to be cut by the client."""

from __future__ import annotations

import socket
import threading
import typing as t
from collections.abc import Iterable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class RawServer:
    """`parts` makes what each connection is sent; it may wait for `released`. `sent` counts bytes."""

    def __init__(self, parts: t.Callable[[RawServer], Iterable[bytes]]) -> None:
        self.released = threading.Event()
        self.connections = 0
        self.requests: list[bytes] = []
        self.sent = 0
        self._parts = parts
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self.released.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.requests.append(connection.recv(65536))
                for part in self._parts(self):
                    connection.sendall(part)
                    self.sent += len(part)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                while connection.recv(65536):  # Closing before all is read would reset the connection.
                    pass
            except OSError:
                return


def dripped(text: bytes) -> t.Callable[[RawServer], Iterable[bytes]]:
    """Byte by byte, each well within any timeout of a read, and then over again from the last byte."""

    def parts(server: RawServer) -> Iterable[bytes]:
        yield text[:-1]
        while not server.released.wait(0.02):
            yield text[-1:]

    return parts
