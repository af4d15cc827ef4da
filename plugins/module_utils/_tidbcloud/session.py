# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP to TiDB Cloud: digest authentication, one kept-alive connection, retries, the rate limit, the run's deadline.

`requests` is used because it keeps the connection: one challenge for each run, then one exchange for each call. A
module reports its absence itself, with HAS_REQUESTS and REQUESTS_IMPORT_ERROR.
"""

from __future__ import annotations

import math
import random
import time
import traceback
import typing as t
from urllib.parse import urlsplit

from .._run.bounded import Overdue
from .._run.errors import ApiError
from .._run.text import printable
from .._run.version import USER_AGENT
from .answers import Kind, any_object, read_answer
from .authorities import check_authorities
from .digest import Credentials
from .failures import Failure, Request, connection_failure, cut_off, out_of_time, too_large
from .pacing import Pacing
from .transport import MOST_BYTES, Json, Params, TooLarge, Transport
from .urls import DEDICATED_URL, SERVERLESS_URL, base_url

if t.TYPE_CHECKING:
    from .._run.wait import Deadline

try:
    import requests

    HAS_REQUESTS = True
    REQUESTS_IMPORT_ERROR: str | None = None
except ImportError:
    HAS_REQUESTS = False
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

DEDICATED = "dedicated"
SERVERLESS = "serverless"

# How often one call is sent at most: after failures, and, without a deadline, when the rate limit refuses it (429).
MAX_ATTEMPTS = 4
MAX_THROTTLED_ATTEMPTS = 10


class Session:
    """One run's conversation with TiDB Cloud, for one thread.

    `timeout`: seconds for one attempt of a request, from the look-up of the name to the end of the answer. `deadline`:
    no call outlasts its `for_calls()` and no wait its `left()`; an attempt is made whenever there is time for it. Every
    method returns the JSON object of the answer and raises ApiError, or its subclasses NotFound and Unreadable; `kind`
    checks whether an object is what the call is documented to return.
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
        deadline: Deadline | None = None,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        jitter: t.Callable[[], float] = random.random,
    ) -> None:
        self._bases = {
            DEDICATED: (base_url(dedicated_url or DEDICATED_URL, "tidbcloud_api_url"), "tidbcloud_api_url"),
            SERVERLESS: (
                base_url(serverless_url or SERVERLESS_URL, "tidbcloud_serverless_api_url"),
                "tidbcloud_serverless_api_url",
            ),
        }
        # Those of the environment matter only for TLS; what the user names for this run must be right.
        if ca_path or any(base.startswith("https:") for base, _option in self._bases.values()):
            check_authorities(ca_path)
        # The options whose addresses have answered as the API.
        self._known: set[str] = set()
        self._timeout = timeout
        self._deadline = deadline
        self._sleep = sleep
        self.pacing = Pacing(clock, jitter)
        # HTTP exchanges so far, including challenges.
        self.exchanges = 0
        self._transport = Transport(credentials, verify=ca_path or True, user_agent=user_agent)

    def get(self, path: str, params: Params | None = None, *, kind: Kind = any_object, api: str = DEDICATED) -> Json:
        """Read. Retried after transient failures."""
        return self._call(self._request("GET", path, api), kind, params=params)

    def post(self, path: str, body: Json, *, kind: Kind = any_object, api: str = DEDICATED) -> Json:
        """Create. Repeated only where it surely had no effect; any other failure has `ambiguous` set."""
        return self._call(self._request("POST", path, api), kind, body=body)

    def delete(self, path: str, *, kind: Kind = any_object, api: str = DEDICATED) -> Json:
        """Delete. Retried after transient failures, so NotFound may mean that an earlier attempt did it."""
        return self._call(self._request("DELETE", path, api), kind)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _request(self, method: str, path: str, api: str) -> Request:
        base, option = self._bases[api]
        host = printable(urlsplit(base).hostname or "", 253)
        return Request(method, path, base + path, host, option, option in self._known)

    def _call(self, request: Request, kind: Kind, params: Params | None = None, body: Json | None = None) -> Json:
        attempt = 0
        while True:
            attempt += 1
            self._keep_to_the_rate_limit(request)
            answer = self._exchange(request, kind, params, body)
            if not isinstance(answer, Failure):
                self._known.add(request.option)
                return answer
            self._pause_or_raise(request, answer, attempt)

    def _exchange(self, request: Request, kind: Kind, params: Params | None, body: Json | None) -> Json | Failure:
        """One attempt: one HTTP exchange, or two where the server challenges."""
        left = self._deadline.for_calls() if self._deadline else math.inf
        if left <= 0:
            raise out_of_time(request)
        seconds, option = min((self._timeout, "tidbcloud_timeout"), (left, "wait_timeout"))
        try:
            answer = self._transport.send(request, params, body, seconds)
        except (Overdue, requests.exceptions.ReadTimeout):
            self.exchanges += 1
            return cut_off(request, seconds, option)
        except TooLarge:
            self.exchanges += 1
            return too_large(request, MOST_BYTES // 2**20)
        except (requests.RequestException, OSError, ValueError) as error:
            self.exchanges += 1
            return connection_failure(request, error)
        self.exchanges += answer.exchanges
        self.pacing.observe(answer.headers)
        return read_answer(request, answer, kind)

    def _keep_to_the_rate_limit(self, request: Request) -> None:
        """Wait where the API said that it would refuse the next request."""
        seconds = self.pacing.before_request()
        if seconds <= 0:
            return
        if self._is_too_long(seconds):
            raise ApiError(
                f"{request} was not sent: the limit of 100 requests a minute of the API key is used up for the next "
                f"{seconds:.0f} seconds, longer than this run may still wait. Raise wait_timeout or run less at once.",
                api="tidbcloud",
            )
        self._sleep(seconds)

    def _pause_or_raise(self, request: Request, failure: Failure, attempt: int) -> None:
        limit = MAX_THROTTLED_ATTEMPTS if failure.throttled else MAX_ATTEMPTS
        # A run with a deadline lets others that share the key go first for as long as it may wait.
        is_last = attempt >= limit and not (failure.throttled and self._deadline)
        if not failure.repeatable(request.method) or is_last:
            raise failure.error
        seconds = self.pacing.after_refusal(attempt) if failure.throttled else self.pacing.after_failure(attempt)
        if self._is_too_long(seconds):
            raise failure.error
        self._sleep(seconds)

    def _is_too_long(self, seconds: float) -> bool:
        return self._deadline is not None and seconds > self._deadline.left()
