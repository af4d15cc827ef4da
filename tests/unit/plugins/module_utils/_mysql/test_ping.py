# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole check against databases that speak the protocol as they should."""

from __future__ import annotations

import copy
import datetime
import socket
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.certificate import Certificate
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping import ping
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.probe import TlsFacts, explain
from tests.sandbox.database import Authority, Database, Visit
from tests.support.database_checks import check_of
from tests.support.databases import HOST, NATIVE_USER, PASSWORDS, SHA2_USER, Issuing, running
from tests.support.lax_authority import LaxAuthority

KEYS = {
    "reachable",
    "addresses",
    "server_version",
    "is_tidb",
    "auth_plugin",
    "capabilities",
    "tls",
    "timings_ms",
    "remarks",
}
FAILURE_KEYS = KEYS | {"failed_stage", "problem", "found", "causes"}
STAGES = ["resolve", "tcp", "greeting", "tls", "login"]


def account(user: str, password: str | None = None) -> Account:
    return Account(user, password or PASSWORDS[user])


def failure_of(returned: dict[str, t.Any]) -> tuple[str, str]:
    """Where and what; every failure has the same keys and at least one cause."""
    assert set(returned) == FAILURE_KEYS
    assert returned["reachable"] is False
    assert returned["causes"]
    return returned["failed_stage"], returned["problem"]


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_cluster_that_answers_is_reachable(authority: Authority, database: Database) -> None:
    outcome = ping(check_of(database.port, authority))
    returned = outcome.returned()
    assert outcome.message() == ""
    assert set(returned) == KEYS
    assert returned["reachable"] is True
    assert (returned["server_version"], returned["is_tidb"]) == ("8.0.11-TiDB-v8.5.2", True)
    (address,) = returned["addresses"]
    assert address.pop("tcp_ms") > 0
    assert address == {
        "address": "127.0.0.1",
        "private": True,
        "expected": None,
        "reachable": True,
        "problem": None,
    }


def test_what_the_server_offers_is_reported(authority: Authority, database: Database) -> None:
    returned = ping(check_of(database.port, authority)).returned()
    assert returned["auth_plugin"] == "mysql_native_password"
    assert {"ssl", "plugin_auth", "protocol_41"} <= set(returned["capabilities"])


def test_of_a_server_that_does_not_greet_nothing_is_reported(authority: Authority) -> None:
    returned = ping(check_of(unused_port(), authority)).returned()
    assert (returned["auth_plugin"], returned["capabilities"]) == (None, [])


def test_the_certificate_is_described(authority: Authority, database: Database) -> None:
    tls = ping(check_of(database.port, authority)).returned()["tls"]
    assert (tls["protocol"], tls["names"], tls["days_left"]) == ("TLSv1.3", [HOST], 364)
    assert f"CN={HOST}" in tls["subject"]
    assert "O=Sandbox CA" in tls["issuer"]
    assert tls["cipher"].startswith("TLS_")


def test_each_stage_that_ran_has_its_times(authority: Authority, database: Database) -> None:
    check = check_of(database.port, authority, attempts=3, connect_to=(), account=account(NATIVE_USER))
    timings = ping(check, resolver=lambda _name: ["127.0.0.1"]).returned()["timings_ms"]
    assert list(timings) == STAGES
    for times in timings.values():
        assert 0 < times["min"] <= times["median"] <= times["max"]


def test_a_stage_that_did_not_run_has_no_times(authority: Authority, database: Database) -> None:
    timings = ping(check_of(database.port, authority, tls="off")).returned()["timings_ms"]
    assert [stage for stage in STAGES if timings[stage] is None] == ["resolve", "tls", "login"]


def test_each_address_is_tried_as_often_as_asked(authority: Authority, visits: list[Visit]) -> None:
    with running(authority, visits) as database:
        assert ping(check_of(database.port, authority, attempts=4)).failure is None
    assert len(visits) == 4


def test_a_slow_network_costs_attempts_and_not_the_verdict(authority: Authority, database: Database) -> None:
    outcome = ping(check_of(database.port, authority, attempts=100, timeout=0.2))
    assert outcome.failure is None
    assert len(outcome.probes[0].trace.durations["tcp"]) < 100


@pytest.mark.parametrize("user", [NATIVE_USER, SHA2_USER])
def test_a_user_of_either_method_logs_in_and_out(authority: Authority, visits: list[Visit], user: str) -> None:
    with running(authority, visits) as database:
        outcome = ping(check_of(database.port, authority, account=account(user)))
    assert outcome.failure is None
    assert outcome.login is not None
    assert outcome.login.version == "8.0.11-TiDB-v8.5.2"
    assert Visit(HOST, user, None) in visits


def test_the_second_login_by_caching_sha2_password_needs_no_password_on_the_wire(
    authority: Authority, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = check_of(database.port, authority, account=account(SHA2_USER))
    assert ping(check).failure is None
    # Whoever compares the password itself from now on finds it wrong.
    monkeypatch.setattr("tests.sandbox.database.accounts._FULL_AUTHENTICATION", b"\x01\x09")
    assert ping(check).failure is None


@pytest.mark.parametrize("user", [NATIVE_USER, SHA2_USER, "nobody"])
def test_a_wrong_password_is_denied_in_the_server_s_words_and_tried_once(
    authority: Authority, visits: list[Visit], user: str
) -> None:
    with running(authority, visits) as database:
        check = check_of(database.port, authority, account=account(user, "not-the-password"), attempts=3)
        outcome = ping(check)
    returned = outcome.returned()
    assert failure_of(returned) == ("login", "access_denied")
    assert f"error 1045: Access denied for user '{user}'@'127.0.0.1' (using password: YES)" in outcome.message()
    assert "not-the-password" not in outcome.message() + str(returned)
    assert [address["reachable"] for address in returned["addresses"]] == [True]
    assert [visit.error for visit in visits if visit.user] == [
        f"Access denied for user '{user}'@'127.0.0.1' (using password: YES)"
    ]


def test_an_empty_password_is_sent_as_none(authority: Authority, database: Database) -> None:
    check = check_of(database.port, authority, account=Account(NATIVE_USER, ""))
    assert "using password: NO" in ping(check).message()


def test_an_endpoint_that_is_not_active_cuts_the_connection(authority: Authority) -> None:
    with running(authority, is_open=lambda host: host != HOST) as database:
        outcome = ping(check_of(database.port, authority))
    assert failure_of(outcome.returned()) == ("tls", "closed")
    assert "private endpoint is not active" in outcome.message()


def test_a_ca_that_is_not_the_cluster_s_is_named_with_the_issuer(
    authority: Authority, issuing: Issuing, database: Database
) -> None:
    outcome = ping(check_of(database.port, issuing))
    assert failure_of(outcome.returned()) == ("tls", "certificate_untrusted")
    assert "ca_path" in outcome.message()
    assert "O=Sandbox CA" in outcome.message()
    assert authority.ca_path != issuing.ca_path


def test_without_a_ca_this_host_s_own_count(authority: Authority, database: Database) -> None:
    outcome = ping(check_of(database.port, authority, ca_path=None))
    assert failure_of(outcome.returned()) == ("tls", "certificate_untrusted")


def test_a_ca_may_be_given_as_text(authority: Authority, database: Database) -> None:
    assert ping(check_of(database.port, authority, ca_path=None, ca_pem=authority.ca_pem)).failure is None


def test_a_certificate_for_another_name_tells_which(issuing: Issuing) -> None:
    issuing.names = ("other.example.com", "10.0.1.17")
    with running(issuing) as database:
        outcome = ping(check_of(database.port, issuing))
    assert failure_of(outcome.returned()) == ("tls", "certificate_wrong_host")
    assert f"the certificate is for other.example.com, 10.0.1.17, not for {HOST}" in outcome.message()


def test_a_certificate_that_has_ended_tells_when(issuing: Issuing) -> None:
    issuing.days = -2
    with running(issuing) as database:
        outcome = ping(check_of(database.port, issuing))
    returned = outcome.returned()
    assert failure_of(returned) == ("tls", "certificate_expired")
    assert returned["tls"]["days_left"] == -3
    assert f"the certificate ended on {returned['tls']['not_after'][:10]}" in outcome.message()


def test_a_certificate_of_the_last_century_is_dated_right(issuing: Issuing) -> None:
    issuing.days = -12_000
    with running(issuing) as database:
        assert ping(check_of(database.port, issuing)).returned()["tls"]["not_after"] < "2000"


def test_a_ca_that_has_ended_is_not_said_of_the_certificate() -> None:
    end = datetime.datetime.now().astimezone() + datetime.timedelta(days=9)
    facts = TlsFacts("TLSv1.3", "any", Certificate(subject=f"CN={HOST}", issuer="CN=CA", names=(HOST,), not_after=end))
    failure = StageFailed("certificate_expired", "the certificate was not accepted: certificate has expired", "tls")
    explain(failure, facts, HOST)
    assert failure.found == (
        f"the certificate was not accepted: certificate has expired (subject CN={HOST}, issuer CN=CA)"
    )


def test_of_several_certificates_the_one_that_was_not_accepted_is_shown(issuing: Issuing) -> None:
    expired = copy.copy(issuing)
    expired.days = -2
    with running(issuing) as first, running(expired, address="127.0.0.2", port=first.port):
        returned = ping(check_of(first.port, issuing, connect_to=("127.0.0.1", "127.0.0.2"))).returned()
    assert [row["problem"] for row in returned["addresses"]] == [None, "certificate_expired"]
    assert returned["tls"]["days_left"] == -3


def test_encryption_without_verification_accepts_any_certificate_and_describes_it(issuing: Issuing) -> None:
    issuing.days = -2
    issuing.names = ("other.example.com",)
    with running(issuing) as database:
        returned = ping(check_of(database.port, issuing, tls="encrypt", ca_path=None)).returned()
    assert returned["reachable"] is True
    assert (returned["tls"]["names"], returned["tls"]["days_left"]) == (["other.example.com"], -3)


@pytest.fixture
def lax(tmp_path: Path) -> LaxAuthority:
    return LaxAuthority(tmp_path)


def test_what_openssl_accepts_is_accepted_on_every_python_and_a_stricter_client_is_named(
    lax: LaxAuthority, visits: list[Visit]
) -> None:
    with running(lax, visits) as database:
        outcome = ping(check_of(database.port, lax, attempts=3, account=account(NATIVE_USER)))
    assert outcome.failure is None
    (remark,) = outcome.returned()["remarks"]
    assert remark.startswith("A stricter client would refuse the certificate")
    assert "Basic Constraints of CA cert not marked critical" in remark
    assert outcome.returned()["reachable"] is True
    # One is refused, one shows why; then come the attempts and the logins.
    assert len(visits) == 2 + 3 + 3


def test_what_every_client_accepts_needs_no_remark_and_no_other_connection(
    authority: Authority, visits: list[Visit]
) -> None:
    with running(authority, visits) as database:
        assert ping(check_of(database.port, authority)).returned()["remarks"] == []
    assert len(visits) == 1


def test_a_stranger_s_certificate_is_refused_by_lax_rules_too(lax: LaxAuthority, authority: Authority) -> None:
    with running(lax) as database:
        returned = ping(check_of(database.port, authority)).returned()
    assert failure_of(returned) == ("tls", "certificate_untrusted")
    assert returned["remarks"] == []


def test_a_ca_that_cannot_be_read_fails_before_anything_is_sent(
    tmp_path: Path, authority: Authority, visits: list[Visit]
) -> None:
    with running(authority, visits) as database:
        outcome = ping(check_of(database.port, authority, ca_path=str(tmp_path / "missing.pem")))
    assert failure_of(outcome.returned()) == ("tls", "ca_unusable")
    assert visits == []


def test_a_port_where_nothing_listens_is_refused(authority: Authority) -> None:
    outcome = ping(check_of(unused_port(), authority))
    assert failure_of(outcome.returned()) == ("tcp", "refused")


def test_a_name_that_does_not_resolve_points_to_private_dns(authority: Authority) -> None:
    def resolver(_name: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    outcome = ping(check_of(4000, authority, connect_to=()), resolver)
    returned = outcome.returned()
    assert failure_of(returned) == ("resolve", "name_not_found")
    assert returned["addresses"] == []
    assert "Private DNS is not enabled" in returned["causes"][0]


def test_a_public_address_is_listed_and_not_spoken_to(authority: Authority, visits: list[Visit]) -> None:
    with running(authority, visits) as database:
        check = check_of(database.port, authority, connect_to=())
        returned = ping(check, resolver=lambda _name: ["127.0.0.1", "203.0.113.7"]).returned()
    assert failure_of(returned) == ("resolve", "public_address")
    assert [(row["address"], row["private"], row["reachable"]) for row in returned["addresses"]] == [
        ("127.0.0.1", True, False),
        ("203.0.113.7", False, False),
    ]
    assert visits == []


def test_an_address_of_another_endpoint_is_not_spoken_to(authority: Authority, visits: list[Visit]) -> None:
    with running(authority, visits) as database:
        check = check_of(
            database.port, authority, connect_to=("10.0.1.17", "127.0.0.1"), expected_addresses=("10.0.1.17",)
        )
        returned = ping(check).returned()
    assert failure_of(returned) == ("resolve", "unexpected_address")
    assert [row["expected"] for row in returned["addresses"]] == [True, False]
    assert visits == []


def test_the_name_is_resolved_as_often_as_asked_and_every_answer_counts(
    authority: Authority, database: Database
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.1", "203.0.113.7"], ["127.0.0.1"]]
    check = check_of(database.port, authority, connect_to=(), attempts=3)
    outcome = ping(check, resolver=lambda _name: answers.pop(0))
    assert failure_of(outcome.returned()) == ("resolve", "public_address")
    assert len(outcome.trace.durations["resolve"]) == 3


def test_a_slow_resolver_costs_attempts_and_not_the_verdict(authority: Authority, database: Database) -> None:
    def slow(_name: str) -> list[str]:
        time.sleep(0.15)
        return ["127.0.0.1"]

    outcome = ping(check_of(database.port, authority, connect_to=(), attempts=100, timeout=0.6), slow)
    assert outcome.failure is None
    assert len(outcome.trace.durations["resolve"]) < 5


def test_names_to_connect_to_are_resolved_and_tls_asks_for_the_host(
    authority: Authority, database: Database, visits: list[Visit]
) -> None:
    asked: list[str] = []

    def resolver(name: str) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    check = check_of(database.port, authority, connect_to=("vpce-1.example.com",), account=account(NATIVE_USER))
    returned = ping(check, resolver).returned()
    assert returned["reachable"] is True
    assert asked == ["vpce-1.example.com"]
    assert returned["timings_ms"]["resolve"] is not None
    assert returned["tls"]["names"] == [HOST]


def test_one_zone_that_fails_fails_the_check_and_the_others_are_shown_separately(
    authority: Authority, visits: list[Visit]
) -> None:
    with running(authority) as first, running(authority, visits, address="127.0.0.2", port=first.port):
        check = check_of(
            first.port,
            authority,
            connect_to=("127.0.0.1", "127.0.0.2", "127.0.0.3"),
            account=account(NATIVE_USER),
            attempts=2,
        )
        outcome = ping(check)
    returned = outcome.returned()
    assert failure_of(returned) == ("tcp", "refused")
    assert [(row["address"], row["reachable"], row["problem"]) for row in returned["addresses"]] == [
        ("127.0.0.1", True, None),
        ("127.0.0.2", True, None),
        ("127.0.0.3", False, "refused"),
    ]
    assert "Stage tcp, 1 of 3 addresses (127.0.0.3): the connection was refused. Likely: Only some" in outcome.message()
    assert "its own zone" in returned["causes"][0]
    assert returned["found"].endswith("Stage tcp, 1 of 3 addresses (127.0.0.3): the connection was refused.")
    assert [visit.user for visit in visits if visit.user] == []


def test_a_single_address_that_fails_is_named(authority: Authority) -> None:
    outcome = ping(check_of(unused_port(), authority))
    assert "Stage tcp, address 127.0.0.1: the connection was refused" in outcome.message()


def test_where_all_zones_fail_alike_the_usual_causes_count(authority: Authority) -> None:
    outcome = ping(check_of(unused_port(), authority, connect_to=("127.0.0.1", "127.0.0.2")))
    assert "Stage tcp, all 2 addresses: the connection was refused" in outcome.message()
    assert "is not the cluster's port" in outcome.returned()["causes"][0]


def test_an_invalid_host_name_is_refused_even_with_addresses(authority: Authority, database: Database) -> None:
    returned = ping(check_of(database.port, authority, host="a..b")).returned()
    assert failure_of(returned) == ("resolve", "name_not_found")


def test_a_host_may_be_an_address(issuing: Issuing) -> None:
    issuing.names = ("127.0.0.1",)
    with running(issuing) as database:
        assert ping(check_of(database.port, issuing, host="127.0.0.1", connect_to=())).failure is None
