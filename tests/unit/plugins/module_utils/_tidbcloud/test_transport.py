# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""No call outlasts its time or holds more than its share of memory, whatever the peer does."""

from __future__ import annotations

import gzip
import socket
import time as real_time
import tracemalloc
import typing as t
import zlib
from collections.abc import Iterable, Iterator
from functools import partial

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import CALL_GRACE, Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import transport
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import Unreadable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import MAX_ATTEMPTS, Session
from tests.support.digest_server import Answer, DigestServer
from tests.support.held_memory import collected_by_nobody, raised_by
from tests.support.raw_server import JSON_HEAD, PartsServer, dripped
from tests.support.stopped_time import Time

Connect = t.Callable[..., Session]
Serve = t.Callable[..., DigestServer]
Raw = t.Callable[[t.Callable[[PartsServer], Iterable[bytes]]], PartsServer]


@pytest.fixture
def raw() -> Iterator[Raw]:
    servers: list[PartsServer] = []

    def start(parts: t.Callable[[PartsServer], Iterable[bytes]]) -> PartsServer:
        servers.append(PartsServer(parts))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def within(time: Time, seconds: float) -> Deadline:
    return Deadline(seconds, 1.0, clock=time.clock, sleep=time.sleep)


def silent(server: PartsServer) -> Iterable[bytes]:
    server.released.wait(5)
    return ()


CHALLENGED = b"HTTP/1.1 401 No\r\nContent-Length: 99999\r\n"
SLOW: dict[str, t.Callable[[PartsServer], Iterable[bytes]]] = {
    "nothing": silent,
    "status line": dripped(b"HTTP/1.1 200 " + b"O"),
    "headers": dripped(JSON_HEAD + b"X-Slow: " + b"s"),
    "more headers": dripped(JSON_HEAD + b"\r"),
    "100 Continue": dripped(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 " + b"C"),
    "body": dripped(JSON_HEAD + b"Content-Length: 9999\r\n\r\n" + b" "),
    "body without a length": dripped(JSON_HEAD + b"\r\n" + b" "),
    "chunks": dripped(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0"),
    "body of a challenge": dripped(CHALLENGED + b'WWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n' + b" "),
}


@pytest.mark.parametrize("slow", SLOW)
def test_an_answer_that_comes_byte_by_byte_is_cut_and_a_post_is_ambiguous(
    raw: Raw, connect: Connect, serve: Serve, slow: str
) -> None:
    server = raw(SLOW[slow])
    session = connect(serve(), dedicated_url=server.url, timeout=0.1)
    began = real_time.monotonic()
    with pytest.raises(ApiError) as caught:
        session.post("/clusters/1", {})
    assert real_time.monotonic() - began < 4.0  # on a busy machine; the peer goes on for longer
    assert str(caught.value) == (
        "POST /clusters/1 has no answer: 127.0.0.1 gave no complete answer within 0.1 seconds; raise tidbcloud_timeout "
        "if it is slow."
    )
    assert caught.value.ambiguous
    assert server.connections == 1


def test_a_get_that_is_cut_is_repeated_and_not_ambiguous(raw: Raw, connect: Connect, serve: Serve) -> None:
    server = raw(silent)
    with pytest.raises(ApiError, match=r"GET /clusters/1 has no answer.*tidbcloud_timeout") as caught:
        connect(serve(), dedicated_url=server.url, timeout=0.05).get("/clusters/1")
    assert not caught.value.ambiguous
    assert server.connections == MAX_ATTEMPTS


def test_a_name_that_is_looked_up_forever_is_cut(
    raw: Raw, connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = raw(silent)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: server.released.wait(5))
    began = real_time.monotonic()
    with pytest.raises(ApiError, match=r"no.such.example gave no complete answer within 0.1 seconds"):
        connect(serve(), dedicated_url="https://no.such.example", timeout=0.1).get("/clusters/1")
    assert real_time.monotonic() - began < 4.0


def test_a_call_is_cut_where_the_time_of_the_run_ends_and_says_so(
    raw: Raw, connect: Connect, serve: Serve, time: Time
) -> None:
    deadline = within(time, 20)
    time.now += 20 + CALL_GRACE - 0.1
    with pytest.raises(ApiError, match=r"within 0.1 seconds; raise wait_timeout if it is slow"):
        connect(serve(), dedicated_url=raw(silent).url, timeout=5, deadline=deadline).get("/clusters/1")


def test_a_call_that_there_is_time_for_is_made_once_past_the_deadline(
    connect: Connect, serve: Serve, time: Time
) -> None:
    server = serve(Answer({}, 503))
    deadline = within(time, 0)
    with pytest.raises(ApiError, match="503"):
        connect(server, deadline=deadline).get("/clusters/1")
    assert connect(server, deadline=deadline).get("/clusters/1") == {}
    assert time.slept == []


def test_no_call_begins_after_the_time_of_the_run(connect: Connect, serve: Serve, time: Time) -> None:
    server = serve()
    deadline = within(time, 5)
    time.now += 5 + CALL_GRACE
    with pytest.raises(ApiError, match=r"was not sent: the run's time is used up.*wait_timeout") as caught:
        connect(server, deadline=deadline).post("/clusters/1", {})
    assert not caught.value.ambiguous
    assert server.calls == []


def test_what_was_cut_takes_no_effect_later(raw: Raw, connect: Connect, serve: Serve) -> None:
    def late(server: PartsServer) -> Iterable[bytes]:
        server.released.wait(5)
        yield b'HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n'

    server = raw(late)
    with pytest.raises(ApiError):
        connect(serve(), dedicated_url=server.url, timeout=0.1).post("/clusters/1", {})
    server.released.set()
    real_time.sleep(0.1)
    assert len(server.requests) == 1


def endless(head: bytes, part: bytes) -> t.Callable[[PartsServer], Iterable[bytes]]:
    def parts(server: PartsServer) -> Iterable[bytes]:
        yield head
        while not server.released.is_set():
            yield part

    return parts


CHUNKED = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = JSON_HEAD + b"Content-Encoding: gzip\r\n\r\n"
BOMB = gzip.compress(bytes(3_000_000))
ENDLESS: dict[str, t.Callable[[PartsServer], Iterable[bytes]]] = {
    "plain": endless(JSON_HEAD + b"\r\n", b" " * 65536),
    "long": endless(JSON_HEAD + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536),
    "chunked": endless(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "compressed": endless(GZIPPED + BOMB, BOMB),
    "deflated": lambda _server: [JSON_HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(bytes(3_000_000))],
    "compressed, then more": endless(
        JSON_HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}"), b" " * 65536
    ),
    "of a challenge": endless(
        b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n', b" " * 65536
    ),
    "of a redirect": endless(b"HTTP/1.1 302 No\r\nLocation: https://elsewhere.example/\r\n\r\n", b" " * 65536),
    "of an error": endless(b"HTTP/1.1 500 No\r\n\r\n", b" " * 65536),
}


@pytest.mark.parametrize("body", ENDLESS)
def test_an_endless_answer_is_read_to_a_limit_once_and_reported_as_what_it_is(
    raw: Raw, connect: Connect, serve: Serve, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 2 * 2**20)
    server = raw(ENDLESS[body])
    with pytest.raises(
        Unreadable, match=r"with more than .* MB, which the API never does.*tidbcloud_api_url"
    ) as caught:
        connect(serve(), dedicated_url=server.url).post("/clusters/1", {})
    assert caught.value.ambiguous
    assert server.connections == 1
    # What the operating system holds for both sides comes on top.
    assert server.sent < 12 * 2**20


def test_the_limit_is_below_what_is_promised() -> None:
    assert transport.MOST_BYTES <= 64 * 2**20


def test_a_compressed_answer_is_read(connect: Connect, serve: Serve) -> None:
    body = gzip.compress(b'{"clusterId": "1"}')
    server = serve(Answer(body, headers={"Content-Encoding": "gzip"}))
    assert connect(server).get("/clusters/1") == {"clusterId": "1"}


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip", "nonsense"])
def test_what_cannot_be_decompressed_is_an_error_with_a_sentence(connect: Connect, serve: Serve, encoding: str) -> None:
    server = serve(*[Answer(b"not compressed", headers={"Content-Encoding": encoding})] * MAX_ATTEMPTS)
    with pytest.raises(ApiError, match="was cut off or cannot be decoded"):
        connect(server).get("/clusters/1")


def test_absurd_headers_of_a_rate_limit_end_with_the_deadline(connect: Connect, serve: Serve, time: Time) -> None:
    absurd = {"X-Ratelimit-Remaining-Minute": "-1e999", "X-Ratelimit-Reset": "9" * 5000, "Retry-After": "1e9"}
    server = serve(*[Answer({}, 429, absurd)] * 50)
    with pytest.raises(ApiError, match="100 requests a minute"):
        connect(server, deadline=within(time, 120)).get("/clusters/1")
    assert sum(time.slept) <= 120


def test_credentials_of_netrc_are_never_sent(
    raw: Raw, connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password another-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = raw(lambda _server: [JSON_HEAD + b"Content-Length: 2\r\n\r\n{}"])
    connect(serve(), dedicated_url=server.url).get("/clusters/1")
    assert b"Authorization" not in server.requests[0]


@pytest.mark.parametrize("body", ["plain", "compressed", "of an error"])
def test_an_error_that_is_kept_keeps_nothing_of_the_answer(
    raw: Raw, connect: Connect, serve: Serve, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 4 * 2**20)
    session = connect(serve(), dedicated_url=raw(ENDLESS[body]).url)
    with collected_by_nobody():
        errors = [raised_by(partial(session.get, "/clusters/1")) for _item in range(3)]
        held, _peak = tracemalloc.get_traced_memory()
    assert len(errors) == 3
    assert held < 2 * 2**20
