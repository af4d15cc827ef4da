# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters and pages, as every Describe call of EC2 has them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from tests.sandbox.aws.errors import Refused

T = TypeVar("T")
Field = Callable[[T], Sequence[str]]
"""What a filter compares: the values that one object has."""

MAX_RESULTS = 1000


def matching(
    objects: Iterable[T],
    asked: Mapping[str, Sequence[str]],
    fields: Mapping[str, Field[T]],
    tags: Callable[[T], dict[str, str]],
) -> list[T]:
    """The objects that match every filter; values may hold * and ? (EC2 user guide, "Filter your resources")."""
    chosen = list(objects)
    for name, values in asked.items():
        field = _field(name, fields, tags)
        patterns = [_pattern(value) for value in values]
        chosen = [
            one for one in chosen if any(pattern.fullmatch(value) for value in field(one) for pattern in patterns)
        ]
    return chosen


def _field(name: str, fields: Mapping[str, Field[T]], tags: Callable[[T], dict[str, str]]) -> Field[T]:
    if name in fields:
        return fields[name]
    if name == "tag-key":
        return lambda one: list(tags(one))
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda one: [value for tag, value in tags(one).items() if tag == key]
    raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")


def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(re.escape(value).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def page(objects: Sequence[T], max_results: int | None, next_token: str | None) -> tuple[Sequence[T], str | None]:
    """One page and the token of the next one."""
    start = _start(next_token) if next_token else 0
    end = start + min(max_results or MAX_RESULTS, MAX_RESULTS)
    token = base64.b64encode(f"from {end}".encode()).decode() if end < len(objects) else None
    return objects[start:end], token


def _start(next_token: str) -> int:
    try:
        return int(base64.b64decode(next_token, validate=True).decode().removeprefix("from "))
    except (binascii.Error, ValueError) as error:
        raise Refused("InvalidNextToken", f"The token '{next_token}' is invalid") from error
