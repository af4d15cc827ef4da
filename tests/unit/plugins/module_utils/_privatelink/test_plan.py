# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans over the product of all current and desired states, carried out by a model of both clouds."""

from __future__ import annotations

import itertools
import typing as t
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint, Subnet
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    GONE,
    Condition,
    CreateVpcEndpoint,
    Plan,
    SetTags,
    TerminateRegistration,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.endpoint_literals import (
    AWS_SERVICE,
    CLUSTER_ID,
    CONNECTION_ID,
    OTHER,
    OTHER_VPCE,
    OWNED,
    SERVICE_NAME,
    SUBNETS,
    VPC,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.plan_cases import BOOLEANS, Case, cases
from tests.support.planned_world import World

# Every name of the public contract.
STEP_NAMES = {
    "create_vpc_endpoint",
    "register_endpoint",
    "enable_private_dns",
    "disable_private_dns",
    "add_subnets",
    "remove_subnets",
    "add_security_groups",
    "remove_security_groups",
    "set_ip_address_type",
    "set_tags",
    "remove_tags",
    "terminate_registration",
    "delete_vpc_endpoint",
}


def planned_for(case: Case, wanted: Desired, world: World) -> Plan | None:
    """The plan; null if the current one is broken and the desired state does not replace it."""
    if case.state == "present" and case.is_broken and not case.recreate_failed:
        with pytest.raises(PrivateLinkError, match="recreate_failed=true") as refused:
            plan(wanted, world.read(wanted))
        assert VPCE in str(refused.value)
        return None
    return plan(wanted, world.read(wanted))


def test_no_combination_is_undefined_and_every_plan_reaches_the_desired_state() -> None:
    tried: Counter[str] = Counter()
    for case in cases():
        world, wanted = case.world, case.wanted
        planned = planned_for(case, wanted, world)
        if planned is None:
            tried["refused"] += 1
            continue
        tried["planned"] += 1
        assert {step.name for step in planned.steps} <= STEP_NAMES, case
        world.carry_out(wanted, planned)
        if case.state == "present":
            _assert_present(case, world)
        else:
            _assert_absent(case, world)
        again = case.wanted
        if case.state == "present" and VPCE not in _live(world):
            again = desired(**{**vars(wanted), "vpc_endpoint_id": None})
        assert plan(again, world.read(again)).steps == (), case
    assert min(tried["planned"], tried["refused"]) > 100


PROTECTED = "deletion-protection"
TAGS = st.dictionaries(st.sampled_from(["team", "stage", "aws:owner", "Name", PROTECTED]), st.sampled_from("ab"))
GROUPS = st.sets(st.sampled_from(["sg-1", "sg-2", "sg-3"]), min_size=1)
WANTED_SUBNETS = st.sets(st.sampled_from(["subnet-a", "subnet-b", "subnet-d"]), min_size=1)
ADDRESS_TYPES = st.sampled_from(["ipv4", "dualstack"])


@given(
    st.builds(
        interface_endpoint,
        subnet_ids=WANTED_SUBNETS.map(tuple),
        security_group_ids=GROUPS.map(tuple),
        private_dns_enabled=st.booleans(),
        ip_address_type=ADDRESS_TYPES,
        tags=TAGS,
    ),
    st.builds(
        Desired,
        cluster_id=st.just(CLUSTER_ID),
        vpc_endpoint_id=st.just(VPCE),
        subnet_ids=st.none() | WANTED_SUBNETS.map(tuple),
        security_group_ids=st.none() | GROUPS.map(tuple),
        private_dns_enabled=st.none() | st.booleans(),
        ip_address_type=st.none() | ADDRESS_TYPES,
        name=st.none() | st.sampled_from(["a", "b"]),
        tags=st.none() | TAGS.map(lambda tags: {key: tags[key] for key in tags if ":" not in key}),
        purge_tags=st.booleans(),
    ),
    st.sampled_from([None, "ACTIVE"]),
)
def test_every_edit_ends_in_exactly_what_is_desired_and_leaves_alone_what_is_not_named(
    endpoint: InterfaceEndpoint, wanted: Desired, registered: str | None
) -> None:
    world = World([endpoint], [registration()] if registered else [])
    if not registered:
        world.endpoints[VPCE] = replace(endpoint, state="pendingacceptance")
    world.carry_out(wanted, plan(wanted, world.read(wanted)))
    after = world.endpoints[VPCE]
    assert set(after.subnet_ids) == set(wanted.subnet_ids or endpoint.subnet_ids)
    assert set(after.security_group_ids) == set(wanted.security_group_ids or endpoint.security_group_ids)
    assert after.private_dns_enabled == (wanted.private_dns_enabled is not False)
    assert after.ip_address_type == (wanted.ip_address_type or endpoint.ip_address_type)
    named = {**(wanted.tags or {}), **({"Name": wanted.name} if wanted.name else {}), **OWNED}
    purged = wanted.tags is not None and wanted.purge_tags
    kept = {key: endpoint.tags[key] for key in endpoint.tags if not purged or key in ("aws:owner", "Name", PROTECTED)}
    assert after.tags == {**kept, **named}
    assert plan(wanted, world.read(wanted)).steps == ()


def _live(world: World) -> list[str]:
    return [one.vpc_endpoint_id for one in world.endpoints.values() if one.is_live]


def _assert_present(case: Case, world: World) -> None:
    (vpce,) = _live(world)
    endpoint = world.endpoints[vpce]
    assert endpoint.state == "available", case
    assert endpoint.private_dns_enabled == (case.private_dns_enabled is not False), case
    assert set(endpoint.subnet_ids) == {"subnet-a"}
    rows = {row.vpc_endpoint_id: row.state for row in world.registrations.values() if row.state != "DISCOVERED"}
    if case.registrable and case.endpoint_state is not None:
        assert rows == {vpce: "ACTIVE"}, case
    elif case.registrable:
        assert rows[vpce] == "ACTIVE", case


def _assert_absent(case: Case, world: World) -> None:
    if case.keep_vpc_endpoint:
        assert not [
            one for one in world.endpoints.values() if one.state == "deleting" and case.endpoint_state != one.state
        ]
    else:
        assert all(one.state == "deleted" for one in world.endpoints.values()), case
    seen = case.endpoint_state is not None or case.by_id
    if case.registrable and seen:
        assert all(row.state == "DISCOVERED" for row in world.registrations.values()), case


def test_without_waiting_only_what_needs_no_waiting_is_planned_and_later_runs_finish_it() -> None:
    for case in cases():
        world, wanted = case.world, desired(**{**vars(case.wanted), "wait": False})
        planned = planned_for(case, wanted, world)
        for _run in range(8):
            if planned is None:
                break
            assert planned.goals == (), case
            world.carry_out_at_once(wanted, planned)
            world.pass_time(wanted)
            if case.state == "present" and VPCE not in _live(world):
                # It is being replaced: the id of the old one no longer names anything.
                wanted = desired(**{**vars(wanted), "vpc_endpoint_id": None})
            planned = plan(wanted, world.read(wanted))
        else:
            assert planned is not None
            assert planned.steps == (), case
            if case.state == "present":
                _assert_present(case, world)
            else:
                _assert_absent(case, world)


@pytest.mark.parametrize("state", ["pendingacceptance", "pending", "available"])
@pytest.mark.parametrize("row", [None, "DISCOVERED", "PENDING", "ACTIVE"])
def test_what_lives_is_never_created_again(state: str, row: str | None) -> None:
    rows = [registration(state=row)] if row else []
    for wait, recreate in itertools.product(BOOLEANS, BOOLEANS):
        wanted = desired(wait=wait, recreate_failed=recreate)
        world = World([interface_endpoint(state=state)], rows)
        assert not plan(wanted, world.read(wanted)).has(CreateVpcEndpoint)


def steps(wanted: Desired, **here: t.Any) -> list[tuple[str, str, str]]:
    return [(step.name, step.target, step.detail) for step in plan(wanted, current(**here)).steps]


def live(endpoint: InterfaceEndpoint | None = None) -> dict[str, t.Any]:
    return {"main": pair(endpoint or interface_endpoint(), registration())}


def test_a_creation_says_what_it_makes_where_in_the_users_words() -> None:
    wanted = desired(subnet_ids=("subnet-b", "subnet-a"), security_group_ids=("sg-2", "sg-1"), ip_address_type="ipv4")
    assert steps(wanted) == [
        (
            "create_vpc_endpoint",
            SERVICE_NAME,
            f"interface endpoint in {VPC}: subnet-a, subnet-b; sg-1, sg-2, address type ipv4",
        ),
        (
            "register_endpoint",
            "cluster 1379661944646413143",
            "register the interface endpoint with node group 1379661944646414152",
        ),
        (
            "enable_private_dns",
            "cluster 1379661944646413143",
            "make the service's host name resolve inside the VPC",
        ),
    ]


def test_a_creation_in_a_network_that_is_not_known_yet_says_so() -> None:
    wanted = desired(vpc_id=None, subnet_ids=None, security_group_ids=None)
    assert steps(wanted)[0][2] == (
        "interface endpoint in a VPC not known yet: subnets not known yet; security groups not known yet"
    )


def test_another_service_needs_no_registration() -> None:
    wanted = desired(cluster_id=None, service_name=SERVICE_NAME)
    unverified = {**OTHER, "other": replace(AWS_SERVICE, private_dns_verified=False)}
    assert [name for name, *_rest in steps(wanted, **unverified)] == ["create_vpc_endpoint"]
    assert [name for name, *_rest in steps(wanted, **OTHER)] == ["create_vpc_endpoint", "enable_private_dns"]


def test_nothing_is_planned_and_nothing_awaited_for_what_is_as_wanted() -> None:
    assert plan(desired(), current(**live())) == Plan()


def test_what_is_under_way_already_is_awaited_although_nothing_is_left_to_do() -> None:
    here = current(main=pair(interface_endpoint(state="pending"), registration(state="PENDING")))
    planned = plan(desired(), here)
    assert planned.steps == ()
    assert [goal.kind for goal in planned.goals] == ["done"]


def test_omitted_options_leave_their_attributes_alone() -> None:
    other = interface_endpoint(
        subnet_ids=("subnet-x",), security_group_ids=("sg-x",), ip_address_type="dualstack", tags={**OWNED, "a": "b"}
    )
    assert steps(Desired(cluster_id=desired().cluster_id), **live(other)) == []


def test_private_dns_of_a_cluster_is_enforced_and_can_be_switched_off() -> None:
    off = interface_endpoint(private_dns_enabled=False)
    assert [name for name, *_rest in steps(desired(), **live(off))] == ["enable_private_dns"]
    assert [name for name, *_rest in steps(desired(private_dns_enabled=False), **live())] == ["disable_private_dns"]


def test_groups_and_subnets_become_the_exact_sets_additions_first() -> None:
    wanted = desired(subnet_ids=("subnet-b", "subnet-d"), security_group_ids=("sg-2",))
    assert steps(wanted, **live()) == [
        ("add_security_groups", VPCE, "sg-2"),
        ("remove_security_groups", VPCE, "sg-1"),
        ("add_subnets", VPCE, "subnet-b, subnet-d"),
        ("remove_subnets", VPCE, "subnet-a"),
    ]


def test_a_changed_address_type_is_set() -> None:
    wanted = desired(ip_address_type="dualstack")
    assert steps(wanted, **live(interface_endpoint(ip_address_type="ipv4"))) == [
        ("set_ip_address_type", VPCE, "ipv4 to dualstack")
    ]


def test_an_adopted_endpoint_gets_the_ownership_tags_and_keeps_its_own() -> None:
    (step,) = plan(desired(vpc_endpoint_id=VPCE), current(**live(interface_endpoint(tags={"team": "a"})))).steps
    assert step == SetTags(VPCE, (), OWNED)


def test_tags_are_set_and_purged_without_waiting_for_anything() -> None:
    endpoint = interface_endpoint(state="pendingacceptance", tags={**OWNED, "old": "x"})
    wanted = desired(tags={"new": "y"}, wait=False)
    planned = plan(wanted, current(main=pair(endpoint, registration(state="PENDING"))))
    assert [(step.name, step.detail) for step in planned.steps] == [("set_tags", "new=y"), ("remove_tags", "old")]


@pytest.mark.parametrize(("kept", "first"), [(23, "set_tags"), (24, "remove_tags")])
def test_tags_that_do_not_fit_beside_the_old_ones_are_set_after_these_are_removed(kept: int, first: str) -> None:
    """AWS allows 50, without its own."""
    old = {f"old-{number}": "x" for number in range(24)}
    there = interface_endpoint(tags={**OWNED, **old, **{f"aws:{number}": "x" for number in range(9)}})
    wanted = desired(tags={f"new-{number}": "y" for number in range(kept)})
    names = [step.name for step in plan(wanted, current(**live(there))).steps]
    assert (names[0], sorted(names)) == (first, ["remove_tags", "set_tags"])


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("ipv4", "dualstack", ["add_subnets", "remove_subnets", "set_ip_address_type"]),
        ("dualstack", "ipv4", ["set_ip_address_type", "add_subnets", "remove_subnets"]),
    ],
)
def test_the_address_type_changes_while_every_subnet_has_ranges_of_its_families(
    old: str, new: str, names: list[str]
) -> None:
    wanted = desired(subnet_ids=("subnet-b",), ip_address_type=new)
    assert [name for name, *_rest in steps(wanted, **live(interface_endpoint(ip_address_type=old)))] == names


def test_a_swap_that_cannot_be_is_refused_before_anything_is_done() -> None:
    subnets = (*SUBNETS, Subnet("subnet-a2", VPC, "use1-az1", "us-east-1a"))
    with pytest.raises(LimitsViolated) as refused:
        plan(desired(subnet_ids=("subnet-a2",)), current(subnets=subnets, **live()))
    assert [violation.code for violation in refused.value.violations] == ["immutable_change"]


def test_a_failed_registration_is_named_with_its_reason() -> None:
    failed = registration(state="FAILED", message="The VPC Endpoint Id does not exist")
    with pytest.raises(PrivateLinkError) as refused:
        plan(desired(), current(main=pair(interface_endpoint(), failed)))
    assert f"{VPCE} is available, registration FAILED (The VPC Endpoint Id does not exist)" in str(refused.value)
    assert "recreate_failed=true" in str(refused.value)


def test_a_failed_interface_endpoint_is_named_with_its_reason() -> None:
    failed = interface_endpoint(state="failed", last_error="no free addresses")
    with pytest.raises(PrivateLinkError) as refused:
        plan(desired(), current(dead=(pair(failed),)))
    assert f"{VPCE} is failed (no free addresses), not registered with TiDB Cloud" in str(refused.value)


def test_a_message_is_left_out_where_it_may_be_an_old_one() -> None:
    old = registration(state="ACTIVE", message="The VPC Endpoint Id does not exist")
    with pytest.raises(PrivateLinkError) as refused:
        plan(desired(), current(dead=(pair(interface_endpoint(state="rejected"), old),)))
    assert "does not exist" not in str(refused.value)


def test_a_replacement_keeps_what_the_options_omit() -> None:
    old = interface_endpoint(
        state="rejected",
        subnet_ids=("subnet-a", "subnet-b"),
        security_group_ids=("sg-1", "sg-2"),
        ip_address_type="dualstack",
        tags={**OWNED, "Name": "tidb", "team": "a", "aws:cloudformation:stack-name": "x"},
    )
    wanted = Desired(cluster_id=desired().cluster_id, vpc_endpoint_id=VPCE, recreate_failed=True)
    planned = plan(wanted, current(dead=(pair(old),)))
    creation = next(step for step in planned.steps if step.name == "create_vpc_endpoint")
    assert creation.request == {
        "vpc_id": VPC,
        "service_name": SERVICE_NAME,
        "subnet_ids": ("subnet-a", "subnet-b"),
        "security_group_ids": ("sg-1", "sg-2"),
        "ip_address_type": "dualstack",
        "tags": {**OWNED, "Name": "tidb", "team": "a"},
    }


def test_several_broken_ones_are_all_removed_before_a_new_one_is_made() -> None:
    dead = (
        pair(interface_endpoint(state="rejected")),
        pair(interface_endpoint(OTHER_VPCE, state="deleted"), registration(OTHER_VPCE)),
    )
    planned = plan(desired(recreate_failed=True), current(dead=dead))
    assert [(step.name, step.vpc_endpoint_id) for step in planned.steps][:3] == [
        ("delete_vpc_endpoint", VPCE),
        ("terminate_registration", OTHER_VPCE),
        ("create_vpc_endpoint", None),
    ]


def test_a_new_one_is_made_only_once_the_broken_one_is_gone() -> None:
    """Its private name and its place in the quota are free only then."""
    broken = current(dead=(pair(interface_endpoint(state="rejected")),))
    removal, creation, *_rest = plan(desired(recreate_failed=True), broken).steps
    assert (removal.name, creation.name) == ("delete_vpc_endpoint", "create_vpc_endpoint")
    assert creation.needs == (Condition(GONE, VPCE),)
    without_waiting = plan(desired(recreate_failed=True, wait=False), broken)
    assert [step.name for step in without_waiting.steps] == ["delete_vpc_endpoint"]


def test_without_waiting_only_the_first_of_several_changes_is_made() -> None:
    """AWS accepts one at a time."""
    wanted = desired(subnet_ids=("subnet-a", "subnet-b"), security_group_ids=("sg-1", "sg-2"), wait=False)
    assert [step.name for step in plan(wanted, current(**live())).steps] == ["add_security_groups"]


def test_a_removal_ends_the_registration_first_and_waits_until_both_are_gone() -> None:
    planned = plan(desired(state="absent"), current(**live()))
    assert [step.returned() for step in planned.steps] == [
        {
            "name": "terminate_registration",
            "target": "cluster 1379661944646413143",
            "detail": f"end the registration of {VPCE}",
        },
        {"name": "delete_vpc_endpoint", "target": VPCE, "detail": f"interface endpoint in {VPC}"},
    ]
    assert planned.steps[0] == TerminateRegistration(VPCE, (), f"cluster {CLUSTER_ID}", CONNECTION_ID)
    assert [goal.kind for goal in planned.goals] == ["gone"]


def test_a_removal_may_keep_the_interface_endpoint() -> None:
    planned = plan(desired(state="absent", keep_vpc_endpoint=True), current(**live()))
    assert [step.name for step in planned.steps] == ["terminate_registration"]
    assert [goal.kind for goal in planned.goals] == ["unregistered"]


def test_no_id_that_only_the_run_assigns_is_in_a_creation() -> None:
    for step in plan(desired(), current()).steps:
        assert step.vpc_endpoint_id is None
        assert "vpce-0" not in step.target + step.detail
