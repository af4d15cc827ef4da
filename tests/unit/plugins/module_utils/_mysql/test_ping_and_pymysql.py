# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""PyMySQL as the reference: of the same server, the check says what a real client says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import typing as t

import pymysql
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping import ping
from tests.sandbox.database import Authority
from tests.support import hostile_databases as hostile
from tests.support.database_checks import check_of
from tests.support.databases import HOST, NATIVE_USER, PASSWORDS, SHA2_USER, Issuing, running


def pymysql_logs_in(port: int, authority: Authority, user: str, password: str) -> bool:
    """Whether PyMySQL, over TLS that it verifies, gets the server's version."""
    client = pymysql.Connection(
        host=HOST,
        port=port,
        user=user,
        password=password,
        ssl=ssl.create_default_context(cafile=str(authority.ca_path)),
        connect_timeout=5,
        defer_connect=True,
    )
    try:
        # The host name is only asked for in TLS: no resolver knows it.
        client.connect(socket.create_connection(("127.0.0.1", port)))
        with contextlib.closing(client), client.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            return cursor.fetchone() is not None
    except (pymysql.MySQLError, OSError, ValueError):
        return False


def check_logs_in(port: int, authority: Authority, user: str, password: str) -> bool:
    return ping(check_of(port, authority, account=Account(user, password))).failure is None


def agreed(port: int, authority: Authority, user: str, password: str) -> bool:
    verdicts = {logs_in(port, authority, user, password) for logs_in in (check_logs_in, pymysql_logs_in)}
    (verdict,) = verdicts
    return verdict


@pytest.mark.parametrize("user", [NATIVE_USER, SHA2_USER])
@pytest.mark.parametrize(("password", "verdict"), [(None, True), ("wrong-password", False), ("", False)])
def test_both_log_in_with_the_right_password_only(
    authority: Authority, user: str, password: str | None, verdict: bool
) -> None:
    with running(authority) as database:
        assert agreed(database.port, authority, user, PASSWORDS[user] if password is None else password) is verdict


@pytest.mark.parametrize(
    ("names", "days", "verdict"),
    [
        ((HOST,), 1, True),
        (("*" + HOST[HOST.index(".") :],), 1, True),
        (("other.example.com",), 1, False),
        ((HOST,), -1, False),
    ],
)
def test_both_accept_the_same_certificates(issuing: Issuing, names: tuple[str, ...], days: int, verdict: bool) -> None:
    issuing.names, issuing.days = names, days
    with running(issuing) as database:
        assert agreed(database.port, issuing, NATIVE_USER, PASSWORDS[NATIVE_USER]) is verdict


def test_both_refuse_another_ca(authority: Authority, issuing: Issuing) -> None:
    with running(authority) as database:
        assert not agreed(database.port, issuing, NATIVE_USER, PASSWORDS[NATIVE_USER])


@pytest.mark.parametrize(
    "behaviour",
    [
        hostile.hangs_up,
        hostile.says_and_hangs_up(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        hostile.says_and_hangs_up(hostile.packet(hostile.greeting())),
        hostile.says_and_hangs_up(hostile.packet(b"\xff\x10\x04#08004Too many connections")),
        hostile.says(hostile.packet(hostile.greeting(capabilities=hostile.CAPABILITIES & ~hostile.SSL))),
    ],
)
def test_both_refuse_servers_that_err(authority: Authority, behaviour: t.Callable[[socket.socket], None]) -> None:
    with hostile.serving(behaviour) as port:
        assert not agreed(port, authority, NATIVE_USER, PASSWORDS[NATIVE_USER])
