# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a request to TiDB Cloud: one sentence each, and whether the request may be repeated.

Here: no answer at all. `answers` has what can be wrong with an answer.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass

from .._run.errors import ApiError
from .._run.text import printable

with contextlib.suppress(ImportError):  # Without it nothing here is called: then there is no Session.
    import requests
    from urllib3.exceptions import LocationValueError

_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})


class NotFound(ApiError):
    """What was asked for does not exist, or this key cannot see it: the API does not distinguish the two."""


class PageNotFound(NotFound):
    """A web page says so instead of the API: it may come from a proxy or a gateway."""


class Unreadable(ApiError):
    """A success, but not an answer that the API gives: the state is unknown; a write may have worked."""


@dataclass(frozen=True)
class Request:
    """A request as a person would name it: "GET /clusters/..." to `host`, whose address is the option `option`.

    `known`: that address has answered as the API before.
    """

    method: str
    path: str
    url: str
    host: str
    option: str
    known: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True)
class Failure:
    """A failed request. `passing`: the cause may go away by itself; `without_effect`: surely not carried out."""

    error: ApiError
    passing: bool = False
    without_effect: bool = False
    throttled: bool = False

    def repeatable(self, method: str) -> bool:
        """A POST is repeated only if it surely had no effect; GET and DELETE are safe to repeat."""
        return self.passing and (method != "POST" or self.without_effect)


def cut_off(request: Request, seconds: float, option: str) -> Failure:
    """The attempt was given up after so many seconds, which `option` sets."""
    within = f"{round(seconds, 1) or seconds:g} seconds"
    return _lost(request, f"{request.host} gave no complete answer within {within}; raise {option} if it is slow")


def out_of_time(request: Request) -> ApiError:
    """Nothing was sent: the run is over."""
    return _error(f"{request} was not sent: the run's time is used up. Run it again, or raise wait_timeout.")


def too_large(request: Request, megabytes: int) -> Failure:
    """Repeating it would only read as much again."""
    text = (
        f"{request} was answered with more than {megabytes} MB, which the API never does; the rest was not read."
        f" Check {request.option} and any proxy between this host and {request.host}."
    )
    return Failure(Unreadable(text, api="tidbcloud", ambiguous=request.writes))


def connection_failure(request: Request, error: Exception) -> Failure:
    """The failure behind an exception of the HTTP library. Its own text is not shown: it may contain proxy secrets."""
    causes = tuple(_causes(error))
    before_sending = _not_sent(request, error, causes)
    if before_sending is not None:
        return before_sending
    if isinstance(error, requests.exceptions.SSLError):
        return _lost(request, f"the TLS connection to {request.host} broke; name a private CA in tidbcloud_ca_path")
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return _lost(request, f"the answer of {request.host} was cut off or cannot be decoded")
    if isinstance(error, requests.exceptions.ConnectionError):
        return _lost(request, f"{request.host} closed the connection without an answer")
    return _lost(request, f"what {request.host} answered is not HTTP that can be read; check {request.option}")


def _not_sent(request: Request, error: Exception, causes: tuple[BaseException, ...]) -> Failure | None:
    """Failures from before the request was sent."""
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            text = f"the name {request.host} was not found; check {request.option} and this host's DNS"
            return _unsent(request, text, passing=cause.errno == socket.EAI_AGAIN)
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = (
                f"the certificate of {request.host} was not accepted ({printable(cause.verify_message).rstrip('.')});"
                " where a proxy or a private CA signs it, name that CA's file in tidbcloud_ca_path"
            )
            return _unsent(request, text, passing=False)
    if isinstance(error, (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL)):
        return _unsent(request, "the proxy could not be used; check HTTPS_PROXY and NO_PROXY on this host")
    if isinstance(
        error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError, UnicodeError)
    ):
        text = (
            f"{request.host} cannot be connected to; check that {request.option} is the address of the TiDB Cloud API"
        )
        return _unsent(request, f"{text}, and HTTPS_PROXY on this host", passing=False)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _unsent(request, f"{request.host} refused the connection; check {request.option}")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _unsent(request, f"no connection to {request.host} could be made in time; check firewalls and proxies")
    if any(isinstance(cause, OSError) and cause.errno in _UNREACHABLE for cause in causes):
        return _unsent(request, f"there is no route to {request.host}; check this host's network")
    return None


def _unsent(request: Request, reason: str, *, passing: bool = True) -> Failure:
    return Failure(_error(f"{request} was not sent: {reason}."), passing=passing, without_effect=True)


def _lost(request: Request, reason: str) -> Failure:
    return Failure(_error(f"{request} has no answer: {reason}.", ambiguous=request.writes), passing=True)


def _error(text: str, *, ambiguous: bool = False) -> ApiError:
    return ApiError(text, api="tidbcloud", ambiguous=ambiguous)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all its causes: the HTTP library nests the real one deeply."""
    seen: set[int] = set()
    waiting: list[t.Any] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
