# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The few statements that a connectivity check or a client library sends, and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.database.protocol import Value

_NOTHING_TO_DO = re.compile(r"(SET|USE|COMMIT|ROLLBACK|BEGIN|START TRANSACTION)\b", re.IGNORECASE)
_SHOW_STATUS = re.compile(r"SHOW\s+(?:SESSION\s+|GLOBAL\s+)?STATUS\s+LIKE\s+'([^']*)'", re.IGNORECASE)
_SELECT = re.compile(r"SELECT\s+(.+?)(?:\s+LIMIT\s+\d+)?", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"(.+?)(?:\s+AS\s+`?(\w+)`?)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Client:
    """What is known of a client when it asks."""

    version: str
    user: str
    address: str
    cipher: str
    tls_version: str


@dataclass(frozen=True)
class Rows:
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


class NotUnderstood(Exception):
    """The statement is not one of those few."""


def answer(statement: str, client: Client) -> Rows | None:
    """The rows of `statement`, null for a statement that has none. Raises NotUnderstood."""
    text = statement.strip().rstrip(";").strip()
    if _NOTHING_TO_DO.match(text):
        return None
    if show := _SHOW_STATUS.fullmatch(text):
        return _status(show[1], client)
    if select := _SELECT.fullmatch(text):
        return _select(select[1], client)
    raise NotUnderstood(text)


def _status(pattern: str, client: Client) -> Rows:
    known = {"Ssl_cipher": client.cipher, "Ssl_version": client.tls_version}
    like = re.compile(pattern.replace("\\_", "_").replace("%", ".*"), re.IGNORECASE)
    return Rows(
        ("Variable_name", "Value"), tuple((name, value) for name, value in known.items() if like.fullmatch(name))
    )


def _select(columns: str, client: Client) -> Rows:
    names: list[str] = []
    values: list[Value] = []
    for column in columns.split(","):
        named = _COLUMN.fullmatch(column.strip())
        if named is None:
            raise NotUnderstood(columns)
        names.append(named[2] or named[1])
        values.append(_value(named[1], client))
    return Rows(tuple(names), (tuple(values),))


def _value(expression: str, client: Client) -> Value:
    if expression.isdecimal():
        return int(expression)
    try:
        return _VALUES[expression.upper()](client)
    except KeyError:
        raise NotUnderstood(expression) from None


def _tidb_version(client: Client) -> str:
    return f"Release Version: {client.version.rpartition('-')[2]}\nEdition: Enterprise\nStore: sandbox"


_VALUES: dict[str, Callable[[Client], Value]] = {
    "VERSION()": lambda client: client.version,
    "@@VERSION": lambda client: client.version,
    "@@VERSION_COMMENT": lambda _client: "TiDB Server (sandbox)",
    "TIDB_VERSION()": _tidb_version,
    "CURRENT_USER()": lambda client: f"{client.user}@%",
    "USER()": lambda client: f"{client.user}@{client.address}",
}
