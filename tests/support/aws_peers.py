# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Peers in the place of AWS that answer slowly or without an end, and runs whose time ends."""

from __future__ import annotations

import itertools
import socket
import time
import typing as t

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.raw_server import XML_HEAD, RawServer, Speak, answer

REGION = "us-east-1"
KEYS = {"access_key": "AKIAOPTIONOPTIONOPTN", "secret_key": "option-secret-access-key-of-the-test-01"}
ROLE = "arn:aws:iam::210987654321:role/private-endpoints"
EMPTY = "<R><vpcEndpointSet/><requestId>request-7</requestId>{}</R>"
# Seconds that a call may take in these tests, and what a busy machine may need beside it; without a bound it is 30.
SHORT = 0.3
SLACK = 8.0

Peers = t.Callable[[Speak], RawServer]


class RunEnds:
    """A deadline: what calls may still take, from when it is begun."""

    def __init__(self) -> None:
        self._end = float("inf")

    def begin(self, seconds: float = SHORT) -> None:
        self._end = time.monotonic() + seconds

    def for_calls(self) -> float:
        return max(0.0, self._end - time.monotonic())


class Module:
    def __init__(self, **options: t.Any) -> None:
        self.params: dict[str, t.Any] = {**dict.fromkeys(aws_argument_spec()), "validate_certs": True, **options}
        self.no_log_values: set[str] = set()


def session_of(run: RunEnds, **options: t.Any) -> AwsSession:
    deadline: t.Any = run
    return AwsSession(Module(**options), deadline=deadline)


def ec2_of(peer: RawServer, run: RunEnds, **options: t.Any) -> t.Any:
    return session_of(run, **KEYS, endpoint_url=peer.url, **options).client("ec2", REGION)


def ends_in_time(act: t.Callable[[], object], error: str) -> ApiError:
    began = time.monotonic()
    with pytest.raises(ApiError, match=error) as caught:
        act()
    assert time.monotonic() - began < SHORT + SLACK
    return caught.value


def silent(connection: socket.socket, _request: bytes) -> None:
    connection.recv(1)


def head_by_the_byte(connection: socket.socket, _request: bytes) -> None:
    for byte in itertools.chain(XML_HEAD, itertools.cycle(b"X-Header: more\r\n")):
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def body_by_the_byte(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(XML_HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


def interim_answers(connection: socket.socket, _request: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.001)


def throttled(connection: socket.socket, _request: bytes) -> None:
    code = "<Code>RequestLimitExceeded</Code><Message>m</Message>"
    answer(connection, f"<R><Errors><Error>{code}</Error></Errors><RequestID>r</RequestID></R>", "503 Slow Down")
