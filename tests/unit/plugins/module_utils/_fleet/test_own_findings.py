# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with an endpoint service of the user's own is a finding; what was not read is not judged."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    PrivateDnsRecord,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_findings import own_findings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_side import (
    BALANCERS,
    CONNECTIONS,
    NOBODY_READ,
    PRINCIPALS,
    Own,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_tasks import OwnTasks
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import Published
from tests.support.publication_literals import (
    ACCOUNT,
    ID,
    OTHER,
    REGION,
    ROOT,
    TAGS,
    THIRD,
    ZONES,
    balancer,
    connection,
    published,
)

GONE = "AROAEXAMPLEEXAMPLE001"
TASK = re.compile(r"tidbcloud\.privatelink\.endpoint_service: (\{[^}]*\})")


def own(found: Published, *unread: str, zones: tuple[str, ...] = ZONES) -> Own:
    return Own(found, ACCOUNT, REGION, frozenset(unread), (balancer(zones=zones),))


def judged(one: Own) -> list[tuple[str, str]]:
    return [(finding["code"], finding["severity"]) for finding in own_findings([one], OwnTasks())]


def tasks(one: Own, access: t.Mapping[str, t.Mapping[str, str]] | None = None) -> list[dict[str, t.Any]]:
    (finding,) = own_findings([one], OwnTasks(access or {}))
    return [yaml.safe_load(found) for found in TASK.findall(finding["remedy"])]


def named(state: str) -> Own:
    record = PrivateDnsRecord(state, "_abc", "TXT", "vpce:abc")
    return own(published(private_dns_name="tidb.example.com", record=record))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (own(published()), []),
        (own(published(connection(), principals=[ROOT])), [("connection_waiting", "warning")]),
        (own(published(connection(state="available"), principals=[ROOT])), []),
        (own(published(connection(state="available"))), [("connection_unpermitted", "error")]),
        (own(published(connection(state="pending"))), [("connection_unpermitted", "error")]),
        (own(published(connection())), [("connection_unpermitted", "error")]),
        (own(published(connection(state="rejected"))), []),
        (own(published(connection(state="available"), principals=["*"])), []),
        (own(published(connection(state="available", account_id=ACCOUNT))), []),
        (own(published(connection(state="available", account_id=None))), []),
        (
            own(published(connection(state="available"), principals=[f"arn:aws:iam::{OTHER}:role/path/one"])),
            [],
        ),
        (own(published(connection(state="available"), principals=[GONE])), [("principal_gone", "warning")]),
        (own(published(), zones=(*ZONES, "us-east-1c")), [("zones_not_served", "warning")]),
        (own(published(), zones=ZONES[:1]), []),
        (own(published(state="pending"), zones=(*ZONES, "us-east-1c")), []),
        (own(published(availability_zones=()), zones=ZONES), []),
        (named("verified"), []),
        (named("pendingverification"), [("private_dns_unverified", "warning")]),
        (named("failed"), [("private_dns_unverified", "error")]),
        (own(published(connection(), state="deleting")), []),
    ],
)
def test_each_cause_is_one_finding(one: Own, expected: list[tuple[str, str]]) -> None:
    assert judged(one) == expected


def test_a_finding_names_the_service_the_endpoint_and_its_account() -> None:
    (finding,) = own_findings([own(published(connection("vpce-7"), principals=[ROOT]))], OwnTasks())
    assert (finding["service_id"], finding["vpc_endpoint_id"]) == (ID, "vpce-7")
    assert (finding["private_endpoint_connection_id"], finding["monthly_cost_usd"]) == (None, None)
    for said in ("vpce-7", OTHER, ID, "orders"):
        assert said in finding["message"]


@pytest.mark.parametrize(
    ("one", "unread"),
    [
        (own(published(connection(), principals=[ROOT])), CONNECTIONS),
        (own(published(), zones=(*ZONES, "us-east-1c")), BALANCERS),
    ],
)
def test_what_was_not_read_is_not_judged(one: Own, unread: str) -> None:
    assert judged(one)
    assert judged(replace(one, unread=frozenset({unread}))) == []


def test_without_the_principals_nobody_is_unpermitted_and_none_is_gone_but_waiting_is_seen() -> None:
    stranger = connection("vpce-1", "available")
    unknown = Published(published().service, NOBODY_READ, (stranger, connection("vpce-2")))
    assert judged(own(unknown, PRINCIPALS)) == [("connection_waiting", "warning")]
    (shown, _waiting) = own(unknown, PRINCIPALS).returned()["connections"]
    assert shown["permitted"] is None


BASE = {"self_hosted_name": "orders", "service_id": ID, "region": REGION}


def test_a_waiting_connection_can_be_accepted_alone_or_with_its_account_or_rejected() -> None:
    assert tasks(own(published(connection("vpce-7"), principals=[ROOT]))) == [
        {**BASE, "accepted_endpoint_ids": ["vpce-7"]},
        {**BASE, "accepted_accounts": [OTHER]},
        {**BASE, "rejected_endpoint_ids": ["vpce-7"]},
    ]


def test_one_that_is_not_permitted_can_be_rejected_or_permitted_and_others_keep_their_permission() -> None:
    assert tasks(own(published(connection("vpce-7"), principals=[f"arn:aws:iam::{THIRD}:root"]))) == [
        {**BASE, "rejected_endpoint_ids": ["vpce-7"]},
        {**BASE, "allowed_principals": [OTHER], "purge_allowed_principals": False},
    ]


@pytest.mark.parametrize("others", [[], [ROOT], ["*", ROOT]])
def test_a_principal_that_is_gone_is_withdrawn_and_the_others_stay(others: list[str]) -> None:
    assert tasks(own(published(principals=[*others, GONE]))) == [{**BASE, "allowed_principals": others}]


def test_a_principal_of_another_kind_is_neither_gone_nor_withdrawn() -> None:
    other = "service.example.com"
    assert judged(own(published(connection(state="available"), principals=[other]))) == []
    assert tasks(own(published(principals=[other, GONE]))) == [{**BASE, "allowed_principals": [other]}]


def test_what_the_defaults_of_the_module_would_change_or_refuse_is_said() -> None:
    public = published(principals=["*", GONE], acceptance_required=False)
    (task,) = tasks(own(public))
    assert (task["acceptance_required"], task["allow_violations"]) == (False, ["public_service"])
    (task,) = tasks(own(published(principals=[GONE], acceptance_required=False)))
    assert (task["acceptance_required"], "allow_violations" in task) == (False, False)


def test_a_service_that_this_collection_does_not_publish_is_adopted_under_its_id() -> None:
    (task, *_others) = tasks(own(published(connection(), principals=[ROOT], tags={"Name": "x"})))
    assert (task["self_hosted_name"], task["service_id"]) == (ID, ID)


def test_a_task_names_what_leads_to_the_account() -> None:
    access = {ACCOUNT: {"assume_role_arn": f"arn:aws:iam::{ACCOUNT}:role/provider"}}
    one = own(published(connection(), principals=[ROOT]))
    assert all(task.items() >= access[ACCOUNT].items() for task in tasks(one, access))


def test_an_unverified_name_comes_with_its_record() -> None:
    (finding,) = own_findings([named("failed")], OwnTasks())
    assert "_abc with the value vpce:abc" in finding["remedy"]
    assert tasks(named("failed")) == [{**BASE, "private_dns_name": "tidb.example.com"}]


HOSTILE = "{{ lookup('pipe', 'id') }}"


@pytest.mark.parametrize(
    "one",
    [
        own(published(connection(), principals=[ROOT], tags={**TAGS, "tidbcloud:service-name": HOSTILE})),
        own(published(principals=[f"arn:aws:iam::{OTHER}:user/{HOSTILE.replace(' ', '')}/x", GONE])),
        own(published(private_dns_name=HOSTILE, record=PrivateDnsRecord("failed", HOSTILE, "TXT", HOSTILE))),
        own(published(Connection("vpce-1", "available", HOSTILE), principals=[ROOT])),
    ],
)
def test_no_task_has_what_a_playbook_would_take_for_code(one: Own) -> None:
    for finding in own_findings([one], OwnTasks()):
        assert not [found for found in TASK.findall(finding["remedy"]) if "{{" in found or "lookup" in found]
        assert "written by hand" in finding["remedy"]
