# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server says during greeting, login and query, and whatever is in its certificate: facts or a failure."""

from __future__ import annotations

import datetime
import socket
import ssl
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql import handshake, login
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.certificate import read_certificate
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import Connection, Deadline
from tests.chaos.hostile.odd import assert_fit, hostile_texts
from tests.support.hostile_databases import greeting, packet

raw_texts = hostile_texts.map(lambda text: text.encode(errors="surrogatepass"))
PASSWORD = "a-password-of-the-tests"
GREETING = handshake.Greeting("8.0.11-TiDB-v8.5.0", 0x88A00, b"n" * 20, "caching_sha2_password")


@st.composite
def mutated(draw: st.DrawFn, right: bytes) -> bytes:
    """The right bytes with some of them changed, left out or put in."""
    content = bytearray(right)
    for _turn in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        content[place : place + draw(st.integers(0, 6))] = draw(st.binary(max_size=6) | raw_texts)
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


greetings = mutated(greeting()) | st.binary(min_size=1, max_size=80)
replies = st.one_of(
    st.binary(min_size=1, max_size=30),
    raw_texts.map(lambda text: b"\xff\x15\x04#28000" + text[:9000]),
    raw_texts.map(lambda text: b"\xfe" + text[:9000] + b"\0nonce"),
    st.sampled_from([b"\x00\x00\x00\x02\x00\x00\x00", b"\x01\x03", b"\x01\x04", b"\x01", b"\xfe", b"\xfb"]),
)


def assert_printable(failure: StageFailed) -> None:
    assert failure.problem
    assert_fit(failure.found)
    assert PASSWORD not in failure.found


@given(greetings)
def test_any_greeting_is_read_or_rejected(payload: bytes) -> None:
    try:
        found = handshake.parse_greeting(payload)
    except StageFailed as failure:
        assert_printable(failure)
    else:
        assert found.server_version.isprintable()
        assert found.auth_plugin.isprintable()


@given(st.binary(max_size=60) | raw_texts)
def test_any_error_of_the_server_is_shown_in_print(payload: bytes) -> None:
    try:
        raise handshake.server_error(b"\xff" + payload)
    except StageFailed as failure:
        assert_printable(failure)


def speak(sent: bytes) -> Connection:
    """A connection whose server has sent all of this and hung up."""
    ours, theirs = socket.socketpair()
    theirs.sendall(sent)
    theirs.shutdown(socket.SHUT_WR)
    connection = Connection(ours, Deadline(5.0))
    connection.tls = ours  # type: ignore[assignment] # As if it had been encrypted.
    connection.theirs = theirs  # type: ignore[attr-defined] # Kept open, or sending would fail.
    return connection


@given(greetings, st.integers(0, 255), st.integers(0, 2**24 - 1))
def test_any_first_packet_is_a_greeting_or_a_failure(payload: bytes, number: int, size: int) -> None:
    announced = struct.pack("<I", size)[:3] + bytes([number])
    for sent in (packet(payload), announced + payload):
        connection = speak(sent)
        try:
            handshake.receive_greeting(connection)
        except StageFailed as failure:
            assert_printable(failure)
        except OSError:
            pass  # Reported by from_os_error.
        finally:
            connection.close()
            connection.theirs.close()  # type: ignore[attr-defined]


@given(st.lists(replies, max_size=8))
def test_any_conversation_ends_in_a_version_or_a_failure(conversation: list[bytes]) -> None:
    numbers = [3, *range(1, 20)]
    connection = speak(b"".join(packet(one[:9000], number) for one, number in zip(conversation, numbers, strict=False)))
    try:
        version = login.log_in(connection, GREETING, login.Account("someone", PASSWORD))
        assert version.isprintable()
    except StageFailed as failure:
        assert_printable(failure)
    except OSError:
        pass  # Reported by from_os_error.
    finally:
        connection.close()
        connection.theirs.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One of the sandbox's authority, as PEM."""
    from tests.sandbox.database import Authority

    return Path(Authority(tmp_path_factory.mktemp("authority")).ca_path).read_text()


@given(data=st.data())
def test_any_certificate_is_read_or_none(certificate: str, data: st.DataObject) -> None:
    content = data.draw(mutated(ssl.PEM_cert_to_DER_cert(certificate)) | st.binary(max_size=200))
    try:
        found = read_certificate(content)
    except ValueError:
        return
    shown = [found.subject, found.issuer, *found.names]
    assert all(text.isprintable() for text in shown), shown
    found.days_left(datetime.datetime.now(datetime.UTC))


@given(data=st.data())
def test_any_text_of_a_ca_is_accepted_or_rejected(certificate: str, data: st.DataObject) -> None:
    text = data.draw(hostile_texts | mutated(certificate.encode()).map(lambda raw: raw.decode(errors="replace")))
    try:
        handshake.tls_context(verify=True, ca_pem=text)
    except StageFailed as failure:
        assert_printable(failure)
