# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault answers in place of the API, and the answers that both APIs must have for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tests.sandbox.answer import Answer, answer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from tests.sandbox.faults import Fault

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class Words(Protocol):
    """How an API rejects requests."""

    def name_error(self, answer: Answer, /) -> str:
        """How the log names an answer that is an error."""

    def refusal(self, environ: WSGIEnvironment, status: int, /) -> Answer:
        """Its answer with an HTTP status."""

    def throttled(self, environ: WSGIEnvironment, /) -> Answer:
        """Its answer to too many requests."""

    def error(self, environ: WSGIEnvironment, code: str, /) -> Answer:
        """Its error of this code."""

    def unsuccessful(self, detail: Mapping[str, Any], code: str, /) -> Answer:
        """Success that lists everything as failed."""


def substitute(fault: Fault, words: Words, environ: WSGIEnvironment, detail: Mapping[str, Any]) -> Answer | None:
    """Null if the kind puts nothing in place of the answer."""
    value: Any = fault.value
    makers: dict[str, Callable[[], Answer]] = {
        "status": lambda: words.refusal(environ, value),
        "masked": lambda: words.refusal(environ, value),
        "throttle": lambda: words.throttled(environ),
        "error": lambda: words.error(environ, value),
        "unsuccessful": lambda: words.unsuccessful(detail, value),
        "not_json": lambda: _page_of_a_proxy(value or 502),
        "xhtml": lambda: _page_of_a_portal(value or 200, fault.request_id),
        "foreign": lambda: _foreign(value or 200, fault.request_id),
        "body": lambda: answer(value or 200, "application/json", fault.text),
    }
    return makers[fault.kind]() if fault.kind in makers else None


def _page_of_a_proxy(status: int) -> Answer:
    """An answer of something between the client and the API that knows neither; <hr> makes it invalid XML."""
    text = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>"
    return answer(status, "text/html", text)


def _page_of_a_portal(status: int, has_request_id: bool) -> Answer:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Sign in</title></head>'
        f"<body><h1>Sign in to the network</h1><p>{status}</p></body>{_ids(has_request_id)}</html>"
    )
    return answer(status, "application/xhtml+xml", text, _id_headers(has_request_id))


def _foreign(status: int, has_request_id: bool) -> Answer:
    text = f"<ListAllMyBucketsResult><Buckets/>{_ids(has_request_id)}</ListAllMyBucketsResult>"
    return answer(status, "application/xml", text, _id_headers(has_request_id))


def _ids(are_there: bool) -> str:
    """Where EC2, and the services that answer as STS does, have it."""
    ids = f"<requestId>{REQUEST_ID}</requestId><ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
    return ids if are_there else ""


def _id_headers(are_there: bool) -> dict[str, str]:
    return {"x-amzn-RequestId": REQUEST_ID, "X-Debug-Trace-Id": REQUEST_ID} if are_there else {}
