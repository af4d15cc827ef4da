# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why clients cannot connect: what fails, why, what to change, and what is not known."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.causes import causes_of
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.verdict import (
    case,
    outcome,
    unchecked_line,
    verdict,
    why_unverifiable,
    with_check,
    with_place,
)
from tests.support.role_runs import ENDPOINT, FAILED_PING, GOOD_PING, run

BLOCKER = {"message": "No rule of sg-1 admits TCP 4000.", "remedy": "Add one."}
DENIED = {**FAILED_PING, "failed_stage": "login", "problem": "access_denied"}
UNKNOWN_HOP = {"verdict": "unknown", "message": "The peer's routes cannot be read."}
WHAT = (
    "What fails, from app: db.example.com, port 4000, cannot be used from this host. The problem is timed_out in stage "
    "tcp."
)


def lines(**known: t.Any) -> list[str]:
    return verdict(case(run(ping=FAILED_PING, **known)))


@pytest.mark.parametrize(
    ("ping", "reachable", "doubtful"),
    [
        (GOOD_PING, True, False),
        (FAILED_PING, False, True),
        ({**FAILED_PING, "failed_stage": "resolve", "problem": "name_not_found"}, False, True),
        ({**FAILED_PING, "failed_stage": "tls", "problem": "closed"}, False, True),
        ({**FAILED_PING, "failed_stage": "greeting", "problem": "timed_out"}, False, True),
        (DENIED, False, False),
        ({"unreachable": True, "msg": "no route"}, None, False),
        ({"failed": True, "msg": "no interpreter"}, None, False),
        ({}, None, False),
    ],
)
def test_a_check_ends_in_one_of_three_ways(ping: dict[str, t.Any], reachable: bool | None, doubtful: bool) -> None:
    found = outcome(ping)
    assert (found.reachable, found.ran, found.way_is_doubtful) == (reachable, reachable is not None, doubtful)


def test_a_blocker_is_the_reason_and_nothing_is_guessed_then() -> None:
    way = {"reachable": False, "hops": [UNKNOWN_HOP, UNKNOWN_HOP], "blockers": [BLOCKER]}
    assert lines(way=way) == [
        WHAT,
        "Why: No rule of sg-1 admits TCP 4000.",
        "What to change: Add one.",
        "Not known: The peer's routes cannot be read.",
    ]


def test_where_nothing_blocks_for_certain_the_likely_causes_follow() -> None:
    assert lines(way={"reachable": None, "hops": [], "blockers": []}) == [
        WHAT,
        "Why: nothing in AWS's configuration blocks for certain.",
        "Likely: A rule is missing.",
        "Or: A route is missing.",
    ]


def test_an_open_way_points_at_the_host_and_at_what_is_behind_the_endpoint() -> None:
    way = {"reachable": True, "hops": [], "blockers": []}
    said = lines(way=way, source={"network_interface_id": "eni-1"})
    assert said[1].startswith("Why: nothing in AWS's configuration, which lets connections pass from eni-1 to vpce-1")


def test_what_a_server_answers_is_not_looked_for_in_aws() -> None:
    said = verdict(case(run(ping=DENIED)))
    assert said[0].endswith("The problem is access_denied in stage login.")
    assert said[1:3] == ["Why: it is not the way there, and so not AWS's configuration.", "Likely: A rule is missing."]


def test_without_aws_the_private_endpoint_itself_may_say_why() -> None:
    off = {**ENDPOINT, "cluster_state": "PAUSED", "private_dns_enabled": False}
    said = lines(result=off, not_judged="app is not in the VPC.")
    assert said[1] == "Why: cluster 1 is PAUSED."
    assert said[3] == "Why: private DNS of vpce-1 is off, so that db.example.com does not resolve to it."
    assert said[5] == "Not known: whether AWS's configuration lets connections pass. app is not in the VPC."
    by_address = lines(result=off, connect_to=["10.0.0.1"])
    assert not any("private DNS" in line for line in by_address)


def test_a_check_that_could_not_run_says_nothing_about_clients() -> None:
    said = verdict(case(run(ping={"msg": "no\ninterpreter"})))
    assert said == ["The check could not run on app, so it is not known whether clients can connect: no interpreter"]
    assert verdict(case(run(ping={})))[0].endswith("no reason was given")


def test_a_cause_that_the_facts_disprove_is_not_named() -> None:
    unresolved = {**FAILED_PING, "failed_stage": "resolve", "problem": "name_not_found"}
    unresolved["causes"] = list(causes_of("resolve", "name_not_found", "db.example.com", 4000))
    off = verdict(case(run(ping=unresolved, result={**ENDPOINT, "private_dns_enabled": False})))
    assert any(line.startswith("Likely: Private DNS is not enabled") for line in off)
    on = verdict(case(run(ping=unresolved)))
    assert not any("Private DNS is not enabled" in line for line in on)
    assert any(line.startswith("Likely: This host is outside the VPC") for line in on)


def test_a_host_outside_that_could_not_connect_has_checked_nothing_and_one_inside_has() -> None:
    outside = with_place(ENDPOINT, FAILED_PING, {"is_outside": True}, "localhost")
    assert (outside["check"]["host"], outside["check"]["reachable"]) == ("localhost", None)
    assert outside["check"]["verdict"] == [unchecked_line(outside)]
    assert why_unverifiable(outside, FAILED_PING).startswith("Not checked that clients can connect: ")
    inside = with_place(ENDPOINT, FAILED_PING, {"is_outside": False}, "localhost")
    assert inside["check"] == {"host": "localhost", "reachable": False, "verdict": []}
    assert unchecked_line(inside) == why_unverifiable(inside, FAILED_PING) == ""
    assert why_unverifiable(inside, {"msg": "no interpreter"}) == "no interpreter"
    assert unchecked_line({**ENDPOINT, "check": None}) == ""


@pytest.mark.parametrize(
    ("ping", "check"),
    [
        (GOOD_PING, {"host": "app", "reachable": True, "verdict": []}),
        (FAILED_PING, {"host": "app", "reachable": False, "verdict": []}),
        ({"unreachable": True}, {"host": "app", "reachable": None, "verdict": []}),
        ({"skipped": True, "changed": False}, None),
    ],
)
def test_the_result_holds_what_was_checked_and_null_where_nothing_was(ping: t.Any, check: t.Any) -> None:
    assert with_check(ENDPOINT, ping, "app") == {**ENDPOINT, "check": check, "reverted": None}
