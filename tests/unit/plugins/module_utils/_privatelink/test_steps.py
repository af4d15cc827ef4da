# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of step is a class: it has a name of the contract, and agrees with itself about what it changes."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.diff import options_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    AddSecurityGroups,
    Change,
    CreateVpcEndpoint,
    RegisterEndpoint,
    RemoveSecurityGroups,
    Step,
    one_by_one,
    requests_of,
)
from ansible_collections.tidbcloud.privatelink.plugins.modules import private_endpoint
from tests.support.changes import IN_PLACE
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP_ID,
    VPC,
    VPCE,
)


def kinds(of: type[Step] = Step) -> t.Iterator[type[Step]]:
    for kind in of.__subclasses__():
        yield from kinds(kind)
        if "name" in vars(kind):
            yield kind


def test_the_documentation_names_every_kind_of_step_and_no_other() -> None:
    documented = yaml.safe_load(private_endpoint.RETURN)["steps"]["contains"]["name"]["description"]
    assert sorted(re.findall(r"V\((\w+)\)", str(documented))) == sorted(kind.name for kind in kinds())


def test_every_change_in_place_is_tried_here() -> None:
    assert set(IN_PLACE) == {kind.name for kind in kinds(Change)}


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_change_in_place_agrees_with_itself(name: str) -> None:
    """The difference that it shows, whether it is in effect, and the value that it changes."""
    change, before, after = IN_PLACE[name].step, IN_PLACE[name].endpoint, IN_PLACE[name].changed
    assert change.changed(options_of(before)) == options_of(after)
    assert (change.is_in_effect(before), change.is_in_effect(after), change.is_in_effect(None)) == (False, True, False)
    assert change.value(before) != change.value(after)
    assert change.value(after) == change.goal
    assert change.action in ("CreateTags", "DeleteTags", "ModifyVpcEndpoint")
    assert change.returned()["name"] == change.name == name


def test_what_undoes_a_step_is_a_step() -> None:
    registration = RegisterEndpoint(None, (), CLUSTER_ID, GROUP_ID)
    assert registration.undone(VPCE, CONNECTION_ID).returned() == {
        "name": "terminate_registration",
        "target": f"cluster {CLUSTER_ID}",
        "detail": f"end the registration of {VPCE}",
    }
    creation = CreateVpcEndpoint(None, (), "a service", None, VPC, (), (), {})
    assert creation.undone(VPCE).returned() == {
        "name": "delete_vpc_endpoint",
        "target": VPCE,
        "detail": f"interface endpoint in {VPC}",
    }
    assert creation.lacking == ["subnet_ids", "security_group_ids"]


GROUPS = st.sets(st.sampled_from(["sg-1", "sg-2", "sg-3", "sg-4"]), min_size=1)


@given(GROUPS, GROUPS)
def test_security_groups_one_by_one_end_in_the_desired_set_and_never_exceed_what_both_sets_need(
    present: set[str], wanted: set[str]
) -> None:
    """And never without one."""
    both = (
        AddSecurityGroups(VPCE, (), tuple(sorted(wanted - present))),
        RemoveSecurityGroups(VPCE, (), tuple(sorted(present - wanted))),
    )
    groups, most = set(present), max(len(present), len(wanted), 2)
    for step in one_by_one(present, both):
        ids = set(t.cast(AddSecurityGroups, step).ids)
        assert ids.isdisjoint(groups) if isinstance(step, AddSecurityGroups) else ids <= groups
        groups = groups | ids if isinstance(step, AddSecurityGroups) else groups - ids
        assert 0 < len(groups) <= most
    assert groups == wanted


def test_more_groups_than_before_are_added_before_any_is_removed() -> None:
    both = (AddSecurityGroups(VPCE, (), ("sg-2", "sg-3", "sg-4")), RemoveSecurityGroups(VPCE, (), ("sg-1",)))
    assert [(step.name, step.detail) for step in one_by_one(["sg-1"], both)] == [
        ("add_security_groups", "sg-2, sg-3"),
        ("remove_security_groups", "sg-1"),
        ("add_security_groups", "sg-4"),
    ]


def test_only_the_groups_of_one_endpoint_are_one_request() -> None:
    add, remove = AddSecurityGroups(VPCE, (), ("sg-1",)), RemoveSecurityGroups(VPCE, (), ("sg-2",))
    other = RemoveSecurityGroups("vpce-other", (), ("sg-2",))
    assert requests_of([add, remove]) == [(add, remove)]
    assert requests_of([add, other]) == [(add,), (other,)]
    assert requests_of([remove, add]) == [(remove,), (add,)]
    assert requests_of([]) == []
