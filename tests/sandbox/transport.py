# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is between a client and a cloud's app: it names every request of both clouds, injects faults and logs it."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tests.sandbox.answer import Answer
from tests.sandbox.fault_kinds import AFTER, BEFORE, CHALLENGE, DELIVERIES, PAGES
from tests.sandbox.faults import HEADER_SETS, LIMIT_HEADERS, Fault, Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.mutations import mutated
from tests.sandbox.pages import paged, remembered
from tests.sandbox.server import LINE, Line
from tests.sandbox.substitutes import Words, substitute
from tests.sandbox.wire import deliver

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The name of a request: call, caller ("" if it proved or named none), detail.
Name = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Request:
    """A request by its name in the log."""

    environ: WSGIEnvironment
    api: str
    call: str
    caller: str
    detail: Mapping[str, Any]


def served(
    app: WSGIApplication,
    *,
    api: str,
    name_call: Callable[[WSGIEnvironment], Name],
    words: Words,
    faults: Faults,
    log: RequestLog,
) -> WSGIApplication:
    """The app with faults and the request log around it.

    For faults, a request without a caller is the call Challenge: it is not yet the call that it will be. The log still
    has it by the name of its call, with the status of the answer that was made, whether it arrived or not.
    """

    def handle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _named(environ, api, name_call)
        fault = faults.take(api, request.call if request.caller else CHALLENGE, request.detail)
        if fault and fault.kind == "held":
            faults.wait_until_cleared(fault)
        if fault and fault.kind == "latency":
            time.sleep(fault.value)
        answer = _made(fault, request, app, words, faults)
        log.record(
            api=api,
            call=request.call,
            caller=request.caller,
            detail=request.detail,
            status=answer.code if answer else 0,
            error=words.name_error(answer) if answer and answer.code >= 400 else None,
            fault=fault.kind if fault else None,
        )
        return _delivered(answer, fault, request, words, faults, start_response)

    return handle


def _named(environ: WSGIEnvironment, api: str, name_call: Callable[[WSGIEnvironment], Name]) -> Request:
    body = _body(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    call, caller, detail = name_call(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    return Request(environ, api, call, caller, detail)


def _made(fault: Fault | None, request: Request, app: WSGIApplication, words: Words, faults: Faults) -> Answer | None:
    """The answer for the log: the app's, or the fault's if the app is not called; null if there is none."""
    if fault and fault.effect == BEFORE:
        if fault.kind in DELIVERIES:
            return None
        instead = substitute(fault, words, request.environ, request.detail)
        if instead is not None:
            return _with_headers(instead, fault)
    known = remembered(request.detail, faults.remembered) if request.caller else None
    return known or collect(app, request.environ)


def _delivered(
    answer: Answer | None,
    fault: Fault | None,
    request: Request,
    words: Words,
    faults: Faults,
    start_response: StartResponse,
) -> Iterable[bytes]:
    """What reaches the client."""
    if fault is None:
        return _sent(cast(Answer, answer), start_response)
    if fault.kind == "refused":
        faults.shut(fault)
    if answer is None:
        _line(request).reset()
    if fault.kind == "late":
        time.sleep(fault.value)
    if fault.effect == AFTER:
        answer = _changed(answer, fault, request, words, faults)
    if fault.kind in DELIVERIES:
        deliver(answer, fault, faults, _line(request))
    return _sent(answer, start_response)


def _line(request: Request) -> Line:
    """The request's socket; an app that is called without a server has none, nor any fault that needs one."""
    line: Line = request.environ[LINE]
    return line


def _changed(answer: Answer, fault: Fault, request: Request, words: Words, faults: Faults) -> Answer:
    instead = substitute(fault, words, request.environ, request.detail)
    if instead is None:
        instead = paged(answer, fault, faults.remembered) if fault.kind in PAGES else mutated(answer, fault)
    return _with_headers(instead, fault)


def _with_headers(answer: Answer, fault: Fault) -> Answer:
    """The answer with its headers changed as the fault's field `headers` says."""
    if isinstance(fault.headers, str):
        return answer.with_headers(dict.fromkeys(LIMIT_HEADERS, HEADER_SETS[fault.headers]))
    return answer.with_headers(fault.headers or {})


def _sent(answer: Answer, start_response: StartResponse) -> list[bytes]:
    start_response(answer.status, answer.headers)
    return [answer.body]


def locked(app: WSGIApplication, lock: threading.RLock) -> WSGIApplication:
    """The app with each request, body and all, handled under `lock`."""

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
