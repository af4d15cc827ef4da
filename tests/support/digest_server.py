# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP/1.1 server on loopback that speaks Digest (RFC 7616) and follows a test's script, call by call."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import threading
import typing as t
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC_KEY = "publickey-Vw6tR3"
PRIVATE_KEY = "9b1c7f52-4e0a-4f7c-8d4e-private-key-0a6d"
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


@dataclass
class Answer:
    """The answer to one authenticated request. `body`: an object is sent as JSON, bytes as they are."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # "reset": the connection is reset instead; "truncated": it ends within the body; "silent": nothing is answered.
    instead: str = ""


@dataclass(frozen=True)
class Exchange:
    """One request and its status: 401 for a challenge, 0 if no whole answer was sent."""

    method: str
    target: str
    status: int
    body: str = ""
    user_agent: str = ""


class DigestServer:
    """`script` is consumed request by request; an empty one answers `{}`.

    `algorithms`: one challenge each, with `qop`. `nonce_uses`: how often a nonce may be used, null for no limit.
    `stale`: how many right answers come too late. `challenge`: the challenge to every request instead.
    """

    def __init__(
        self,
        script: t.Sequence[Answer] = (),
        *,
        algorithms: t.Sequence[str] = ("MD5",),
        nonce_uses: int | None = None,
        challenge: str | None = None,
        qop: str = "auth",
        stale: int = 0,
    ) -> None:
        self.script = list(script)
        self.algorithms = algorithms
        self.nonce_uses = nonce_uses
        self.challenge = challenge
        self.qop = qop
        self.stale = stale
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self.released = threading.Event()
        self._nonces: dict[str, int] = {}
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                server.connections += 1
                super().setup()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                server.handle(self)

            do_POST = do_DELETE = do_GET  # noqa: N815

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def calls(self) -> list[str]:
        """The exchanges as a test states them: `GET /v1beta1/clusters/1 200`."""
        return [f"{exchange.method} {exchange.target} {exchange.status}" for exchange in self.exchanges]

    def close(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)).decode()
        with self._lock:
            challenge = self._challenge(handler, body)
            if challenge is not None:
                refusal = {"code": 49900001, "message": "public key not found", "details": []}
                answer = Answer(refusal, 401, {"WWW-Authenticate": challenge})
            else:
                answer = self.script.pop(0) if self.script else Answer()
            status = 0 if answer.instead else answer.status
            agent = handler.headers.get("User-Agent", "")
            self.exchanges.append(Exchange(handler.command, handler.path, status, body, agent))
        self._send(handler, answer)

    def _challenge(self, handler: BaseHTTPRequestHandler, body: str) -> str | None:
        """Null if the request is authenticated, else the challenge for the next one."""
        if self.challenge is not None:
            return self.challenge
        header = handler.headers.get("Authorization", "")
        given = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
        nonce = given.get("nonce", "")
        right = bool(given) and given.get("response") == self._response(handler, given, body)
        uses = self._nonces.get(nonce)
        fresh = uses is not None and (self.nonce_uses is None or uses < self.nonce_uses)
        late = right and self.stale > 0
        self.stale -= late
        if right and fresh and not late and uses is not None and int(given["nc"], 16) == uses + 1:
            self._nonces[nonce] = uses + 1
            return None
        new = hashlib.sha256(f"nonce {len(self._nonces)}".encode()).hexdigest()
        self._nonces[new] = 0
        stale = ", stale=true" if right else ""
        fields = f'realm="tidb.cloud", nonce="{new}", qop="{self.qop}", opaque="o"{stale}'
        return ", ".join(f"Digest {fields}, algorithm={algorithm}" for algorithm in self.algorithms)

    def forget_nonces(self) -> None:
        """As after a restart: every nonce is stale."""
        self._nonces.update(dict.fromkeys(self._nonces, -1000))

    def _response(self, handler: BaseHTTPRequestHandler, given: dict[str, str], body: str) -> str:
        algorithm = given.get("algorithm", "MD5").replace("-sess", "")

        def digest(text: str) -> str:
            return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()

        first = digest(f"{PUBLIC_KEY}:tidb.cloud:{PRIVATE_KEY}")
        if given.get("algorithm", "").endswith("-sess"):
            first = digest(f"{first}:{given.get('nonce')}:{given.get('cnonce')}")
        qop = given.get("qop", "")
        integrity = f":{digest(body)}" if qop == "auth-int" else ""
        second = digest(f"{handler.command}:{handler.path}{integrity}")
        return digest(f"{first}:{given.get('nonce')}:{given.get('nc')}:{given.get('cnonce')}:{qop}:{second}")

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.instead in ("reset", "silent"):
            if answer.instead == "silent":
                self.released.wait(5)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        if answer.instead == "truncated":
            body = body[: len(body) // 2]
            handler.close_connection = True
        handler.wfile.write("\r\n".join(lines).encode() + body)
