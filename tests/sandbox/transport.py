# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between a client and a cloud's app: it names, strikes and logs every request of both clouds alike."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.faults import Fault, Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.server import CLOSE, RESET

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The name of a request: call, caller ("" where nobody proved or named himself), detail.
Name = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """A whole answer; C(status) is the status line without the protocol (V(200 OK))."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        """The HTTP status as a number."""
        return int(self.status.split(" ", 1)[0])


def served(
    app: WSGIApplication,
    *,
    api: str,
    name_call: Callable[[WSGIEnvironment], Name],
    name_error: Callable[[Answer], str | None],
    refusal: Callable[[int], Answer],
    throttled: Callable[[WSGIEnvironment], Answer],
    faults: Faults,
    log: RequestLog,
) -> WSGIApplication:
    """The app with faults and the request log around it.

    :param name_error: what the log says of an answer that is an error.
    :param refusal: this API's own way to answer an HTTP status that a fault asks for.
    :param throttled: its answer to whom asks too often.

    A request without a caller is struck by no fault: a digest challenge is not yet the call that it carries.
    """

    def handle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = _body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        call, caller, detail = name_call(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        fault = faults.take(api, call) if caller else None
        kind = fault.kind if fault else None

        if fault and fault.kind == "held":
            faults.wait_until_cleared(fault)
        answer = _answer(fault, environ, app, refusal, throttled)
        log.record(
            api=api,
            call=call,
            caller=caller,
            detail=detail,
            status=answer.code if answer else 0,
            error=name_error(answer) if answer and answer.code >= 400 else None,
            fault=kind,
        )
        if answer is None or kind == "lost":
            environ[RESET]()
            return []
        if kind == "truncated":
            return _cut(answer, environ, start_response)
        if fault and fault.kind == "late":
            time.sleep(fault.value or 0.0)
        return _sent(refusal(int(fault.value or 500)) if fault and fault.kind == "masked" else answer, start_response)

    return handle


def _answer(
    fault: Fault | None,
    environ: WSGIEnvironment,
    app: WSGIApplication,
    refusal: Callable[[int], Answer],
    throttled: Callable[[WSGIEnvironment], Answer],
) -> Answer | None:
    """What the app answers, or the fault instead of it; null where the connection is reset."""
    kind = fault.kind if fault else None
    value = fault.value if fault else None
    if kind == "latency":
        time.sleep(value or 0.0)
    if kind == "status":
        return refusal(int(value or 500))
    if kind == "not_json":
        return _page_of_a_proxy(int(value or 502))
    if kind == "throttle":
        return throttled(environ)
    return None if kind == "reset" else collect(app, environ)


def _page_of_a_proxy(status: int) -> Answer:
    """What something between the client and the API says, which knows neither."""
    body = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>".encode()
    return Answer(f"{status} Injected", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))], body)


def _sent(answer: Answer, start_response: StartResponse) -> list[bytes]:
    start_response(answer.status, answer.headers)
    return [answer.body]


def _cut(answer: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Half of the answer, although the whole was announced."""
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    start_response(answer.status, [*headers, ("Content-Length", str(len(answer.body)))])
    environ[CLOSE]()
    return [answer.body[: len(answer.body) // 2]]


def locked(app: WSGIApplication, lock: threading.RLock) -> WSGIApplication:
    """The app with each request, body and all, handled under C(lock)."""

    def handle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            answer = collect(app, environ)
        return _sent(answer, start_response)

    return handle


def collect(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Call a WSGI app and gather its whole answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda data: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return Answer(status, headers, body)


def _body(environ: WSGIEnvironment) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    return body
