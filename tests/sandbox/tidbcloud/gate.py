# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every call to either host passes: authentication, rate limit, headers, error shape."""

from __future__ import annotations

import uuid

import flask
from werkzeug.exceptions import HTTPException

from tests.sandbox.tidbcloud.digest import Digest
from tests.sandbox.tidbcloud.rate import RateLimit, too_many
from tests.sandbox.tidbcloud.refusal import Code, Refusal


def guard(app: flask.Flask, digest: Digest, rate: RateLimit) -> None:
    """Let `app` handle only authenticated requests within the limit; each answer gets the documented headers."""

    @app.before_request
    def admit() -> None:
        request = flask.request
        target = request.environ["REQUEST_URI"]
        key = digest.check(request.authorization, request.method, target, request.get_data())
        flask.g.allowance = rate.take(key)
        if rate.exceeded(key):
            raise too_many(flask.g.allowance.limit)

    @app.after_request
    def mark(response: flask.Response) -> flask.Response:
        allowance = flask.g.get("allowance") or rate.look(None)
        response.headers.update(allowance.headers())
        response.headers["X-Debug-Trace-Id"] = uuid.uuid4().hex
        return response

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> flask.Response:
        response = flask.jsonify(refusal.body())
        response.status_code = refusal.status
        for challenge in refusal.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> flask.Response:
        """No such path or method, a body that is not JSON, or a defect of the sandbox (500)."""
        codes = {400: Code.INVALID_ARGUMENT, 404: Code.NOT_FOUND, 405: Code.UNIMPLEMENTED, 415: Code.INVALID_ARGUMENT}
        status = error.code or 500
        return refused(Refusal(status, codes.get(status, Code.INTERNAL), error.description or error.name))
