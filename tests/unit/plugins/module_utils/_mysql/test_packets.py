# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import (
    Connection,
    Deadline,
    PayloadReader,
    readable,
)


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_counts_down_and_then_raises() -> None:
    clock = FakeClock()
    deadline = Deadline(10, clock)
    clock.now += 9
    assert deadline.remaining() == pytest.approx(1)
    clock.now += 1
    with pytest.raises(StageFailed) as failure:
        deadline.remaining()
    assert failure.value.problem == "timed_out"


def test_a_connection_that_is_reset_at_once_stood_and_fails_in_the_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    def reset(*_arguments: object, **_options: object) -> socket.socket:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(socket, "create_connection", reset)
    with pytest.raises(StageFailed) as failure:
        Connection.to("127.0.0.1", 4000, Deadline(1))
    assert (failure.value.stage, failure.value.problem) == ("greeting", "closed")


def test_half_of_a_deadline_is_left_until_its_middle() -> None:
    clock = FakeClock()
    deadline = Deadline(10, clock)
    clock.now += 5
    assert deadline.half_is_left()
    clock.now += 0.1
    assert not deadline.half_is_left()


def test_fields_are_read_in_their_order() -> None:
    reader = PayloadReader(b"\x01\x02\x03text\0\x03abc\xfc\x04\x00long" + b"rest")
    assert reader.integer(1) == 1
    assert reader.integer(2) == 0x0302
    assert reader.null_terminated() == b"text"
    assert reader.length_encoded() == b"abc"
    assert reader.length_encoded() == b"long"
    assert reader.rest() == b"rest"


@pytest.mark.parametrize("payload", [b"", b"\x05abc", b"\xfd\x01\x00\x00a", b"\xfb", b"\xff", b"\xfc\xff"])
def test_a_text_that_is_not_all_there_is_an_error(payload: bytes) -> None:
    with pytest.raises(StageFailed) as failure:
        PayloadReader(payload).length_encoded()
    assert failure.value.problem == "not_mysql"


def test_a_text_without_an_end_is_an_error() -> None:
    with pytest.raises(StageFailed, match="no end"):
        PayloadReader(b"never ends").null_terminated()


def test_a_server_s_text_is_made_printable_and_short() -> None:
    assert readable(b"8.0\x1b[31m\xff\n") == "8.0?[31m\ufffd?"
    assert len(readable(b"x" * 5000)) == 200
