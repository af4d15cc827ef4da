# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import publication_words as words

Values = dict[str, t.Any]
SERVICE: Values = {
    "service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
    "state": "active",
    "private_dns_name": None,
    "connections": [],
}
CREATION = {"name": "create_endpoint_service", "target": "orders", "detail": "acceptance required"}
LISTENING = {"name": "create_listener", "target": "orders", "detail": "TCP 4000"}


def listener(*steps: Values, left: tuple[str, ...] = ()) -> Values:
    return {"results": [{"steps": list(steps), "left": list(left), "load_balancer_listener": {"port": 4000}}]}


def known(*steps: Values, state: str = "present", **more: t.Any) -> Values:
    look = {"steps": list(steps), "endpoint_service": SERVICE, "diff": {"before": {"load_balancer_arns": ["arn-1"]}}}
    made = {"wanted": {"state": state}, "check_mode": False, "looked": listener(), "look": look}
    return {**made, "made": {}, "service": {}, **more}


def test_check_mode_and_run_show_the_same_table() -> None:
    planned = known(CREATION, looked=listener(LISTENING), check_mode=True)
    ran = {**planned, "check_mode": False, "service": planned["look"], "made": listener(LISTENING)}
    assert words.run_lines(planned)[1:] == words.run_lines(ran)[1:]
    assert [line.split()[0] for line in words.run_lines(ran)[1:4]] == [
        "STEP",
        "create_listener",
        "create_endpoint_service",
    ]
    assert (words.run_lines(planned)[0], words.run_lines(ran)[0]) == (
        "Nothing was changed. A run would do this:",
        "This was done:",
    )


def test_a_withdrawal_goes_the_other_way_and_says_what_it_left() -> None:
    left = "left the listener on port 4000 of the load balancer orders, which was not made by it"
    lines = words.run_lines(known(CREATION, state="absent", looked=listener(LISTENING, left=(left,))))
    assert [line.split()[0] for line in lines[2:4]] == ["create_endpoint_service", "create_listener"]
    assert lines[4:] == ["left load balancer arn-1", left]


def test_nothing_to_do_is_said() -> None:
    first, second = words.run_lines(known())
    assert first == "Nothing was changed, and there was nothing to do."
    assert second == "Endpoint service com.amazonaws.vpce.us-east-1.vpce-svc-1 is active."


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"state": "verified"}, "Private name: db.example.com, verified"),
        (
            {"state": "pendingVerification", "type": "TXT", "name": "_a", "value": "vpce:b"},
            "Private name: db.example.com, pendingVerification: public DNS needs the TXT record _a = vpce:b",
        ),
        (None, "Private name: db.example.com, not verified"),
    ],
)
def test_a_private_name_is_shown_with_what_it_needs(record: Values | None, said: str) -> None:
    waiting = {"vpc_endpoint_id": "vpce-1", "account_id": "210987654321", "state": "pendingAcceptance"}
    named = {
        **SERVICE,
        "private_dns_name": "db.example.com",
        "private_dns_name_record": record,
        "connections": [waiting],
    }
    lines = words.run_lines(known(look={"steps": [], "endpoint_service": named}))
    assert lines[-2:] == [said, "vpce-1 of account 210987654321 waits for acceptance."]


@pytest.mark.parametrize(
    ("service", "steps", "expected"),
    [
        (SERVICE, [], False),
        (SERVICE, [CREATION], True),
        ({**SERVICE, "state": "creating"}, [], True),
        ({**SERVICE, "state": None}, [], False),
        ({**SERVICE, "connections": [{"state": "pending"}]}, [], True),
    ],
)
def test_a_run_follows_where_there_is_something_to_do_or_to_wait_for(
    service: Values, steps: list[Values], expected: bool
) -> None:
    assert words.needs_run(known(look={"steps": steps, "endpoint_service": service})) is expected


def test_a_service_that_is_being_deleted_is_waited_for_before_its_listener_goes() -> None:
    assert words.needs_run(known(state="absent", looked=listener(LISTENING)))


def test_only_a_listener_that_is_to_be_made_is_missing() -> None:
    assert words.unlistened(known(looked=listener(LISTENING)))
    assert not words.unlistened(known())


def test_the_result_has_the_listeners_as_the_run_left_them() -> None:
    ran = {"results": [{"load_balancer_listener": {"port": 4001}, "steps": []}]}
    assert words.result(known(made=ran))["listeners"] == [{"port": 4001}]
    assert words.result(known(made={"results": [{"skipped": True}]}))["listeners"] == [{"port": 4000}]
