# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""No call to AWS outlasts the time of its run or holds more than its share of an answer, whatever the peer does."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
import tracemalloc
import typing as t
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, calls, wire
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.prices import read_prices
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.shared import Reads
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from tests.support.held_memory import collected_by_nobody, raised_by
from tests.support.raw_server import XML_HEAD, RawServer, Speak, answer

REGION = "us-east-1"
KEYS = {"access_key": "AKIAOPTIONOPTIONOPTN", "secret_key": "option-secret-access-key-of-the-test-01"}
ROLE = "arn:aws:iam::210987654321:role/private-endpoints"
EMPTY = "<R><vpcEndpointSet/><requestId>request-7</requestId>{}</R>"
# Seconds that a call may take in these tests, and what a busy machine may need beside it; without a bound it is 30.
SHORT = 0.3
SLACK = 8.0


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


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


@pytest.fixture
def run() -> RunEnds:
    return RunEnds()


@pytest.fixture
def peers() -> Iterator[t.Callable[[Speak], RawServer]]:
    made: list[RawServer] = []

    def make(speak: Speak) -> RawServer:
        made.append(RawServer(speak))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


Peers = t.Callable[[Speak], RawServer]


def ec2_of(peer: RawServer, run: RunEnds, **options: t.Any) -> t.Any:
    deadline: t.Any = run
    session = AwsSession(Module(**KEYS, endpoint_url=peer.url, **options), deadline=deadline)
    return session.client("ec2", REGION)


def ends_in_time(act: t.Callable[[], object], error: str) -> ApiError:
    began = time.monotonic()
    with pytest.raises(ApiError, match=error) as caught:
        act()
    assert time.monotonic() - began < SHORT + SLACK
    return caught.value


# What a peer may do without an end


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


def test_two_threads_share_a_client_and_each_call_is_bounded_by_itself(peers: Peers, run: RunEnds) -> None:
    deadline: t.Any = run
    peer = peers(lambda connection, _request: answer(connection, EMPTY.format("")))
    session = AwsSession(Module(**KEYS, endpoint_url=peer.url), deadline=deadline)
    run.begin(30)
    clients: list[t.Any] = []

    def ask() -> None:
        client = session.client("ec2", REGION)
        clients.append(client)
        for _call in range(20):
            assert api.describe_vpc_endpoints(client) == []

    threads = [threading.Thread(target=ask) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in clients}) == 1
    assert len(peer.requests) == 80


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


def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    (tmp_path / "config").write_text(f"[default]\n{lines}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def connecting(run: RunEnds, **options: t.Any) -> AwsSession:
    deadline: t.Any = run
    return AwsSession(Module(**options), deadline=deadline)


def test_a_credential_process_that_hangs_ends_with_the_run_and_so_do_its_children(
    run: RunEnds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    profile(tmp_path, monkeypatch, f"credential_process = sh -c 'sleep 60 > {alive} & wait'")
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    session = connecting(run)
    run.begin(1.0)
    with pytest.raises(PrivateLinkError, match=r"credential_process .* did not end within 0 seconds and was stopped"):
        session.client("ec2", REGION)
    # It ends where the last process that writes there is gone.
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_credential_process_gives_the_credentials(
    run: RunEnds, peers: Peers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"Version": 1, "AccessKeyId": "AKIAHELPER", "SecretAccessKey": "helper-secret-0123456789"}'
    (tmp_path / "helper").write_text(text)
    profile(tmp_path, monkeypatch, f"credential_process = cat {tmp_path}/helper")
    heard: list[bytes] = []

    def speak(connection: socket.socket, request: bytes) -> None:
        heard.append(request)
        answer(connection, EMPTY.format(""))

    api.describe_vpc_endpoints(connecting(run, endpoint_url=peers(speak).url).client("ec2", REGION))
    assert b"Credential=AKIAHELPER/" in heard[0]


def test_a_metadata_service_that_hangs_ends_with_the_run(
    run: RunEnds, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", peers(body_by_the_byte).url)
    session = connecting(run)
    run.begin()
    ends_in_time(lambda: session.client("ec2", REGION), "Connecting to ec2 in us-east-1 failed: AWS did not answer")


def test_a_role_that_is_assumed_without_an_end_ends_with_the_run(run: RunEnds, peers: Peers) -> None:
    session = connecting(run, **KEYS, endpoint_url=peers(silent).url, assume_role_arn=ROLE)
    run.begin(1.0)
    began = time.monotonic()
    with pytest.raises(ApiError, match="AWS did not answer within"):
        session.client("ec2", REGION)
    assert time.monotonic() - began < 1.0 + SLACK


def test_nobody_is_asked_for_an_mfa_code(run: RunEnds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("somebody was asked"))
    lines = f"role_arn = {ROLE}\nmfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = base\nregion = {REGION}\n"
    profile(tmp_path, monkeypatch, lines + "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s")
    with pytest.raises(PrivateLinkError, match=r"MFA, which needs a person .* session_token"):
        api.describe_vpc_endpoints(connecting(run).client("ec2", REGION))
