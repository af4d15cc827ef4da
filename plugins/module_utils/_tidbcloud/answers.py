# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an answer from TiDB Cloud: the JSON object that was asked for, or why there is none."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import urlsplit

from .._run.errors import ApiError
from .._run.text import printable
from .digest import Forbidden, Unusable, is_stale, read_challenge
from .failures import Failure, NotFound, PageNotFound, Request, Unreadable
from .transport import Answer, Json
from .urls import API_VERSION_PATH

# Whether an object is one of those that the call is documented to return.
Kind = t.Callable[[Json], bool]

# google.rpc.Code.NOT_FOUND, which the API puts into the body whatever the HTTP status is.
GRPC_NOT_FOUND = 5
# Digits of the largest number that the API has: an unsigned one of 64 bits.
_MOST_DIGITS = 20
_MOST_IN_ID = 100


def any_object(_object: Json) -> bool:
    """The kind of a call whose answer is ignored."""
    return True


def read_answer(request: Request, answer: Answer, kind: Kind = any_object) -> Json | Failure:
    """The JSON object of a successful answer, or why there is none. Only DELETE may have an empty answer: that is
    {}.
    """
    body = _json(answer.content)
    if not 200 <= answer.status < 300:
        return _refusal(request, answer, body if isinstance(body, dict) else None)
    if isinstance(body, dict):
        return body if kind(body) else _unreadable(request, answer, "a JSON object of another kind")
    if request.method == "DELETE" and not answer.content.strip():
        return {}
    if _is_web_page(answer):
        return _unreadable(request, answer, "a web page")
    if body is None:
        return _unreadable(request, answer, "a broken or empty JSON text", passing=True)
    return _unreadable(request, answer, "JSON of another shape")


def _is_web_page(answer: Answer) -> bool:
    return answer.content.lstrip()[:1] == b"<"


def _unreadable(request: Request, answer: Answer, what: str, *, passing: bool = False) -> Failure:
    """A success without the documented content. A broken text may be complete next time; another kind of answer will
    not.
    """
    text = (
        f"{request} was answered with {what}, not with what the TiDB Cloud API answers (HTTP {answer.status})."
        f" Check {request.option} and any proxy between this host and {request.host}."
    )
    return Failure(_error(text, answer, kind=Unreadable, ambiguous=request.writes), passing=passing)


def _refusal(request: Request, answer: Answer, body: Json | None) -> Failure:
    status = answer.status
    code = body.get("code") if body else None
    if status == 429:
        text = f"TiDB Cloud refused {request}: the API key is over its limit of 100 requests a minute."
        return Failure(_error(text, answer, code), passing=True, without_effect=True, throttled=True)
    if _is_not_found(request, answer, body):
        text = (
            f"TiDB Cloud does not find {request.path}, or this API key may not see it{_said(body)}{_elsewhere(request)}"
        )
        kind = PageNotFound if _is_web_page(answer) else NotFound
        return Failure(_error(text, answer, code, kind=kind), without_effect=True)
    if status >= 500 or status == 408:
        text = f"TiDB Cloud could not handle {request} (HTTP {status}){_said(body)} Run it again later."
        return Failure(_error(text, answer, code, ambiguous=request.writes), passing=True)
    if status < 400:
        text = f"{request} was answered with a redirect (HTTP {status}), which is not followed. Check {request.option}."
        return Failure(_error(text, answer, code))
    if status == 401 and is_stale(answer.headers.get("WWW-Authenticate", "")):
        text = (
            f"{request.host} called each answer to its challenge for {request} stale (HTTP 401), which says nothing of"
            f" the key. A proxy may send the requests to several servers. Run it again, and check {request.option}."
        )
        return Failure(_error(text, answer, code), passing=True, without_effect=True)
    text = _key_refusal(request, answer, body) or f"TiDB Cloud refused {request} (HTTP {status}){_said(body)}"
    if status in (404, 405):
        text += _elsewhere(request)
    return Failure(_error(text, answer, code), without_effect=True)


def _elsewhere(request: Request) -> str:
    """What to check where the address may not be that of the API; empty where it is known to be."""
    asked_at = urlsplit(request.url).path[: -len(request.path)]
    if request.known or asked_at == API_VERSION_PATH:
        return ""
    return (
        f" It was asked at {request.host}{printable(asked_at, 100)}, where nothing has answered as the API yet: check"
        f" the path of {request.option}. The API's own path is {API_VERSION_PATH}."
    )


def _key_refusal(request: Request, answer: Answer, body: Json | None) -> str | None:
    if answer.status == 401:
        unanswered = _unanswered(request, answer, body)
        if unanswered is not None:
            return unanswered
        return (
            f"TiDB Cloud did not accept the API key for {request} (HTTP 401){_said(body)} Check tidbcloud_public_key"
            " and tidbcloud_private_key (TIDBCLOUD_PUBLIC_KEY and TIDBCLOUD_PRIVATE_KEY): both halves of one key that"
            " still exists, with the role Project Owner or Organization Owner."
        )
    if answer.status == 403:
        return (
            f"The API key may not do {request} (HTTP 403){_said(body)} Use a key with the role Project Owner of the"
            " cluster's project, or Organization Owner, and check the key's IP access list."
        )
    return None


def _unanswered(request: Request, answer: Answer, body: Json | None) -> str | None:
    """Why there was no way to use the key; null if there was. The API itself may refuse it without a challenge."""
    header = answer.headers.get("WWW-Authenticate")
    if header is None and body is not None:
        return None
    try:
        read_challenge(header or "")
    except Forbidden as found:
        return (
            f"The API key cannot be used for {request} on this host (HTTP 401): {request.host} {found}."
            " Run this on a host whose Python permits it; the address and the key may well be right."
        )
    except Unusable as found:
        return (
            f"{request} was answered with HTTP 401 by something that {found}."
            f" Check that {request.option} is the address of the TiDB Cloud API."
        )
    return None


def _is_not_found(request: Request, answer: Answer, body: Json | None) -> bool:
    """404 is not documented. A web page with 404 may come from a wrong address, and must not look like a lost cluster
    unless the API has answered from there before.
    """
    if body is not None and str(body.get("code")) == str(GRPC_NOT_FOUND):
        return True
    return answer.status == 404 and (body is not None or request.known or not answer.content.strip())


def _error(
    text: str, answer: Answer, code: object = None, *, ambiguous: bool = False, kind: type[ApiError] = ApiError
) -> ApiError:
    request_id = printable(answer.headers.get("X-Debug-Trace-Id") or "", _MOST_IN_ID) or None
    return kind(
        f"{text} The request id is {request_id}." if request_id else text,
        api="tidbcloud",
        code=_code(code),
        status=answer.status,
        request_id=request_id,
        ambiguous=ambiguous,
    )


def _code(code: object) -> str | int | None:
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return printable(code, _MOST_IN_ID) or None if isinstance(code, str) else None


def _said(body: Json | None) -> str:
    """The API's own message as the end of a sentence."""
    message = body.get("message") if body else None
    text = printable(message).rstrip(".") if isinstance(message, str) else ""
    return f": {text}." if text else "."


def _json(content: bytes) -> t.Any:
    """The parsed text; null if it is not JSON, or nested too deeply for Python.

    An integer that the API cannot mean is null: Python rejects very long ones, or takes very long to read them.
    """
    try:
        return json.loads(content.decode("utf-8"), parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits.lstrip("-")) <= _MOST_DIGITS else None
