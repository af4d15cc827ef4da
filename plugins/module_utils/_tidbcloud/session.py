# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP to TiDB Cloud: digest authentication, one kept-alive connection, retries, the rate limit.

C(requests) is used because it keeps the connection and reuses the server's nonce: one challenge for each run, then one
exchange for each call. A module reports its absence itself, with C(HAS_REQUESTS) and C(REQUESTS_IMPORT_ERROR).
"""

from __future__ import annotations

import os
import random
import time
import traceback
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .._privatelink.errors import (
    ApiError,
    PrivateLinkError,
)
from .._privatelink.version import USER_AGENT
from .failures import (
    Failure,
    Request,
    connection_failure,
    read_answer,
)
from .pacing import Pacing
from .urls import (
    DEDICATED_URL,
    SERVERLESS_URL,
    base_url,
    is_loopback,
)

try:
    import requests
    from requests.auth import HTTPDigestAuth

    HAS_REQUESTS = True
    REQUESTS_IMPORT_ERROR: str | None = None
except ImportError:
    HAS_REQUESTS = False
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

Json = dict[str, t.Any]
Params = Mapping[str, t.Union[str, int, Sequence[str]]]
DEDICATED = "dedicated"
SERVERLESS = "serverless"

# How often one call is sent at most: when it fails, and, without a deadline, when the rate limit refuses it (429).
MAX_ATTEMPTS = 4
MAX_THROTTLED_ATTEMPTS = 10


@dataclass(frozen=True)
class Credentials:
    """An API key. The private half is in no C(repr)."""

    public_key: str
    private_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """A key that was pasted with a line end or quotes would only be answered with 401."""
        for option, value in (("public", self.public_key), ("private", self.private_key)):
            if not value:
                found = "it is empty"
            elif not (value.isascii() and value.isprintable()) or " " in value or '"' in value:
                found = "it holds a space, a quote, a line end or another character that no key has"
            else:
                continue
            raise PrivateLinkError(
                f"The {option} API key of TiDB Cloud cannot be used: {found}."
                f" Set tidbcloud_{option}_key or the environment variable TIDBCLOUD_{option.upper()}_KEY."
            )


class Session:
    """One run's conversation with TiDB Cloud, for one thread.

    C(timeout): seconds to wait for a connection, and for each part of an answer. C(deadline): seconds that are left for
    everything; no wait goes past it (the first attempt is always made). It may also be set later.
    Every method returns the JSON object of the answer and raises ApiError, or its subclass NotFound.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        dedicated_url: str | None = None,
        serverless_url: str | None = None,
        timeout: float = 30.0,
        ca_path: str | None = None,
        user_agent: str = USER_AGENT,
        deadline: t.Callable[[], float] | None = None,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        jitter: t.Callable[[], float] = random.random,
    ) -> None:
        if ca_path and not os.path.exists(ca_path):
            raise PrivateLinkError(f"tidbcloud_ca_path names {ca_path}, which does not exist on this host.")
        self._bases = {
            DEDICATED: (base_url(dedicated_url or DEDICATED_URL, "tidbcloud_api_url"), "tidbcloud_api_url"),
            SERVERLESS: (
                base_url(serverless_url or SERVERLESS_URL, "tidbcloud_serverless_api_url"),
                "tidbcloud_serverless_api_url",
            ),
        }
        # The options whose addresses have answered as the API.
        self._known: set[str] = set()
        self._timeout = timeout
        self._verify: bool | str = ca_path or True
        self._sleep = sleep
        self.deadline = deadline
        self.pacing = Pacing(clock, jitter)
        # HTTP exchanges so far, challenges counted.
        self.exchanges = 0
        self._http = requests.Session()
        self._http.auth = HTTPDigestAuth(credentials.public_key, credentials.private_key)
        self._http.headers.update({"User-Agent": user_agent, "Accept": "application/json"})

    def get(self, path: str, params: Params | None = None, *, api: str = DEDICATED) -> Json:
        """Read. Repeated after failures that may pass."""
        return self._call(self._request("GET", path, api), params=params)

    def post(self, path: str, body: Json, *, api: str = DEDICATED) -> Json:
        """Create. Repeated only where it surely had no effect; any other failure has C(ambiguous) set."""
        return self._call(self._request("POST", path, api), body=body)

    def delete(self, path: str, *, api: str = DEDICATED) -> Json:
        """Delete. Repeated after failures that may pass, so that NotFound may mean that an earlier attempt did it."""
        return self._call(self._request("DELETE", path, api))

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def _request(self, method: str, path: str, api: str) -> Request:
        base, option = self._bases[api]
        return Request(method, path, base + path, urlsplit(base).hostname or "", option, option in self._known)

    def _call(self, request: Request, params: Params | None = None, body: Json | None = None) -> Json:
        attempt = 0
        while True:
            attempt += 1
            self._keep_to_the_rate_limit(request)
            answer = self._exchange(request, params, body)
            if not isinstance(answer, Failure):
                self._known.add(request.option)
                return answer
            self._pause_or_raise(request, answer, attempt)

    def _exchange(self, request: Request, params: Params | None, body: Json | None) -> Json | Failure:
        """One attempt: one HTTP exchange, or two where the server challenges."""
        try:
            response = self._http.request(
                request.method,
                request.url,
                params=params,
                json=body,
                timeout=self._timeout,
                verify=self._verify,
                allow_redirects=False,
                # A proxy could not reach this host's own loopback address.
                proxies={"http": "", "https": "", "all": ""} if is_loopback(request.host) else None,
            )
        except (requests.RequestException, OSError, ValueError, KeyError) as error:
            # KeyError: a challenge without realm or nonce.
            self.exchanges += 1
            return connection_failure(request, error)
        self.exchanges += 1 + len(response.history)
        self.pacing.observe(response.headers)
        return read_answer(request, response)

    def _keep_to_the_rate_limit(self, request: Request) -> None:
        """Wait where the API said that it would refuse the next request."""
        seconds = self.pacing.before_request()
        if seconds <= 0:
            return
        if self._is_too_long(seconds):
            raise ApiError(
                f"{request} was not sent: the limit of 100 requests a minute of the API key is used up for the next"
                f" {seconds:.0f} seconds, longer than this run may still wait. Raise wait_timeout or run less at once.",
                api="tidbcloud",
            )
        self._sleep(seconds)

    def _pause_or_raise(self, request: Request, failure: Failure, attempt: int) -> None:
        limit = MAX_THROTTLED_ATTEMPTS if failure.throttled else MAX_ATTEMPTS
        # A run with a deadline lets others that share the key go first for as long as it may wait.
        is_last = attempt >= limit and not (failure.throttled and self.deadline)
        if not failure.repeatable(request.method) or is_last:
            raise failure.error
        seconds = self.pacing.after_refusal(attempt) if failure.throttled else self.pacing.after_failure(attempt)
        if self._is_too_long(seconds):
            raise failure.error
        self._sleep(seconds)

    def _is_too_long(self, seconds: float) -> bool:
        return self.deadline is not None and seconds > self.deadline()
