# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public DNS as far as the verification of private names needs it: TXT records by UDP (RFC 1035)."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable
from typing import cast

from tests.sandbox.log import RequestLog

TXT, INTERNET = 16, 1
NO_ERROR, NO_SUCH_NAME = 0, 3
RESPONSE, AUTHORITATIVE, RECURSION_AVAILABLE, RECURSION_DESIRED = 0x8000, 0x0400, 0x0080, 0x0100
TTL = 1800
LONGEST_STRING = 255
_HEADER = struct.Struct("!6H")
# The name of an answer is that of the question, which begins after the header (RFC 1035, 4.1.4).
_SAME_NAME = struct.pack("!H", 0xC000 | _HEADER.size)

Texts = Callable[[str], Iterable[str]]
"""Name to the values of its TXT records."""


class Query:
    """One question. Raises ValueError for what is not one."""

    def __init__(self, packet: bytes) -> None:
        try:
            self.number, self.flags, count, *_rest = _HEADER.unpack_from(packet)
            self.name, end = _name(packet)
            self.kind, _class = struct.unpack_from("!2H", packet, end)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ValueError("not a DNS query") from error
        if self.flags & RESPONSE or count != 1:
            raise ValueError("not a DNS query with one question")
        self.question = packet[_HEADER.size : end + 4]

    def answered(self, values: Iterable[str]) -> bytes:
        """The answer: a name without values does not exist, and no name has records of another type."""
        records = [_record(value) for value in values]
        code = NO_ERROR if records else NO_SUCH_NAME
        shown = records if self.kind == TXT else []
        flags = RESPONSE | AUTHORITATIVE | RECURSION_AVAILABLE | (self.flags & RECURSION_DESIRED) | code
        return _HEADER.pack(self.number, flags, 1, len(shown), 0, 0) + self.question + b"".join(shown)


def _name(packet: bytes) -> tuple[str, int]:
    """The name after the header and where it ends."""
    labels, at = [], _HEADER.size
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii"))
        at += 1 + packet[at]
    return ".".join(labels), at + 1


def _record(value: str) -> bytes:
    text = value.encode()
    strings = [text[start : start + LONGEST_STRING] for start in range(0, len(text), LONGEST_STRING)] or [b""]
    data = b"".join(bytes([len(one)]) + one for one in strings)
    return _SAME_NAME + struct.pack("!2HIH", TXT, INTERNET, TTL, len(data)) + data


class DnsServer:
    """On a free port of loopback. Every question is in the request log, with the answer's code as its status."""

    def __init__(self, texts: Texts, log: RequestLog) -> None:
        self.texts = texts
        self.log = log
        self._server = _Server(("127.0.0.1", 0), self)

    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        """Answer questions from a thread of its own."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox-dns", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, packet: bytes) -> bytes | None:
        """Null for what is not a question: nothing is sent then."""
        try:
            query = Query(packet)
        except ValueError:
            return None
        values = list(self.texts(query.name))
        status = NO_ERROR if values else NO_SUCH_NAME
        self.log.record(api="dns", call="Query", caller="", detail={"name": query.name}, status=status)
        return query.answered(values)


class _Server(socketserver.UDPServer):
    def __init__(self, address: tuple[str, int], dns: DnsServer) -> None:
        super().__init__(address, _Handler)
        self.dns = dns


class _Handler(socketserver.BaseRequestHandler):
    request: tuple[bytes, socket.socket]

    def handle(self) -> None:
        packet, sender = self.request
        answer = cast("_Server", self.server).dns.answer(packet)
        if answer is not None:
            sender.sendto(answer, self.client_address)
