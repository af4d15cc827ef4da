# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One attempt of an HTTP request, bounded in time and size whatever the peer does."""

from __future__ import annotations

import contextlib
import threading
import typing as t
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .._run.bounded import Overdue, bounded
from . import tls
from .digest import Credentials, Digest, Unusable, is_stale
from .failures import Request
from .urls import is_loopback

with contextlib.suppress(ImportError):  # Without it nothing here is called: then there is no Session.
    import requests
    from urllib3.exceptions import HTTPError, ReadTimeoutError

Json = dict[str, t.Any]
Params = Mapping[str, t.Union[str, int, Sequence[str]]]

# Bytes of an answer, decompressed. A hundred objects take less than one megabyte, and parsed they take several times
# their text: what a run holds stays far below the 64 MB of text that it promises.
MOST_BYTES = 16 * 1024 * 1024
# Seconds to connect to one of a host's addresses, at most: the next address must get its turn.
CONNECT_TIMEOUT = 10.0
# For one request: a nonce may be stale once more when its answer arrives.
MOST_EXCHANGES = 3
_CHUNK = 64 * 1024
# zlib detects whether the header is gzip's or its own.
_ANY_HEADER = 32 + zlib.MAX_WBITS


class TooLarge(Exception):
    """The answer is longer than any that the API gives."""


@dataclass(frozen=True)
class Answer:
    """A complete answer. `exchanges`: HTTP exchanges that it took, two where the server challenged first, three where
    it called the answer to its challenge stale.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    exchanges: int = 1


class Transport:
    """One kept-alive connection to each API; the key leaves it only as a digest."""

    def __init__(self, credentials: Credentials, *, verify: bool | str, user_agent: str) -> None:
        self._verify = verify
        self._digest = Digest(credentials)
        self._http = requests.Session()
        # Without its own authentication, requests would send what ~/.netrc has for the host.
        self._http.auth = self._digest
        self._has_tls = False
        self._http.headers.update(
            {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"},
        )

    def send(self, request: Request, params: Params | None, body: Json | None, seconds: float) -> Answer:
        """The complete answer, within `seconds`. A redirect is an answer: it is not followed.

        Raises Overdue, TooLarge, and what the HTTP library raises.
        """
        cut = threading.Event()
        try:
            return bounded(partial(self._attempt, request, params, body, seconds, cut), seconds)
        finally:
            cut.set()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _attempt(
        self, request: Request, params: Params | None, body: Json | None, seconds: float, cut: threading.Event
    ) -> Answer:
        answer = self._exchange(request, params, body, seconds, cut)
        # The answer to a challenge may be too late for it; whatever else is answered with 401 is refused.
        while answer.status == 401 and (answer.exchanges == 1 or _may_repeat(answer)):
            try:
                self._digest.take(request.url, _asked(answer))
            except Unusable:
                break
            again = self._exchange(request, params, body, seconds, cut)
            answer = replace(again, exchanges=answer.exchanges + 1)
        return answer

    def _exchange(
        self, request: Request, params: Params | None, body: Json | None, seconds: float, cut: threading.Event
    ) -> Answer:
        if cut.is_set():  # Nothing waits for it now: it must not take effect later.
            raise Overdue
        self._require_tls(request)
        with self._http.request(
            request.method,
            request.url,
            params=params,
            json=body,
            timeout=(min(CONNECT_TIMEOUT, seconds / 3), seconds),
            verify=self._verify,
            allow_redirects=False,
            hooks={"response": _stay},
            stream=True,
            # A proxy could not reach this host's own loopback address.
            proxies={"http": "", "https": "", "all": ""} if is_loopback(request.host) else None,
        ) as response:
            content = _content(response, cut)
            response.raw.release_conn()  # Read to the end, so that the next request can reuse it.
            return Answer(response.status_code, response.headers, content)

    def _require_tls(self, request: Request) -> None:
        """Before the first request that needs it: files that the environment names may be missing."""
        if not self._has_tls and request.url.startswith("https:"):
            self._http.mount("https://", tls.Adapter())
            self._has_tls = True


def _asked(answer: Answer) -> str:
    return answer.headers.get("WWW-Authenticate", "")


def _may_repeat(answer: Answer) -> bool:
    return is_stale(_asked(answer)) and answer.exchanges < MOST_EXCHANGES


def _stay(response: requests.Response, **_options: t.Any) -> None:
    """Even without following redirects, requests prepares the next request, and reads the whole body for that."""
    response.headers.pop("Location", None)


def _content(response: requests.Response, cut: threading.Event) -> bytes:
    """The decompressed body. The HTTP library would decompress any amount at once."""
    inflate = _inflater(response.headers.get("Content-Encoding", ""))
    content = bytearray()
    received = 0
    try:
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            if cut.is_set():
                raise Overdue
            content += inflate(chunk, MOST_BYTES + 1 - len(content)) if inflate else chunk
            received += len(chunk)  # What follows the end of a compressed text is buffered, too, if it is not counted.
            if max(received, len(content)) > MOST_BYTES:
                raise TooLarge
    except ReadTimeoutError as error:
        raise requests.exceptions.ReadTimeout from error
    except (HTTPError, zlib.error) as error:
        raise requests.exceptions.ChunkedEncodingError from error
    else:
        return bytes(content)
    finally:
        content.clear()  # An error keeps this frame alive for as long as it is kept itself.


def _inflater(encoding: str) -> t.Callable[[bytes, int], bytes] | None:
    """A function that decompresses a part, to so many bytes at most; null without compression."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_ANY_HEADER).decompress
    raise requests.exceptions.ContentDecodingError
