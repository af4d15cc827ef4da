# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever bytes come instead of HTTP become an answer or an ApiError with a printable sentence, no other exception."""

from __future__ import annotations

import random
import typing as t
from collections.abc import Iterable

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session
from tests.support.digest_server import DigestServer
from tests.support.raw_server import PartsServer

CASES = 500
SEED = 20260701
STATUS_LINES = [
    *(
        b"HTTP/1.1 %s X" % status
        for status in (b"200", b"204", b"101", b"302", b"304", b"401", b"999", b"20000", b"-1")
    ),
    *(b"HTTP/1.0 200", b"HTTP/9.9 200 OK", b"HTTP/1.1 500 \xff", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"),
    *(b"junk", b"", b"\x00\x01"),
]
HEADERS = [
    b"Content-Length: -5",
    b"Content-Length: 1, 2",
    b"Content-Length: " + b"9" * 5000,
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 3",
    b"Content-Encoding: gzip",
    b"Content-Encoding: deflate, gzip",
    b"Location: http://[",
    b"Location: \xff\xfe",
    b"Set-Cookie: a=\x00b; expires=zzz; max-age=9e99",
    b'WWW-Authenticate: Digest realm="r\xff", nonce="n\xfe"',
    b"WWW-Authenticate: Digest",
    b"X-Ratelimit-Reset: nan",
    b"X-Ratelimit-Remaining-Minute: 1e400",
    b"X-Debug-Trace-Id: \x1b[31m\x80",
    b"X: " + b"a" * 70000,
    b"\r\n".join(b"H%d: x" % number for number in range(200)),
    *(b"\xff\xfe: \x00", b": nothing", b"no colon", b" folded", b"Connection: close", b"Upgrade: h2c"),
]
BODIES = [
    b"{}",
    b"",
    b"5\r\n{}   \r\n0\r\n\r\n",
    b"zz\r\n",
    b"-5\r\n",
    b"F" * 20 + b"\r\n{}",
    b"\x1f\x8b\x08junk",
    b"[[[",
]


def test_any_bytes_are_an_answer_or_an_api_error(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]
) -> None:
    chance = random.Random(SEED)

    def parts(_server: PartsServer) -> Iterable[bytes]:
        headers = b"".join(chance.choice(HEADERS) + b"\r\n" for _header in range(chance.randrange(4)))
        yield chance.choice(STATUS_LINES) + b"\r\n" + headers + b"\r\n" + chance.choice(BODIES)

    server, good = PartsServer(parts), serve()
    errors: list[ApiError] = []
    for _case in range(CASES):
        session = connect(good, dedicated_url=server.url)
        try:
            session.post("/clusters/1", {})
        except ApiError as error:
            errors.append(error)
        session.close()
    server.close()
    assert 0 < len(errors) < CASES
    for refused in errors:
        assert "POST /clusters/1" in str(refused)
        assert str(refused).isprintable()
        # A request that was sent and not answered may have taken effect.
        assert refused.status is not None or refused.ambiguous
