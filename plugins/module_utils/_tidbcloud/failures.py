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
from dataclasses import dataclass
from http.client import HTTPException, RemoteDisconnected
from urllib.request import getproxies_environment

from .._run.cause import cause, causes
from .._run.errors import ApiError
from .._run.files import file_problem
from .._run.tls import is_certificate_rejected, tls_problem
from .urls import is_host

with contextlib.suppress(ImportError):  # Without it nothing here is called: then there is no Session.
    import requests
    from urllib3.exceptions import LocationValueError

# The option for the file with the CA of the API.
_AUTHORITIES = "tidbcloud_ca_path"
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
    every = tuple(causes(error))
    before_sending = _not_sent(request, error, every)
    if before_sending is not None:
        return before_sending
    if any(isinstance(cause, ssl.SSLError) for cause in every):
        return _lost(request, tls_problem(error, request.host, request.option, _AUTHORITIES))
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return _lost(request, f"the answer of {request.host} was cut off or cannot be decoded")
    if any(isinstance(cause, HTTPException) and not isinstance(cause, RemoteDisconnected) for cause in every):
        return _lost(request, f"what {request.host} answered is not HTTP that can be read; check {request.option}")
    if isinstance(error, requests.exceptions.ConnectionError):
        return _lost(request, f"{request.host} closed the connection without an answer")
    return _lost(request, f"what {request.host} answered is not HTTP that can be read; check {request.option}")


def _not_sent(request: Request, error: Exception, every: tuple[BaseException, ...]) -> Failure | None:
    """Failures from before the request was sent."""
    for found in every:
        if isinstance(found, socket.gaierror):
            text = f"the name {request.host} was not found; check {request.option} and this host's DNS"
            return _unsent(request, text, passing=found.errno == socket.EAI_AGAIN)
    if is_certificate_rejected(error):
        return _unsent(request, tls_problem(error, request.host, request.option, _AUTHORITIES), passing=False)
    file = file_problem(error) or _missing_file(error)
    if file is not None:
        return _unsent(request, file, passing=False)
    if isinstance(error, (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL)):
        return _unsent(request, "the proxy could not be used; check HTTPS_PROXY and NO_PROXY on this host")
    unusable = _unusable_address(request, error)
    if unusable is not None:
        return _unsent(request, unusable, passing=False)
    return _no_connection(request, error, every)


def _no_connection(request: Request, error: Exception, every: tuple[BaseException, ...]) -> Failure | None:
    if any(isinstance(found, ConnectionRefusedError) for found in every):
        return _unsent(request, f"{request.host} refused the connection; check {request.option}")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _unsent(request, f"no connection to {request.host} could be made in time; check firewalls and proxies")
    if any(isinstance(found, OSError) and found.errno in _UNREACHABLE for found in every):
        return _unsent(request, f"there is no route to {request.host}; check this host's network")
    return None


def _missing_file(error: Exception) -> str | None:
    """What requests says of the files that it looks for before it connects; null if it is something else."""
    if error.__class__ is not OSError or error.errno is not None:
        return None
    return (
        f"a file that TLS needs is missing on this host ({cause(error)}); install certifi and requests again, or name "
        f"a file of CA certificates in {_AUTHORITIES}"
    )


def _unusable_address(request: Request, error: Exception) -> str | None:
    """What is wrong with the address of the API, or else with that of the proxy; null if it is neither."""
    kinds = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError, UnicodeError)
    if not isinstance(error, kinds):
        return None
    if not is_host(request.host):
        return f"{request.host} is not the name of a host; check {request.option}"
    if "SOCKS" in str(error):
        return (
            "the proxy that HTTPS_PROXY or ALL_PROXY names is a SOCKS proxy, for which this host's Python lacks the"
            " library PySocks; install it, or name an HTTP proxy"
        )
    proxies = getproxies_environment()
    variable = next((f"{scheme.upper()}_PROXY" for scheme in ("https", "all", "http") if proxies.get(scheme)), None)
    if variable is None:
        return (
            f"{request.host} cannot be connected to; check that {request.option} is the address of the TiDB Cloud API"
        )
    return f"{variable} on this host is not the address of a proxy; write http://HOST:PORT"


def _unsent(request: Request, reason: str, *, passing: bool = True) -> Failure:
    return Failure(_error(f"{request} was not sent: {reason}."), passing=passing, without_effect=True)


def _lost(request: Request, reason: str) -> Failure:
    return Failure(_error(f"{request} has no answer: {reason}.", ambiguous=request.writes), passing=True)


def _error(text: str, *, ambiguous: bool = False) -> ApiError:
    return ApiError(text, api="tidbcloud", ambiguous=ambiguous)
