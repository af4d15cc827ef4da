# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls through a boto3 client, in time, and every failure as ApiError. A boto3 client has no static type."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from .._run.bounded import Overdue, bounded
from .._run.errors import ApiError, PrivateLinkError
from .failures import Call, overdue, refused, unreadable
from .fields import Json, Unreadable
from .host_failures import not_answered
from .wire import Oversized, Progress, watched

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before anything here is called.
    from botocore.exceptions import ClientError, PaginationError
    from botocore.parsers import ResponseParserError

# A BoundedClient, or a client of boto3 as it is, whose calls are not bounded in time.
Client = t.Any
# botocore retries every transient failure but one: an answer that was cut off.
READ_ATTEMPTS = 3
# Seconds for an answer that a run can do without.
ADVICE = 3.0
# Seconds for a call of a run that has no deadline.
WITHOUT_DEADLINE = 900.0
# Seconds: the operating system rejects longer waits.
MOST_SECONDS = 86_400.0

_Result = t.TypeVar("_Result")


@dataclass(frozen=True)
class BoundedClient:
    """A client of boto3, and the seconds that a call through it may still take."""

    boto: t.Any
    left: t.Callable[[], float]

    @property
    def meta(self) -> t.Any:
        return self.boto.meta


def advised(client: Client) -> Client:
    """The client for a question that a run can do without: three seconds at most."""
    if not isinstance(client, BoundedClient):
        return client
    return replace(client, left=lambda: min(ADVICE, client.left()))


def as_it_is(answer: _Result) -> _Result:
    """The shape of an answer of which nothing is read."""
    return answer


def call(client: Client, method: str, shape: t.Callable[[Json], _Result], **params: t.Any) -> _Result:
    """What `shape` makes of the answer of `client.method(**params)`; it may raise Unreadable."""
    return _asked(client, method, lambda boto: _shaped(shape, _identified(getattr(boto, method)(**params))))


def pages(client: Client, method: str, key: str, shape: t.Callable[[t.Any], _Result], **params: t.Any) -> list[_Result]:
    """What `shape` makes of each item under `key` of all pages; it may raise Unreadable.

    The key must be there: botocore gives an empty list for an element that is empty, and none for one that is missing.
    """

    def read(boto: t.Any) -> list[_Result]:
        every = boto.get_paginator(method).paginate(**params)
        return [_shaped(shape, item) for page in _each_once(every) for item in _under(page, key)]

    return _asked(client, method, read)


def call_of(client: Client, method: str) -> Call:
    """The call's name in error messages."""
    meta = client.meta
    return Call(meta.service_model.service_name, meta.method_to_api_mapping[method], meta.region_name)


def in_time(asked: Call, left: t.Callable[[], float], act: t.Callable[[], _Result]) -> _Result:
    """The result of `act`, within the seconds that are left. Raises ApiError, and PrivateLinkError of `act`."""
    seconds = min(left(), MOST_SECONDS)
    progress = Progress()
    try:
        return bounded(lambda: watched(progress, lambda: _translated(asked, act, progress)), seconds)
    except Overdue:
        progress.over = True  # What is left behind sends nothing more.
        raise overdue(asked, seconds, progress.status) from None


def _asked(client: Client, method: str, act: t.Callable[[t.Any], _Result]) -> _Result:
    asked = call_of(client, method)
    if isinstance(client, BoundedClient):
        return in_time(asked, client.left, lambda: act(client.boto))
    return _translated(asked, lambda: act(client), Progress())


def _translated(
    asked: Call, act: t.Callable[[], _Result], progress: Progress, attempts: int = READ_ATTEMPTS
) -> _Result:
    """The boundary: only PrivateLinkError leaves it.

    It does not chain exceptions: the original would hold the whole answer for as long as the error is kept.
    """
    try:
        return act()
    except PrivateLinkError:
        raise
    except ResponseParserError:
        known = None if attempts > 1 and asked.reads else unreadable(asked)
    except Exception as error:
        known = _known(asked, error, progress)
    if known is not None:
        raise known
    return _translated(asked, act, progress, attempts - 1)


def _known(asked: Call, error: Exception, progress: Progress) -> ApiError:
    if isinstance(error, ClientError):
        return refused(asked, error.response)
    if isinstance(error, (Unreadable, PaginationError)):
        return unreadable(asked, str(error) if isinstance(error, Unreadable) else "a page token repeats")
    if isinstance(error, Oversized):
        return unreadable(asked, "it is too large")
    if progress.status is not None and not _is_of_botocore(error):
        return unreadable(asked)  # botocore does not check an answer's form.
    return not_answered(asked, error)


def _is_of_botocore(error: Exception) -> bool:
    return type(error).__module__.startswith(("botocore.", "boto3."))


def _shaped(shape: t.Callable[[Json], _Result], answer: Json) -> _Result:
    try:
        return shape(answer)
    except (PrivateLinkError, Unreadable):
        raise
    except Exception:
        raise Unreadable("it has an unexpected form") from None


def _each_once(every: t.Iterable[Json]) -> t.Iterator[Json]:
    tokens: set[str] = set()
    for page in every:
        yield _identified(page)
        token = str(page.get("NextToken") or "")
        if token in tokens:
            raise Unreadable("a page token repeats")
        if token:
            tokens.add(token)


def _under(page: Json, key: str) -> list[t.Any]:
    found = page.get(key)
    if not isinstance(found, list):
        raise Unreadable(f"{key} is missing")
    return found


def _identified(answer: t.Any) -> Json:
    """botocore ignores the root of an answer, so it takes any web page for an empty success: but that has no request
    id.
    """
    meta = answer.get("ResponseMetadata") if isinstance(answer, t.Mapping) else None
    if not isinstance(meta, t.Mapping) or not meta.get("RequestId"):
        raise Unreadable("the request id is missing")
    return t.cast(Json, answer)
