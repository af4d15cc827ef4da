# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""No answer of AWS is held that is too large, and nothing is sent when its time is over."""

from __future__ import annotations

import itertools
import socket
import tracemalloc
import typing as t
from functools import partial

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, wire
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.aws_peers import EMPTY, Peers, RunEnds, ec2_of, ends_in_time
from tests.support.held_memory import collected_by_nobody, raised_by
from tests.support.raw_server import XML_HEAD, Speak, answer

pytestmark = pytest.mark.usefixtures("clean_environment")


def flood(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(XML_HEAD + b"Connection: close\r\n\r\n<R>")
    while True:
        connection.sendall(b" " * 65536)


def flood_in_one_line(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(XML_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"0" * 65536)


def test_an_answer_without_end_is_given_up_before_it_fills_the_memory(
    peers: Peers, run: RunEnds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_OF_ANSWER", 1024 * 1024)
    ec2 = ec2_of(peers(flood), run)
    run.begin(5)
    error = ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "not a valid AWS answer: it is too large")
    assert error.code == "UnreadableAnswer"


def big(connection: socket.socket, _request: bytes) -> None:
    answer(connection, "<R>" + " " * 4 * 2**20 + "</S>")


@pytest.mark.parametrize("speak", [flood, big])
def test_an_error_that_is_kept_keeps_nothing_of_the_answer(
    peers: Peers, run: RunEnds, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_OF_ANSWER", 5 * 2**20)
    ec2 = ec2_of(peers(speak), run)
    run.begin(20)
    with collected_by_nobody():
        errors = [raised_by(partial(api.describe_vpc_endpoints, ec2)) for _item in range(3)]
        held, _peak = tracemalloc.get_traced_memory()
    assert {t.cast(ApiError, error).code for error in errors} == {"UnreadableAnswer"}
    assert held < 2 * 2**20


def test_the_length_of_a_part_of_an_answer_has_an_end_too(peers: Peers, run: RunEnds) -> None:
    peer = peers(flood_in_one_line)
    ec2 = ec2_of(peer, run, aws_config={"retries": {"max_attempts": 0}})
    run.begin(5)
    ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "the connection to AWS broke")


def test_pages_without_end_are_bounded_in_size_together(
    peers: Peers, run: RunEnds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_OF_CALL", 4096)
    numbers = itertools.count()
    peer = peers(
        lambda connection, _request: answer(connection, EMPTY.format(f"<nextToken>{next(numbers)}</nextToken>"))
    )
    ec2 = ec2_of(peer, run)
    run.begin(5)
    ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "it is too large")
    assert 4096 // len(EMPTY) // 3 < len(peer.requests) < 4096 // len(EMPTY) + 3
