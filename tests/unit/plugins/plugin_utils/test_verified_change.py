# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that breaks a connection is undone, and it is said what was undone and what is left to do."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Modification, Step
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.verified_change import (
    EDITS,
    check_failure,
    failed_check_lines,
    undoable_steps,
    with_reverted,
)
from tests.support.role_runs import ADD_GROUP, ENDPOINT, FAILED_PING, GOOD_PING, TAG, changed, run, wanted

FAILED_CHECK = {"host": "app", "reachable": False, "verdict": ["Why: a rule."]}
REVERTED: dict[str, t.Any] = {"changed": True, "steps": [TAG], "private_endpoint": {**ENDPOINT, "vpc_id": "vpc-2"}}
REFUSED = {"failed": True, "msg": "AWS refused."}


def names_of(kind: type[Step]) -> set[str]:
    named = {kind.name} if "name" in vars(kind) else set()
    return named.union(*(names_of(more) for more in kind.__subclasses__()))


def ended(known: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """The run, after its check has failed."""
    return {**known, "ping": FAILED_PING, "result": {**ENDPOINT, "check": FAILED_CHECK, "reverted": None}, **more}


def undone(reverted: dict[str, t.Any], ping: dict[str, t.Any]) -> dict[str, t.Any]:
    known = ended(changed(ADD_GROUP, TAG), reverted=reverted, ping=ping, before={"reachable": True})
    return {**known, "result": with_reverted(known, 12.345)}


def test_every_step_that_changes_how_clients_reach_a_live_endpoint_is_undone() -> None:
    assert names_of(Modification) == EDITS


def test_only_edits_of_a_verified_change_of_a_live_endpoint_are_undone() -> None:
    assert undoable_steps(changed(ADD_GROUP, TAG)) == [ADD_GROUP]
    assert undoable_steps(changed()) == []
    assert undoable_steps(changed(ADD_GROUP, wanted=wanted())) == []
    new = changed(ADD_GROUP)
    new["look"] = {**new["look"], "is_live": False}
    assert undoable_steps(new) == []


def test_what_an_earlier_run_in_the_same_play_did_is_not_undone_by_this_one() -> None:
    stale = {"made": changed(ADD_GROUP)["made"], "wanted": changed()["wanted"]}
    assert undoable_steps(run(**stale)) == []


def test_the_result_says_what_was_undone_and_how_long_clients_were_without_connection() -> None:
    result = undone(REVERTED, GOOD_PING)["result"]
    assert (result["vpc_id"], result["check"]) == ("vpc-2", FAILED_CHECK)
    assert result["reverted"] == {
        "undone": [ADD_GROUP],
        "steps": [TAG],
        "complete": True,
        "reachable": True,
        "down_seconds": 12.3,
    }
    assert undone(REVERTED, FAILED_PING)["result"]["reverted"]["down_seconds"] is None
    refused = undone(REFUSED, FAILED_PING)["result"]["reverted"]
    assert (refused["complete"], refused["reachable"], refused["steps"]) == (False, False, [])


def test_an_undone_change_is_said_with_the_verdict_of_the_check_after_it() -> None:
    lines = failed_check_lines(undone(REVERTED, GOOD_PING))
    assert lines == [
        "The change of vpce-1 was undone: clients could connect before it, could not after it, and can now.",
        "Undone: add_security_groups (sg-2).",
        "Clients were without connection for 12.3 seconds at most, from the start of the change to the first check "
        "that succeeded after it was undone.",
        "The check after the change found this.",
        "Why: a rule.",
    ]


def test_a_connection_that_stays_broken_is_left_to_do() -> None:
    lines = failed_check_lines(undone(REVERTED, FAILED_PING))
    assert "before it and could not after it, but they still cannot: db.example.com, port 4000" in lines[0]
    assert lines[2].startswith("Still to do: the private endpoint is as it was before the change")


def test_what_could_not_be_undone_is_left_to_do_with_what_was_there_before() -> None:
    lines = failed_check_lines(undone(REFUSED, FAILED_PING))
    assert lines[0].endswith("but that failed: AWS refused.")
    assert lines[1] == "To be undone: add_security_groups (sg-2). Done of it: nothing."
    assert (
        "give vpce-1 the subnets subnet-1, the security groups sg-1, private DNS on and the address type ipv4"
        in (lines[2])
    )


def test_a_check_that_could_not_run_after_the_change_is_not_one_that_failed() -> None:
    known = undone(REVERTED, GOOD_PING)
    known["result"]["check"] = {**FAILED_CHECK, "reachable": None}
    assert "it was not known whether they could after it" in failed_check_lines(known)[0]


def test_why_nothing_is_undone_is_said_where_it_was_asked_for() -> None:
    broken = ended(changed(ADD_GROUP), before={"reachable": False, "msg": "It timed out."})
    assert failed_check_lines(broken)[-1] == (
        "Not undone: clients could not connect before the change either. It timed out."
    )
    worked = ended(changed(TAG), before={"reachable": True, "msg": ""})
    assert failed_check_lines(worked)[-1].startswith("Not undone: set_tags. Only subnets, security groups")
    assert failed_check_lines(ended(changed(TAG)))[-1].startswith("Not undone: set_tags. Only subnets, security groups")
    assert failed_check_lines(ended(changed()))[-1] == (
        "Nothing is undone: this run did not change the private endpoint."
    )
    assert failed_check_lines(ended(run())) == ["Why: a rule."]


def test_rules_that_the_role_sets_are_not_undone_and_it_says_so() -> None:
    group = {"changed": True, "group_id": "sg-7"}
    lines = failed_check_lines(ended(changed(TAG), made_security_group=group))
    assert lines[-1].startswith("Not undone: this run made or changed security group sg-7.")


@pytest.mark.parametrize(
    ("reachable", "options", "fails"),
    [
        (False, {}, True),
        (False, {"on_failed_check": "keep"}, False),
        (False, {"on_failed_check": "keep", "requires_check": True}, False),
        (None, {}, True),
        (None, {"on_failed_check": "keep"}, False),
        (None, {"on_failed_check": "keep", "requires_check": True}, True),
        (None, {"on_failed_check": "keep", "state": "verify"}, True),
    ],
)
def test_a_failed_check_that_is_kept_is_none_that_could_not_run_where_it_is_required(
    reachable: bool | None, options: dict[str, t.Any], fails: bool
) -> None:
    check = {**FAILED_CHECK, "reachable": reachable}
    known = run(wanted=wanted(**options), result={**ENDPOINT, "check": check, "reverted": None})
    assert bool(check_failure(known)) == fails


def test_the_message_of_a_failed_run_says_what_became_of_the_change_and_repeats_no_reason() -> None:
    said = [
        check_failure(undone(REVERTED, GOOD_PING)),
        check_failure(undone(REVERTED, FAILED_PING)),
        check_failure(undone(REFUSED, FAILED_PING)),
    ]
    assert [one.partition(". ")[0] for one in said] == [
        "The change of vpce-1 was undone, since clients could not connect after it",
        "The change of vpce-1 was undone, but clients still cannot connect",
        "Clients could not connect after the change of vpce-1, and undoing it failed",
    ]
    assert all(one.endswith("Why, and what to do, is shown above.") for one in said)
