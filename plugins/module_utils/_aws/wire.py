# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to AWS on their way: no oversized answer is held, and nothing is sent after its time is up.

botocore reads the whole answer, however large, and retries a request however late it is. Its event "before-send" lets a
handler send the request instead; "creating-client-class" reaches every client of a session, even those that fetch its
credentials.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t
from dataclasses import dataclass

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before a session is made.
    from botocore.awsrequest import AWSResponse
    from botocore.exceptions import BotoCoreError, HTTPClientError

# Bytes. A page of a thousand interface endpoints has five million.
MOST_OF_ANSWER = 12 * 1024 * 1024  # botocore's parser takes five times as much to read one
# Of all pages that one call reads.
MOST_OF_CALL = 64 * 1024 * 1024
_PART = 64 * 1024


class Oversized(Exception):
    """An answer is larger than any that AWS gives."""


class TooLate(Exception):
    """A request was about to be sent after its time: its caller has given up."""


@dataclass
class Progress:
    """What a call has met so far. `status` is that of the last answer, null if there was none."""

    size: int = 0
    status: int | None = None
    over: bool = False


class _Current(threading.local):
    progress: Progress | None = None


_CURRENT = _Current()
Result = t.TypeVar("Result")


def watched(progress: Progress, act: t.Callable[[], Result]) -> Result:
    """Do what `act` does; every request that this thread sends meanwhile is recorded in `progress`."""
    before = _CURRENT.progress
    _CURRENT.progress = progress
    try:
        return act()
    finally:
        _CURRENT.progress = before


def guard(core_session: t.Any) -> None:
    """Make every client that this botocore session creates from now on send through here."""
    core_session.register("creating-client-class", _add_guard)


def _add_guard(base_classes: list[type], **_event: t.Any) -> None:
    base_classes.insert(0, _Guarded)


class _Guarded:
    """A base class of clients, placed before botocore's own."""

    meta: t.Any
    _endpoint: t.Any

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self.meta.events.register("before-send", self._send_guarded)

    def _send_guarded(self, request: t.Any, **_event: t.Any) -> t.Any:
        progress = _CURRENT.progress or Progress()
        if progress.over:
            raise TooLate
        request.stream_output = True  # It is read here.
        answer = self._endpoint.http_session.send(request)
        progress.status = None
        body = _read(answer.raw, progress)
        progress.status = answer.status_code
        return AWSResponse(answer.url, answer.status_code, answer.headers, _Whole(body))


class _Whole:
    """The body, for AWSResponse to read."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_size: int) -> t.Iterator[bytes]:
        yield self._body


def _read(raw: t.Any, progress: Progress) -> bytes:
    """Raises an error that botocore retries where the connection breaks; Oversized and TooLate end the call at once."""
    body = bytearray()
    try:
        while part := raw.read(_PART):
            body += part
            progress.size += len(part)
            if len(body) > MOST_OF_ANSWER or progress.size > MOST_OF_CALL:
                raise Oversized
            if progress.over:
                raise TooLate
    except (BotoCoreError, Oversized, TooLate):
        raw.close()
        raise
    except Exception as error:
        raw.close()
        raise HTTPClientError(error=error) from error
    else:
        raw.release_conn()
        return bytes(body)
    finally:
        body.clear()  # An error keeps this frame alive for as long as it is kept itself.
