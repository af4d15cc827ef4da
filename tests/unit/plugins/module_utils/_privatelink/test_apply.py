# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import re
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.apply import Run
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    AddSecurityGroups,
    AddSubnets,
    EnablePrivateDns,
    Plan,
    RemoveSecurityGroups,
    RemoveSubnets,
    SetIpAddressType,
    Step,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitFailed,
    WaitTimedOut,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Await, Seen, Work
from tests.support.changes import IN_PLACE, InPlace
from tests.support.endpoint_literals import (
    CONNECTION_ID,
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.scripted_clouds import Clouds, refusal


def carried_out(clouds: Clouds, planned: Plan, wanted: Desired | None = None, here: Current | None = None) -> Desired:
    run = Run(wanted or desired(), here or current(), t.cast(t.Any, clouds))
    return clouds.deadline.drive(run.carry_out(planned))


def modify(step: Step | None = None) -> Plan:
    return Plan((step or EnablePrivateDns(VPCE, (), "a service"),))


def live(clouds: Clouds) -> Current:
    clouds.endpoints[VPCE] = interface_endpoint()
    clouds.registrations[VPCE] = registration()
    return current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))


def test_steps_are_done_in_order_and_the_desired_state_names_what_was_made(clouds: Clouds) -> None:
    wanted = desired(private_dns_enabled=False, wait=False)
    assert carried_out(clouds, plan(wanted, current()), wanted) == replace(wanted, vpc_endpoint_id="vpce-1")
    assert clouds.names() == ["create_vpc_endpoint", "register_endpoint", "list_registrations"]


def test_what_was_not_made_is_never_named(clouds: Clouds) -> None:
    assert carried_out(clouds, Plan()) == desired()


def test_tags_are_set_and_removed(clouds: Clouds) -> None:
    here = current(main=pair(interface_endpoint(tags={**OWNED, "old": "x"}), registration()))
    wanted = desired(tags={"new": "y"})
    carried_out(clouds, Plan(plan(wanted, here).steps), wanted, here)
    assert clouds.calls == [("create_tags", VPCE, {"new": "y"}), ("delete_tags", VPCE, ("old",))]


def test_a_removal_ends_the_registration_waits_and_deletes(clouds: Clouds) -> None:
    here = live(clouds)
    planned = plan(desired(state="absent"), here)
    run = Run(desired(state="absent"), here, t.cast(t.Any, clouds))
    work = run.carry_out(planned)
    awaited = next(work)
    assert clouds.calls == [("terminate_registration", CONNECTION_ID)]
    assert not awaited.look().done
    clouds.registrations.clear()
    assert awaited.look().done
    deletion = work.send(Seen(True, "ready"))
    assert deletion.look().done
    assert clouds.calls[-1] == ("delete_vpc_endpoint", VPCE)
    awaited = work.send(Seen(True, "ready"))
    assert not awaited.look().done
    clouds.endpoints.clear()
    assert awaited.look().done
    assert [step.name for step in run.done] == ["terminate_registration", "delete_vpc_endpoint"]


def test_a_registration_without_an_id_cannot_be_ended_yet(clouds: Clouds) -> None:
    here = current(main=pair(interface_endpoint(), registration(private_endpoint_connection_id=None)))
    with pytest.raises(PrivateLinkError, match="without an id"):
        carried_out(clouds, plan(desired(state="absent"), here), here=here)
    assert clouds.calls == []


def test_a_change_that_is_in_the_way_of_another_is_repeated(clouds: Clouds) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal("OperationInProgress")] * 2
    carried_out(clouds, modify(AddSubnets(VPCE, (), ("subnet-b",))))
    assert clouds.calls == [("modify_vpc_endpoint", VPCE, {"add_subnet_ids": ("subnet-b",)})] * 3
    assert clouds.time.slept == [0.5, 0.75]


def test_private_dns_that_is_refused_in_the_first_seconds_is_asked_for_again(clouds: Clouds) -> None:
    early = "Private DNS can only be enabled after the endpoint connection is accepted by the owner."
    clouds.refusals["modify_vpc_endpoint"] = [refusal("InvalidParameter", early)]
    carried_out(clouds, modify())
    assert len(clouds.calls) == 2


@pytest.mark.parametrize(
    "reason",
    [
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for x in the VPC y",
        "Private DNS can't be enabled because the service x does not provide a private DNS name.",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for x",
    ],
)
def test_private_dns_that_cannot_be_is_not_asked_for_again(clouds: Clouds, reason: str) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal("InvalidParameter", reason)]
    with pytest.raises(ApiError):
        carried_out(clouds, modify())
    assert len(clouds.calls) == 1


def test_a_change_without_the_permission_for_it_is_asked_for_once(clouds: Clouds) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal("UnauthorizedOperation", status=403)]
    with pytest.raises(ApiError):
        carried_out(clouds, modify(AddSubnets(VPCE, (), ("subnet-b",))))
    assert len(clouds.calls) == 1


@pytest.mark.parametrize("code", ["InvalidParameter", "DuplicateSubnetsInSameZone"])
def test_a_change_that_is_refused_twice_is_an_error(clouds: Clouds, code: str) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal(code)] * 2
    with pytest.raises(ApiError, match="refused"):
        carried_out(clouds, modify(AddSubnets(VPCE, (), ("subnet-b",))))
    assert len(clouds.calls) == 2


def test_a_change_that_is_refused_once_for_a_reason_that_nothing_shows_is_asked_for_again(clouds: Clouds) -> None:
    """Another run had changed the endpoint, and changed it back before the look after the refusal."""
    here = live(clouds)
    clouds.refusals["modify_vpc_endpoint"] = [refusal("InvalidParameter")]
    wanted = desired(subnet_ids=("subnet-a", "subnet-b"))
    carried_out(clouds, plan(wanted, here), wanted, here)
    assert clouds.endpoints[VPCE].subnet_ids == ("subnet-a", "subnet-b")


def test_a_run_that_does_not_wait_asks_once(clouds: Clouds) -> None:
    here = live(clouds)
    clouds.refusals["modify_vpc_endpoint"] = [refusal("InvalidParameter")]
    wanted = desired(subnet_ids=("subnet-a", "subnet-b"), wait=False)
    with pytest.raises(ApiError):
        carried_out(clouds, plan(wanted, here), wanted, here)


@pytest.mark.parametrize(
    ("change", "in_effect"),
    [
        (AddSubnets(VPCE, (), ("subnet-a",)), True),
        (AddSubnets(VPCE, (), ("subnet-a", "subnet-b")), False),
        (RemoveSubnets(VPCE, (), ("subnet-b",)), True),
        (RemoveSubnets(VPCE, (), ("subnet-a",)), False),
        (AddSecurityGroups(VPCE, (), ("sg-1",)), True),
        (RemoveSecurityGroups(VPCE, (), ("sg-1",)), False),
        (SetIpAddressType(VPCE, (), "dualstack", "ipv4"), False),
    ],
)
def test_refusing_what_is_already_in_effect_is_not_an_error(clouds: Clouds, change: Step, in_effect: bool) -> None:
    """Its answer was lost, and botocore sent it again."""
    live(clouds)
    clouds.refusals["modify_vpc_endpoint"] = [refusal("DuplicateSubnetsInSameZone")]
    if not in_effect:
        clouds.refusals["modify_vpc_endpoint"] *= 2
        with pytest.raises(ApiError):
            carried_out(clouds, modify(change))
    else:
        carried_out(clouds, modify(change))
        assert len(clouds.calls) == 1


def test_a_change_that_never_gets_through_names_the_last_refusal(clouds: Clouds) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal("OperationInProgress", "modify in progress")] * 999
    with pytest.raises(WaitTimedOut, match=f"AWS to accept the change of {VPCE}; last seen: modify in progress"):
        carried_out(clouds, modify())


def test_only_finished_steps_count_as_done(clouds: Clouds) -> None:
    clouds.refusals["register_endpoint"] = [refusal(status=403)]
    run = Run(desired(), current(), t.cast(t.Any, clouds))
    with pytest.raises(ApiError):
        clouds.deadline.drive(run.carry_out(plan(desired(), current())))
    assert [step.name for step in run.done] == ["create_vpc_endpoint"]


def test_the_registration_that_was_made_is_asked_for_by_its_id(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint(state="pendingacceptance")
    here = current(main=pair(clouds.endpoints[VPCE]))
    work = Run(desired(), here, t.cast(t.Any, clouds)).carry_out(plan(desired(), here))
    assert next(work).look().done
    attempt = work.send(Seen(True, "ready"))
    listed = work.send(attempt.look())
    shown = listed.look()
    clouds.registrations[VPCE] = registration()
    clouds.endpoints[VPCE] = interface_endpoint()
    assert work.send(shown).look().done
    assert clouds.names() == ["register_endpoint", "list_registrations", "get_registration"]


def test_a_change_that_is_refused_since_another_run_changed_the_endpoint_is_asked_for_at_the_end(
    clouds: Clouds,
) -> None:
    here = live(clouds)
    clouds.endpoints[VPCE] = interface_endpoint(subnet_ids=("subnet-d",))
    clouds.refusals["modify_vpc_endpoint"] = [refusal("DuplicateSubnetsInSameZone")]
    wanted = desired(subnet_ids=("subnet-b",))
    carried_out(clouds, plan(wanted, here), wanted, here)
    assert clouds.endpoints[VPCE].subnet_ids == ("subnet-b",)


# --- success is what a read after it shows -----------------------------------------------------------------------


def edited(clouds: Clouds, wanted: Desired, endpoint: InterfaceEndpoint) -> None:
    clouds.endpoints[VPCE] = endpoint
    clouds.registrations[VPCE] = registration()
    here = current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))
    carried_out(clouds, plan(wanted, here), wanted, here)


def call_of(change: InPlace) -> str:
    """The function that asks for it: create_tags for CreateTags."""
    return re.sub("(?<!^)(?=[A-Z])", "_", change.step.action).lower()


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_a_change_that_is_accepted_without_effect_is_asked_for_once_more(clouds: Clouds, change: InPlace) -> None:
    clouds.ineffective = {call_of(change): 1}
    edited(clouds, change.wanted, change.endpoint)
    assert clouds.names().count(call_of(change)) == 2
    assert sum(clouds.time.slept) < 35


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_change_that_never_has_an_effect_is_an_error_that_names_it(clouds: Clouds, name: str) -> None:
    change = IN_PLACE[name]
    clouds.ineffective = {call_of(change): 99}
    with pytest.raises(WaitFailed, match=rf"or something else changes it back\. What differs: {name}\b"):
        edited(clouds, change.wanted, change.endpoint)
    assert clouds.names().count(call_of(change)) == 3
    assert 300 <= sum(clouds.time.slept) < 315


def test_a_change_that_shows_late_is_waited_for(clouds: Clouds) -> None:
    clouds.ineffective = {"create_tags": 9}
    clouds.at[20.0] = lambda: clouds.endpoints.update({VPCE: interface_endpoint(tags={**OWNED, "stage": "test"})})
    edited(clouds, desired(tags={"stage": "test"}), interface_endpoint())
    assert clouds.names().count("create_tags") == 1


def test_what_another_run_changes_meanwhile_is_set_again_and_then_given_up_at_once(clouds: Clouds) -> None:
    rival = {**OWNED, "stage": "theirs"}
    clouds.after["create_tags"] = lambda: clouds.endpoints.update({VPCE: interface_endpoint(tags=rival)})
    with pytest.raises(
        WaitFailed, match=r"something else changes it at the same time\. What differs: set_tags stage=ours"
    ):
        edited(clouds, desired(tags={"stage": "ours"}), interface_endpoint(tags={**OWNED, "stage": "old"}))
    # The first time, the third value shows it; afterwards theirs is the old value, until it changes again.
    assert clouds.names().count("create_tags") == 5
    assert sum(clouds.time.slept) < 150


def test_a_change_that_aws_is_too_busy_for_is_asked_for_until_it_is_accepted_whatever_others_change(
    clouds: Clouds,
) -> None:
    busy = refusal("OperationInProgress")
    clouds.refusals["modify_vpc_endpoint"] = [None, busy, busy, busy]
    rival = interface_endpoint(subnet_ids=("subnet-a", "subnet-b"), security_group_ids=("sg-1", "sg-9"))
    clouds.after["modify_vpc_endpoint"] = lambda: (
        clouds.after.pop("modify_vpc_endpoint"),
        clouds.endpoints.update({VPCE: rival}),
    )
    edited(clouds, desired(subnet_ids=("subnet-b",)), interface_endpoint(subnet_ids=("subnet-a",)))
    assert clouds.endpoints[VPCE].subnet_ids == ("subnet-b",)
    assert clouds.names().count("modify_vpc_endpoint") == 6
    assert sum(clouds.time.slept) < 20


def test_what_was_in_effect_and_is_as_before_was_taken_back_and_is_set_again_soon(clouds: Clouds) -> None:
    old, ours = ({**OWNED, "stage": stage} for stage in ("old", "ours"))
    clouds.registrations[VPCE] = registration(state="PENDING")
    clouds.endpoints[VPCE] = interface_endpoint(tags=old)
    here = current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))
    clouds.at[3.0] = lambda: clouds.endpoints.update({VPCE: interface_endpoint(tags=old)})
    clouds.at[4.0] = lambda: clouds.registrations.update({VPCE: registration()})
    wanted = desired(tags={"stage": "ours"})
    carried_out(clouds, plan(wanted, here), wanted, here)
    assert clouds.endpoints[VPCE].tags == ours
    assert clouds.names().count("create_tags") == 2
    assert sum(clouds.time.slept) < 30


@pytest.mark.parametrize("seed", range(20))
def test_of_runs_that_take_each_others_changes_back_one_succeeds_at_least(
    clouds: Clouds, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each looks and acts at moments of its own."""
    draw = random.Random(seed)
    monkeypatch.setattr("random.randint", draw.randint)
    clouds.endpoints[VPCE] = interface_endpoint(tags={**OWNED, "stage": "old"}, security_group_ids=("sg-0",))
    clouds.registrations[VPCE] = registration()
    here = current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))
    works, waiting, ended = dict[int, Work[Desired]](), dict[int, tuple[Await, float]](), dict[int, bool]()
    for number in range(4):
        wanted = desired(tags={"stage": str(number)}, security_group_ids=(f"sg-{number}",))
        works[number] = Run(wanted, here, t.cast(t.Any, clouds)).carry_out(plan(wanted, here))
        waiting[number] = next(works[number]), clouds.time.now
    while waiting:
        clouds.time.sleep(0.2)
        number = draw.choice([*waiting])
        awaited, began = waiting[number]
        try:
            seen = awaited.look()
            if seen.done or (awaited.at_most is not None and clouds.time.now >= began + awaited.at_most):
                waiting[number] = works[number].send(seen), clouds.time.now
        except (StopIteration, WaitFailed) as end:
            ended[number] = isinstance(end, StopIteration)
            waiting.pop(number)
    assert any(ended.values())
    last = [number for number, succeeded in ended.items() if succeeded][-1]
    assert clouds.endpoints[VPCE].tags["stage"] == str(last)
    assert clouds.endpoints[VPCE].security_group_ids == (f"sg-{last}",)


@pytest.mark.parametrize("call", ["terminate_registration", "delete_vpc_endpoint"])
def test_a_removal_that_is_accepted_without_effect_is_asked_for_once_more(clouds: Clouds, call: str) -> None:
    here = live(clouds)
    clouds.ineffective = {call: 1}
    clouds.at[40.0] = clouds.registrations.clear
    clouds.at[80.0] = clouds.endpoints.clear
    carried_out(clouds, plan(desired(state="absent"), here), desired(state="absent"), here)
    assert clouds.names().count(call) == 2


def test_a_deletion_that_is_refused_because_it_is_done_already_is_done(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint()
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.refusals["delete_vpc_endpoint"] = [refusal("InvalidState")]
    clouds.endpoints[VPCE] = interface_endpoint(state="deleting")
    clouds.at[5.0] = clouds.endpoints.clear
    carried_out(clouds, plan(desired(state="absent"), here), desired(state="absent"), here)
    assert clouds.names().count("delete_vpc_endpoint") == 1


# --- security groups at the limit ----------------------------------------------------------------------------------

ADDED, REMOVED = ("sg-4", "sg-5", "sg-6"), ("sg-1", "sg-2", "sg-3")
AT_ONCE = {"add_security_group_ids": ADDED, "remove_security_group_ids": REMOVED}


def replaced_groups(
    clouds: Clouds, refusals: t.Sequence[ApiError | None], done: list[Step] | None = None, **options: t.Any
) -> list[Step]:
    clouds.endpoints[VPCE] = interface_endpoint(security_group_ids=REMOVED)
    clouds.registrations[VPCE] = registration()
    here = current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))
    clouds.refusals["modify_vpc_endpoint"] = list(refusals)
    wanted = desired(security_group_ids=ADDED, **options)
    run = Run(wanted, here, t.cast(t.Any, clouds), done)
    clouds.deadline.drive(run.carry_out(plan(wanted, here)))
    return run.done


@pytest.mark.parametrize("wait", [True, False])
def test_security_groups_are_replaced_in_one_call_and_two_steps(clouds: Clouds, wait: bool) -> None:
    done = replaced_groups(clouds, [], wait=wait)
    assert [step.name for step in done] == ["add_security_groups", "remove_security_groups"]
    assert [call for call in clouds.calls if call[0] == "modify_vpc_endpoint"] == [
        ("modify_vpc_endpoint", VPCE, AT_ONCE)
    ]
    assert clouds.endpoints[VPCE].security_group_ids == ADDED


LIMITS = [
    (
        "SecurityGroupsPerInterfaceLimitExceeded",
        "The maximum number of security groups per interface has been reached.",
    ),
    ("InvalidParameterValue", "user 1 exceeded limit 5 on the number of interface security group memberships"),
]


@pytest.mark.parametrize(("code", "message"), LIMITS)
def test_security_groups_that_aws_does_not_replace_at_once_are_replaced_one_by_one(
    clouds: Clouds, code: str, message: str
) -> None:
    done = replaced_groups(clouds, [refusal(code, message), None, refusal("OperationInProgress"), None])
    assert [step.name for step in done] == ["add_security_groups", "remove_security_groups"]
    asked = [call[2] for call in clouds.calls if call[0] == "modify_vpc_endpoint"]
    add, remove = "add_security_group_ids", "remove_security_group_ids"
    assert asked == [
        AT_ONCE,
        {remove: ("sg-1",)},
        {add: ("sg-4",)},
        {add: ("sg-4",)},
        {remove: ("sg-2",)},
        {add: ("sg-5",)},
        {remove: ("sg-3",)},
        {add: ("sg-6",)},
    ]
    assert clouds.endpoints[VPCE].security_group_ids == ADDED


def test_what_was_replaced_before_an_error_is_done(clouds: Clouds) -> None:
    done: list[Step] = []
    with pytest.raises(ApiError):
        replaced_groups(clouds, [refusal(*LIMITS[0]), None, refusal("UnauthorizedOperation", status=403)], done)
    assert [(step.name, step.detail) for step in done] == [("remove_security_groups", "sg-1")]


def test_a_replacement_without_effect_is_asked_for_again_in_one_call(clouds: Clouds) -> None:
    clouds.ineffective = {"modify_vpc_endpoint": 1}
    replaced_groups(clouds, [])
    assert clouds.calls.count(("modify_vpc_endpoint", VPCE, AT_ONCE)) == 2


# --- busy, and names that become free ------------------------------------------------------------------------------

IDEMPOTENT = f"Cannot modify VPC Endpoint {VPCE} at this time because there is an idempotent operation going on"


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_an_operation_that_is_going_on_is_waited_for_by_every_change(clouds: Clouds, change: InPlace) -> None:
    clouds.refusals[call_of(change)] = [refusal("InvalidParameter", IDEMPOTENT)] * 5
    edited(clouds, change.wanted, change.endpoint)
    assert clouds.names().count(call_of(change)) == 6


def test_an_operation_that_is_going_on_is_waited_for_by_a_deletion(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint()
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.refusals["delete_vpc_endpoint"] = [refusal("InvalidParameter", IDEMPOTENT)] * 5
    clouds.at[15.0] = clouds.endpoints.clear
    carried_out(clouds, plan(desired(state="absent"), here), desired(state="absent"), here)
    assert clouds.names().count("delete_vpc_endpoint") == 6


CONFLICT = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for x in the VPC y"


def enabled_dns(
    clouds: Clouds,
    holder: InterfaceEndpoint | None,
    code: str = "InvalidParameter",
    refusals: int = 8,
    **options: t.Any,
) -> None:
    clouds.refusals["modify_vpc_endpoint"] = [refusal(code, CONFLICT)] * refusals
    if holder:
        clouds.endpoints[OTHER_VPCE] = holder
    clouds.endpoints[VPCE] = interface_endpoint(private_dns_enabled=False)
    clouds.registrations[VPCE] = registration()
    here = current(main=pair(clouds.endpoints[VPCE], clouds.registrations[VPCE]))
    wanted = desired(**options)
    carried_out(clouds, plan(wanted, here), wanted, here)


@pytest.mark.parametrize("code", ["InvalidParameter", "ConflictingDomainExists"])
@pytest.mark.parametrize("state", ["deleting", "deleted"])
def test_a_private_name_whose_holder_is_being_deleted_is_waited_for(clouds: Clouds, state: str, code: str) -> None:
    enabled_dns(clouds, interface_endpoint(OTHER_VPCE, state=state, private_dns_enabled=False), code)
    assert clouds.endpoints[VPCE].private_dns_enabled


@pytest.mark.parametrize(
    "holder",
    [
        None,
        interface_endpoint(OTHER_VPCE),
        interface_endpoint(OTHER_VPCE, state="deleting", vpc_id=OTHER_VPC),
        interface_endpoint(OTHER_VPCE, state="deleted", service_name="com.amazonaws.us-east-1.s3"),
    ],
    ids=["a zone", "a live one", "another VPC", "another service"],
)
def test_a_private_name_that_stays_taken_is_an_error_at_once(clouds: Clouds, holder: InterfaceEndpoint | None) -> None:
    with pytest.raises(ApiError, match="conflicting"):
        enabled_dns(clouds, holder)
    assert clouds.names().count("modify_vpc_endpoint") == 1


def test_a_private_name_that_stays_taken_after_its_holder_was_deleted_is_an_error(clouds: Clouds) -> None:
    holder = interface_endpoint(OTHER_VPCE, state="deleted", private_dns_enabled=False)
    with pytest.raises(ApiError, match="conflicting"):
        enabled_dns(clouds, holder, refusals=99)
    assert 20 < sum(clouds.time.slept) < 90


def test_a_run_that_does_not_wait_does_not_wait_for_a_name(clouds: Clouds) -> None:
    with pytest.raises(ApiError, match="conflicting"):
        enabled_dns(clouds, interface_endpoint(OTHER_VPCE, state="deleting"), wait=False)


def test_a_deletion_in_the_way_of_another_runs_change_is_repeated(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint()
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.refusals["delete_vpc_endpoint"] = [refusal("OperationInProgress")] * 2
    clouds.at[5.0] = clouds.endpoints.clear
    carried_out(clouds, plan(desired(state="absent"), here), desired(state="absent"), here)
    assert clouds.names().count("delete_vpc_endpoint") == 3


# --- races ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["OperationInProgress", "IncorrectState", "InvalidVpcEndpointId.NotFound"])
def test_an_edit_of_what_another_run_deletes_says_so_at_once(clouds: Clouds, code: str) -> None:
    here = live(clouds)
    clouds.refusals["modify_vpc_endpoint"] = [refusal(code)] * 999
    if code.endswith("NotFound"):
        clouds.endpoints.clear()
    else:
        clouds.endpoints[VPCE] = interface_endpoint(state="deleting")
    with pytest.raises(WaitFailed, match=f"{VPCE} is (deleting|no longer listed): another run"):
        carried_out(clouds, modify(), here=here)
    # What is not found may be new: that takes several answers.
    assert sum(clouds.time.slept) < (5 if code.endswith("NotFound") else 0.1)


def test_an_edit_of_what_is_new_and_not_found_for_some_seconds_is_asked_for_again(clouds: Clouds) -> None:
    """AWS listed it, and then answers from a copy that does not have it yet."""
    here = live(clouds)
    endpoint = clouds.endpoints.pop(VPCE)
    clouds.refusals["create_tags"] = [refusal("InvalidVpcEndpointId.NotFound")] * 3
    clouds.at[2.0] = lambda: clouds.endpoints.update({VPCE: endpoint})
    wanted = desired(tags={"stage": "test"})
    carried_out(clouds, plan(wanted, here), wanted, here)
    assert clouds.endpoints[VPCE].tags["stage"] == "test"


@pytest.mark.parametrize("state", ["deleting", None])
def test_a_registration_is_withdrawn_where_another_run_deletes_its_endpoint(clouds: Clouds, state: str | None) -> None:
    clouds.endpoints[VPCE] = interface_endpoint(state="pendingacceptance")
    here = current(main=pair(clouds.endpoints[VPCE]))
    gone = {VPCE: interface_endpoint(state=state)} if state else {}
    clouds.after["register_endpoint"] = lambda: setattr(clouds, "endpoints", gone)
    with pytest.raises(WaitFailed, match="another run, or somebody in AWS, deletes it"):
        carried_out(clouds, plan(desired(), here), here=here)
    assert clouds.calls[-1] == ("terminate_registration", CONNECTION_ID)
    assert sum(clouds.time.slept) < 5


def test_a_registration_that_another_run_made_is_not_withdrawn(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint(state="pendingacceptance")
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.registrations[VPCE] = registration(state="PENDING")
    clouds.refusals["register_endpoint"] = [refusal("6", "already registered")]
    clouds.after["list_registrations"] = lambda: clouds.endpoints.update({VPCE: interface_endpoint(state="deleting")})
    with pytest.raises(WaitFailed):
        carried_out(clouds, plan(desired(), here), here=here)
    assert "terminate_registration" not in clouds.names()


def test_a_registration_that_cannot_be_withdrawn_is_named(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint(state="pendingacceptance")
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.after["register_endpoint"] = lambda: clouds.endpoints.update({VPCE: interface_endpoint(state="deleting")})
    clouds.refusals["terminate_registration"] = [refusal(message="not now")]
    with pytest.raises(WaitFailed, match=f"Its registration {CONNECTION_ID} may be left.*not now"):
        carried_out(clouds, plan(desired(), here), here=here)


def test_nothing_is_registered_of_an_endpoint_that_another_run_deletes_already(clouds: Clouds) -> None:
    clouds.endpoints[VPCE] = interface_endpoint(state="pendingacceptance")
    here = current(main=pair(clouds.endpoints[VPCE]))
    clouds.endpoints[VPCE] = interface_endpoint(state="deleting")
    with pytest.raises(WaitFailed):
        carried_out(clouds, plan(desired(), here), here=here)
    assert clouds.calls == []
