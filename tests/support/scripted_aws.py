# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP server on loopback in place of AWS: it records each request with its key, and answers from a script."""

from __future__ import annotations

import re
import threading
import typing as t
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from botocore.stub import Stubber

ROLE_KEY = "ASIAROLEROLEROLEROLE"
ROLE_SECRET = "role-secret-access-key-of-the-test-0123"
ROLE_TOKEN = "role-session-token-of-the-test-0123456789"
_ROLE = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>{ROLE_KEY}</AccessKeyId><SecretAccessKey>{ROLE_SECRET}</SecretAccessKey>
<SessionToken>{ROLE_TOKEN}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>request-7</RequestId></ResponseMetadata>
</AssumeRoleResponse>"""
_NOTHING = "<Response><vpcEndpointSet/><return>true</return><requestId>request-7</requestId></Response>"


IDENTIFIED = {"ResponseMetadata": {"RequestId": "request-7"}}


class Script(Stubber):
    """A client's answers in order, each with a request id, as AWS gives them."""

    def add_response(self, method: str, service_response: t.Mapping[str, t.Any], expected_params: t.Any = None) -> None:
        super().add_response(method, {**service_response, **IDENTIFIED}, expected_params)


@dataclass(frozen=True)
class Asked:
    """One request. `token` is the session token that signed it."""

    action: str
    access_key: str
    region: str
    token: str | None
    user_agent: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """`code`: the code of an error; `body`: sent as it is instead; `cut`: the connection is closed within it;
    `lost`: before it.
    """

    status: int = 200
    code: str = ""
    message: str = "the text of AWS"
    body: str | None = None
    cut: bool = False
    lost: bool = False


class FakeAws:
    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

            def do_POST(self) -> None:
                server.handle(self)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def actions(self) -> list[str]:
        return [asked.action for asked in self.asked]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        form = parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode())
        parameters = {name: values[0] for name, values in form.items() if name != "Version"}
        action = parameters.pop("Action")
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", handler.headers["Authorization"])
        access_key, region = scope.groups() if scope else ("", "")
        token = handler.headers.get("X-Amz-Security-Token")
        self.asked.append(Asked(action, access_key, region, token, handler.headers["User-Agent"], parameters))
        reply = self.script.pop(0) if self.script else Reply()
        if reply.lost:
            handler.close_connection = True
            return
        body = (self._body(reply, action) if reply.body is None else reply.body).encode()
        head = f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        if reply.cut:
            body = body[: len(body) // 2]
            handler.close_connection = True
        handler.wfile.write(head.encode() + body)

    @staticmethod
    def _body(reply: Reply, action: str) -> str:
        if reply.code:
            error = f"<Code>{reply.code}</Code><Message>{reply.message}</Message>"
            return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>request-7</RequestID></Response>"
        return _ROLE if action == "AssumeRole" else _NOTHING
