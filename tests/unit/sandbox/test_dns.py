# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of public DNS finds the TXT records that a test has published, and nothing else."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from tests.sandbox.aws.private_names import PublicDns
from tests.sandbox.dns import NO_ERROR, NO_SUCH_NAME, TXT, DnsServer
from tests.sandbox.log import RequestLog

NAME = "_label.orders.example.com"
ADDRESS = 1
"""The type of an A record."""


@pytest.fixture
def dns() -> PublicDns:
    return PublicDns()


@pytest.fixture
def log() -> RequestLog:
    return RequestLog(lambda: 0.0)


@pytest.fixture
def server(dns: PublicDns, log: RequestLog) -> Iterator[DnsServer]:
    server = DnsServer(dns.texts, log)
    server.start()
    yield server
    server.stop()


def _question(name: str, kind: int = TXT) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def _ask(server: DnsServer, packet: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(packet, server.address())
        return client.recv(65_535)


def _read(answer: bytes, question: bytes) -> tuple[int, list[str]]:
    """The answer's code and the values of its records."""
    number, flags, questions, records, _authorities, _more = struct.unpack_from("!6H", answer)
    assert (number, flags & 0x8000, questions) == (4711, 0x8000, 1)
    assert answer[12 : len(question)] == question[12:]
    values, at = [], len(question)
    for _turn in range(records):
        pointer, kind, _class, ttl, length = struct.unpack_from("!3HIH", answer, at)
        assert (pointer, kind, ttl) == (0xC00C, TXT, 1800)
        data, at = answer[at + 12 : at + 12 + length], at + 12 + length
        value = b""
        while data:
            value, data = value + data[1 : 1 + data[0]], data[1 + data[0] :]
        values.append(value.decode())
    assert at == len(answer)
    return flags & 0xF, values


def test_a_record_is_found_by_its_name_in_any_case(server: DnsServer, dns: PublicDns, log: RequestLog) -> None:
    dns.publish(f"{NAME}.", ["vpce:one", "x" * 300])
    question = _question(NAME.upper())
    assert _read(_ask(server, question), question) == (NO_ERROR, ["vpce:one", "x" * 300])
    (entry,) = log.entries(api="dns")
    assert (entry.call, entry.detail, entry.status) == ("Query", {"name": NAME.upper()}, NO_ERROR)


def test_a_name_without_records_does_not_exist(server: DnsServer, dns: PublicDns) -> None:
    dns.publish(NAME, ["vpce:one"])
    dns.publish(NAME, [])
    question = _question(NAME)
    assert _read(_ask(server, question), question) == (NO_SUCH_NAME, [])


def test_a_name_has_no_records_of_another_type(server: DnsServer, dns: PublicDns) -> None:
    dns.publish(NAME, ["vpce:one"])
    question = _question(NAME, ADDRESS)
    assert _read(_ask(server, question), question) == (NO_ERROR, [])


@pytest.mark.parametrize("packet", [b"", b"\0" * 11, _question(NAME)[:20], b"\xff" * 40])
def test_what_is_not_a_question_gets_no_answer(server: DnsServer, packet: bytes) -> None:
    assert server.answer(packet) is None
