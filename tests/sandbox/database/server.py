# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server: one port for all clusters; the host name that a client sends in TLS says which is meant."""

from __future__ import annotations

import secrets
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from tests.sandbox.database import protocol
from tests.sandbox.database.accounts import NATIVE, Accounts
from tests.sandbox.database.authority import Authority
from tests.sandbox.database.protocol import ProtocolError, Wire
from tests.sandbox.database.statements import Client, NotUnderstood, answer

_QUIT, _INIT_DB, _QUERY, _PING = 1, 2, 3, 14


@dataclass(frozen=True)
class Visit:
    """One connection, once it is over. `error` is null for a login that succeeded; `user` is null before a login."""

    host: str | None
    user: str | None
    error: str | None


class Database:
    """A TiDB server that any number of host names lead to.

    :param users: the password of each user.
    :param methods: the authentication method of users that do not log in by mysql_native_password.
    :param is_open: whether a private endpoint for that host name is active (null: the client named no host). If none
        is, the connection is cut as if there were no way.
    :param report: called with each connection once it is over, from the connection's own thread.
    """

    def __init__(
        self,
        ca: Authority,
        users: Mapping[str, str],
        version: str = "8.0.11-TiDB-v8.5.2",
        is_open: Callable[[str | None], bool] = lambda _host: True,
        *,
        methods: Mapping[str, str] | None = None,
        report: Callable[[Visit], None] = lambda _visit: None,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.ca = ca
        self.version = version
        self.is_open = is_open
        self.accounts = Accounts(users, methods or {})
        self.report = report
        self._address = (address, port)
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once it is started."""
        if self._server is None:
            raise RuntimeError("the database is not started")
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen, and serve from threads of its own."""
        self._server = _Server(self._address, self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="database", daemon=True).start()

    def stop(self) -> None:
        """Stop listening, cut all connections and report them. Does nothing if it was not started."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut_all()
            self._server = None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], database: Database) -> None:
        super().__init__(address, _Session)
        self.database = database
        self.sessions: set[_Session] = set()

    def cut_all(self) -> None:
        """Cut every connection, and wait until each is reported."""
        for session in list(self.sessions):
            session.cut()
            session.thread.join(1)


class _Session(socketserver.BaseRequestHandler):
    """One connection, from the greeting to the end."""

    request: socket.socket

    def setup(self) -> None:
        self.database = cast("_Server", self.server).database
        # An answer is several small packets, and each is due at once.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wire = Wire(self.request)
        self.host: str | None = None
        self.user: str | None = None
        self.error: str | None = None
        self.thread = threading.current_thread()
        cast("_Server", self.server).sessions.add(self)

    def handle(self) -> None:
        try:
            if self._logged_in():
                self._serve()
        except (OSError, ProtocolError) as error:
            self.error = self.error or str(error)

    def finish(self) -> None:
        self.wire.socket.close()
        self.database.report(Visit(self.host, self.user, self.error))
        cast("_Server", self.server).sessions.discard(self)

    def cut(self) -> None:
        """Cut the connection at the level of TCP: TLS has no say in it."""
        try:
            socket.socket.shutdown(self.wire.socket, socket.SHUT_RDWR)
        except OSError:
            self.error = self.error or "the client is gone"

    def _logged_in(self) -> bool:
        # Without zero bytes: the protocol ends the nonce with one.
        nonce = bytes(secrets.choice(range(1, 128)) for _turn in range(20))
        self.wire.send(protocol.greeting(self.database.version, nonce, NATIVE))
        if not protocol.asks_for_tls(self.wire.receive()):
            return self._reject(3159, "HY000", "Connections using insecure transport are prohibited")
        self._upgrade()
        login = protocol.read_login(self.wire.receive())
        self.user = login.user
        if not self.database.accounts.admit(self.wire, login, nonce):
            proof = "YES" if login.answer else "NO"
            origin = f"'{login.user}'@'{self.client_address[0]}'"
            return self._reject(1045, "28000", f"Access denied for user {origin} (using password: {proof})")
        self.wire.send(protocol.ok())
        return True

    def _upgrade(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose_cluster
        self.wire.socket = context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        self.wire.socket.do_handshake()

    def _choose_cluster(self, tls: ssl.SSLSocket | ssl.SSLObject, host: str | None, _context: ssl.SSLContext) -> None:
        self.host = host
        if self.database.is_open(host):
            tls.context = self.database.ca.context_for(host)
        else:
            self.error = "no private endpoint for this host is active"
            self.cut()

    def _reject(self, number: int, state: str, message: str) -> bool:
        self.error = message
        self.wire.send(protocol.error(number, state, message))
        return False

    def _serve(self) -> None:
        while (packet := self.wire.receive_command()) and packet[0] != _QUIT:
            if packet[0] == _QUERY:
                self._answer(packet[1:].decode(errors="replace"))
            elif packet[0] in (_PING, _INIT_DB):
                self.wire.send(protocol.ok())
            else:
                self.wire.send(protocol.error(1047, "08S01", "Unknown command"))

    def _answer(self, statement: str) -> None:
        tls = cast("ssl.SSLSocket", self.wire.socket)
        cipher = tls.cipher()
        client = Client(
            version=self.database.version,
            user=self.user or "",
            address=self.client_address[0],
            cipher=cipher[0] if cipher else "",
            tls_version=tls.version() or "",
        )
        try:
            rows = answer(statement, client)
        except NotUnderstood as error:
            self.wire.send(protocol.error(1064, "42000", f"The sandbox's database does not understand: {error}"))
            return
        for packet in [protocol.ok()] if rows is None else protocol.result_set(rows.columns, rows.rows):
            self.wire.send(packet)
