# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of a network that the role made goes what nothing else uses, and only that."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.leftovers import (
    has_twins,
    removable,
    twins,
    with_tags,
)

OWN = {"Name": "tidbcloud-1", "tidbcloud:cluster-id": "1"}
STEPS = [{"name": "delete_vpc_endpoint", "target": "vpce-1"}]


def found(**more: t.Any) -> dict[str, t.Any]:
    """A VPC that the role made, with a subnet and a group in it, and the endpoint that this run has deleted."""
    network: dict[str, list[t.Any]] = {
        "vpc_ids": ["vpc-1"],
        "subnets": [{"subnet_id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.42.0.0/19", "tags": OWN}],
        "security_groups": [
            {"group_id": "sg-0", "group_name": "default", "vpc_id": "vpc-1", "tags": {}, "ip_permissions": []},
            {"group_id": "sg-1", "group_name": "tidbcloud-1", "vpc_id": "vpc-1", "tags": OWN, "ip_permissions": []},
        ],
        "endpoints": [{"vpc_endpoint_id": "vpce-1", "state": "available", "vpc_id": "vpc-1"}],
        "interfaces": [],
    }
    return {**network, **{key: [*network[key], *value] for key, value in more.items()}}


def fate(**more: t.Any) -> dict[str, bool]:
    judged = removable(found(**more), OWN, STEPS)
    return {one["id"]: one["is_unused"] for kind in ("security_groups", "subnets", "vpcs") for one in judged[kind]}


def interface(description: str = "", group: str = "sg-9", subnet: str = "subnet-1") -> dict[str, t.Any]:
    groups = [{"group_id": group}]
    return {"id": "eni-1", "description": description, "vpc_id": "vpc-1", "subnet_id": subnet, "groups": groups}


def test_all_goes_where_nothing_else_is_there() -> None:
    assert fate() == {"sg-1": True, "subnet-1": True, "vpc-1": True}


def test_what_a_network_interface_of_others_is_in_stays() -> None:
    assert fate(interfaces=[interface()]) == {"sg-1": True, "subnet-1": False, "vpc-1": False}
    assert fate(interfaces=[interface(group="sg-1", subnet="subnet-9")])["sg-1"] is False


def test_an_interface_of_an_endpoint_that_goes_is_waited_for_and_uses_nothing() -> None:
    going = interface("VPC Endpoint Interface vpce-1", group="sg-1")
    assert fate(interfaces=[going]) == {"sg-1": True, "subnet-1": True, "vpc-1": True}
    assert removable(found(interfaces=[going]), OWN, STEPS)["passing"] == ["eni-1"]


def test_an_interface_of_an_endpoint_that_stays_uses_its_network() -> None:
    staying = {"vpc_endpoint_id": "vpce-2", "state": "available", "vpc_id": "vpc-1"}
    used = interface("VPC Endpoint Interface vpce-2", group="sg-1")
    assert fate(endpoints=[staying], interfaces=[used]) == {"sg-1": False, "subnet-1": False, "vpc-1": False}
    assert removable(found(endpoints=[staying], interfaces=[used]), OWN, STEPS)["passing"] == []


def test_an_endpoint_that_an_earlier_run_deleted_is_gone_and_one_of_others_keeps_the_vpc() -> None:
    gone = {"vpc_endpoint_id": "vpce-2", "state": "Deleting", "vpc_id": "vpc-1"}
    assert fate(endpoints=[gone])["vpc-1"] is True
    assert fate(endpoints=[{**gone, "state": "pending"}])["vpc-1"] is False


def test_a_subnet_or_group_of_others_keeps_the_vpc_and_a_rule_of_theirs_the_group() -> None:
    other = {"subnet_id": "subnet-2", "vpc_id": "vpc-1", "cidr_block": "10.42.32.0/19", "tags": {"Name": "x"}}
    assert fate(subnets=[other]) == {"sg-1": True, "subnet-1": True, "vpc-1": False}
    rule = {"user_id_group_pairs": [{"group_id": "sg-1"}]}
    group = {"group_id": "sg-2", "group_name": "x", "vpc_id": "vpc-1", "tags": {}, "ip_permissions": [rule]}
    assert fate(security_groups=[group]) == {"sg-1": False, "subnet-1": True, "vpc-1": False}


def test_a_resource_must_carry_all_of_the_tags() -> None:
    own: dict[str, t.Any] = {"tags": {**OWN, "more": "x"}}
    others: list[dict[str, t.Any]] = [{"tags": {"Name": "tidbcloud-1"}}, {"tags": None}]
    assert with_tags([own, *others], OWN) == [own]


def test_of_several_private_endpoints_those_of_the_connection_are_removed() -> None:
    own = {"vpc_endpoint_id": "vpce-1", "vpc_endpoint_state": "available", "tags": OWN}
    others: list[dict[str, t.Any]] = [
        {**own, "tags": {}},
        {**own, "vpc_endpoint_state": "deleting"},
        {**own, "vpc_endpoint_state": None},
        {**own, "vpc_endpoint_id": None},
    ]
    assert twins([own, *others], OWN) == [own]


def test_only_several_of_a_network_that_the_role_makes_are_removed_one_by_one() -> None:
    several, wanted = {"violations": [{"code": "ambiguous_match"}]}, {"makes_network": True, "vpc_id": ""}
    assert has_twins(several, wanted)
    assert not has_twins({"violations": [{"code": "deletion_protected"}]}, wanted)
    assert not has_twins({}, wanted)
    assert not has_twins(several, {**wanted, "vpc_id": "vpc-1"})
    assert not has_twins(several, {**wanted, "makes_network": False})
