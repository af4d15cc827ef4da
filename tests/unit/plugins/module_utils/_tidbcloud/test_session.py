# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import ssl
import threading
import typing as t
import urllib.request
from pathlib import Path

import pytest
import trustme

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.version import USER_AGENT
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.digest import Credentials
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import NotFound
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import (
    MAX_ATTEMPTS,
    MAX_THROTTLED_ATTEMPTS,
    SERVERLESS,
    Session,
)
from tests.support.digest_server import PRIVATE_KEY, PUBLIC_KEY, Answer, DigestServer
from tests.support.stopped_time import Time

Serve = t.Callable[..., DigestServer]
Connect = t.Callable[..., Session]
RATE = "X-Ratelimit-Remaining-Minute"
RESET = "X-Ratelimit-Reset"
TOO_MANY = {
    "code": 49900007,
    "message": "The request exceeded the limit of 100 times per apikey per minute.",
    "details": [],
}
GET_1 = "GET /v1beta1/clusters/1"


def within(time: Time, seconds: float) -> Deadline:
    return Deadline(seconds, 1.0, clock=time.clock, sleep=time.sleep)


# Authentication and the connection


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), ("SHA-256", "MD5"), ("MD5", "SHA-256")], ids=repr)
def test_a_run_is_challenged_once_and_then_every_call_is_one_exchange(
    serve: Serve, connect: Connect, algorithms: tuple[str, ...]
) -> None:
    server = serve(algorithms=algorithms)
    session = connect(server)
    for _call in range(3):
        session.get("/clusters/1")
    session.post("/clusters/1", {"endpointId": "vpce-1"})
    session.delete("/clusters/1")
    assert server.calls == [
        f"{GET_1} 401",
        f"{GET_1} 200",
        f"{GET_1} 200",
        f"{GET_1} 200",
        "POST /v1beta1/clusters/1 200",
        "DELETE /v1beta1/clusters/1 200",
    ]
    assert session.exchanges == 6


def test_all_calls_of_a_run_share_one_connection(serve: Serve, connect: Connect) -> None:
    server = serve()
    session = connect(server)
    for _call in range(5):
        session.get("/clusters/1")
    assert server.connections == 1


def test_a_stale_nonce_costs_one_more_exchange_and_nothing_else(serve: Serve, connect: Connect) -> None:
    server = serve()
    session = connect(server)
    session.get("/clusters/1")
    server.forget_nonces()
    session.post("/clusters/1", {"endpointId": "vpce-1"})
    session.get("/clusters/1")
    post = "POST /v1beta1/clusters/1"
    assert server.calls == [f"{GET_1} 401", f"{GET_1} 200", f"{post} 401", f"{post} 200", f"{GET_1} 200"]
    assert [exchange.body for exchange in server.exchanges if exchange.method == "POST"] == [
        '{"endpointId": "vpce-1"}'
    ] * 2
    assert session.exchanges == 5


def test_nonces_that_work_once_cost_two_exchanges_for_each_call(serve: Serve, connect: Connect) -> None:
    server = serve(nonce_uses=1)
    session = connect(server)
    for _call in range(3):
        session.get("/clusters/1")
    assert server.calls == [f"{GET_1} 401", f"{GET_1} 200"] * 3
    assert session.exchanges == 6


def test_a_wrong_key_ends_after_two_exchanges_with_what_to_check(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve()
    session = connect(server, credentials=Credentials(PUBLIC_KEY, "a-wrong-private-key-0123456789"))
    with pytest.raises(ApiError) as caught:
        session.get("/clusters/1")
    assert server.calls == [f"{GET_1} 401"] * 2
    assert session.exchanges == 2
    assert time.slept == []
    assert (caught.value.status, caught.value.code) == (401, 49900001)
    for word in ("TIDBCLOUD_PUBLIC_KEY", "tidbcloud_private_key", "Project Owner", "Organization Owner"):
        assert word in str(caught.value)
    assert "a-wrong-private-key" not in str(caught.value)


def test_a_401_that_asks_for_something_else_says_that_the_address_is_wrong(serve: Serve, connect: Connect) -> None:
    session = connect(serve(challenge='Basic realm="proxy"'))
    with pytest.raises(ApiError, match=r"does not ask for Digest.*tidbcloud_api_url"):
        session.get("/clusters/1")


def test_a_challenge_without_a_nonce_is_an_error_with_a_sentence(serve: Serve, connect: Connect) -> None:
    session = connect(serve(challenge="Digest qop=auth"))
    with pytest.raises(ApiError, match=r"tidbcloud_api_url"):
        session.get("/clusters/1")


def test_every_request_says_which_tool_it_is_from(serve: Serve, connect: Connect) -> None:
    server = serve()
    connect(server).get("/clusters/1")
    assert {exchange.user_agent for exchange in server.exchanges} == {USER_AGENT}


def test_each_api_has_its_own_address_and_parameters_are_sent_as_they_are(serve: Serve, connect: Connect) -> None:
    server = serve()
    session = connect(server)
    session.get("/clusters", {"clusterIds": ["1", "2"], "pageSize": 100})
    session.get("/clusters/1", api=SERVERLESS)
    assert server.calls[1:] == [
        "GET /v1beta1/clusters?clusterIds=1&clusterIds=2&pageSize=100 200",
        "GET /serverless/clusters/1 200",
    ]


def test_a_proxy_is_not_used_for_this_hosts_own_address(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert urllib.request.getproxies()["http"] == "http://127.0.0.1:9"
    server = serve(Answer({"clusterId": "1"}))
    assert connect(server).get("/clusters/1") == {"clusterId": "1"}


# The key stays secret


def test_the_private_key_is_in_no_repr() -> None:
    credentials = Credentials(PUBLIC_KEY, PRIVATE_KEY)
    assert PRIVATE_KEY not in repr(credentials)
    assert PUBLIC_KEY in repr(credentials)


@pytest.mark.parametrize("bad", ["", " ", "pasted-key\n", '"quoted-key"', "schlüssel-schlüssel"])
@pytest.mark.parametrize("half", ["public", "private"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(half: str, bad: str) -> None:
    keys = {"public_key": PUBLIC_KEY, "private_key": PRIVATE_KEY, f"{half}_key": bad}
    with pytest.raises(PrivateLinkError) as caught:
        Credentials(**keys)
    assert f"TIDBCLOUD_{half.upper()}_KEY" in str(caught.value)
    assert not bad.strip() or bad.strip() not in str(caught.value)


# Retries


@pytest.mark.parametrize(
    "failing",
    [
        Answer({"code": 13, "message": "internal", "details": []}, 500),
        Answer(b"<html>502 Bad Gateway</html>", 502, {"Content-Type": "text/html"}),
        Answer({"code": 14, "message": "unavailable", "details": []}, 503),
        Answer(instead="reset"),
        Answer({"clusterId": "1", "displayName": "a"}, instead="truncated"),
        Answer(b'{"clusterId": "1", "disp'),
        Answer(b""),
    ],
    ids=["500", "502 as a web page", "503", "reset", "truncated", "broken JSON", "empty"],
)
def test_a_get_is_repeated_after_a_failure_that_may_pass(
    serve: Serve, connect: Connect, time: Time, failing: Answer
) -> None:
    server = serve(failing, failing, Answer({"clusterId": "1"}))
    assert connect(server).get("/clusters/1") == {"clusterId": "1"}
    status = 0 if failing.instead else failing.status
    assert [call for call in server.calls if not call.endswith(" 401")] == [f"{GET_1} {status}"] * 2 + [f"{GET_1} 200"]
    assert time.slept == [0.25, 0.5]


def test_a_get_is_given_up_after_a_few_attempts(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve(*[Answer({"code": 14, "message": "down"}, 503, {"X-Debug-Trace-Id": "trace-7"})] * 9)
    with pytest.raises(ApiError, match=r"503.*down.*trace-7") as caught:
        connect(server).get("/clusters/1")
    assert server.calls == [f"{GET_1} 401"] + [f"{GET_1} 503"] * MAX_ATTEMPTS
    assert time.slept == [0.25, 0.5, 1.0]
    assert caught.value.request_id == "trace-7"
    assert not caught.value.ambiguous


def test_a_delete_is_repeated_and_an_empty_answer_to_it_is_a_success(serve: Serve, connect: Connect) -> None:
    server = serve(Answer(instead="reset"), Answer(b""))
    assert connect(server).delete("/clusters/1") == {}
    delete = "DELETE /v1beta1/clusters/1"
    assert [call for call in server.calls if call != f"{delete} 401"] == [f"{delete} 0", f"{delete} 200"]


@pytest.mark.parametrize(
    "failing",
    [
        Answer({"code": 13, "message": "internal", "details": []}, 500),
        Answer(instead="reset"),
        Answer({"endpointId": "vpce-1"}, instead="truncated"),
        Answer(b'{"endpointId": "vp'),
        Answer(b"<html>fine</html>"),
        Answer(["vpce-1"]),
    ],
    ids=["500", "reset", "truncated", "broken JSON", "web page", "list"],
)
def test_a_post_that_may_have_taken_effect_is_not_repeated_and_says_so(
    serve: Serve, connect: Connect, time: Time, failing: Answer
) -> None:
    server = serve(Answer(), failing)
    session = connect(server)
    session.get("/clusters/1")
    with pytest.raises(ApiError) as caught:
        session.post("/clusters/1", {"endpointId": "vpce-1"})
    assert [call.split()[0] for call in server.calls] == ["GET", "GET", "POST"]
    assert caught.value.ambiguous
    assert time.slept == []


def test_a_post_whose_answer_does_not_come_in_time_is_ambiguous(serve: Serve, connect: Connect) -> None:
    server = serve(Answer(), Answer(instead="silent"))
    session = connect(server, timeout=0.1)
    session.get("/clusters/1")
    with pytest.raises(ApiError, match=r"tidbcloud_timeout") as caught:
        session.post("/clusters/1", {"endpointId": "vpce-1"})
    assert caught.value.ambiguous
    assert len(server.calls) == 3


def test_a_post_that_is_refused_for_its_content_is_not_ambiguous(serve: Serve, connect: Connect) -> None:
    server = serve(Answer({"code": 3, "message": "endpoint not found\x1b[31m", "details": []}, 400))
    with pytest.raises(ApiError, match=r"HTTP 400\): endpoint not found \[31m\.") as caught:
        connect(server).post("/clusters/1", {"endpointId": "vpce-1"})
    assert not caught.value.ambiguous
    assert caught.value.returned() == {"error": {"code": 3, "status": 400, "api": "tidbcloud", "request_id": None}}
    assert len(server.calls) == 2


def test_a_post_is_repeated_where_the_connection_was_refused(connect: Connect, time: Time) -> None:
    server = DigestServer()
    server.close()
    with pytest.raises(ApiError, match=r"127.0.0.1 refused the connection; check tidbcloud_api_url") as caught:
        connect(server).post("/clusters/1", {"endpointId": "vpce-1"})
    assert len(time.slept) == MAX_ATTEMPTS - 1
    assert not caught.value.ambiguous


def test_no_wait_goes_past_the_deadline(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve(*[Answer({}, 503)] * 9)
    with pytest.raises(ApiError, match=r"503"):
        connect(server, deadline=within(time, 0.6)).get("/clusters/1")
    assert time.slept == [0.25]


# The rate limit


def test_a_429_is_waited_for_until_the_limit_is_reset_also_for_a_post(
    serve: Serve, connect: Connect, time: Time
) -> None:
    server = serve(Answer(TOO_MANY, 429, {RATE: "0", RESET: "17"}), Answer({"endpointId": "vpce-1"}))
    assert connect(server, jitter=lambda: 0.5).post("/clusters/1", {"endpointId": "vpce-1"}) == {"endpointId": "vpce-1"}
    post = "POST /v1beta1/clusters/1"
    assert server.calls == [f"{post} 401", f"{post} 429", f"{post} 200"]
    assert time.slept == [18.5]


def test_a_429_without_headers_is_waited_for_longer_each_time(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve(*[Answer(TOO_MANY, 429)] * 3, Answer({"clusterId": "1"}))
    connect(server).get("/clusters/1")
    assert time.slept == [5.0, 10.0, 20.0]


def test_a_429_without_end_is_given_up(serve: Serve, connect: Connect) -> None:
    server = serve(*[Answer(TOO_MANY, 429)] * 99)
    with pytest.raises(ApiError, match=r"100 requests a minute") as caught:
        connect(server).get("/clusters/1")
    assert (caught.value.status, caught.value.code) == (429, 49900007)
    assert len(server.calls) == 1 + MAX_THROTTLED_ATTEMPTS


def test_a_run_with_a_deadline_lets_others_go_first_until_then(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve(*[Answer(TOO_MANY, 429, {RESET: "30"})] * (2 * MAX_THROTTLED_ATTEMPTS), Answer({"clusterId": "1"}))
    patient = connect(server, deadline=within(time, 900), jitter=lambda: 0.0)
    assert patient.get("/clusters/1") == {"clusterId": "1"}
    assert time.slept == [30.0] * (2 * MAX_THROTTLED_ATTEMPTS)


def test_a_429_that_lasts_longer_than_the_deadline_fails_at_once(serve: Serve, connect: Connect, time: Time) -> None:
    server = serve(Answer(TOO_MANY, 429, {RESET: "40"}))
    with pytest.raises(ApiError, match=r"100 requests a minute"):
        connect(server, deadline=within(time, 30)).get("/clusters/1")
    assert time.slept == []


def test_the_last_permitted_request_is_followed_by_a_wait_and_not_by_a_429(
    serve: Serve, connect: Connect, time: Time
) -> None:
    server = serve(Answer({}, headers={RATE: "1", RESET: "50"}), Answer({}, headers={RATE: "0", RESET: "49"}))
    session = connect(server, jitter=lambda: 1.0)
    session.get("/clusters/1")
    session.get("/clusters/1")
    assert (session.pacing.remaining, time.slept) == (0, [])
    session.post("/clusters/1", {})
    session.get("/clusters/1")
    assert time.slept == [52.0]
    assert [call.rpartition(" ")[2] for call in server.calls] == ["401", "200", "200", "200", "200"]


def test_a_used_up_limit_that_outlasts_the_deadline_is_said_before_anything_is_sent(
    serve: Serve, connect: Connect, time: Time
) -> None:
    server = serve(Answer({}, headers={RATE: "0", RESET: "30"}))
    session = connect(server, deadline=within(time, 10))
    session.get("/clusters/1")
    with pytest.raises(ApiError, match=r"used up for the next 30 seconds.*wait_timeout") as caught:
        session.post("/clusters/1", {})
    assert not caught.value.ambiguous
    assert len(server.calls) == 2


# Invalid answers


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(["a"]), "JSON of another shape"),
        (Answer(b"<html>log in</html>"), "a web page"),
        (Answer({}, 302, {"Location": "https://elsewhere.example.com/"}), "a redirect.*tidbcloud_api_url"),
        (Answer(b"404 page not found", 404), "HTTP 404"),
        (Answer({"code": 7, "message": "no permission"}, 403), "no permission. Use a key with the role Project Owner"),
        (Answer(b"", 400), "refused GET /clusters/1"),
        (Answer(["a"], 400), "refused GET /clusters/1"),
    ],
    ids=["list", "web page", "redirect", "404 of something else", "403", "empty 400", "list as an error"],
)
def test_an_answer_that_will_not_change_is_an_error_at_once(
    serve: Serve, connect: Connect, time: Time, answer: Answer, sentence: str
) -> None:
    server = serve(answer)
    with pytest.raises(ApiError, match=sentence) as caught:
        connect(server).get("/clusters/1")
    assert not isinstance(caught.value, NotFound)
    assert len(server.calls) == 2
    assert time.slept == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"code": 5, "message": "cluster not found", "details": []}, 404),
        Answer({"code": 5, "message": "cluster not found", "details": []}, 400),
        Answer({"code": 5, "message": "cluster not found", "details": []}, 500),
        Answer({"code": "5", "message": "cluster not found", "details": []}, 403),
        Answer({}, 404),
        Answer(b"", 404),
    ],
)
def test_what_is_not_there_is_its_own_error(serve: Serve, connect: Connect, answer: Answer) -> None:
    with pytest.raises(NotFound, match=r"does not find /clusters/1, or this API key may not see it"):
        connect(serve(answer)).get("/clusters/1")


def test_a_name_that_does_not_resolve_says_so(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    server = DigestServer()
    server.close()
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(
        ApiError, match=r"the name no.such.example was not found; check tidbcloud_api_url.*DNS"
    ) as caught:
        connect(server, dedicated_url="https://no.such.example").get("/clusters/1")
    assert not caught.value.ambiguous


def test_a_certificate_that_is_not_trusted_names_the_option_for_the_ca(
    serve: Serve, connect: Connect, time: Time, tls_server: tuple[str, str]
) -> None:
    url, _ca_path = tls_server
    with pytest.raises(ApiError, match=r"the certificate of localhost was not accepted.*tidbcloud_ca_path"):
        connect(serve(), dedicated_url=url).get("/clusters/1")
    assert time.slept == []


def test_a_private_ca_is_trusted_where_it_is_named(serve: Serve, connect: Connect, tls_server: tuple[str, str]) -> None:
    url, ca_path = tls_server
    with pytest.raises(ApiError, match=r"HTTP 404"):
        connect(serve(), dedicated_url=url, ca_path=ca_path).get("/clusters/1")


def test_a_ca_file_that_is_not_there_is_said_before_anything_is_sent(serve: Serve, connect: Connect) -> None:
    with pytest.raises(PrivateLinkError, match=r"tidbcloud_ca_path names /no/such/ca.pem, which does not exist"):
        connect(serve(), dedicated_url="https://tidb.example.com", ca_path="/no/such/ca.pem")


@pytest.fixture
def tls_server(tmp_path: Path) -> t.Iterator[tuple[str, str]]:
    """The URL of a TLS server whose certificate a private CA signed, and the file of that CA. It answers 404."""
    authority = trustme.CA()
    ca_path = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(ca_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone")
        except OSError:
            return

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}", ca_path
    listener.close()
    thread.join(1)
