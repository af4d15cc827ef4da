# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list. Source: pageSize, pageToken, skip and nextPageToken in the specification of the list calls."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from werkzeug.datastructures import MultiDict

from tests.sandbox.tidbcloud.refusal import invalid

DEFAULT_SIZE = 10
# "Values greater than 100 are set to 100."
LARGEST_SIZE = 100

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of the items, their total number, and the token of the next page, empty at the end."""

    items: list[Item]
    total: int
    next_token: str


def page(items: Sequence[Item], query: MultiDict[str, str]) -> Page[Item]:
    """The page of `items` that the query asks for.

    "When paginating, all other parameters must match the original request": a token of another query is rejected.
    :raises Refusal: 400.
    """
    size = min(_count(query, "pageSize") or DEFAULT_SIZE, LARGEST_SIZE)
    token = query.get("pageToken", "")
    first = _opened(token, query) if token else _count(query, "skip")
    last = first + size
    return Page(list(items[first:last]), len(items), _token(last, query) if last < len(items) else "")


def _count(query: MultiDict[str, str], name: str) -> int:
    text = query.get(name, "") or "0"
    if not text.isascii() or not text.isdigit():
        raise invalid(f"{name} must be a number that is not negative, not {text!r}.")
    return int(text)


def _token(first: int, query: MultiDict[str, str]) -> str:
    return base64.urlsafe_b64encode(f"{first}:{_fingerprint(query)}".encode()).decode()


def _opened(token: str, query: MultiDict[str, str]) -> int:
    try:
        first, _colon, fingerprint = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        first = fingerprint = ""
    if not first.isdigit() or fingerprint != _fingerprint(query):
        raise invalid("pageToken does not come from a request with the same other parameters.")
    return int(first)


def _fingerprint(query: MultiDict[str, str]) -> str:
    others = sorted((name, value) for name, value in query.items(multi=True) if name != "pageToken")
    return hashlib.sha256(repr(others).encode()).hexdigest()[:16]
