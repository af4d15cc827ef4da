# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener of a network load balancer, and its target group, against the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws import balancers
from tests.support.balancer_side import ADDRESS, OTHER, Side, names
from tests.support.customer import Customer, Result
from tests.support.violation_codes import reported

ROOM = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "_listener"
BROKEN = {
    "ambiguous_match",
    "deletion_protected",
    "immutable_change",
    "load_balancer_not_active",
    "load_balancer_not_found",
    "load_balancer_not_network",
    "port_in_use",
    "region_mismatch",
    "target_group_in_use",
    "target_group_not_found",
    "vpc_mismatch",
}
READS = ["DescribeListeners", "DescribeLoadBalancers", "DescribeTags", "DescribeTargetGroups", "DescribeTargetHealth"]


def codes(result: Result) -> list[str]:
    assert result["failed"]
    return [violation["code"] for violation in result["violations"]]


@pytest.fixture
def side(customer: Customer) -> Side:
    return Side(customer)


def test_a_listener_is_made_edited_and_removed_each_as_check_mode_says(side: Side) -> None:
    made = side.done(["create_target_group", "register_targets", "create_listener"], targets=[ADDRESS])
    assert (made["port"], made["target_type"], made["managed"]) == (
        4000,
        "ip",
        {"listener": True, "target_group": True},
    )
    assert [(one["id"], one["port"], one["state"]) for one in made["targets"]] == [("10.7.0.10", 4000, "healthy")]
    side.done(["register_targets", "deregister_targets"], targets=[OTHER])
    side.done(["register_targets"], targets=[ADDRESS], purge_targets=False)
    side.done(["set_health_check"], health_check={"protocol": "HTTP", "port": "10080", "path": "/status"})
    side.done(["set_tags", "set_tags"], tags={"team": "data"})
    side.done(["remove_tags", "remove_tags"], tags={})
    moved = side.done(["set_listener"], port=4001)
    assert (moved["port"], moved["target_port"], side.there) == (4001, 4000, (1, 1))
    side.done(["deregister_targets"], targets=[], port=4001)
    side.done(["delete_listener", "delete_target_group"], state="absent")
    assert side.there == (0, 0)


def test_what_cannot_be_changed_of_a_target_group_gets_a_new_one(side: Side) -> None:
    first = side.done(["create_target_group", "register_targets", "create_listener"], targets=[ADDRESS])
    expected = ["create_target_group", "register_targets", "set_listener", "delete_target_group"]
    second = side.done(expected, targets=[ADDRESS], target_port=4001)
    assert second["target_group_arn"] != first["target_group_arn"]
    assert (side.there, side.registered(second["target_group_arn"])) == ((1, 1), ["10.7.0.10"])


def test_an_unchanged_run_takes_five_calls(side: Side) -> None:
    side.run(targets=[ADDRESS])
    side.run(targets=[ADDRESS])
    assert sorted(entry.call for entry in side.customer.requests) == READS


def test_a_load_balancer_is_found_by_its_tags(side: Side) -> None:
    side.elb.add_tags(ResourceArns=[side.arn], Tags=[{"Key": "service", "Value": "orders"}])
    options: dict[str, Any] = {"load_balancer_arn": None, "load_balancer_tags": {"service": "orders"}}
    side.done(["create_target_group", "register_targets", "create_listener"], targets=[ADDRESS], **options)
    other = side.provider.balancer("more", port=None)
    side.elb.add_tags(ResourceArns=[other], Tags=[{"Key": "service", "Value": "orders"}])
    assert codes(side.run(**options)) == ["ambiguous_match"]


def test_what_was_made_by_hand_is_used_and_left(side: Side) -> None:
    group = side.by_hand()
    used = side.done(["register_targets"], targets=[ADDRESS], tags={"team": "data"}, health_check={"interval": 60})
    assert used["managed"] == {"listener": False, "target_group": False}
    assert side.registered(group) == ["10.7.0.10", "10.7.0.99"]
    absent = side.run(state="absent", load_balancer_arn=side.arn)
    assert (names(absent), side.writes, side.there) == ([], [], (1, 1))
    assert absent["left"] == ["left the listener on port 4000 of the load balancer orders, which was not made by it"]


def test_a_target_group_that_was_made_by_hand_is_used_and_left(side: Side) -> None:
    asked = {"Name": "hand", "Protocol": "TCP", "Port": 4000, "VpcId": side.provider.network.vpc_id}
    group = side.elb.create_target_group(**asked, TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    side.done(["register_targets", "create_listener"], target_group_arn=group, targets=[ADDRESS])
    side.done(["delete_listener"], state="absent")
    assert (side.there, side.registered(group)) == ((0, 1), ["10.7.0.10"])


def test_of_a_target_group_to_which_another_listener_forwards_only_the_own_listener_goes(side: Side) -> None:
    made = side.run(targets=[ADDRESS])["load_balancer_listener"]
    forward = [{"Type": "forward", "TargetGroupArn": made["target_group_arn"]}]
    side.elb.create_listener(LoadBalancerArn=side.arn, Protocol="TCP", Port=5000, DefaultActions=forward)
    absent = side.run(state="absent")
    assert names(absent) == ["delete_listener"]
    assert side.there == (1, 1)
    assert "to which the listener on port 5000 forwards" in absent["left"][0]


def test_each_name_has_its_own_and_removing_one_leaves_the_others(side: Side) -> None:
    side.run(targets=[ADDRESS])
    assert codes(side.run(name="billing", targets=[ADDRESS])) == ["port_in_use"]
    assert names(side.run(name="billing", port=4001, targets=[ADDRESS]))
    other = side.provider.balancer("more", port=None)
    assert names(side.run(load_balancer_arn=other, targets=[ADDRESS]))
    side.done(["delete_listener", "delete_target_group"], state="absent", name="billing")
    expected = ["delete_listener", "delete_listener", "delete_target_group", "delete_target_group"]
    side.done(expected, state="absent")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"load_balancer_arn": "gone"}, "load_balancer_not_found"),
        ({"load_balancer_arn": "elsewhere"}, "region_mismatch"),
        ({"vpc_id": "vpc-0123456789abcdef0"}, "vpc_mismatch"),
        ({"target_group_arn": "gone"}, "target_group_not_found"),
        ({"targets": [{"id": "i-0123456789abcdef0"}], "port": 4002}, "immutable_change"),
        ({"targets": [ADDRESS], "port": 4003}, "port_in_use"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_touched(side: Side, options: dict[str, Any], code: str) -> None:
    side.by_hand(4002)
    forward = [{"Type": "forward", "TargetGroupArn": side.by_hand(4004, "udp")}]
    side.elb.create_listener(LoadBalancerArn=side.arn, Protocol="UDP", Port=4003, DefaultActions=forward)
    known = {
        "gone": side.arn.replace("/orders/", "/gone/"),
        "elsewhere": side.arn.replace("us-east-1", "eu-west-1"),
    }
    asked: dict[str, Any] = {
        key: known.get(value, value) if isinstance(value, str) else value for key, value in options.items()
    }
    if "target_group_arn" in asked:
        asked["target_group_arn"] = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789ab"
    given: Any = asked
    assert codes(side.run(**given)) == [code]
    assert side.writes == []


def test_a_deletion_that_is_protected_is_refused(side: Side) -> None:
    side.run(targets=[ADDRESS], tags={"deletion-protection": "true"})
    assert codes(side.run(state="absent")) == ["deletion_protected", "deletion_protected"]
    assert side.there == (1, 1)


def test_only_a_network_load_balancer_that_works_gets_a_listener(side: Side) -> None:
    subnets = list(side.provider.network.subnet_ids[:2])
    web = side.elb.create_load_balancer(Name="web", Type="application", Scheme="internal", Subnets=subnets)
    arn = web["LoadBalancers"][0]["LoadBalancerArn"]
    assert codes(side.run(load_balancer_arn=arn, targets=[ADDRESS])) == ["load_balancer_not_network"]
    balancers.force_state(side.arn, "failed")
    assert codes(side.run(targets=[ADDRESS])) == ["load_balancer_not_active"]
    assert (side.writes, side.there) == ([], (0, 0))


def test_the_target_group_of_another_load_balancer_is_not_used(side: Side) -> None:
    (listener,) = side.elb.describe_listeners(LoadBalancerArn=side.provider.balancer("other"))["Listeners"]
    group = listener["DefaultActions"][0]["TargetGroupArn"]
    assert codes(side.run(target_group_arn=group)) == ["target_group_in_use"]
    assert side.writes == []


def test_the_rooms_of_listeners_tell_exactly_the_codes_that_are_broken_here() -> None:
    assert set(reported(ROOM)) == BROKEN
