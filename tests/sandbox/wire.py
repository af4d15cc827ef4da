# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that reach the client broken, slowly, without end or not at all, written to the socket itself."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.sandbox.answer import Answer

if TYPE_CHECKING:
    from tests.sandbox.faults import Fault, Faults
    from tests.sandbox.server import Line

ENDLESS_BYTES = 256 * 1024 * 1024
CHUNK = b"a" * 65_536
LONGEST_DRIP = 600.0  # real seconds


def deliver(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    """Send the answer as the kind of fault says; the connection is then over."""
    DELIVERIES[fault.kind](answer, fault, faults, line)


def _head(answer: Answer) -> bytes:
    headers = [*answer.headers, ("Date", email.utils.formatdate(usegmt=True)), ("Server", "sandbox")]
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _whole(answer: Answer) -> Answer:
    return answer.with_headers({"Content-Length": str(len(answer.body))})


def _reset(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.reset()


def _reset_headers(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    head = _head(_whole(answer))
    line.send(head[: len(head) // 2])
    line.reset()


def _reset_body(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.send(_head(_whole(answer)) + answer.body[: len(answer.body) // 2])
    line.reset()


def _reset_end(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.send(_head(_whole(answer)) + answer.body)
    line.reset()


def _truncated(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.send(_head(_whole(answer)) + answer.body[: len(answer.body) // 2])
    line.end()


def _longer(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    """A client that reads as much as was announced has the rest before the next answer, if it keeps the connection."""
    line.send(_head(_whole(answer)) + answer.body + answer.body + b"HTTP/1.1 200 OK\r\n\r\n")
    line.end()


def _endless(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.send(_head(answer.with_headers({"Content-Length": None, "Transfer-Encoding": "chunked"})))
    line.send(b"%x\r\n%s\r\n" % (len(answer.body[:-1]), answer.body[:-1]) if len(answer.body) > 1 else b"")
    for _sent in range(0, ENDLESS_BYTES, len(CHUNK)):
        if faults.wait_until_cleared(fault, 0):
            break
        line.send(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
    line.end()


def _drip_headers(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    _drop_by_drop(_head(_whole(answer)), fault, faults, line)
    line.send(answer.body)
    line.end()


def _drip(answer: Answer, fault: Fault, faults: Faults, line: Line) -> None:
    line.send(_head(_whole(answer)))
    _drop_by_drop(answer.body, fault, faults, line)
    line.end()


def _drop_by_drop(data: bytes, fault: Fault, faults: Faults, line: Line) -> None:
    """One byte each fault.value seconds; the rest at once when the faults are cleared."""
    seconds = float(fault.value)
    for index in range(len(data)):
        if faults.wait_until_cleared(fault, seconds) or index * seconds > LONGEST_DRIP:
            line.send(data[index:])
            return
        line.send(data[index : index + 1])


DELIVERIES: dict[str, Callable[[Answer, Fault, Faults, Line], None]] = {
    "reset": _reset,
    "lost": _reset,
    "refused": _reset,
    "reset_headers": _reset_headers,
    "reset_body": _reset_body,
    "reset_end": _reset_end,
    "truncated": _truncated,
    "longer": _longer,
    "endless": _endless,
    "drip_headers": _drip_headers,
    "drip": _drip,
}
