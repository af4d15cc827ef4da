# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole check against servers that mean harm or know no better: a clear error, in time."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.certificate import Certificate
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping import Outcome, ping
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.probe import (
    Probe,
    Target,
    TlsFacts,
    explain,
    probe,
)
from tests.sandbox.database import Authority
from tests.support import hostile_databases as hostile
from tests.support.database_checks import check_of
from tests.support.databases import HOST
from tests.support.hostile_databases import (
    Behaviour,
    drips,
    greeting,
    greets_and_resets,
    hangs_up,
    never_ends,
    packet,
    says,
    says_and_hangs_up,
    serving,
    silent,
    speaks_tls,
)

# What is to fail by the clock is given little time, what is to fail by itself more than it needs.
PATIENCE = 10.0


def patience(problem: str) -> float:
    return 0.2 if problem == "timed_out" else PATIENCE


WITHOUT_TLS = greeting(capabilities=hostile.CAPABILITIES & ~hostile.SSL)
ACCOUNT = Account("someone", "a-password-of-the-tests")
SHA2_GREETING = greeting(method=b"caching_sha2_password")
OK = packet(b"\x00\x00\x00\x02\x00\x00\x00", 3)


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    return authority.context_for(HOST)


@pytest.mark.parametrize(
    ("behaviour", "stage", "problem"),
    [
        pytest.param(silent, "greeting", "timed_out", id="silent, as a web server is"),
        pytest.param(hangs_up, "greeting", "closed", id="closes at once"),
        pytest.param(says(b"HTTP/1.1 408 Request Timeout\r\n\r\n"), "greeting", "not_mysql", id="speaks HTTP"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.2\r\n"), "greeting", "not_mysql", id="speaks SSH"),
        pytest.param(says(b"\x15\x03\x03\x00\x02\x02\x28"), "greeting", "not_mysql", id="speaks TLS at once"),
        pytest.param(says(b"\xff\xff\xff\x00" + bytes(100)), "greeting", "not_mysql", id="announces 16 MiB"),
        pytest.param(says(b"\x00\x00\x00\x00"), "greeting", "not_mysql", id="an empty packet"),
        pytest.param(never_ends(b"\x00\x40\x00\x00" + b"\x0a" * 0x4000), "greeting", "not_mysql", id="no end of text"),
        pytest.param(never_ends(bytes(range(256))), "greeting", "not_mysql", id="endless garbage"),
        pytest.param(drips(packet(greeting()), 0.02), "greeting", "timed_out", id="one byte at a time"),
        pytest.param(says(packet(greeting())[:40]), "greeting", "timed_out", id="half a greeting"),
        pytest.param(says_and_hangs_up(packet(greeting())[:40]), "greeting", "closed", id="half a greeting, closed"),
        pytest.param(says(packet(greeting()[:20])), "greeting", "not_mysql", id="a greeting that is too short"),
        pytest.param(says(packet(b"\x09" + greeting()[1:])), "greeting", "not_mysql", id="protocol version 9"),
        pytest.param(says(packet(greeting(capabilities=hostile.SSL))), "greeting", "not_mysql", id="before MySQL 4.1"),
        pytest.param(
            says(packet(b"\xff\x69\x04Host '10.0.0.1' is blocked")), "greeting", "host_blocked", id="host blocked"
        ),
        pytest.param(
            says(packet(b"\xff\x10\x04#08004Too many connections")),
            "greeting",
            "too_many_connections",
            id="too many connections",
        ),
        pytest.param(says(packet(b"\xff\x01")), "greeting", "not_mysql", id="an error that is too short"),
        pytest.param(says(packet(WITHOUT_TLS)), "tls", "tls_not_offered", id="no TLS"),
        pytest.param(says(packet(greeting())), "tls", "timed_out", id="silent in TLS"),
        pytest.param(says(packet(greeting()) + b"garbage" * 9), "tls", "tls_failed", id="garbage in TLS"),
        pytest.param(greets_and_resets, "tls", "closed", id="resets in TLS"),
        pytest.param(says_and_hangs_up(packet(greeting())), "tls", "closed", id="closes in TLS"),
    ],
)
def test_a_server_that_is_not_as_it_should_ends_in_a_clear_error(
    authority: Authority, behaviour: Behaviour, stage: str, problem: str
) -> None:
    with serving(behaviour) as port:
        began = time.monotonic()
        outcome = ping(check_of(port, authority, timeout=patience(problem)))
        seconds = time.monotonic() - began
    returned = outcome.returned()
    assert (returned["failed_stage"], returned["problem"]) == (stage, problem)
    assert returned["causes"]
    assert seconds < PATIENCE / 2


@pytest.mark.parametrize(
    ("then", "problem", "found"),
    [
        pytest.param(silent, "timed_out", "no answer in time", id="silent"),
        pytest.param(hangs_up, "closed", "closed", id="closes"),
        pytest.param(says(packet(b"\x77what", 3)), "not_mysql", "an unexpected packet", id="a packet of no kind"),
        pytest.param(never_ends(packet(b"\x01\x03", 3)), "not_mysql", "kept asking", id="never done"),
        pytest.param(
            says(packet(b"\xfesha256_password\0nonce", 3)),
            "auth_method_unsupported",
            "logs in with sha256_password",
            id="another method",
        ),
        pytest.param(
            says(packet(b"\xfemysql_clear_password\0", 3)),
            "auth_method_unsupported",
            "logs in with mysql_clear_password",
            id="asks for the password in the clear",
        ),
        pytest.param(says(packet(b"\xfe", 3)), "auth_method_unsupported", "mysql_old_password", id="the oldest method"),
        pytest.param(
            says(packet(b"\x01\x04", 3)), "not_mysql", "an unexpected packet", id="asks by another method's rules"
        ),
        pytest.param(
            says(packet(b"\xff\x10\x04#08004Too many connections", 3)),
            "too_many_connections",
            "error 1040",
            id="too many connections",
        ),
        pytest.param(
            says(OK + packet(b"\xff\x1c\x07#HY000You must reset your password", 1)),
            "password_expired",
            "error 1820: You must reset your password",
            id="refuses the query",
        ),
        pytest.param(says(OK + packet(b"\x02", 1)), "not_mysql", "one column", id="two columns"),
        pytest.param(
            says(OK + packet(b"\x01", 1) + packet(b"c", 2) + packet(b"\xfe", 3) + packet(b"\xfb", 4)),
            "not_mysql",
            "in the middle of a field",
            id="null for a version",
        ),
    ],
)
def test_a_server_that_errs_after_tls_fails_the_login(
    authority: Authority, context: ssl.SSLContext, then: Behaviour, problem: str, found: str
) -> None:
    # The first connection, without a login, is met by the same server.
    with serving(speaks_tls(context, then)) as port:
        outcome = ping(check_of(port, authority, timeout=patience(problem), account=ACCOUNT))
    returned = outcome.returned()
    assert (returned["failed_stage"], returned["problem"]) == ("login", problem)
    assert found in outcome.message()


def test_the_text_of_a_hostile_server_is_shown_in_print_only(authority: Authority) -> None:
    with serving(says(packet(b"\xff\x15\x04\x1b[2J" + b"x" * 1000))) as port:
        message = ping(check_of(port, authority, timeout=PATIENCE)).message()
    assert message.isprintable()
    assert len(message) < 800


def test_a_certificate_that_is_shown_once_only_stays_unknown(authority: Authority) -> None:
    behaviours = iter([speaks_tls(authority.issue("other.example.com"), silent), hangs_up])

    def once_only(connection: socket.socket) -> None:
        next(behaviours)(connection)

    with serving(once_only) as port:
        returned = ping(check_of(port, authority, timeout=PATIENCE)).returned()
    assert returned["problem"] == "certificate_wrong_host"
    assert returned["tls"] is None


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_a_server_of_old_tls_is_refused(authority: Authority) -> None:
    old = authority.issue(HOST)
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(speaks_tls(old, silent)) as port:
        returned = ping(check_of(port, authority, timeout=PATIENCE)).returned()
    assert (returned["failed_stage"], returned["problem"]) == ("tls", "tls_failed")


def test_no_password_is_sent_to_a_server_whose_certificate_is_not_accepted(authority: Authority) -> None:
    received: list[bytes] = []

    def listens(connection: socket.socket) -> None:
        received.append(connection.recv(4096))

    with serving(speaks_tls(authority.issue("other.example.com"), listens)) as port:
        returned = ping(check_of(port, authority, timeout=PATIENCE, account=ACCOUNT)).returned()
    assert returned["problem"] == "certificate_wrong_host"
    assert not any(received)


@pytest.mark.parametrize(
    ("number", "said", "problem", "cause"),
    [
        (1203, "User app already has more than 'max_user_connections' active", "user_limit_reached", "max_user_conn"),
        (1862, "Your password has expired.", "password_expired", "The password has expired"),
        (3118, "Access denied for user 'app'. Account is locked.", "account_locked", "The account is locked"),
        (1105, "Missing user name prefix", "server_error", "The server's own text"),
    ],
)
def test_a_login_that_fails_for_another_reason_does_not_look_like_a_wrong_password(
    authority: Authority, number: int, said: str, problem: str, cause: str
) -> None:
    refusal = b"\xff" + number.to_bytes(2, "little") + b"#HY000" + said.encode()
    with serving(speaks_tls(authority.issue(HOST), says(packet(refusal, 3)))) as port:
        outcome = ping(check_of(port, authority, timeout=PATIENCE, account=ACCOUNT))
    returned = outcome.returned()
    assert (returned["failed_stage"], returned["problem"]) == ("login", problem)
    assert cause in outcome.message()
    assert said in outcome.message()
    assert not any("login_password" in one for one in returned["causes"] if problem != "password_expired")


HOSTILE_NAME = "x\x1b[2J\nok: [localhost]"


def test_names_and_subjects_of_a_certificate_are_shown_in_print_and_cut(authority: Authority) -> None:
    found = Certificate(HOSTILE_NAME * 9999, HOSTILE_NAME, tuple([HOSTILE_NAME] * 9999), datetime.now(timezone.utc))
    for problem in ("certificate_wrong_host", "certificate_untrusted"):
        failure = StageFailed(problem, "the certificate was not accepted", "tls")
        explain(failure, TlsFacts(None, None, found), HOSTILE_NAME)
        outcome = Outcome(check_of(4000, authority, host=HOSTILE_NAME), failure=failure)
        assert outcome.message().isprintable()
        assert len(outcome.message()) < 1500
        assert all(cause.isprintable() for cause in outcome.returned()["causes"])


@pytest.mark.parametrize(
    "ca", [{"ca_pem": "é"}, {"ca_pem": "junk"}, {"ca_path": "/nowhere"}, {"ca_path": "/dev/zero"}, {"ca_path": "a\0b"}]
)
def test_an_unusable_ca_is_reported_without_words_of_programs(authority: Authority, ca: dict[str, str]) -> None:
    outcome = ping(check_of(1, authority, **{"ca_path": None, **ca}))
    assert outcome.returned()["problem"] == "ca_unusable"
    message = outcome.message()
    assert message.isprintable()
    assert not [word for word in ("Errno", "_ssl.c", "[X509", "object") if word in message]


def test_a_pipe_instead_of_a_ca_is_not_waited_for(authority: Authority, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    outcome = ping(check_of(1, authority, ca_path=str(tmp_path / "pipe"), timeout=60))
    assert outcome.returned()["problem"] == "ca_unusable"
    assert time.monotonic() - began < 30


def test_a_name_without_end_is_refused_at_once(authority: Authority) -> None:
    began = time.monotonic()
    outcome = ping(check_of(1, authority, host="a" * 60 + ".a" * 1_000_000))
    assert outcome.returned()["problem"] == "name_not_found"
    assert len(outcome.message()) < 2000
    assert time.monotonic() - began < 5


def test_a_name_with_thousands_of_addresses_is_checked_in_time(authority: Authority) -> None:
    many = tuple(f"127.{a}.{b}.1" for a in range(20) for b in range(250))
    with serving(silent) as port:
        began = time.monotonic()
        outcome = ping(check_of(port, authority, connect_to=many, timeout=1.0))
        assert time.monotonic() - began < 15
    assert outcome.returned()["problem"] == "timed_out"
    assert len(outcome.message()) < 1500


def test_an_address_that_never_ends_is_left_behind(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def hangs(address: str, target: Target) -> Probe:
        if address == "127.0.0.2":
            never.wait()
        return probe(address, target)

    monkeypatch.setattr("ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping.probe", hangs)
    with serving(silent) as port:
        outcome = ping(check_of(port, authority, connect_to=("127.0.0.2", "127.0.0.1"), timeout=0.1))
    assert [found["problem"] for found in outcome.returned()["addresses"]] == ["timed_out", "timed_out"]
    never.set()
