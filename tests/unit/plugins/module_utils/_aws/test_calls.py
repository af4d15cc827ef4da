# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call to AWS ends with its run, whatever the peer does, and every failure is an ApiError."""

from __future__ import annotations

import itertools
import socket
import threading
import time
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, calls
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.prices import read_prices
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.shared import Reads
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from tests.support.aws_peers import (
    EMPTY,
    KEYS,
    REGION,
    ROLE,
    SHORT,
    SLACK,
    Module,
    Peers,
    RunEnds,
    body_by_the_byte,
    ec2_of,
    ends_in_time,
    head_by_the_byte,
    interim_answers,
    session_of,
    silent,
    throttled,
)
from tests.support.raw_server import Speak, answer

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.mark.parametrize("speak", [silent, head_by_the_byte, body_by_the_byte, interim_answers])
def test_a_call_ends_with_its_run_however_slowly_aws_answers(peers: Peers, run: RunEnds, speak: Speak) -> None:
    ec2 = ec2_of(peers(speak), run)
    run.begin()
    error = ends_in_time(
        lambda: api.describe_vpc_endpoints(ec2),
        r"DescribeVpcEndpoints in us-east-1 failed: AWS did not answer within 0 seconds.* raise wait_timeout\.",
    )
    assert (error.api, error.code, error.ambiguous) == ("ec2", "TimedOut", False)


def test_a_write_that_is_given_up_may_have_taken_effect_and_is_not_sent_again(peers: Peers, run: RunEnds) -> None:
    over = threading.Event()

    def late(connection: socket.socket, _request: bytes) -> None:
        over.wait(5)  # Then the connection is lost, which botocore repeats a request for.

    peer = peers(late)
    ec2 = ec2_of(peer, run)
    before = set(threading.enumerate())
    run.begin()
    error = ends_in_time(lambda: api.delete_tags(ec2, "vpce-1", ["a"]), "DeleteTags in us-east-1 failed: AWS did not")
    assert error.ambiguous
    over.set()
    for left_behind in set(threading.enumerate()) - before:
        left_behind.join(5)
    assert len(peer.requests) == 1


def test_what_was_not_even_asked_is_not_ambiguous(peers: Peers, run: RunEnds) -> None:
    peer = peers(silent)
    ec2 = ec2_of(peer, run)
    run.begin(0)
    with pytest.raises(ApiError, match="the run's time was up before it could be sent") as caught:
        api.delete_tags(ec2, "vpce-1", ["a"])
    assert not caught.value.ambiguous
    assert len(peer.requests) == 0


def test_a_throttled_call_says_so_when_its_time_is_over(peers: Peers, run: RunEnds) -> None:
    ec2 = ec2_of(peers(throttled), run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: threading.Event().wait(2 * SHORT))
        run.begin()
        ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "only with HTTP status 503")


def test_pages_without_end_are_bounded_in_time(peers: Peers, run: RunEnds) -> None:
    numbers = itertools.count()
    peer = peers(
        lambda connection, _request: answer(connection, EMPTY.format(f"<nextToken>{next(numbers)}</nextToken>"))
    )
    ec2 = ec2_of(peer, run)
    run.begin()
    ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "AWS did not answer within")


@pytest.mark.parametrize("tokens", ["aa", "abca"])
def test_a_page_token_that_repeats_is_unreadable(peers: Peers, run: RunEnds, tokens: str) -> None:
    left = iter(tokens)
    peer = peers(lambda connection, _request: answer(connection, EMPTY.format(f"<nextToken>{next(left)}</nextToken>")))
    ec2 = ec2_of(peer, run)
    run.begin(5)
    ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "not a valid AWS answer: a page token repeats")
    assert len(peer.requests) == len(tokens)


def test_a_name_that_is_looked_up_forever_ends_with_the_run(
    peers: Peers, run: RunEnds, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2 = ec2_of(peers(silent), run)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: threading.Event().wait(2))
    run.begin()
    ends_in_time(lambda: api.describe_vpc_endpoints(ec2), "AWS did not answer within")


# Advice


def test_advice_costs_seconds_and_never_a_run(peers: Peers, run: RunEnds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ADVICE", 0.1)
    deadline: t.Any = run
    session = AwsSession(Module(**KEYS, endpoint_url=peers(silent).url), deadline=deadline)
    ec2 = session.client("ec2", REGION)
    reads = Reads(ec2, lambda: session.client("service-quotas", REGION), lambda: session.client("sts", REGION))
    pricing = session.client("pricing", REGION)
    for advice in (
        reads.endpoint_quota,
        reads.caller_account,
        lambda: api.describe_service_zones(ec2, ["com.example"]) or None,
        lambda: read_prices(pricing, [REGION])[0] or None,
    ):
        began = time.monotonic()
        assert advice() is None
        assert time.monotonic() - began < SLACK


JUNK = ["", "<html/>", "{}", "[]", "null", '{"Quota": 7}', '{"Quota": {"Value": 1e999}}', '{"Quota": {"Value": "ten"}}']


@pytest.mark.parametrize("body", JUNK)
def test_advice_that_cannot_be_read_is_not_known(peers: Peers, run: RunEnds, body: str) -> None:
    peer = peers(lambda connection, _request: answer(connection, body, more="x-amzn-RequestId: r\r\n"))
    deadline: t.Any = run
    session = AwsSession(Module(**KEYS, endpoint_url=peer.url), deadline=deadline)
    ec2 = session.client("ec2", REGION)
    reads = Reads(ec2, lambda: session.client("service-quotas", REGION), lambda: session.client("sts", REGION))
    assert reads.endpoint_quota() is None
    assert reads.caller_account() is None
    assert api.describe_service_zones(ec2, ["com.example"]) == {}
    assert read_prices(session.client("pricing", REGION), [REGION])[0] == {}


def test_a_client_for_advice_that_cannot_be_made_is_not_known() -> None:
    def broken() -> t.NoReturn:
        raise PrivateLinkError("no such client")

    reads = Reads(None, broken, broken)
    assert (reads.endpoint_quota(), reads.caller_account()) == (None, None)


# Credentials


def test_a_metadata_service_that_hangs_ends_with_the_run(
    run: RunEnds, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", peers(body_by_the_byte).url)
    session = session_of(run)
    run.begin()
    ends_in_time(lambda: session.client("ec2", REGION), "Connecting to ec2 in us-east-1 failed: AWS did not answer")


def test_a_role_that_is_assumed_without_an_end_ends_with_the_run(run: RunEnds, peers: Peers) -> None:
    session = session_of(run, **KEYS, endpoint_url=peers(silent).url, assume_role_arn=ROLE)
    run.begin(1.0)
    began = time.monotonic()
    with pytest.raises(ApiError, match="AWS did not answer within"):
        session.client("ec2", REGION)
    assert time.monotonic() - began < 1.0 + SLACK
