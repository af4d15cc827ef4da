# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WSGI server on loopback that keeps connections alive and can reset one: cheroot, with its socket within reach."""

from __future__ import annotations

import errno
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from cheroot import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# The key under which the WSGI environment holds the request's Line.
LINE = "sandbox.line"
# More than any test opens at once: a request that is slow on purpose must not hold up the others.
THREADS = 24
KEPT_ALIVE = 200
IDLE_SECONDS = 60


# How long (real seconds) threads that are still answering have when a port is closed.
SHUT_SECONDS = 2.0


class Line:
    """The socket of one request, for answers that a server would not give. Methods that end the connection do not
    return.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        """:raises OSError: the client is gone."""
        self._connection.socket.sendall(data)

    def reset(self) -> NoReturn:
        """End it with RST."""
        # Lingering for 0 seconds makes close() send RST instead of FIN (socket(7), SO_LINGER).
        self._connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.socket.close()
        # cheroot's own close() would shut the socket down in order; `linger` keeps it from doing so.
        self._connection.linger = True
        raise ConnectionResetError(errno.ECONNRESET, "reset by the sandbox")

    def end(self) -> NoReturn:
        """End it in order, whatever was sent; to cheroot it looks as if the client had left."""
        raise ConnectionResetError(errno.ECONNRESET, "ended by the sandbox")


class _Gateway(wsgi.Gateway_10):
    def respond(self) -> None:
        self.env[LINE] = Line(self.req.conn)
        super().respond()


class Server:
    """One app on a free port of 127.0.0.1, served by its own threads. It keeps the port as long as it lives."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        # Bound, never listening: while the server is shut, no other process gets the port, and connections are refused.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._server: wsgi.Server | None = None
        self._thread: threading.Thread | None = None
        self._pause: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        host, port = self.address()
        return f"http://{host}:{port}"

    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._place.getsockname()
        return str(host), int(port)

    def start(self) -> None:
        """Listen; connections are accepted from the moment this returns."""
        with self._lock:
            if self._server is not None:
                return
            self._server = self._new()
            self._server.prepare()
            self._thread = threading.Thread(target=self._server.serve, name="sandbox-server", daemon=True)
            self._thread.start()

    def _new(self) -> wsgi.Server:
        address = self._place.getsockname()
        server = wsgi.Server(
            address, self._app, numthreads=THREADS, timeout=IDLE_SECONDS, shutdown_timeout=1, request_queue_size=128
        )
        server.gateway = _Gateway
        server.keep_alive_conn_limit = KEPT_ALIVE
        # cheroot checks this often (in seconds) whether to stop.
        server.expiration_interval = 0.05
        return server

    def stop(self) -> None:
        """Stop listening and end the threads."""
        with self._lock:
            server, self._server = self._server, None
            thread, self._thread = self._thread, None
            if server is not None:
                server.stop()
            if thread is not None:
                thread.join()

    def shut_until(self, is_over: Callable[[], object]) -> None:
        """Refuse connections from now on until is_over, which waits, returns; open ones end.

        A request of its own may call this, and is then the last one.
        """
        with self._lock:
            server = self._server
        if server is None:
            return

        def pause() -> None:
            self.stop()
            is_over()
            self.start()

        self._pause = threading.Thread(target=pause, name="sandbox-pause", daemon=True)
        self._pause.start()
        give_up = time.monotonic() + SHUT_SECONDS
        while getattr(server, "socket", None) is not None and time.monotonic() < give_up:
            time.sleep(0.002)

    def wait_until_open(self) -> None:
        """Wait until a pause whose reason is over has ended."""
        if self._pause is not None:
            self._pause.join()
