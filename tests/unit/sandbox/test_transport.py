# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over real sockets: what a client sees of each fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.sandbox.faults import Fault, Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.server import Server
from tests.sandbox.transport import Answer, served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Echo:
    """An app that answers what it was sent, and remembers from which ports it was asked."""

    def __init__(self) -> None:
        self.ports: list[str] = []
        self.faults = Faults()
        self.log = RequestLog(time.time)
        self.server = Server(
            served(
                self._answer,
                api="echo",
                name_call=lambda environ: (environ["PATH_INFO"], environ.get("HTTP_CALLER", ""), {}),
                name_error=lambda answer: f"error {answer.code}",
                refusal=lambda status: Answer(f"{status} Injected", [("Content-Length", "0")], b""),
                throttled=lambda _environ: Answer("429 Slowly", [("Content-Length", "0")], b""),
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


def test_a_reset_strikes_also_a_connection_that_is_kept_alive(echo: Echo, client: requests.Session) -> None:
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


def test_whoever_asks_too_often_is_told_so_in_the_apis_own_way(echo: Echo, client: requests.Session) -> None:
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


def test_a_request_without_a_caller_is_struck_by_nothing(echo: Echo, client: requests.Session) -> None:
    echo.fault("reset")
    assert echo.ask(client, caller="").status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        echo.ask(client)
