# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role says: each filter answers with plain data."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.filter.words import (
    check_failure,
    check_outcome,
    check_source_of,
    check_verdict,
    done_lines,
    failed_check_lines,
    found_words,
    run_lines,
    status_lines,
    unchecked_line,
    unknown_words,
    why_unverifiable,
    with_check,
    with_place,
    with_reverted,
)
from tests.support.fleet_facts import EMPTY
from tests.support.role_runs import ADD_GROUP, ENDPOINT, FAILED_PING, GOOD_PING, changed, run


def test_a_check_is_judged_and_kept_with_the_result() -> None:
    assert check_outcome(FAILED_PING) == {
        "ran": True,
        "reachable": False,
        "way_is_doubtful": True,
        "is_without_way": True,
    }
    assert with_check(ENDPOINT, GOOD_PING, "app")["check"]["reachable"] is True
    assert check_verdict(run(ping=FAILED_PING))[0].startswith("What fails, from app: ")


def test_the_host_of_a_check_is_found_or_it_is_said_that_it_is_not() -> None:
    interfaces = [{"id": "eni-1", "private_ip_address": "10.0.0.9"}]
    seen = {"facts": {"ansible_all_ipv4_addresses": ["10.0.0.9"]}, "vpc_id": "vpc-1", "host": "app"}
    found = check_source_of({**seen, "interfaces": interfaces})
    assert found["source"] == {"network_interface_id": "eni-1"}
    assert (found["not_judged"], found["is_in_vpc"], found["is_outside"]) == ("", True, False)
    lost = check_source_of({**seen, "interfaces": []})
    assert (lost["source"], lost["is_in_vpc"], lost["is_outside"]) == ({}, False, True)
    assert lost["not_judged"].startswith("vpc-1 has no network interface with an IPv4 address of app (10.0.0.9): ")


def test_a_check_from_outside_the_vpc_counts_as_none_and_a_change_is_not_made_on_it() -> None:
    outside = with_place(ENDPOINT, FAILED_PING, {"is_outside": True}, "localhost")
    assert unchecked_line(outside) == why_unverifiable(outside, FAILED_PING) == outside["check"]["verdict"][0]
    assert check_failure(run(result=outside, ping=FAILED_PING)).startswith("The check could not run on localhost.")


def test_what_a_run_did_is_said_as_a_table() -> None:
    assert done_lines(changed(ADD_GROUP))[0] == "This was done:"


def test_what_was_undone_is_kept_with_the_result_and_said() -> None:
    check = {"host": "app", "reachable": False, "verdict": []}
    known = changed(
        ADD_GROUP,
        reverted={"steps": [], "private_endpoint": ENDPOINT},
        ping=GOOD_PING,
        result={**ENDPOINT, "check": check, "reverted": None},
    )
    result = with_reverted(known, 1)
    assert result["reverted"]["down_seconds"] == 1.0
    assert "was undone" in failed_check_lines({**known, "result": result})[0]


def test_a_run_and_a_status_end_in_lines() -> None:
    assert run_lines(run())[0] == "Private endpoint vpce-1 in vpc-1 is active."
    assert status_lines(EMPTY, ["failed"])[1] == "There are no private endpoints."
    found = {"code": "drift", "severity": "error", "message": "x", "remedy": "y", "vpc_endpoint_id": "vpce-1"}
    assert status_lines({**EMPTY, "findings": [found]}, ["drift"])[-1] == "Found what fail_on names: drift (vpce-1)."


def test_fail_on_is_checked_and_found() -> None:
    assert "faild" in unknown_words(["faild"])
    failed = {"status": "failed", "vpc_endpoint_id": "vpce-1"}
    assert found_words({**EMPTY, "private_endpoints": [failed]}, ["failed"]) == ["failed"]
