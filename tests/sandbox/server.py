# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WSGI server on loopback that keeps connections alive and can reset one: cheroot, with its socket within reach."""

from __future__ import annotations

import errno
import socket
import struct
import threading
from typing import TYPE_CHECKING, NoReturn

from cheroot import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# The key under which the WSGI environment holds a function that resets the connection; it does not return.
RESET = "sandbox.reset"
# The same for a function that closes the connection after the answer, however long that said it would be.
CLOSE = "sandbox.close"
# More than any test opens at once: a request that is slow on purpose must not hold up the others.
THREADS = 24
KEPT_ALIVE = 200
IDLE_SECONDS = 60


class _Gateway(wsgi.Gateway_10):
    def respond(self) -> None:
        self.env[RESET] = self._reset
        self.env[CLOSE] = self._close
        super().respond()

    def _close(self) -> None:
        self.req.close_connection = True

    def _reset(self) -> NoReturn:
        connection = self.req.conn
        # Lingering for 0 seconds makes close() send RST instead of FIN (socket(7), SO_LINGER).
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()
        # cheroot's own close() would shut the socket down in order; `linger` is its way to be told not to.
        connection.linger = True
        raise ConnectionResetError(errno.ECONNRESET, "reset by the sandbox")


class Server:
    """One app on a free port of 127.0.0.1, served by its own threads."""

    def __init__(self, app: WSGIApplication) -> None:
        self._server = wsgi.Server(
            ("127.0.0.1", 0), app, numthreads=THREADS, timeout=IDLE_SECONDS, shutdown_timeout=1, request_queue_size=128
        )
        self._server.gateway = _Gateway
        self._server.keep_alive_conn_limit = KEPT_ALIVE
        # cheroot looks so often (in seconds) whether it shall stop.
        self._server.expiration_interval = 0.05
        self._thread = threading.Thread(target=self._server.serve, name="sandbox-server", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a path; known once it was started."""
        host, port = self._server.bind_addr
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Listen; connections are taken from the moment this returns."""
        self._server.prepare()
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and end the threads."""
        self._server.stop()
        self._thread.join()
