# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSGI application: identifies the caller, then answers by moto with our own handlers; one request at a time."""

from __future__ import annotations

import base64
import email.utils
import io
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from flask import Flask
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from tests.sandbox.aws.authorization import Authorizer
from tests.sandbox.aws.credentials import Keys, Principal, Signature, is_signed_by, read_signature
from tests.sandbox.aws.pricing import PriceList

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from tests.sandbox.clock import Clock

SERVICES = frozenset({"ec2", "elasticloadbalancing", "iam", "servicequotas", "sts"})
"""The services (by their names in signatures) that moto answers for."""
DRY_RUN = " (DryRun)"
"""The suffix by which the request log, and so faults, mark an action that only asks for permission."""
Handler = Callable[..., Any]
"""moto's own: request, url, headers to status, headers, body."""


class _Dispatcher(DomainDispatcherApplication):
    """Looks for the service of a host once: moto lists its own folders for each request."""

    def __init__(self, create_app: Callable[[Any], Flask]) -> None:
        super().__init__(create_app)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


class App:
    """moto under the sandbox's lock, with `handlers` (service name to handler) in place of moto's own."""

    def __init__(
        self,
        clock: Clock,
        keys: Keys,
        authorizer: Authorizer,
        handlers: Mapping[str, Handler],
        price_list: PriceList,
    ) -> None:
        self._clock = clock
        self._authorizer = authorizer
        self._keys = keys
        self._handlers = handlers
        self._price_list = price_list
        self._moto = _Dispatcher(self._create_app)

    def _create_app(self, service: Any) -> Flask:
        app = create_backend_app(service)
        if service in self._handlers:
            view = convert_to_flask_response(self._handlers[service])
            app.view_functions = dict.fromkeys(app.view_functions, view)
        return app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = peek_body(environ)
        with self._clock.lock:
            signature = read_signature(environ.get("HTTP_AUTHORIZATION", ""))
            principal = self._authenticate(environ, signature, body)
            if principal is None or signature is None:
                return _refusal(signature)(environ, start_response)
            why = self._forbidden(environ, principal, signature, body)
            if why is not None:
                return _forbidden(signature.service, why)(environ, self._dated(start_response))
            if signature.service == "pricing":
                answer = self._price_list.answer(signature.region, principal, _target(environ), body)
                return list(answer(environ, start_response))
            if signature.service not in SERVICES:
                return _unknown_service(signature.service)(environ, start_response)
            if _is_dry_run(environ, body):
                return _dry_run()(environ, self._dated(start_response))
            # moto takes the account from this header first
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = principal.account_id
            try:
                return list(self._moto(environ, self._dated(start_response)))
            except NotImplementedError as error:
                # moto has neither the action nor, for the calls it has, the filter
                return _error("InvalidAction", f"Not known in the sandbox: {error}", 400)(environ, start_response)

    def _forbidden(
        self, environ: WSGIEnvironment, principal: Principal, signature: Signature, body: bytes
    ) -> str | None:
        parameters = _parameters(environ, body)
        action = parameters.get("Action") or _target(environ)
        return self._authorizer.refusal(principal, signature, action, parameters)

    def _dated(self, start_response: StartResponse) -> StartResponse:
        """AWS's own clock is the sandbox's."""
        date = ("Date", email.utils.formatdate(self._clock.now(), usegmt=True))

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, date], *exc_info)

        return start

    def _authenticate(self, environ: WSGIEnvironment, signature: Signature | None, body: bytes) -> Principal | None:
        principal = self._keys.get(signature.access_key) if signature else None
        if principal is None or signature is None:
            return None
        signed = is_signed_by(
            principal,
            signature,
            method=environ["REQUEST_METHOD"],
            url=f"http://{environ.get('HTTP_HOST', '')}{environ.get('PATH_INFO', '/')}",
            query=environ.get("QUERY_STRING", ""),
            headers=_headers(environ),
            body=body,
        )
        return principal if signed else None

    def name_call(self, environ: WSGIEnvironment) -> tuple[str, str, dict[str, str]]:
        """The action, the caller's account ("" if unknown) and the request's parameters, for the request log."""
        parameters = _parameters(environ, peek_body(environ))
        signature = read_signature(environ.get("HTTP_AUTHORIZATION", ""))
        principal = self._keys.get(signature.access_key) if signature else None
        call = parameters.pop("Action", "") or _target(environ) or "unknown"
        parameters.pop("Version", None)
        if parameters.get("DryRun") == "true":
            call += DRY_RUN
        return call, principal.account_id if principal else "", parameters


def peek_body(environ: WSGIEnvironment) -> bytes:
    """The request's body, left in place for the next reader."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return {**headers, "content-type": environ.get("CONTENT_TYPE", "")}


def _target(environ: WSGIEnvironment) -> str:
    """The action of the services that speak JSON."""
    return str(environ.get("HTTP_X_AMZ_TARGET", "")).rsplit(".", 1)[-1]


def _parameters(environ: WSGIEnvironment, body: bytes) -> dict[str, str]:
    text = body.decode("utf-8", "replace")
    if "json" in environ.get("CONTENT_TYPE", "") and text:
        return {key: str(value) for key, value in json.loads(text).items()}
    return dict(parse_qsl(environ.get("QUERY_STRING", "")) + parse_qsl(text))


def _refusal(signature: Signature | None) -> Response:
    """Unknown keys, a wrong secret or no signature, in the words of each service (API, "Common error types")."""
    service = signature.service if signature else "ec2"
    if service == "ec2":
        return _error("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    message = "The security token included in the request is invalid."
    if service in ("servicequotas", "pricing"):
        answer = json.dumps({"__type": "UnrecognizedClientException", "message": message})
        return Response(answer, 400, content_type="application/x-amz-json-1.1")
    return Response(
        f"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>{message}</Message></Error>"
        f"<RequestId>{secrets.token_hex(16)}</RequestId></ErrorResponse>",
        403,
        content_type="text/xml",
    )


def _forbidden(service: str, why: str) -> Response:
    """A policy's denial in the words of each service; nothing here can decode what EC2 encodes."""
    if service == "ec2":
        encoded = base64.urlsafe_b64encode(secrets.token_bytes(96)).decode()
        encoded = f" Encoded authorization failure message: {encoded}" if " on resource: " in why else ""
        return _error("UnauthorizedOperation", f"You are not authorized to perform this operation. {why}{encoded}", 403)
    if service in ("servicequotas", "pricing"):
        answer = json.dumps({"__type": "AccessDeniedException", "Message": why})
        return Response(answer, 400, content_type="application/x-amz-json-1.1")
    error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{escape(why)}</Message></Error>"
    text = f"<ErrorResponse>{error}<RequestId>{secrets.token_hex(16)}</RequestId></ErrorResponse>"
    return Response(text, 403, content_type="text/xml")


def _unknown_service(service: str) -> Response:
    """To the caller it looks as if the keys had no permission for it."""
    answer = {"__type": "AccessDeniedException", "message": f"The sandbox does not have the AWS service {service}."}
    return Response(json.dumps(answer), 400, content_type="application/x-amz-json-1.1")


def _is_dry_run(environ: WSGIEnvironment, body: bytes) -> bool:
    """EC2 alone has this parameter: only the permission is checked, whatever else is wrong with the request."""
    return _parameters(environ, body).get("DryRun") == "true"


def _dry_run() -> Response:
    return _error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def _error(code: str, message: str, status: int) -> Response:
    return Response(
        f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{secrets.token_hex(16)}</RequestID></Response>",
        status,
        content_type="text/xml",
    )
