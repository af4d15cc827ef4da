# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several live interface endpoints of one service in one VPC: which one is kept, which are removed, which never."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import steps as privatelink_steps
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current, Found, Provider
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.diff import difference
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.identify import find, identify
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import private_dns_violations
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import LimitFacts, Situation
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    LimitsViolated,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    NETWORK,
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    SERVICE_NAME,
    VPC,
    VPCE,
    current,
    desired,
    interface_endpoint,
    registration,
)
from tests.support.planned_world import World

OLD, NEW = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 2))
MONTHLY = 7.3


def cleaning(**fields: t.Any) -> Desired:
    return desired(remove_duplicates=True, **fields)


def endpoint(vpce: str = VPCE, **fields: t.Any) -> InterfaceEndpoint:
    return interface_endpoint(vpce, **{"private_dns_enabled": False, **fields})


def two(first: dict[str, t.Any], second: dict[str, t.Any]) -> list[InterfaceEndpoint]:
    return [endpoint(VPCE, **first), endpoint(OTHER_VPCE, **second)]


def here(found: Found) -> Current:
    return current(main=found.main, duplicates=found.duplicates, dead=found.dead, gone=found.gone)


def kept_of(found: Found) -> str | None:
    return found.main.vpc_endpoint_id if found.main else None


@pytest.mark.parametrize(
    ("first", "second", "rows", "kept"),
    [
        ({"created_at": OLD, "private_dns_enabled": True}, {"created_at": NEW}, [registration(OTHER_VPCE)], OTHER_VPCE),
        ({"created_at": OLD}, {"created_at": NEW, "private_dns_enabled": True}, [], OTHER_VPCE),
        ({"created_at": NEW}, {"created_at": OLD}, [], OTHER_VPCE),
        ({}, {"created_at": OLD}, [], OTHER_VPCE),
        ({"created_at": OLD}, {"created_at": OLD}, [], VPCE),
        ({}, {}, [registration(VPCE, "PENDING"), registration(OTHER_VPCE, "FAILED")], VPCE),
    ],
    ids=["ACTIVE", "private DNS", "oldest", "no age", "lowest id", "not ACTIVE"],
)
def test_the_first_by_active_private_dns_age_and_id_is_kept(
    first: dict[str, t.Any], second: dict[str, t.Any], rows: list[Registration], kept: str
) -> None:
    for endpoints in itertools.permutations(two(first, second)):
        found = find(cleaning(), endpoints, rows)
        assert kept_of(found) == kept
        assert {pair.vpc_endpoint_id for pair in found.duplicates} == {VPCE, OTHER_VPCE} - {kept}
        assert found.violations == ()


def test_without_the_option_the_error_says_what_it_would_do() -> None:
    found = find(desired(), two({}, {}), [registration()])
    (violation,) = found.violations
    assert (found.main, found.duplicates, violation.code) == (None, (), "ambiguous_match")
    assert f"{VPCE} (unnamed), {OTHER_VPCE} (unnamed)" in violation.message
    assert violation.remedy == (
        f"Name the one that is meant with vpc_endpoint_id, or set remove_duplicates=true, which keeps {VPCE} "
        "(its registration is ACTIVE) and removes the others."
    )


def test_without_the_option_the_error_says_what_it_would_leave() -> None:
    found = find(desired(), two({}, {"tags": {**OWNED, "Name": "other"}}), [registration()])
    assert found.violations[0].remedy.endswith(f"removes the others, but not {OTHER_VPCE} (is named 'other').")


def test_the_error_of_a_delete_says_that_all_of_them_would_go() -> None:
    found = find(desired(state="absent"), two({}, {}), [registration()])
    assert found.violations[0].remedy.endswith("or set remove_duplicates=true, which removes all of them.")


HINDERED: list[tuple[dict[str, t.Any], list[Registration], str]] = [
    ({"tags": {**OWNED, "deletion-protection": "True"}}, [], "carries the tag deletion-protection=true"),
    ({"tags": {**OWNED, "Name": "other"}}, [], "is named 'other'"),
    ({"tags": {}}, [], "was not made by this collection"),
    ({}, [registration(OTHER_VPCE)], "has an ACTIVE registration, too"),
]


@pytest.mark.parametrize(("second", "rows", "reason"), HINDERED)
def test_what_is_never_removed_is_named_with_the_exact_call_and_nothing_is_touched(
    second: dict[str, t.Any], rows: list[Registration], reason: str
) -> None:
    found = find(cleaning(), two({}, second), [registration(), *rows])
    (violation,) = found.violations
    assert (found.main, found.duplicates, violation.code) == (None, (), "ambiguous_match")
    assert f"remove_duplicates does not remove {OTHER_VPCE} ({reason})." in violation.message
    assert violation.remedy == (
        "Remove what is not needed, then run again: tidbcloud.privatelink.private_endpoint: "
        f'{{state: absent, vpc_endpoint_id: {OTHER_VPCE}, cluster_id: "{CLUSTER_ID}", region: us-east-1}}.'
    )


def test_an_unnamed_one_beside_a_named_one_has_another_name() -> None:
    found = find(cleaning(), two({"tags": {**OWNED, "Name": "tidb"}}, {}), [registration()])
    assert "(has no Name)" in found.violations[0].message


def test_one_that_was_made_by_hand_may_be_kept() -> None:
    found = find(cleaning(), two({"tags": {}}, {}), [registration()])
    assert (kept_of(found), [pair.vpc_endpoint_id for pair in found.duplicates]) == (VPCE, [OTHER_VPCE])


def test_of_a_delete_none_is_kept_and_an_active_registration_hinders_none() -> None:
    found = find(cleaning(state="absent"), two({}, {}), [registration(), registration(OTHER_VPCE)])
    assert (kept_of(found), [pair.vpc_endpoint_id for pair in found.duplicates]) == (VPCE, [OTHER_VPCE])


@pytest.mark.parametrize("protected", [VPCE, OTHER_VPCE])
def test_a_delete_removes_none_with_deletion_protection_the_first_neither(protected: str) -> None:
    endpoints = two({}, {})
    tags = {**OWNED, "deletion-protection": "true"}
    endpoints = [replace(one, tags=tags) if one.vpc_endpoint_id == protected else one for one in endpoints]
    found = find(cleaning(state="absent"), endpoints, [registration()])
    assert [violation.code for violation in found.violations] == ["ambiguous_match", "deletion_protected"]
    assert all(protected in violation.message for violation in found.violations)
    assert found.violations[1].remedy.startswith("Remove that tag, then run tidbcloud.privatelink.private_endpoint: {")


@pytest.mark.parametrize("second", [{"vpc_id": OTHER_VPC}, {"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-2"}])
def test_those_of_two_vpcs_or_services_are_not_duplicates(second: dict[str, t.Any]) -> None:
    wanted = cleaning(vpc_id=None, subnet_ids=None, security_group_ids=None)
    found = find(wanted, two({}, second), [registration()])
    assert (found.main, found.duplicates) == (None, ())
    assert found.violations[0].remedy == "Name the one that is meant with vpc_endpoint_id, or give vpc_id."


def test_of_several_names_only_the_named_ones_are_duplicates() -> None:
    named = {"tags": {**OWNED, "Name": "tidb"}}
    endpoints = [*two(named, named), endpoint("vpce-3", tags={**OWNED, "Name": "other"})]
    found = find(cleaning(name="tidb"), endpoints, [registration()])
    assert (kept_of(found), [pair.vpc_endpoint_id for pair in found.duplicates]) == (VPCE, [OTHER_VPCE])


def test_what_no_plain_word_is_gets_into_no_call() -> None:
    found = find(cleaning(), two({}, {"tags": {}, "region": "{{ lookup('pipe', 'x') }}"}), [registration()])
    assert "lookup" not in found.violations[0].remedy


def test_a_wrong_key_must_not_look_like_a_dropped_cluster_to_duplicates_either() -> None:
    wanted = cleaning(state="absent")
    found = find(wanted, two({"state": "pending"}, {}), [])
    with pytest.raises(LimitsViolated, match="has no Dedicated cluster"):
        identify(wanted, Provider(dropped=True), found)


# --- the plan


def planned(wanted: Desired, endpoints: t.Sequence[InterfaceEndpoint], rows: t.Sequence[Registration]) -> Plan:
    return plan(wanted, here(find(wanted, endpoints, rows)))


def steps(made: Plan) -> list[tuple[str, str | None]]:
    return [(step.name, step.vpc_endpoint_id) for step in made.steps]


def test_duplicates_go_first_registration_before_endpoint_and_are_awaited() -> None:
    rows = [registration(), registration(OTHER_VPCE, "PENDING")]
    made = planned(cleaning(tags={"new": "x"}), two({"private_dns_enabled": True}, {}), rows)
    assert steps(made) == [
        ("terminate_registration", OTHER_VPCE),
        ("delete_vpc_endpoint", OTHER_VPCE),
        ("set_tags", VPCE),
    ]
    assert [(goal.kind, goal.vpc_endpoint_id) for goal in made.goals] == [
        (privatelink_steps.GONE, OTHER_VPCE),
        (privatelink_steps.DONE, VPCE),
    ]


def test_private_dns_is_enabled_only_once_the_duplicate_that_holds_the_name_is_gone() -> None:
    made = planned(cleaning(), two({}, {"private_dns_enabled": True}), [registration()])
    assert steps(made) == [("delete_vpc_endpoint", OTHER_VPCE), ("enable_private_dns", VPCE)]
    assert made.steps[-1].needs[1:] == (privatelink_steps.Condition(privatelink_steps.GONE, OTHER_VPCE),)
    wanted = replace(cleaning(), wait=False)
    assert steps(planned(wanted, two({}, {"private_dns_enabled": True}), [registration()])) == steps(made)[:1]


def test_a_name_that_a_duplicate_holds_is_not_a_conflict() -> None:
    endpoints = two({}, {"private_dns_enabled": True})
    found = here(find(cleaning(), endpoints, [registration()]))
    facts = LimitFacts(vpc=NETWORK, endpoints=tuple(endpoints))
    assert private_dns_violations(Situation(cleaning(), found, plan(cleaning(), found), facts)) == []


def test_a_run_without_waiting_ends_the_registration_of_a_duplicate_and_no_more() -> None:
    rows = [registration(), registration(OTHER_VPCE, "PENDING")]
    assert steps(planned(cleaning(wait=False), two({}, {}), rows)) == [("terminate_registration", OTHER_VPCE)]


def test_the_cost_of_duplicates_is_in_the_difference_and_their_options_are_not() -> None:
    found = here(find(cleaning(), two({"private_dns_enabled": True}, {"subnet_ids": ("subnet-b",)}), [registration()]))
    diff = difference(plan(cleaning(), found), found)
    assert (diff["before"]["monthly_cost_usd"], diff["after"]["monthly_cost_usd"]) == (2 * MONTHLY, MONTHLY)
    assert {**diff["before"], "monthly_cost_usd": 0} == {**diff["after"], "monthly_cost_usd": 0}


def test_the_difference_of_deleting_all_of_them_is_everything() -> None:
    wanted = cleaning(state="absent")
    found = here(find(wanted, two({}, {}), [registration(), registration(OTHER_VPCE)]))
    diff = difference(plan(wanted, found), found)
    assert diff["before"]["monthly_cost_usd"] == 2 * MONTHLY
    assert diff["after"] == {"state": "absent", "monthly_cost_usd": 0.0}


REGISTRATION_STATES = [None, "DISCOVERED", "PENDING", "FAILED", "DELETING"]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("registered", REGISTRATION_STATES)
@pytest.mark.parametrize("endpoint_state", ["pendingacceptance", "pending", "available"])
@pytest.mark.parametrize("holder", [VPCE, OTHER_VPCE, None])
def test_whatever_a_duplicate_is_one_run_leaves_one_and_a_second_has_nothing_to_do(
    state: str, registered: str | None, endpoint_state: str, holder: str | None
) -> None:
    endpoints = two({"private_dns_enabled": holder == VPCE}, {"state": endpoint_state})
    endpoints[1] = replace(endpoints[1], private_dns_enabled=holder == OTHER_VPCE)
    rows = [registration(), *([registration(OTHER_VPCE, registered)] if registered else [])]
    world = World(endpoints, rows)
    wanted = cleaning(state=state)
    world.carry_out(wanted, plan(wanted, world.read(wanted)))
    live = [one.vpc_endpoint_id for one in world.endpoints.values() if one.is_live]
    assert live == ([VPCE] if state == "present" else [])
    assert plan(wanted, world.read(wanted)) == Plan()


def test_other_services_have_duplicates_too() -> None:
    wanted = cleaning(cluster_id=None, service_name=SERVICE_NAME)
    found = find(wanted, two({"created_at": OLD}, {"created_at": NEW}), [])
    assert (kept_of(found), [pair.vpc_endpoint_id for pair in found.duplicates]) == (VPCE, [OTHER_VPCE])
    hindered = find(wanted, two({"created_at": OLD}, {"created_at": NEW, "tags": {}}), [])
    assert f"service_name: {SERVICE_NAME}" in hindered.violations[0].remedy


def test_ids_of_a_vpc_are_in_the_error() -> None:
    found: tuple[Violation, ...] = find(desired(), two({}, {}), []).violations
    assert f"in VPC {VPC} match" in found[0].message
