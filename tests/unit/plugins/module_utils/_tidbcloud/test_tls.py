# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate of the API is judged the same on every Python."""

from __future__ import annotations

import socket
import ssl
import typing as t
from pathlib import Path

import pytest
from urllib3.util.ssl_ import create_urllib3_context

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import tls
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.digest import Credentials
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session
from tests.sandbox.database import Authority
from tests.support.hostile_databases import serving
from tests.support.lax_authority import LaxAuthority

NAME = "tidb.example.com"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(autouse=True)
def _python_3_13(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flags that urllib3 sets there, on any Python."""
    original = create_urllib3_context

    def strict(**options: t.Any) -> ssl.SSLContext:
        context: ssl.SSLContext = original(**options)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT | 0x80000
        return context

    monkeypatch.setattr(tls, "create_urllib3_context", strict)
    monkeypatch.setattr("urllib3.connection.create_urllib3_context", strict)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def session(url: str, ca_path: Path) -> Session:
    return Session(
        Credentials("public", "private"), dedicated_url=url, ca_path=str(ca_path), sleep=lambda _seconds: None
    )


def answers(context: ssl.SSLContext, *, as_proxy: bool) -> t.Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        if as_proxy:
            assert connection.recv(4096).startswith(b"CONNECT tidb.example.com:443 ")
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.recv(4096)
            encrypted.sendall(ANSWER)

    return behave


def test_a_ca_that_openssl_accepts_is_accepted(tmp_path: Path) -> None:
    authority = LaxAuthority(tmp_path)
    with serving(answers(authority.issue("localhost"), as_proxy=False)) as port:
        assert session(f"https://localhost:{port}", authority.ca_path).get("/clusters/1") == {}


def test_it_is_accepted_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = LaxAuthority(tmp_path)
    with serving(answers(authority.issue(NAME), as_proxy=True)) as port:
        for variable in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
        assert session(f"https://{NAME}", authority.ca_path).get("/clusters/1") == {}


@pytest.mark.parametrize(
    ("names", "remedy"),
    [
        (("other.example.com",), "it is for another host: check tidbcloud_api_url"),
        (("localhost",), "where a proxy or a private CA signs it, name that CA's file in tidbcloud_ca_path"),
    ],
)
def test_a_certificate_that_is_refused_names_what_is_wrong_with_it(
    tmp_path: Path, names: tuple[str, ...], remedy: str
) -> None:
    authority, stranger = LaxAuthority(tmp_path / "own"), Authority(tmp_path / "stranger")
    trusted = stranger if names == ("localhost",) else authority
    with serving(answers(authority.issue(*names), as_proxy=False)) as port, pytest.raises(ApiError, match=remedy):
        session(f"https://localhost:{port}", trusted.ca_path).get("/clusters/1")
