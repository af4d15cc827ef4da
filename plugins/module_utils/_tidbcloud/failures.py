# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a request to TiDB Cloud: one sentence each, and whether the request may be repeated."""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import ssl
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass

from .._privatelink.errors import ApiError

with contextlib.suppress(ImportError):  # Nothing here is called without it: there is no Session then.
    import requests

# google.rpc.Code.NOT_FOUND, which the API puts into the body whatever the HTTP status is.
GRPC_NOT_FOUND = 5
RATE_LIMIT_CODE = 49900007
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})


class NotFound(ApiError):
    """What was asked for is not there, or this key cannot see it: the API does not tell the two apart."""


@dataclass(frozen=True)
class Request:
    """A request as a person would name it: C(GET /clusters/…) to C(host), whose address is the option C(option).

    C(known): something at that address has answered as the API before.
    """

    method: str
    path: str
    url: str
    host: str
    option: str
    known: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Failure:
    """A failed request. C(passing): the cause may go away by itself; C(without_effect): surely not carried out."""

    error: ApiError
    passing: bool = False
    without_effect: bool = False
    throttled: bool = False

    def repeatable(self, method: str) -> bool:
        """A POST is repeated only if it surely had no effect; GET and DELETE do no harm twice."""
        return self.passing and (method != "POST" or self.without_effect)


def read_answer(request: Request, response: requests.Response) -> dict[str, t.Any] | Failure:
    """The JSON object of a successful answer, or why there is none. Only DELETE may answer nothing: that is C({})."""
    body = _json(response.content)
    if not response.ok or response.is_redirect:
        return _refusal(request, response, body if isinstance(body, dict) else None)
    if isinstance(body, dict):
        return body
    if request.method == "DELETE" and not response.content.strip():
        return {}
    return _unreadable(request, response, broken=body is None)


def connection_failure(request: Request, error: Exception) -> Failure:
    """The failure behind an exception of the HTTP library. Its own text is not repeated: it may name proxy secrets."""
    causes = tuple(_causes(error))
    before_sending = _not_sent(request, error, causes)
    if before_sending is not None:
        return before_sending
    if isinstance(error, requests.exceptions.ReadTimeout):
        return _lost(request, f"{request.host} did not answer in time; raise tidbcloud_timeout if it is slow")
    if isinstance(error, requests.exceptions.SSLError):
        return _lost(request, f"the TLS connection to {request.host} broke; name a private CA in tidbcloud_ca_path")
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return _lost(request, f"the answer of {request.host} was cut off")
    if isinstance(error, requests.exceptions.ConnectionError):
        return _lost(request, f"{request.host} closed the connection without an answer")
    return Failure(
        _error(
            f"{request} could not be sent: {type(error).__name__}."
            f" Check that {request.option} is the address of the TiDB Cloud API.",
        )
    )


def _not_sent(request: Request, error: Exception, causes: tuple[BaseException, ...]) -> Failure | None:
    """Failures from before the request was on its way."""
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            text = f"the name {request.host} was not found; check {request.option} and this host's DNS"
            return _unsent(request, text, passing=cause.errno == socket.EAI_AGAIN)
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = (
                f"the certificate of {request.host} was not accepted ({cause.verify_message});"
                " where a proxy or a private CA signs it, name that CA's file in tidbcloud_ca_path"
            )
            return _unsent(request, text, passing=False)
    if isinstance(error, requests.exceptions.ProxyError):
        return _unsent(request, "the proxy could not be used; check HTTPS_PROXY and NO_PROXY on this host")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _unsent(request, f"{request.host} refused the connection; check {request.option}")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _unsent(request, f"no connection to {request.host} came about in time; check firewalls and proxies")
    if any(isinstance(cause, OSError) and cause.errno in _UNREACHABLE for cause in causes):
        return _unsent(request, f"there is no route to {request.host}; check this host's network")
    return None


def _unsent(request: Request, reason: str, *, passing: bool = True) -> Failure:
    return Failure(_error(f"{request} was not sent: {reason}."), passing=passing, without_effect=True)


def _lost(request: Request, reason: str) -> Failure:
    return Failure(_error(f"{request} has no answer: {reason}.", ambiguous=request.method != "GET"), passing=True)


def _unreadable(request: Request, response: requests.Response, *, broken: bool) -> Failure:
    """A success without the JSON object that was promised. A broken one may be whole next time; a web page will not."""
    page = response.content.lstrip()[:1] == b"<"
    what = "a web page" if page else "a broken or empty JSON text" if broken else "JSON of another shape"
    error = _error(
        f"{request} was answered with {what} instead of a JSON object (HTTP {response.status_code})."
        f" Check {request.option} and any proxy between this host and {request.host}.",
        response,
        ambiguous=request.method != "GET",
    )
    return Failure(error, passing=broken and not page)


def _refusal(request: Request, response: requests.Response, body: dict[str, t.Any] | None) -> Failure:
    status = response.status_code
    code = body.get("code") if body else None
    if status == 429:
        text = f"TiDB Cloud refused {request}: the API key is over its limit of 100 requests a minute."
        return Failure(_error(text, response, code), passing=True, without_effect=True, throttled=True)
    if _is_not_found(request, response, body):
        text = f"TiDB Cloud does not find {request.path}, or this API key may not see it{_said(body)}"
        return Failure(_error(text, response, code, kind=NotFound), without_effect=True)
    if status >= 500 or status == 408:
        text = f"TiDB Cloud could not handle {request} (HTTP {status}){_said(body)} Run it again later."
        return Failure(_error(text, response, code, ambiguous=request.method != "GET"), passing=True)
    if response.is_redirect or status < 400:
        text = f"{request} was answered with a redirect (HTTP {status}), which is not followed. Check {request.option}."
        return Failure(_error(text, response, code))
    text = _key_refusal(request, response, body) or f"TiDB Cloud refused {request} (HTTP {status}){_said(body)}"
    return Failure(_error(text, response, code), without_effect=True)


def _key_refusal(request: Request, response: requests.Response, body: dict[str, t.Any] | None) -> str | None:
    if response.status_code == 401:
        if "digest" not in response.headers.get("WWW-Authenticate", "digest").lower():
            return (
                f"{request} was answered with HTTP 401 by something that does not ask for Digest authentication."
                f" Check that {request.option} is the address of the TiDB Cloud API."
            )
        return (
            f"TiDB Cloud did not accept the API key for {request} (HTTP 401){_said(body)} Check tidbcloud_public_key"
            " and tidbcloud_private_key (TIDBCLOUD_PUBLIC_KEY and TIDBCLOUD_PRIVATE_KEY): both halves of one key that"
            " still exists, with the role Project Owner or Organization Owner."
        )
    if response.status_code == 403:
        return (
            f"The API key may not do {request} (HTTP 403){_said(body)} Use a key with the role Project Owner of the"
            " cluster's project, or Organization Owner, and check the key's IP access list."
        )
    return None


def _is_not_found(request: Request, response: requests.Response, body: dict[str, t.Any] | None) -> bool:
    """404 is not documented. A web page with 404 may come from a wrong address, and must not look like a lost cluster
    unless the API has been heard from there.
    """
    if body is not None and str(body.get("code")) == str(GRPC_NOT_FOUND):
        return True
    return response.status_code == 404 and (body is not None or request.known or not response.content.strip())


def _error(
    text: str,
    response: requests.Response | None = None,
    code: object = None,
    *,
    ambiguous: bool = False,
    kind: type[ApiError] = ApiError,
) -> ApiError:
    trace_id = response.headers.get("X-Debug-Trace-Id") if response is not None else None
    return kind(
        f"{text} The request id is {trace_id}." if trace_id else text,
        api="tidbcloud",
        code=code if isinstance(code, (int, str)) else None,
        status=response.status_code if response is not None else None,
        request_id=trace_id,
        ambiguous=ambiguous,
    )


def _said(body: dict[str, t.Any] | None) -> str:
    """The API's own message as the end of a sentence."""
    message = body.get("message") if body else None
    if not isinstance(message, str) or not message.strip():
        return "."
    printable = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return f": {printable[:500].rstrip('.')}."


def _json(content: bytes) -> t.Any:
    """The parsed text; null where it is not JSON."""
    try:
        return json.loads(content.decode("utf-8"))
    except ValueError:
        return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything it was raised from: the HTTP library nests the real one deeply."""
    seen: set[int] = set()
    waiting: list[t.Any] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
