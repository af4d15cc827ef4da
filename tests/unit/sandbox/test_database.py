# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sandbox's database as a client library sees it."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from tests.sandbox.database import Authority, Database, Visit

HOST, CLOSED_HOST = "open.clusters.example.com", "closed.clusters.example.com"
PASSWORDS = {"native_user": "native-password-of-the-tests", "sha2_user": "sha2-password-of-the-tests"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def visits() -> list[Visit]:
    return []


@pytest.fixture
def database(authority: Authority, visits: list[Visit]) -> Iterator[Database]:
    database = Database(
        authority,
        PASSWORDS,
        is_open=lambda host: host != CLOSED_HOST,
        methods={"sha2_user": "caching_sha2_password"},
        report=visits.append,
    )
    database.start()
    yield database
    database.stop()


def connect(server: Database, user: str = "native_user", host: str = HOST, **options: Any) -> pymysql.Connection:
    """Log in over TLS that checks the certificate for `host`, which no resolver knows."""
    tls = ssl.create_default_context(cafile=str(server.ca.ca_path))
    usual: dict[str, Any] = {"user": user, "password": PASSWORDS.get(user, ""), "host": host, "ssl": tls}
    client = pymysql.Connection(**{**usual, **options}, defer_connect=True)
    client.connect(socket.create_connection(("127.0.0.1", server.port)))
    return client


def ask(client: pymysql.Connection, statement: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """The names of the columns, and the rows."""
    with client.cursor() as cursor:
        cursor.execute(statement)
        return tuple(column[0] for column in cursor.description or ()), tuple(cursor.fetchall())


@pytest.mark.parametrize(
    ("statement", "columns", "row"),
    [
        ("SELECT VERSION()", ("VERSION()",), ("8.0.11-TiDB-v8.5.2",)),
        ("select version() as v;", ("v",), ("8.0.11-TiDB-v8.5.2",)),
        ("SELECT 1", ("1",), (1,)),
        (
            "SELECT TIDB_VERSION()",
            ("TIDB_VERSION()",),
            ("Release Version: v8.5.2\nEdition: Enterprise\nStore: sandbox",),
        ),
        ("SELECT CURRENT_USER(), VERSION()", ("CURRENT_USER()", "VERSION()"), ("native_user@%", "8.0.11-TiDB-v8.5.2")),
        ("select @@version_comment limit 1", ("@@version_comment",), ("TiDB Server (sandbox)",)),
        ("SHOW STATUS LIKE 'Ssl_cipher'", ("Variable_name", "Value"), ("Ssl_cipher", "TLS_AES_256_GCM_SHA384")),
        ("SHOW SESSION STATUS LIKE 'ssl\\_v%'", ("Variable_name", "Value"), ("Ssl_version", "TLSv1.3")),
    ],
)
def test_it_answers_what_a_check_asks(
    database: Database, statement: str, columns: tuple[str, ...], row: tuple[Any, ...]
) -> None:
    with contextlib.closing(connect(database)) as client:
        assert ask(client, statement) == (columns, (row,))


def test_what_it_does_not_know_is_an_error_and_not_the_end(database: Database) -> None:
    with contextlib.closing(connect(database)) as client:
        for statement in ("DROP TABLE t", "SELECT SLEEP(9)", "SELECT 1, 2 FROM t"):
            with pytest.raises(pymysql.err.ProgrammingError, match="does not understand"):
                ask(client, statement)
        assert ask(client, "SELECT 1")[1] == ((1,),)


def test_a_status_that_it_does_not_know_has_no_rows(database: Database) -> None:
    with contextlib.closing(connect(database)) as client:
        assert ask(client, "SHOW STATUS LIKE 'Uptime'")[1] == ()


def test_a_client_library_may_set_and_ping_and_choose(database: Database) -> None:
    with contextlib.closing(
        connect(database, autocommit=True, database="test", init_command="SET NAMES utf8mb4")
    ) as client:
        client.ping(reconnect=False)
        client.select_db("test")
        client.commit()


@pytest.mark.parametrize("user", PASSWORDS)
def test_each_user_logs_in_again_and_again(database: Database, user: str) -> None:
    for _time in range(2):
        connect(database, user).close()


@pytest.mark.parametrize("user", [*PASSWORDS, "nobody"])
@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_denied(database: Database, user: str, password: str) -> None:
    with pytest.raises(pymysql.err.OperationalError, match=r"1045.*Access denied"):
        connect(database, user, password=password)


def test_a_wrong_password_is_denied_also_after_the_right_one_was_cached(database: Database) -> None:
    connect(database, "sha2_user").close()
    with pytest.raises(pymysql.err.OperationalError, match=r"1045.*Access denied"):
        connect(database, "sha2_user", password="wrong")


def test_a_login_without_tls_is_refused(database: Database) -> None:
    with pytest.raises(pymysql.err.OperationalError, match=r"3159.*insecure transport"):
        connect(database, ssl=None, ssl_disabled=True)


def test_a_host_without_an_active_endpoint_has_no_way_in(database: Database, visits: list[Visit]) -> None:
    with pytest.raises((pymysql.MySQLError, OSError)) as error:
        connect(database, host=CLOSED_HOST)
    assert "CERTIFICATE" not in str(error.value)
    database.stop()
    assert [(visit.host, visit.user, visit.error) for visit in visits] == [
        (CLOSED_HOST, None, "no private endpoint for this host is active")
    ]


def test_each_host_has_a_certificate_of_its_own(database: Database) -> None:
    for host in (HOST, "another.clusters.example.com"):
        connect(database, host=host).close()


def test_a_client_without_a_host_name_is_served_as_localhost(database: Database) -> None:
    connect(database, host="127.0.0.1").close()


def test_a_packet_out_of_order_ends_the_connection(database: Database) -> None:
    with socket.create_connection(("127.0.0.1", database.port)) as client:
        client.recv(4096)
        client.sendall(b"\x01\x00\x00\x07")
        assert client.recv(4096) == b""


def test_a_stop_cuts_the_connections_and_frees_the_port(authority: Authority) -> None:
    database = Database(authority, PASSWORDS)
    database.start()
    client = connect(database)
    port = database.port
    database.stop()
    with pytest.raises(pymysql.err.OperationalError):
        ask(client, "SELECT 1")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    database.stop()
    with pytest.raises(RuntimeError, match="not started"):
        _port = database.port


def test_clients_that_break_off_leave_no_noise(database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    for hello in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096):
        with socket.create_connection(("127.0.0.1", database.port)) as client:
            client.sendall(hello)
            client.recv(4096)
    connect(database).close()
    assert capfd.readouterr() == ("", "")
