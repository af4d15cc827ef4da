# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every order of subnet changes is applied to an interface endpoint that refuses what AWS refuses."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import subnet_changes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import AddSubnets, RemoveSubnets
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated

ZONES = {f"subnet-{zone}{number}": zone for zone in "abcd" for number in range(3)}


@st.composite
def subnet_sets(draw: st.DrawFn) -> frozenset[str]:
    """Subnets of an interface endpoint: at least one, no two in one zone."""
    zones = draw(st.sets(st.sampled_from("abcd"), min_size=1))
    return frozenset(f"subnet-{zone}{draw(st.integers(0, 2))}" for zone in zones)


def applied(present: frozenset[str], wanted: frozenset[str]) -> set[str]:
    """The subnets after all changes; fails if AWS would have refused one."""
    subnets = set(present)
    for kind, ids in subnet_changes(present, wanted, ZONES):
        adding = kind is AddSubnets
        assert ids
        assert len(set(ids)) == len(ids)
        assert not set(ids) & subnets if adding else set(ids) <= subnets
        if adding:
            subnets |= set(ids)
        else:
            subnets -= set(ids)
        assert subnets, "the last subnet was removed"
        zones = [ZONES[subnet_id] for subnet_id in subnets]
        assert len(zones) == len(set(zones)), "two subnets lay in one zone"
    return subnets


def is_impossible(present: frozenset[str], wanted: frozenset[str]) -> bool:
    """The only subnet swapped within its zone."""
    zones = {ZONES[subnet_id] for subnet_id in present | wanted}
    return len(present) == len(wanted) == len(zones) == 1 and present != wanted


@given(subnet_sets(), subnet_sets())
def test_every_order_ends_in_the_wanted_set_and_never_breaks_a_rule_of_aws(
    present: frozenset[str], wanted: frozenset[str]
) -> None:
    assume(not is_impossible(present, wanted))
    assert applied(present, wanted) == wanted


@given(subnet_sets())
def test_the_wanted_set_needs_no_change(subnets: frozenset[str]) -> None:
    assert subnet_changes(subnets, subnets, ZONES) == []


@given(subnet_sets(), subnet_sets())
def test_no_subnet_that_stays_is_touched_and_none_is_touched_twice(
    present: frozenset[str], wanted: frozenset[str]
) -> None:
    assume(not is_impossible(present, wanted))
    touched = [subnet_id for _adding, ids in subnet_changes(present, wanted, ZONES) for subnet_id in ids]
    assert sorted(touched) == sorted(present ^ wanted)


def test_the_only_subnet_swapped_within_its_zone_is_refused_with_the_way_through_another_zone() -> None:
    with pytest.raises(LimitsViolated) as refused:
        subnet_changes(["subnet-a0"], ["subnet-a1"], ZONES)
    (violation,) = refused.value.violations
    assert violation.code == "immutable_change"
    assert "subnet-a0" in violation.message
    assert "subnet-a1" in violation.message
    assert "another zone" in violation.remedy


def test_a_new_zone_is_added_before_an_old_one_goes_so_that_the_endpoint_stays_reachable() -> None:
    changes = [(AddSubnets, ("subnet-b0",)), (RemoveSubnets, ("subnet-a0",))]
    assert subnet_changes(["subnet-a0"], ["subnet-b0"], ZONES) == changes


def test_a_swap_within_a_zone_removes_first() -> None:
    changes = subnet_changes(["subnet-a0", "subnet-b0"], ["subnet-a1", "subnet-b0"], ZONES)
    assert changes == [(RemoveSubnets, ("subnet-a0",)), (AddSubnets, ("subnet-a1",))]


def test_subnets_whose_zones_are_not_known_are_added_before_others_go() -> None:
    assert subnet_changes(["old"], ["new"], {}) == [(AddSubnets, ("new",)), (RemoveSubnets, ("old",))]
