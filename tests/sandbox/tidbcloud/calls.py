# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests to the TiDB Cloud API are named in the log, and how a fault makes the API refuse one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from tests.sandbox.tidbcloud.digest import CHALLENGE
from tests.sandbox.tidbcloud.rate import Allowance, too_many
from tests.sandbox.tidbcloud.refusal import Code, Refusal
from tests.sandbox.transport import Answer, Name

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

UNKNOWN_CALL = "unknown"
# What a refusal by a fault tells about the limit: wait a second, so that a test of the waiting does not take long.
USED_UP = Allowance(limit=100, remaining=0, reset=1)


def namer(app: flask.Flask) -> Callable[[WSGIEnvironment], Name]:
    """A function that names a request to C(app).

    The caller is the public key that the request claims, empty where it claims none: then it only asks for a challenge.
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
    """What the log says of an error: V(challenge), or the message of the answer."""
    try:
        message = str(json.loads(answer.body)["message"])
    except (ValueError, KeyError, TypeError):
        return answer.status
    return "challenge" if message == CHALLENGE else message


def refusal(status: int) -> Answer:
    """The answer of a fault: 429 as documented, the others in its shape (what a gateway says is unknown)."""
    refused = too_many(USED_UP.limit) if status == 429 else Refusal(status, Code.UNAVAILABLE, f"Injected {status}.")
    headers = {
        "Content-Type": "application/json",
        "X-Debug-Trace-Id": f"injected-{status}",
        **(USED_UP.headers() if status == 429 else {}),
    }
    body = json.dumps(refused.body()).encode()
    return Answer(f"{status} Injected", [*headers.items(), ("Content-Length", str(len(body)))], body)


def _public_key(authorization: Authorization | None) -> str:
    if authorization is None or authorization.type != "digest":
        return ""
    return authorization.parameters.get("username") or ""


def _single(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
