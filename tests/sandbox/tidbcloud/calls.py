# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests to the TiDB Cloud API are named in the log, and how a fault makes the API reject one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from tests.sandbox.answer import Answer, answer
from tests.sandbox.tidbcloud.digest import CHALLENGE
from tests.sandbox.tidbcloud.rate import Allowance, too_many
from tests.sandbox.tidbcloud.refusal import Code, Refusal
from tests.sandbox.transport import Name

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

UNKNOWN_CALL = "unknown"
CODES = {400: Code.INVALID_ARGUMENT, 401: Code.UNAUTHENTICATED, 404: Code.NOT_FOUND, 409: Code.ALREADY_EXISTS}
# What a fault's 429 says about the limit: wait a second, so that a test of the waiting does not take long.
USED_UP = Allowance(limit=100, remaining=0, reset=1)


def namer(app: flask.Flask) -> Callable[[WSGIEnvironment], Name]:
    """A function that names a request to `app`.

    The caller is the public key that the request claims, empty if it claims none: it then only asks for a challenge.
    """

    def name_call(environ: WSGIEnvironment) -> Name:
        request = Request(environ)
        try:
            call, arguments = app.url_map.bind_to_environ(environ).match()
        except HTTPException:
            call, arguments = UNKNOWN_CALL, {"method": request.method, "path": request.path}
        detail: dict[str, Any] = {**arguments, **{name: _single(values) for name, values in request.args.lists()}}
        body = request.get_json(force=True, silent=True)
        if isinstance(body, dict):
            detail |= body
        return str(call), _public_key(request.authorization), detail

    return name_call


def name_error(answer: Answer) -> str:
    """How the log names an error: `challenge`, or the message of the answer."""
    try:
        message = str(json.loads(answer.body)["message"])
    except (ValueError, KeyError, TypeError):
        return answer.status
    return "challenge" if message == CHALLENGE else message


def refusal(_environ: WSGIEnvironment, status: int) -> Answer:
    """The answer of a fault: 429 as documented, the others in its shape (what a gateway says is unknown)."""
    if status == 429:
        return _said(too_many(USED_UP.limit), USED_UP.headers())
    return _said(Refusal(status, CODES.get(status, Code.UNAVAILABLE), f"Injected {status}."))


def throttled(environ: WSGIEnvironment) -> Answer:
    """The documented 429."""
    return refusal(environ, 429)


def error(_environ: WSGIEnvironment, code: str) -> Answer:
    """`code`: the name of a `Code`; with 400, as all errors of a request that was understood."""
    known = Code[code] if code in Code.__members__ else Code.UNAVAILABLE
    return _said(Refusal(400, known, f"Injected {code}."))


def unsuccessful(_detail: Mapping[str, Any], code: str) -> Answer:
    """This API has no such answer: a delete answers `{}` or an error."""
    return _said(Refusal(400, Code.FAILED_PRECONDITION, f"Injected {code}."))


def _said(refused: Refusal, headers: Mapping[str, str] | None = None) -> Answer:
    sent = {"X-Debug-Trace-Id": f"injected-{refused.status}", **(headers or {})}
    return answer(refused.status, "application/json", json.dumps(refused.body()), sent)


def _public_key(authorization: Authorization | None) -> str:
    if authorization is None or authorization.type != "digest":
        return ""
    return authorization.parameters.get("username") or ""


def _single(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
