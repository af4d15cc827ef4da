# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet's result names every failure, and what differs of each item that changes."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.report import Ended, report
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import Outcome
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    OTHER_VPC,
    VPC,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)


def ended(note: str = "", *, there: bool = False, **wanted: t.Any) -> Ended:
    """An item as it is planned; `there`: for a private endpoint that is finished."""
    found = {"main": pair(interface_endpoint(), registration())} if there else {}
    before, own = current(**found), desired(**wanted)
    return Ended(Outcome(own, before, before, plan(own, before)), note=note)


def failed(message: str) -> Ended:
    return Ended(error=PrivateLinkError(message))


def test_every_failed_item_is_named_and_a_reason_that_several_share_is_said_once() -> None:
    returned = report([failed("It is full."), ended(there=True), failed("It is wrong."), failed("It is full.")])
    assert returned["summary"] == {"ok": 1, "changed": 0, "failed": 3}
    assert returned["msg"] == (
        "3 of 4 private endpoints failed. Item 1: It is full. Item 3: It is wrong. Item 4: as item 1."
    )


def test_of_many_reasons_the_first_are_quoted_and_no_item_is_left_out() -> None:
    reasons = [failed(f"Option {number} is wrong. {'x' * 5000}") for number in range(700)]
    said = report([*reasons, ended(), *reasons[:2]])["msg"]
    assert [f"Item {number}: Option {number - 1} is wrong." in said for number in range(1, 11)] == [True] * 10
    assert said.endswith("Items 11 to 700, 702, 703: see results.")
    assert len(said) <= 4_000
    assert report([failed("It is full.")] * 11)["msg"].endswith("Item 10: as item 1. Item 11: see results.")


def test_a_single_reason_is_quoted_in_full() -> None:
    assert report([failed("x" * 2500)])["msg"].endswith(f"Item 1: {'x' * 2500}")


def test_what_differs_is_returned_for_each_item_that_changes_with_the_cost_of_all() -> None:
    removed = ended(there=True, vpc_id=OTHER_VPC, state="absent")
    returned = report([ended(there=True), failed("It is full."), ended(), removed])
    before, after = (returned["diff"][side] for side in ("before", "after"))
    # The second is where it was found, whatever the options say.
    made, gone = f"3: cluster {CLUSTER_ID} in {VPC}", f"4: cluster {CLUSTER_ID} in {VPC}"
    assert set(before) == set(after) == {made, gone, "monthly_cost_usd"}
    assert (before[made]["state"], after[made]["state"]) == ("absent", "present")
    assert (before[gone]["state"], after[gone]["state"]) == ("present", "absent")
    assert (before["monthly_cost_usd"], after["monthly_cost_usd"]) == (7.3, 7.3)


def test_a_price_that_is_not_known_makes_the_sum_unknown() -> None:
    own = desired()
    before = current(region="xx-nowhere-1")
    unknown = Ended(Outcome(own, before, before, plan(own, before)))
    assert report([ended(), unknown])["diff"]["after"]["monthly_cost_usd"] is None


def test_without_changes_and_where_nothing_was_touched_there_is_no_difference() -> None:
    nothing: dict[str, t.Any] = {"before": {}, "after": {}}
    assert report([ended(there=True)])["diff"] == nothing
    spared = report([ended("Not touched."), failed("It is full.")])
    assert spared["diff"] == nothing
    assert spared["results"][0]["diff"]["before"] == spared["results"][0]["diff"]["after"]
