# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan changes, in the user's options: from the plan alone, so that check mode shows the same."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.diff import difference, options_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    RegisterEndpoint,
    Step,
    TerminateRegistration,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.changes import OTHERWISE
from tests.support.endpoint_literals import (
    OTHER_VPCE,
    OWNED,
    SUBNETS,
    VPC,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

FAILED = registration(state="FAILED")
FINISHED = current(main=pair(interface_endpoint(), registration()))


def diff(wanted: Desired, here: Current) -> dict[str, dict[str, t.Any]]:
    return difference(plan(wanted, here), here)


def test_a_creation_is_from_nothing_to_the_options() -> None:
    assert diff(desired(subnet_ids=("subnet-b", "subnet-a"), name="tidb"), current()) == {
        "before": {"state": "absent", "monthly_cost_usd": 0.0},
        "after": {
            "state": "present",
            "vpc_id": VPC,
            "subnet_ids": ["subnet-a", "subnet-b"],
            "security_group_ids": ["sg-1"],
            "private_dns_enabled": True,
            "tags": dict(sorted({**OWNED, "Name": "tidb"}.items())),
            "monthly_cost_usd": 14.6,
        },
    }


def test_subnets_that_a_play_makes_later_cost_what_they_will() -> None:
    nowhere = desired(vpc_id=None, subnet_ids=None, security_group_ids=None, allow_missing_network=True)
    costs = [
        difference(plan(wanted, here), here, wanted.planned_subnets)["after"]["monthly_cost_usd"]
        for wanted, here in (
            (nowhere, current()),
            (replace(nowhere, planned_subnets=3), current()),
            (replace(nowhere, planned_subnets=3), FINISHED),
            (
                replace(nowhere, planned_subnets=2, recreate_failed=True),
                current(main=pair(interface_endpoint(), FAILED)),
            ),
        )
    ]
    assert costs == [None, 21.9, 21.9, 14.6]


def test_a_change_shows_only_what_changes() -> None:
    change = diff(desired(subnet_ids=("subnet-a", "subnet-b"), tags={"a": "1"}), FINISHED)
    differing = {key for key in change["after"] if change["before"].get(key) != change["after"][key]}
    assert differing == {"subnet_ids", "tags", "monthly_cost_usd"}


def test_a_removal_leaves_nothing_and_costs_nothing() -> None:
    change = diff(desired(state="absent"), FINISHED)
    assert change["before"]["vpc_id"] == VPC
    assert change["before"]["monthly_cost_usd"] == 7.3
    assert change["after"] == {"state": "absent", "monthly_cost_usd": 0.0}


def test_an_endpoint_that_is_kept_goes_on_costing() -> None:
    change = diff(desired(state="absent", keep_vpc_endpoint=True), FINISHED)
    assert change["after"] == {**change["before"], "state": "absent"}


def test_what_is_left_of_dead_ones_costs_until_it_is_removed() -> None:
    here = current(
        dead=(pair(interface_endpoint(state="rejected")), pair(interface_endpoint(OTHER_VPCE, state="failed")))
    )
    assert diff(desired(state="absent"), here) == {
        "before": {"state": "absent", "monthly_cost_usd": 14.6},
        "after": {"state": "absent", "monthly_cost_usd": 0.0},
    }


def test_a_replacement_keeps_what_the_options_omit() -> None:
    old = interface_endpoint(state="rejected", **OTHERWISE)
    omitted = desired(recreate_failed=True, **dict.fromkeys(OTHERWISE))
    after = diff(omitted, current(dead=(pair(old),)))["after"]
    assert {option: after[option] for option in OTHERWISE} == {option: options_of(old)[option] for option in OTHERWISE}


def test_no_id_that_the_run_assigns_is_in_a_difference() -> None:
    assert "vpce-" not in str(diff(desired(state="absent"), FINISHED)) + str(diff(desired(), FINISHED))


def test_there_is_a_difference_exactly_where_there_are_steps() -> None:
    states = [None, "pendingacceptance", "available", "rejected", "deleting", "deleted"]
    rows = [None, "DISCOVERED", "PENDING", "ACTIVE", "DELETING", "FAILED"]
    several = [
        desired(),
        desired(private_dns_enabled=False),
        desired(subnet_ids=("subnet-b",), security_group_ids=("sg-2",)),
        desired(subnet_ids=None, security_group_ids=None, tags={}, name="tidb"),
        desired(recreate_failed=True),
        desired(state="absent"),
        desired(state="absent", keep_vpc_endpoint=True),
    ]
    for state, row, wanted, wait in itertools.product(states, rows, several, (True, False)):
        endpoint = interface_endpoint(state=state, subnet_ids=("subnet-a",)) if state else None
        half = pair(endpoint, registration(state=row) if row else None)
        is_live = endpoint is not None and endpoint.is_live
        here = current(main=half if is_live else None, dead=() if is_live or not endpoint else (half,), subnets=SUBNETS)
        try:
            planned = plan(replace(wanted, wait=wait), here)
        except PrivateLinkError:
            continue
        change = difference(planned, here)
        # A registration is not an option: adding it makes no difference, nor does ending that of a dead endpoint.
        silent: type[Step] = RegisterEndpoint if is_live else TerminateRegistration
        assert (change["before"] != change["after"]) == any(not isinstance(step, silent) for step in planned.steps), (
            state,
            row,
            wanted,
            wait,
        )


def test_a_run_that_does_not_wait_shows_only_what_it_does() -> None:
    change = diff(desired(wait=False), current())
    assert change["after"]["private_dns_enabled"] is False
    pending = current(
        main=pair(interface_endpoint(state="pendingacceptance", private_dns_enabled=False), registration())
    )
    unchanged = diff(desired(wait=False), pending)
    assert unchanged["before"] == unchanged["after"]


def test_a_removal_that_is_under_way_changes_nothing() -> None:
    deleting = current(dead=(pair(interface_endpoint(state="deleting")),))
    unchanged = diff(desired(state="absent"), deleting)
    assert unchanged["before"] == unchanged["after"]
