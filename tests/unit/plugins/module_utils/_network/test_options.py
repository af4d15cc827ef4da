# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `connection_network` is asked for and what it returns, part by part, in a run and in check mode."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.options import (
    found,
    made,
    network_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.fake_network import VPC_RANGE, FakeNetwork, together

OWNERSHIP = {"Name": "tidbcloud-1", "tidbcloud:managed-by": "tidbcloud.privatelink"}
SUBNETS = [
    {"cidr_block": "10.42.0.0/19", "availability_zone_id": "use1-az1"},
    {"cidr_block": "10.42.32.0/19", "availability_zone_id": "use1-az2"},
]
PARTS: dict[str, dict[str, t.Any]] = {
    "vpc": {"cidr_block": VPC_RANGE},
    "subnets": {"vpc_id": "vpc-1", "subnets": SUBNETS},
    "security_group": {"vpc_id": "vpc-1", "name": "tidbcloud-1", "description": "clients"},
}
MADE = {
    "vpc": [VPC_RANGE],
    "subnets": [subnet["cidr_block"] for subnet in SUBNETS],
    "security_group": ["tidbcloud-1"],
}
NEEDED = [
    ("vpc", "cidr_block"),
    ("subnets", "vpc_id"),
    ("security_group", "vpc_id"),
    ("security_group", "name"),
    ("security_group", "description"),
]


def asked(part: str, **options: t.Any) -> dict[str, t.Any]:
    """As Ansible hands options over: every one of the argument spec."""
    defaults = {name: about.get("default") for name, about in network_arguments().items()}
    return {**defaults, "part": part, "ownership": OWNERSHIP, **PARTS[part], **options}


def run(network: FakeNetwork, part: str, **options: t.Any) -> dict[str, t.Any]:
    [result] = together(network.clock, [(0.0, made(network, asked(part, **options)))])
    return result


@pytest.mark.parametrize("part", PARTS)
def test_check_mode_says_what_a_run_does_and_does_nothing(part: str) -> None:
    network = FakeNetwork()
    planned = found(network, asked(part))
    assert (planned["changed"], network.calls) == (True, [])
    ran = run(network, part)
    assert (ran["changed"], ran["made"]) == (True, planned["made"])
    assert planned["made"] == MADE[part]
    network.calls.clear()
    dry, wet = found(network, asked(part)), run(network, part)
    assert dry == wet
    assert dry["changed"] is False
    assert network.calls == []


@pytest.mark.parametrize("part", PARTS)
def test_what_is_returned_is_the_same_for_every_part_and_holds_texts_alone(part: str) -> None:
    result = run(FakeNetwork(), part)
    assert set(result) == {"changed", "parts", "made", "removed", "left", "enables_dns"}
    assert len(result["parts"]) == len(PARTS[part].get("subnets", [1]))
    for one in result["parts"]:
        assert set(one) == {"id", "cidr_block", "availability_zone_id", "name", "description"}
        assert all(isinstance(value, str) for value in one.values())
        assert one["id"]


def test_the_parts_are_as_they_were_asked_for() -> None:
    network = FakeNetwork()
    assert [one["cidr_block"] for one in run(network, "vpc")["parts"]] == [VPC_RANGE]
    assert [
        {name: one[name] for name in ("cidr_block", "availability_zone_id")} for one in run(network, "subnets")["parts"]
    ] == SUBNETS
    (group,) = run(network, "security_group")["parts"]
    assert (group["name"], group["description"]) == ("tidbcloud-1", "clients")


@pytest.mark.parametrize(("part", "option"), NEEDED)
@pytest.mark.parametrize("missing", [None, ""])
def test_what_a_part_cannot_do_without_is_named_before_anything_is_asked(
    part: str, option: str, missing: str | None
) -> None:
    network = FakeNetwork()
    for act in (found, lambda network, params: next(made(network, params))):
        with pytest.raises(PrivateLinkError, match=f"^{option} is needed to make the {part.replace('_', ' ')}"):
            act(network, asked(part, **{option: missing}))
    assert network.calls == []


def test_tags_are_texts_whatever_yaml_made_of_them() -> None:
    network = FakeNetwork()
    run(
        network,
        "vpc",
        tags={"stage": 1, 2: True, "none": None},
        ownership={**OWNERSHIP, "tidbcloud:cluster-id": 1379661944646413143},
    )
    [item] = network.kept["vpc"].values()
    carried = dict(item.part.tags)
    assert (carried["stage"], carried["2"], carried["tidbcloud:cluster-id"]) == ("1", "True", "1379661944646413143")
    assert "none" not in carried


def test_tags_that_only_aws_sets_are_left_out() -> None:
    """AWS would refuse the whole request."""
    network = FakeNetwork()
    run(network, "vpc", tags={"stage": "test", "aws:created": "x", "AWS:made": "x"})
    [item] = network.kept["vpc"].values()
    assert [key for key in item.part.tags if key.lower().startswith("aws:")] == []
    assert item.part.tags["stage"] == "test"


def test_another_connections_vpc_is_not_this_ones() -> None:
    network = FakeNetwork()
    first = run(network, "vpc")["parts"][0]["id"]
    second = run(network, "vpc", ownership={**OWNERSHIP, "Name": "tidbcloud-2"})["parts"][0]["id"]
    assert first != second
    # A VPC that a private endpoint is in counts, whichever is older.
    assert found(network, asked("vpc"))["parts"][0]["id"] == first


def test_every_part_is_a_choice_and_no_other() -> None:
    assert set(PARTS) <= set(network_arguments()["part"]["choices"])
