# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over real sockets: what a client sees of each fault."""

from __future__ import annotations

import collections
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
import requests

from tests.sandbox.answer import Answer
from tests.sandbox.answer import answer as answered
from tests.sandbox.faults import Fault, Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.server import Server
from tests.sandbox.transport import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Echoed:
    """How the app rejects requests: with a status alone."""

    def name_error(self, answer: Answer) -> str:
        return f"error {answer.code}"

    def refusal(self, _environ: WSGIEnvironment, status: int) -> Answer:
        return answered(status, "text/plain", "")

    def throttled(self, environ: WSGIEnvironment) -> Answer:
        return self.refusal(environ, 429)

    def error(self, _environ: WSGIEnvironment, code: str) -> Answer:
        return answered(400, "text/plain", code)

    def unsuccessful(self, _detail: Mapping[str, Any], code: str) -> Answer:
        return answered(200, "text/plain", code)


class Echo:
    """An app that echoes what it was sent, and remembers the ports of its clients."""

    def __init__(self) -> None:
        self.ports: list[str] = []
        self.faults = Faults()
        self.log = RequestLog(time.time)
        self.server = Server(
            served(
                self._answer,
                api="echo",
                name_call=lambda environ: (environ["PATH_INFO"], environ.get("HTTP_CALLER", ""), {}),
                words=Echoed(),
                faults=self.faults,
                log=self.log,
            )
        )

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.ports.append(environ["REMOTE_PORT"])
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def fault(self, kind: str, **fields: Any) -> Fault:
        return self.faults.add({"api": "echo", "call": "/call", "kind": kind, **fields})

    def ask(self, client: requests.Session, body: str = "", caller: str = "somebody") -> requests.Response:
        return client.post(f"{self.server.url}/call", data=body, headers={"Caller": caller}, timeout=5)

    def logged(self) -> list[tuple[int, str | None, str | None]]:
        return [(entry.status, entry.error, entry.fault) for entry in self.log.entries()]


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    echo.server.start()
    yield echo
    echo.server.stop()


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as client:
        client.trust_env = False
        yield client


def test_one_connection_serves_many_requests(echo: Echo, client: requests.Session) -> None:
    assert [echo.ask(client, f"body {index}").text for index in range(5)] == [f"body {index}" for index in range(5)]
    assert len(set(echo.ports)) == 1


def test_a_reset_reaches_the_client_as_a_reset_and_nothing_is_handled(echo: Echo, client: requests.Session) -> None:
    echo.fault("reset")
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset by peer"):
        echo.ask(client, "body")
    assert (echo.ports, echo.logged()) == ([], [(0, None, "reset")])
    assert echo.ask(client, "again").text == "again"


def test_a_lost_answer_is_a_reset_after_handling(echo: Echo, client: requests.Session) -> None:
    echo.fault("lost")
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset by peer"):
        echo.ask(client, "body")
    assert (len(echo.ports), echo.logged()) == (1, [(200, None, "lost")])


def test_a_reset_hits_also_a_connection_that_is_kept_alive(echo: Echo, client: requests.Session) -> None:
    echo.fault("reset", after=1)
    echo.ask(client)
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset by peer"):
        echo.ask(client)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_status_is_answered_instead_of_handling(echo: Echo, client: requests.Session, status: int) -> None:
    echo.fault("status", value=status)
    assert echo.ask(client, "a body that nobody reads").status_code == status
    assert (echo.ports, echo.logged()) == ([], [(status, f"error {status}", "status")])
    assert echo.ask(client).status_code == 200


def test_too_many_requests_get_the_apis_own_answer(echo: Echo, client: requests.Session) -> None:
    echo.fault("throttle")
    assert echo.ask(client).status_code == 429
    assert (echo.ports, echo.logged()) == ([], [(429, "error 429", "throttle")])


@pytest.mark.parametrize(("value", "status"), [(None, 502), (502, 502), (200, 200)])
def test_a_proxy_answers_a_page_instead_of_the_api(
    echo: Echo, client: requests.Session, value: int | None, status: int
) -> None:
    echo.fault("not_json", value=value)
    answer = echo.ask(client)
    assert (answer.status_code, answer.headers["Content-Type"], answer.text[:6]) == (status, "text/html", "<html>")
    assert echo.ports == []
    assert echo.logged()[0][::2] == (status, "not_json")


def test_a_truncated_answer_ends_half_way_with_the_connection(echo: Echo, client: requests.Session) -> None:
    echo.fault("truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="4 bytes read, 4 more expected"):
        echo.ask(client, "12345678")
    assert (len(echo.ports), echo.logged()) == (1, [(200, None, "truncated")])
    assert echo.ask(client, "again").text == "again"


def test_a_late_answer_comes_after_its_client_gave_up_and_long_after_handling(
    echo: Echo, client: requests.Session
) -> None:
    echo.fault("late", value=0.3)
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.post(f"{echo.server.url}/call", headers={"Caller": "somebody"}, timeout=0.1)
    assert (len(echo.ports), echo.logged()) == (1, [(200, None, "late")])


def test_a_masked_answer_is_an_error_although_the_request_was_handled(echo: Echo, client: requests.Session) -> None:
    echo.fault("masked", value=502)
    assert echo.ask(client, "body").status_code == 502
    assert (len(echo.ports), echo.logged()) == (1, [(200, None, "masked")])


def test_latency_delays_one_answer_and_holds_up_no_other(echo: Echo, client: requests.Session) -> None:
    echo.fault("latency", value=0.3)
    began = time.monotonic()
    slow: list[float] = []

    def ask_slowly() -> None:
        echo.ask(client)
        slow.append(time.monotonic() - began)

    thread = threading.Thread(target=ask_slowly)
    thread.start()
    while not echo.faults.list()[0].fired:
        time.sleep(0.005)
    with requests.Session() as other:
        echo.ask(other)
    assert time.monotonic() - began < 0.25
    thread.join()
    assert slow[0] >= 0.3


def test_a_held_request_is_handled_when_the_faults_are_cleared_and_its_client_may_be_gone_by_then(
    echo: Echo, client: requests.Session
) -> None:
    held = echo.fault("held")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.post(f"{echo.server.url}/call", headers={"Caller": "somebody"}, timeout=0.1)
    assert (held.fired, echo.logged()) == (1, [])
    with requests.Session() as other:
        echo.ask(other)
    assert echo.logged() == [(200, None, None)]
    echo.faults.clear()
    give_up = time.monotonic() + 5
    while len(echo.logged()) < 2 and time.monotonic() < give_up:
        time.sleep(0.005)
    assert echo.logged() == [(200, None, None), (200, None, "held")]


def test_a_fault_for_challenges_hits_a_challenge(echo: Echo, client: requests.Session) -> None:
    echo.fault("headers", call="Challenge", headers={"WWW-Authenticate": "Negotiate"})
    assert "WWW-Authenticate" not in echo.ask(client).headers
    assert echo.ask(client, caller="").headers["WWW-Authenticate"] == "Negotiate"
    assert echo.logged() == [(200, None, None), (200, None, "headers")]


def test_a_fault_of_every_call_leaves_challenges_alone(echo: Echo, client: requests.Session) -> None:
    echo.fault("reset", call="*")
    assert echo.ask(client, caller="").status_code == 200


def test_no_fault_hits_a_request_without_a_caller(echo: Echo, client: requests.Session) -> None:
    echo.fault("reset")
    assert echo.ask(client, caller="").status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        echo.ask(client)


BROKEN = {
    "reset_headers": ("ConnectionError", "Connection reset by peer"),
    "reset_body": ("ConnectionError|ChunkedEncodingError", "Connection reset by peer|4 bytes read"),
    "truncated": ("ChunkedEncodingError", "4 bytes read, 4 more expected"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_breaks_off_was_handled(echo: Echo, client: requests.Session, kind: str) -> None:
    echo.fault(kind)
    error, text = BROKEN[kind]
    with pytest.raises(requests.exceptions.RequestException, match=text) as raised:
        echo.ask(client, "12345678")
    assert type(raised.value).__name__ in error.split("|")
    assert (len(echo.ports), echo.logged()) == (1, [(200, None, kind)])
    assert echo.ask(client, "again").text == "again"


@pytest.mark.parametrize("kind", ["reset_end", "longer"])
def test_an_answer_after_whose_end_something_goes_wrong_arrives(
    echo: Echo, client: requests.Session, kind: str
) -> None:
    echo.fault(kind)
    assert echo.ask(client, "12345678").text == "12345678"
    assert echo.logged() == [(200, None, kind)]


def test_more_is_sent_than_was_announced(echo: Echo) -> None:
    echo.fault("longer")
    answer = _raw(echo, "12345678")
    assert "Content-Length: 8\r\n" in answer
    assert "\r\n\r\n1234567812345678HTTP/1.1 200 OK" in answer


def test_a_body_without_end_ends_when_the_faults_are_cleared(echo: Echo, client: requests.Session) -> None:
    echo.fault("endless")
    with client.post(
        f"{echo.server.url}/call", data="12345678", headers={"Caller": "somebody"}, stream=True, timeout=5
    ) as answer:
        assert len(answer.raw.read(1_000_000)) == 1_000_000
        echo.faults.clear()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            collections.deque(answer.iter_content(65_536), maxlen=0)
    assert echo.logged() == [(200, None, "endless")]


@pytest.mark.parametrize("kind", ["drip", "drip_headers"])
def test_dripping_takes_its_time_for_each_byte_and_ends_when_the_faults_are_cleared(echo: Echo, kind: str) -> None:
    echo.fault(kind, value=0.02)
    began = time.monotonic()
    received = []
    thread = threading.Thread(target=lambda: received.append(_raw(echo, "12345678")))
    thread.start()
    while time.monotonic() - began < 0.1:
        time.sleep(0.005)
    assert not received
    echo.faults.clear()
    thread.join(5)
    assert received[0].startswith("HTTP/1.1 200 OK\r\n")
    assert received[0].endswith("\r\n\r\n12345678")
    assert echo.logged() == [(200, None, kind)]


@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("kind", ["status", "throttle", "error", "not_json", "xhtml", "foreign", "body", "reset"])
def test_what_replaces_an_answer_is_handled_or_not_as_the_fault_says(
    echo: Echo, client: requests.Session, kind: str, effect: str
) -> None:
    value = {"status": 500, "error": "AnyCode"}.get(kind)
    echo.fault(kind, effect=effect, value=value)
    try:
        assert echo.ask(client, "body").text != "body"
    except requests.exceptions.ConnectionError:
        assert kind == "reset"
    assert len(echo.ports) == (1 if effect == "after" else 0)
    assert echo.logged()[0][2] == kind


@pytest.mark.parametrize("kind", ["xhtml", "foreign"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_page_that_is_well_formed_xml_can_have_a_request_id(
    echo: Echo, client: requests.Session, kind: str, status: int
) -> None:
    echo.fault(kind, value=status)
    echo.fault(kind, value=status, request_id=True)
    without, with_id = echo.ask(client), echo.ask(client)
    assert (without.status_code, with_id.status_code) == (status, status)
    assert ElementTree.fromstring(without.text) is not None
    assert "equestId" not in without.text
    assert "<requestId>" in with_id.text
    assert "x-amzn-RequestId" in with_id.headers


def test_a_body_is_answered_as_given(echo: Echo, client: requests.Session) -> None:
    echo.fault("body", text="[1, 2]", value=404)
    answer = echo.ask(client)
    assert (answer.status_code, answer.json()) == (404, [1, 2])


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ("left_out", None),
        ("negative", "-5"),
        ("huge", "9" * 400),
        ("text", "soon"),
        ("nan", "NaN"),
        ({"Retry-After": "3"}, "3"),
    ],
)
def test_a_refusal_has_the_headers_that_the_fault_wants(
    echo: Echo, client: requests.Session, headers: Any, found: str | None
) -> None:
    echo.fault("status", value=429, headers=headers)
    assert echo.ask(client).headers.get("Retry-After") == found


def test_a_port_that_is_closed_refuses_until_the_faults_are_cleared(echo: Echo, client: requests.Session) -> None:
    echo.faults.shut = lambda fault: echo.server.shut_until(lambda: echo.faults.wait_until_cleared(fault, 10))
    echo.fault("refused")
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset by peer"):
        echo.ask(client)
    for _turn in range(2):
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            echo.ask(client)
    assert (echo.ports, echo.logged()) == ([], [(0, None, "refused")])
    echo.faults.clear()
    assert _eventually(lambda: echo.ask(client, "again").text) == "again"


def test_a_port_for_every_call_is_closed_at_once(echo: Echo, client: requests.Session) -> None:
    echo.faults.shut = lambda fault: echo.server.shut_until(lambda: echo.faults.wait_until_cleared(fault, 0.05))
    echo.ask(client)
    echo.fault("refused", call="*")
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        echo.ask(client)
    assert _eventually(lambda: echo.ask(client, "again").text) == "again"


def _eventually(ask: Callable[[], str]) -> str:
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        try:
            return ask()
        except requests.exceptions.ConnectionError:
            time.sleep(0.005)
    return ask()


def _raw(echo: Echo, body: str) -> str:
    """The bytes of an answer, to the end of the connection."""
    host, port = echo.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        head = f"POST /call HTTP/1.1\r\nHost: {host}\r\nCaller: somebody\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + body).encode())
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
