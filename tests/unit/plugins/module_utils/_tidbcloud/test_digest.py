# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import hashlib
import os
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.digest import (
    Challenge,
    Credentials,
    Digest,
    Unusable,
    authorization,
    read_challenge,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import MAX_ATTEMPTS, Session
from tests.support.digest_server import PRIVATE_KEY, PUBLIC_KEY, DigestServer

GOOD = 'realm="r", nonce="n", qop="auth"'
RFC = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv", opaque="FQhe/qaU925"'


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_the_standard(algorithm: str, response: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 7616, section 3.9.1."""
    challenge = Challenge("http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm, "FQhe")
    nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"

    class Random:
        def hex(self) -> str:
            return nonce

    monkeypatch.setattr(os, "urandom", lambda _size: Random())
    header = authorization(challenge, Credentials("Mufasa", "Circle"), "GET", "/dir/index.html", 1)
    # The password of the example has a space, which no API key has: the hash is computed from it as it is.
    first = challenge.digest("Mufasa:http-auth@example.org:Circle")
    second = challenge.digest("GET:/dir/index.html")
    assert f'response="{challenge.digest(f"{first}:{challenge.nonce}:00000001:{nonce}:auth:{second}")}"' in header
    right = challenge.digest("Mufasa:http-auth@example.org:Circle of Life")
    assert challenge.digest(f"{right}:{challenge.nonce}:00000001:{nonce}:auth:{second}") == response


def test_the_strongest_of_several_challenges_is_answered() -> None:
    header = f'Basic realm="b", Digest algorithm=MD5, {RFC}, Digest algorithm=SHA-256, {RFC}, Negotiate dGVzdA=='
    challenge = read_challenge(header)
    assert (challenge.algorithm, challenge.realm, challenge.opaque) == (
        "SHA-256",
        "http-auth@example.org",
        "FQhe/qaU925",
    )


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", "does not ask for Digest authentication"),
        ('Basic realm="r"', "does not ask for Digest authentication"),
        ("Digest", "asks for Digest authentication without a nonce"),
        ('Digest realm="r", qop="auth"', "asks for Digest authentication without a nonce"),
        ('Digest nonce="n"', "asks for Digest authentication without a realm"),
        (
            f"Digest {GOOD}, algorithm=SHA-1",
            "with the algorithm SHA-1, but only SHA-256, SHA-512-256, MD5 are supported",
        ),
        (f"Digest {GOOD}, algorithm=SHA-1-sess", "with the algorithm SHA-1-sess, but only"),
        (
            'Digest realm="r", nonce="n", algorithm=MD5-sess',
            "with MD5-SESS and without qop, which leaves open what to sign",
        ),
        (f'Digest {GOOD}, algorithm="\x1b[31m{"x" * 999}"', "with the algorithm [31mxxx"),
        ('Digest realm="r", nonce="n", qop="token"', "with qop=token, but only auth and auth-int are supported"),
        ('Digest realm="r", nonce="a\r\nX: y"', "with control characters in its challenge"),
        ('====,,,"""', "does not ask for Digest authentication"),
        ('Digest "nonce"=n', "without a nonce"),
    ],
)
def test_a_challenge_that_cannot_be_answered_is_reported_as_what_it_is(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session], header: str, found: str
) -> None:
    with pytest.raises(Unusable) as unusable:
        read_challenge(header)
    assert found in str(unusable.value)
    assert str(unusable.value).isprintable()
    if header.isprintable():
        server = serve(challenge=header)
        with pytest.raises(ApiError, match=r"HTTP 401 by something that .*tidbcloud_api_url") as caught:
            connect(server).get("/clusters/1")
        assert found in str(caught.value)
        assert len(server.calls) == 1


@pytest.mark.parametrize("qop", ["auth", "auth-int", "auth-int, auth"])
@pytest.mark.parametrize("algorithm", ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"])
def test_every_challenge_of_the_standard_is_answered(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session], algorithm: str, qop: str
) -> None:
    server = serve(algorithms=(algorithm,), qop=qop)
    session = connect(server)
    for _call in range(2):
        assert session.get("/clusters/1") == {}
        assert session.post("/clusters/1", {"name": "é"}) == {}
    assert [call.rpartition(" ")[2] for call in server.calls] == ["401", "200", "200", "200", "200"]


def test_the_corrected_example_of_the_standard_for_sha_512_256() -> None:
    """RFC 7616, section 3.9.2, with the values of its erratum 4897; hashing the user's name is left to the server."""
    challenge = Challenge("api@example.org", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", "SHA-512-256")
    user = "J\u00e4s\u00f8n Doe".encode().decode("latin-1")
    assert challenge.digest(f"{user}:{challenge.realm}") == (
        "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    )


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (("MD5", "SHA-512-256", "SHA-256"), "SHA-256"),
        (("MD5", "SHA-512-256"), "SHA-512-256"),
        (("MD5-sess", "MD5"), "MD5"),
        (("SHA-1", "MD5-sess"), "MD5-sess"),
    ],
)
def test_of_several_algorithms_the_strongest_and_simplest_is_taken(offered: tuple[str, ...], taken: str) -> None:
    header = ", ".join(f"Digest {GOOD}, algorithm={algorithm}" for algorithm in offered)
    assert read_challenge(header).algorithm == taken


def test_a_nonce_that_is_stale_by_the_time_it_is_answered_is_answered_once_more(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]
) -> None:
    server = serve(stale=1)
    assert connect(server).post("/clusters/1", {}) == {}
    assert [call.rpartition(" ")[2] for call in server.calls] == ["401", "401", "200"]


def test_where_every_answer_is_called_stale_the_key_is_not_blamed(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]
) -> None:
    server = serve(stale=999)
    session = connect(server)
    with pytest.raises(ApiError, match=r"called each answer to its challenge .* stale .*nothing of the key") as caught:
        session.get("/clusters/1")
    assert "tidbcloud_private_key" not in str(caught.value)
    assert caught.value.status == 401
    assert len(server.calls) <= 3 * MAX_ATTEMPTS
    server.stale = 0
    assert session.get("/clusters/1") == {}


def test_a_wrong_key_is_shown_once(serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]) -> None:
    server = serve()
    with pytest.raises(ApiError, match="did not accept the API key"):
        connect(server, credentials=Credentials(PUBLIC_KEY, "another-key")).get("/clusters/1")
    assert len(server.calls) == 2


def test_an_algorithm_that_the_host_forbids_is_reported_as_that(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def new(name: str, data: bytes) -> t.Any:
        if name == "md5":
            raise ValueError("[digital envelope routines] unsupported")
        return hashlib.sha256(data)

    monkeypatch.setattr(hashlib, "new", new)
    with pytest.raises(ApiError, match="with MD5, which this host's Python refuses, as it does in FIPS mode") as caught:
        connect(serve()).get("/clusters/1")
    assert "tidbcloud_api_url" not in str(caught.value)
    assert "Run this on a host whose Python permits it" in str(caught.value)
    assert connect(serve(algorithms=("MD5", "SHA-256"))).get("/clusters/1") == {}


@given(st.text(max_size=200) | st.from_regex(r"(Digest|Basic)( [a-z]+=\"?[^\"]*\"?,?)*", fullmatch=True))
def test_any_header_is_a_challenge_or_unusable(header: str) -> None:
    with contextlib.suppress(Unusable):
        assert read_challenge(header).nonce


def test_a_header_of_spaces_or_quotes_takes_no_time() -> None:
    for header in (" " * 60000, '"' * 60000, 'Digest a="' + "\\" * 60000, "Digest " + "a= " * 20000):
        with pytest.raises(Unusable):
            read_challenge(header)


def test_a_server_of_before_the_second_standard_is_answered_without_a_count() -> None:
    challenge = read_challenge('Digest realm="r", nonce="n"')
    header = authorization(challenge, Credentials("u", "p"), "GET", "/x", 1)
    first, second = challenge.digest("u:r:p"), challenge.digest("GET:/x")
    assert f'response="{challenge.digest(f"{first}:n:{second}")}"' in header
    assert "nc=" not in header
    assert "cnonce" not in header


def test_quotes_in_a_challenge_come_back_as_they_were() -> None:
    challenge = read_challenge(r'Digest realm="a \"b\" \\c", nonce="n", qop=auth')
    assert challenge.realm == r'a "b" \c'
    assert r'realm="a \"b\" \\c"' in authorization(challenge, Credentials("u", "p"), "GET", "/x", 1)


def test_the_key_is_in_no_repr_and_no_header() -> None:
    credentials = Credentials(PUBLIC_KEY, PRIVATE_KEY)
    signer = Digest(credentials)
    assert PRIVATE_KEY not in repr(signer) + repr(vars(signer))
    assert PRIVATE_KEY not in authorization(read_challenge(f"Digest {GOOD}"), credentials, "GET", "/x", 1)


def test_a_nonce_is_used_only_for_the_server_that_gave_it() -> None:
    class Prepared:
        method, path_url = "GET", "/x"

        def __init__(self, url: str) -> None:
            self.url, self.headers = url, dict[str, str]()

    signer = Digest(Credentials("u", "p"))
    signer.take("https://one.example/x", f"Digest {GOOD}")
    assert "Authorization" in signer(Prepared("https://one.example/y")).headers
    assert "Authorization" not in signer(Prepared("https://two.example/y")).headers
