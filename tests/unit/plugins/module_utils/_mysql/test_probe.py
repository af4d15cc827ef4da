# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One address: each stage is timed where it succeeds, the first that fails is named, and the certificate is quoted."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql import probe as probe_file
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.certificate import Certificate
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed, not_mysql
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.handshake import Greeting
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.probe import (
    STAGES,
    Probe,
    Target,
    TlsFacts,
    Trace,
    explain,
    probe,
)
from tests.support.stopped_time import Time

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
FAR_AWAY = datetime.datetime(2999, 1, 1, tzinfo=datetime.timezone.utc)
HOSTILE = "\x1b[2Jtidb\nok: [localhost]"


def certificate(**fields: t.Any) -> Certificate:
    given = {"subject": "CN=tidb", "issuer": "CN=ca", "names": ("tidb.example.com",), "not_after": FAR_AWAY}
    return Certificate(**{**given, **fields})


def facts(**fields: t.Any) -> TlsFacts:
    return TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", certificate(**fields))


# Times


def test_a_stage_counts_only_where_it_succeeds_and_its_error_says_which_it_was() -> None:
    trace = Trace()
    with trace.stage("tcp"):
        pass
    with pytest.raises(StageFailed) as caught, trace.stage("greeting"):
        raise ConnectionRefusedError(111, "refused")
    assert (caught.value.stage, caught.value.problem) == ("greeting", "refused")
    summary = trace.summary()
    assert {name for name, spread in summary.items() if spread} == {"tcp"}
    assert list(summary) == list(STAGES)


def test_an_error_that_knows_its_stage_keeps_it() -> None:
    with pytest.raises(StageFailed) as caught, Trace().stage("login"):
        raise StageFailed("timed_out", "there was no answer", "tls")
    assert caught.value.stage == "tls"


def test_an_error_that_is_no_failure_of_a_stage_is_not_made_one() -> None:
    with pytest.raises(KeyError), Trace().stage("tcp"):
        raise KeyError("a defect")


def test_the_times_of_several_addresses_are_one_spread() -> None:
    first, second = Trace(), Trace()
    first.durations["tcp"] += [1.0, 9.0]
    second.durations["tcp"] += [2.00049]
    assert first.summary(second)["tcp"] == {"min": 1.0, "median": 2.0, "max": 9.0}
    assert second.summary()["tcp"] == {"min": 2.0, "median": 2.0, "max": 2.0}


# Attempts


class Attempts:
    """Stands for the attempts. `takes`: seconds of each; `fails`: what one by its number is answered with."""

    def __init__(self, time: Time, takes: float, fails: t.Mapping[int, StageFailed]) -> None:
        self.time, self.takes, self.fails, self.made = time, takes, fails, 0

    def __call__(self, found: Probe, _target: Target, _account: object) -> None:
        self.made += 1
        self.time.now += self.takes
        if self.made in self.fails:
            raise self.fails[self.made]
        found.greeting = Greeting.__new__(Greeting)
        with found.trace.stage("tcp"):
            pass


def probed(
    monkeypatch: pytest.MonkeyPatch,
    *,
    takes: float = 1.0,
    wanted: int = 3,
    fails: t.Mapping[int, StageFailed] | None = None,
) -> tuple[Probe, Attempts]:
    time = Time()
    attempts = Attempts(time, takes, fails or {})
    monkeypatch.setattr(probe_file, "_attempt", attempts)
    monkeypatch.setattr(probe_file, "_facts_unverified", lambda _address, _target: facts(not_after=LONG_AGO))
    return probe("10.0.0.1", Target("tidb.example.com", 4000, None, wanted, Deadline(10.0, time.clock))), attempts


def test_an_address_is_asked_as_often_as_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    found, attempts = probed(monkeypatch)
    assert (found.reachable, attempts.made, len(found.trace.durations["tcp"])) == (True, 3, 3)


@pytest.mark.parametrize(("takes", "made"), [(5.0, 2), (5.1, 1), (60.0, 1)])
def test_a_slow_network_costs_measurements_and_not_the_verdict(
    monkeypatch: pytest.MonkeyPatch, takes: float, made: int
) -> None:
    found, attempts = probed(monkeypatch, takes=takes)
    assert (found.reachable, attempts.made) == (True, made)


def test_the_first_attempt_that_fails_is_the_verdict_whatever_went_before(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = not_mysql("it greets otherwise")
    found, attempts = probed(monkeypatch, fails={2: failure})
    assert (found.failure, attempts.made) == (failure, 2)
    assert not found.reachable
    assert found.tls is None


def test_a_certificate_that_is_not_accepted_is_looked_at_and_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _attempts = probed(monkeypatch, fails={1: StageFailed("certificate_expired", "it has expired", "tls")})
    assert found.failure is not None
    assert found.failure.found == "the certificate ended on 2001-01-01"
    assert found.tls is not None


def test_an_address_that_nobody_greeted_at_is_not_reachable() -> None:
    assert not Probe("10.0.0.1").reachable


# What the certificate says


def explained(problem: str, about: TlsFacts | None) -> str:
    failure = StageFailed(problem, "the certificate was not accepted: unable to verify", "tls")
    explain(failure, about, "db.example.com")
    return failure.found


def test_a_wrong_host_is_said_with_the_names_that_there_are() -> None:
    said = explained("certificate_wrong_host", facts(names=("a.example.com", "10.0.0.1")))
    assert said == "the certificate is for a.example.com, 10.0.0.1, not for db.example.com"


@pytest.mark.parametrize(("number", "ending"), [(5, "n4.example"), (6, "n4.example and 1 more"), (999, "and 994 more")])
def test_of_many_names_some_are_said_and_the_others_counted(number: int, ending: str) -> None:
    said = explained("certificate_wrong_host", facts(names=tuple(f"n{one}.example" for one in range(number))))
    assert said.endswith(f"{ending}, not for db.example.com")


def test_a_certificate_without_names_is_for_its_subject() -> None:
    assert "is for CN=tidb, not for" in explained("certificate_wrong_host", facts(names=()))


def test_what_openssl_calls_expired_and_has_not_ended_is_another_certificate_of_the_chain() -> None:
    said = explained("certificate_expired", facts())
    assert said == "the certificate was not accepted: unable to verify (subject CN=tidb, issuer CN=ca)"


@pytest.mark.parametrize("problem", ["certificate_untrusted", "certificate_wrong_host", "certificate_not_yet_valid"])
def test_whatever_a_certificate_says_is_one_printable_line(problem: str) -> None:
    hostile = facts(subject=HOSTILE * 100, issuer=HOSTILE, names=(HOSTILE,) * 9)
    assert explained(problem, hostile).isprintable()
    assert len(explained(problem, hostile)) < 1000


@pytest.mark.parametrize("about", [None, TlsFacts("TLSv1.3", None, None)])
def test_without_a_certificate_the_words_of_openssl_stay(about: TlsFacts | None) -> None:
    assert explained("certificate_untrusted", about) == "the certificate was not accepted: unable to verify"


def test_what_was_agreed_is_returned_with_the_days_that_are_left() -> None:
    assert facts(not_after=NOW + datetime.timedelta(days=2, hours=23)).returned(NOW) == {
        "protocol": "TLSv1.3",
        "cipher": "TLS_AES_128_GCM_SHA256",
        "subject": "CN=tidb",
        "issuer": "CN=ca",
        "names": ["tidb.example.com"],
        "not_after": "2026-06-03T23:00:00Z",
        "days_left": 2,
    }
    assert facts(not_after=NOW - datetime.timedelta(seconds=1)).returned(NOW)["days_left"] < 0


def test_without_a_certificate_its_facts_are_null_and_the_keys_the_same() -> None:
    bare = TlsFacts(None, None, None).returned(NOW)
    assert set(bare) == set(facts().returned(NOW))
    assert {name for name, value in bare.items() if value is not None} == {"names"}
