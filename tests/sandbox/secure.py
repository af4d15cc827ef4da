# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS in front of a plain port: TLS ends here, the content passes through, and a reset comes back as a reset."""

from __future__ import annotations

import contextlib
import datetime
import select
import socket
import socketserver
import ssl
import struct
import threading
from typing import TYPE_CHECKING, cast

import trustme

from tests.sandbox.fault_kinds import CONNECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.database import Authority
    from tests.sandbox.faults import Fault, Faults
    from tests.sandbox.log import RequestLog

HANDSHAKE_SECONDS = 5.0
BLOCK = 65_536
GARBAGE = b"\x00\x01\x02 this is not TLS \xff\xfe" * 20


class SecurePort:
    """An HTTPS port of api; a fault at the call Connect may hit each connection, and is then logged.

    :param ca: signs its certificate, for 127.0.0.1 and localhost.
    :param plain_port: where the connections lead to.
    """

    def __init__(
        self, api: str, plain_port: Callable[[], tuple[str, int]], ca: Authority, faults: Faults, log: RequestLog
    ) -> None:
        self.api = api
        self.plain_port = plain_port
        self.ca = ca
        self.faults = faults
        self.log = log
        self._server = _Listener(("127.0.0.1", 0), self)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Accept connections."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox-https", daemon=True).start()

    def stop(self) -> None:
        """Stop accepting connections."""
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> Fault | None:
        """The fault that hits the next connection."""
        fault = self.faults.take(self.api, CONNECT)
        if fault is not None:
            self.log.record(api=self.api, call=CONNECT, caller="", detail={}, status=0, fault=fault.kind)
        return fault

    def context(self, fault: Fault | None) -> ssl.SSLContext:
        """The context with the certificate that the connection is shown."""
        kind = fault.kind if fault else ""
        if kind == "tls_expired":
            yesterday = datetime.datetime.now().astimezone() - datetime.timedelta(days=1)
            return self.ca.issue("localhost", "127.0.0.1", not_after=yesterday)
        if kind == "tls_wrong_name":
            return self.ca.issue("elsewhere.example.com")
        if kind == "tls_untrusted":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(context)
            return context
        return self.ca.context_for(None)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], port: SecurePort) -> None:
        super().__init__(address, _Connection)
        self.port = port


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket

    def handle(self) -> None:
        port = cast("_Listener", self.server).port
        fault = port.take()
        self.request.settimeout(HANDSHAKE_SECONDS)
        # A client that rejects our certificate may do what it likes.
        with contextlib.suppress(OSError):
            if fault and fault.kind == "tls_garbage":
                self.request.sendall(GARBAGE)
            elif fault and fault.kind == "tls_reset":
                self.request.recv(1)
                _reset(self.request)
            else:
                self._serve(port, fault)

    def _serve(self, port: SecurePort, fault: Fault | None) -> None:
        with port.context(fault).wrap_socket(self.request, server_side=True) as outside:
            outside.settimeout(None)
            try:
                with socket.create_connection(port.plain_port()) as inside:
                    _carry(outside, inside)
            except ConnectionError:
                _reset(outside)


def _carry(outside: ssl.SSLSocket, inside: socket.socket) -> None:
    """Copy both ways until one side ends."""
    while True:
        ready = [outside] if outside.pending() else select.select([outside, inside], [], [])[0]
        for source, sink in ((outside, inside), (inside, outside)):
            if source in ready:
                data = source.recv(BLOCK)
                if not data:
                    return
                sink.sendall(data)


def _reset(connection: socket.socket) -> None:
    """RST instead of FIN (socket(7), SO_LINGER)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
