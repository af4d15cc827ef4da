# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes: within a VPC, over peering and beyond."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Interface,
    Peering,
    Route,
    RouteTable,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts
from tests.support.endpoint_literals import OTHER_VPC, VPC
from tests.support.reachability_literals import (
    LOCAL,
    SERVER_A,
    TABLE,
    WAY,
    from_away,
    from_interface,
    judged,
)

THERE, BACK = Route("10.0.0.0/16", "pcx-1"), Route("10.9.0.0/16", "pcx-1")
PEERING = Peering("pcx-1", "active", frozenset({VPC, OTHER_VPC}))


def with_routes(*routes: Route) -> Facts:
    return replace(WAY, route_tables=(replace(TABLE, routes=(LOCAL, *routes)),))


def test_in_one_vpc_the_local_route_leads_there_and_back() -> None:
    assert [judged(WAY, name)["verdict"] for name in ("route", "route_back")] == ["pass", "pass"]
    assert judged(WAY, "route")["rule"] == "10.0.0.0/16 -> local"


def test_in_one_subnet_nothing_is_routed() -> None:
    facts = replace(
        from_interface(Interface("eni-2", "subnet-a", VPC, ("10.0.11.20",), ("sg-client",))), route_tables=()
    )
    assert judged(facts, "route")["verdict"] == "pass"
    assert "no route is needed" in judged(facts, "route")["message"]


def test_the_table_of_the_subnet_itself_comes_before_the_main_one() -> None:
    own = RouteTable("rtb-own", VPC, False, ("subnet-client",), (LOCAL,))
    hop = judged(replace(WAY, route_tables=(TABLE, own)), "route")
    assert (hop["object_id"], hop["verdict"]) == ("rtb-own", "pass")


@pytest.mark.parametrize(
    ("target", "verdict", "sentence"),
    [
        ("eni-firewall", "unknown", "what happens there is unknown"),
        ("vpce-firewall", "unknown", "what happens there is unknown"),
        ("nat-1", "unknown", "what happens there is unknown"),
        ("tgw-1", "unknown", "transit gateway tgw-1, whose own routes are not checked"),
        ("igw-1", "block", "out of the VPC"),
        ("eigw-1", "block", "out of the VPC"),
    ],
)
def test_the_most_specific_route_decides(target: str, verdict: str, sentence: str) -> None:
    hop = judged(with_routes(Route("10.0.11.0/24", target), Route("0.0.0.0/0", "igw-9")), "route")
    assert (hop["verdict"], hop["rule"]) == (verdict, f"10.0.11.0/24 -> {target}")
    assert sentence in hop["message"]


def test_a_route_to_something_that_is_gone_blocks() -> None:
    hop = judged(with_routes(Route("10.0.11.0/24", "eni-gone", state="blackhole")), "route")
    assert hop["verdict"] == "block"
    assert "leads nowhere" in hop["message"]


def test_a_filtered_route_is_not_in_effect() -> None:
    filtered = Route("10.0.11.0/24", "tgw-1", state="filtered")
    assert judged(with_routes(filtered), "route")["rule"] == "10.0.0.0/16 -> local"
    alone = replace(WAY, route_tables=(replace(TABLE, routes=(filtered,)),))
    hop = judged(alone, "route")
    assert (hop["verdict"], hop["rule"]) == ("block", "10.0.11.0/24 -> tgw-1")
    assert "leads nowhere: it is filtered" in hop["message"]


STATIC, BY_LIST = Route("10.0.11.0/24", "tgw-static"), Route("pl-1", "tgw-list")
PROPAGATED = Route("10.0.11.0/24", "vgw-1", propagated=True)


@pytest.mark.parametrize(
    ("routes", "target"),
    [
        *((order, "tgw-static") for order in permutations((STATIC, BY_LIST, PROPAGATED))),
        *((order, "tgw-list") for order in permutations((BY_LIST, PROPAGATED))),
        *((order, "tgw-static") for order in permutations((STATIC, PROPAGATED))),
    ],
)
def test_of_routes_for_one_prefix_the_kind_decides_whatever_their_order(routes: tuple[Route, ...], target: str) -> None:
    facts = replace(with_routes(*routes), prefix_lists={"pl-1": ("10.0.11.0/24",)})
    assert judged(facts, "route")["rule"].endswith(f"-> {target}")


def test_a_more_specific_route_decides_whatever_its_kind() -> None:
    assert judged(with_routes(replace(PROPAGATED, destination="10.0.11.0/25"), STATIC), "route")["rule"].endswith(
        "vgw-1"
    )


def test_of_prefix_lists_with_one_range_aws_chooses_any() -> None:
    facts = with_routes(BY_LIST, Route("pl-2", "tgw-other"))
    facts = replace(facts, prefix_lists={"pl-1": ("10.0.11.0/24",), "pl-2": ("10.0.11.0/24",)})
    hop = judged(facts, "route")
    assert (hop["verdict"], "tgw-list and tgw-other" in hop["message"]) == ("unknown", True)


def test_routes_by_prefix_list_count_with_their_entries_and_are_doubtful_without() -> None:
    facts = with_routes(Route("pl-1", "tgw-1"))
    known = replace(facts, prefix_lists={"pl-1": ("10.0.11.0/24", "10.8.0.0/16")})
    elsewhere = replace(facts, prefix_lists={"pl-1": ("10.8.0.0/16",)})
    assert judged(known, "route")["rule"] == "pl-1 -> tgw-1"
    assert judged(elsewhere, "route")["verdict"] == "pass"
    assert judged(facts, "route")["verdict"] == "unknown"
    assert "pl-1, whose entries cannot be read" in judged(facts, "route")["message"]


def test_a_table_that_cannot_be_seen_is_unknown_with_the_reason() -> None:
    hop = judged(replace(WAY, route_tables=(), unread={"route tables": "Allow ec2:DescribeRouteTables."}), "route")
    assert (hop["verdict"], hop["message"]) == ("unknown", "Allow ec2:DescribeRouteTables.")


def test_over_peering_with_routes_on_both_sides_it_passes() -> None:
    facts = from_away(THERE, BACK, peerings=(PEERING,))
    assert [judged(facts, name)["verdict"] for name in ("route", "route_back")] == ["pass", "pass"]
    assert "over peering connection pcx-1" in judged(facts, "route")["message"]


@pytest.mark.parametrize(
    ("facts", "name", "verdict", "sentence"),
    [
        (
            from_away(None, BACK, peerings=(PEERING,)),
            "route",
            "block",
            f"rtb-away, the route table of subnet-away, has no route to {SERVER_A}",
        ),
        (from_away(THERE, None, peerings=(PEERING,)), "route_back", "block", "has no route to 10.9.1.25"),
        (
            from_away(THERE, BACK, peerings=(replace(PEERING, state="pending-acceptance"),)),
            "route",
            "block",
            "is pending-acceptance",
        ),
        (
            from_away(THERE, BACK, peerings=(replace(PEERING, vpc_ids=frozenset({VPC, "vpc-3"})),)),
            "route",
            "block",
            "not these VPCs",
        ),
        (from_away(THERE, BACK), "route", "unknown", "Peering connection pcx-1 cannot be seen"),
        (
            from_away(Route("10.0.0.0/8", "tgw-1"), Route("10.0.0.0/8", "tgw-1")),
            "route",
            "unknown",
            "transit gateway tgw-1",
        ),
        (from_away(Route("0.0.0.0/0", "igw-1"), BACK), "route", "block", "out of the VPC"),
        (from_away(Route("10.0.0.0/16", "local"), BACK), "route", "block", "overlap"),
    ],
    ids=[
        "no route there",
        "no route back",
        "not accepted",
        "other VPCs",
        "hidden peering",
        "transit gateway",
        "internet",
        "overlap",
    ],
)
def test_between_vpcs_the_routes_tell(facts: Facts, name: str, verdict: str, sentence: str) -> None:
    hop = judged(facts, name)
    assert hop["verdict"] == verdict
    assert sentence in hop["message"]
