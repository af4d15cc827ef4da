# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook status fails on."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import findings as audit
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import own_findings as own_audit
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.status import NOTES
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.fail_on import (
    FINDINGS,
    OWN_FINDINGS,
    STATUSES,
    found_sentence,
    found_words,
    unknown_words,
)
from tests.support.fleet_facts import SCOPE

ONE = {"vpc_endpoint_id": "vpce-1", "private_endpoint_connection_id": "18"}
OTHER = {"vpc_endpoint_id": None, "private_endpoint_connection_id": "19"}
INFO: dict[str, t.Any] = {
    "private_endpoints": [{"status": "failed", **ONE}, {"status": "active", **OTHER}],
    "findings": [{"code": "leftover", **ONE}, {"code": "drift", **OTHER}, {"code": "leftover", **OTHER}],
    "endpoint_services": [],
    "scope": SCOPE,
}
UNSEEN_SCOPE = {
    **SCOPE,
    "not_found": [{"option": "cluster_ids", "id": "12", "reason": "It is not there."}],
    "unreadable": [{"account": "1", "region": "eu-west-1", "reason": "It is disabled."}],
}


def test_it_may_name_every_status_and_every_finding_and_nothing_else() -> None:
    codes = re.findall(r'_finding\(endpoint, "([a-z_]+)"', Path(audit.__file__).read_text(encoding="utf-8"))
    assert sorted((*STATUSES, *FINDINGS)) == sorted({*NOTES, *codes})
    own_codes = re.findall(r'_finding\(own, "([a-z_]+)"', Path(own_audit.__file__).read_text(encoding="utf-8"))
    assert sorted(OWN_FINDINGS) == sorted(own_codes)
    assert unknown_words([*STATUSES, *FINDINGS, *OWN_FINDINGS, "not_found", "unreadable"]) == ""


def test_a_word_that_describes_nothing_is_named_with_those_that_do() -> None:
    assert unknown_words(["failed", "leftover"]) == ""
    assert unknown_words(["faild", "active", "drifts"]).startswith("fail_on names drifts, faild; it may name statuses")


def test_only_what_is_named_and_there_is_found() -> None:
    assert found_words(INFO, ["leftover", "failed", "pending"]) == ["failed", "leftover"]
    assert found_words(INFO, []) == []


def test_why_it_fails_is_a_line_with_the_ids_and_success_is_none() -> None:
    assert found_sentence(INFO, ["leftover", "failed"]) == [
        "Found what fail_on names: failed (vpce-1), leftover (vpce-1, 19)."
    ]
    assert found_sentence(INFO, ["pending"]) == []


def test_where_something_could_not_be_seen_that_nothing_was_met_is_no_success() -> None:
    info = {**INFO, "scope": UNSEEN_SCOPE}
    assert found_words(info, ["pending"]) == ["not_found", "unreadable"]
    assert found_sentence(info, ["pending"]) == [
        "What fail_on names could not be looked for everywhere: not_found (12), unreadable (1 eu-west-1)."
    ]
    assert found_sentence(info, ["not_found"])[0] == "Found what fail_on names: not_found (12)."
    assert (found_words(info, []), found_sentence(info, [])) == ([], [])


def test_where_nothing_at_all_was_found_of_what_was_named_it_fails_without_a_word() -> None:
    nothing = {"private_endpoints": [], "findings": [], "endpoint_services": [], "scope": UNSEEN_SCOPE}
    assert found_words(nothing, []) == ["not_found"]
    assert found_sentence(nothing, []) == ["Nothing was found of what was asked for: 12."]
    something = {**nothing, "endpoint_services": [{"cluster_id": "1"}]}
    assert (found_words(something, []), found_sentence(something, [])) == ([], [])
    empty = {**nothing, "scope": SCOPE}
    assert (found_words(empty, []), found_sentence(empty, [])) == ([], [])


@pytest.mark.parametrize(
    ("words", "statuses", "lost"),
    [
        (["failed"], ["active"], "failed"),
        (["failed", "leftover"], ["active", "pending"], "failed, leftover"),
        (["not_registered"], ["failed"], "not_registered"),
        (["private_dns_off"], ["failed"], "private_dns_off"),
        (["leftover", "drift", "not_found"], ["failed"], ""),
        (["failed"], [], ""),
        ([], ["active"], ""),
    ],
)
def test_a_word_that_the_statuses_leave_out_is_refused(words: list[str], statuses: list[str], lost: str) -> None:
    said = unknown_words(words, statuses)
    assert said.startswith(f"fail_on names {lost}, which private_connection_statuses leaves out") if lost else not said


def test_a_finding_about_a_service_alone_is_named_by_the_service() -> None:
    found = {"code": "zones_not_served", "service_id": "vpce-svc-1", **dict.fromkeys(ONE)}
    info = {**INFO, "findings": [found]}
    assert found_sentence(info, ["zones_not_served"]) == ["Found what fail_on names: zones_not_served (vpce-svc-1)."]


@pytest.mark.parametrize(
    ("what", "fail_on", "met"),
    [
        ("principals", ["connection_unpermitted"], True),
        ("principals", ["unreadable"], True),
        ("principals", ["leftover", "pending"], False),
        ("TiDB Cloud", ["pending"], True),
        ("TiDB Cloud", ["connection_waiting"], False),
        ("TiDB Cloud", [], False),
    ],
)
def test_what_was_not_read_matters_where_the_words_might_have_been_met(
    what: str, fail_on: list[str], met: bool
) -> None:
    row = {"what": what, "account": "1", "region": "us-east-1", "service_id": None, "reason": "No."}
    info = {**INFO, "scope": {**SCOPE, "not_read": [row]}}
    assert ("unreadable" in found_words(info, fail_on)) is met
    assert any(f"{what} in 1, us-east-1" in line for line in found_sentence(info, fail_on)) is met


@pytest.mark.parametrize(
    ("filters", "fail_on", "met"),
    [
        ({"cluster_ids": ["1"]}, ["connection_waiting"], True),
        ({"regions": ["us-east-1"]}, ["connection_waiting"], False),
        ({"cluster_ids": ["1"]}, ["leftover"], False),
        ({"cluster_ids": ["1"]}, [], False),
    ],
)
def test_own_services_that_a_filter_leaves_out_are_not_called_free_of_findings(
    filters: dict[str, list[str]], fail_on: list[str], met: bool
) -> None:
    info = {**INFO, "findings": [], "scope": {**SCOPE, "filters": filters}}
    assert ("unreadable" in found_words(info, fail_on)) is met
    assert any("your own endpoint services" in line for line in found_sentence(info, fail_on)) is met
