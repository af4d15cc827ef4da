# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a run with the network that it makes: the same in check mode, where nothing made has an ID."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.connection_steps import connect_table
from tests.support.role_runs import ENDPOINT, TAG, changed, wanted

Values = dict[str, t.Any]
NO_NETWORK: Values = {"vpc_id": "", "subnet_ids": [], "security_group_ids": []}
NETWORK: Values = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"], "security_group_ids": ["sg-7"]}
RANGES = {"use1-az1": "10.42.0.0/19", "use1-az2": "10.42.32.0/19"}
SUBNETS: Values = {
    "zones": list(RANGES),
    "subnets": [{"availability_zone_id": zone, "cidr_block": cidr} for zone, cidr in RANGES.items()],
}
PARTS = [{"id": f"subnet-{number}", "availability_zone_id": zone} for number, zone in enumerate(RANGES, start=1)]
OLD = {"subnet_id": "subnet-1", "availability_zone_id": "use1-az1"}
OTHER = {"subnet_id": "subnet-9", "availability_zone_id": "use1-az9"}


def steps(*pairs: tuple[str, str], target: str = "vpce-1") -> list[Values]:
    return [{"name": name, "detail": detail, "target": target} for name, detail in pairs]


def table(steps: list[Values], after: float | None, **known: t.Any) -> list[str]:
    costs = {"before": {"monthly_cost_usd": 0.0}, "after": {"monthly_cost_usd": after}}
    made = {"changed": True, "steps": steps, "diff": costs, "unchecked_limits": []}
    options = wanted(cluster_id="1", vpc_id="", vpc_cidr="10.42.0.0/16")
    return connect_table(changed(**{"wanted": options, "subnets": SUBNETS, "made": made, **known}))


def look(*interfaces: Values, **more: t.Any) -> Values:
    endpoint = {**ENDPOINT, "network_interfaces": list(interfaces), **more}
    return {"private_endpoint": endpoint, "is_settled": False, "is_live": True, "will_edit": True}


def text(lines: list[str]) -> list[str]:
    """The steps alone."""
    return [line[lines[0].index("STEPS") :] for line in lines[1:]]


def test_a_network_that_is_made_is_planned_as_it_is_then_done() -> None:
    unknown = "interface endpoint in a VPC not known yet: subnets not known yet; security groups not known yet"
    ids = "interface endpoint in vpc-1: subnet-1, subnet-2; sg-7"
    planned = table(steps(("create_vpc_endpoint", unknown), target="svc"), 14.6, network=NO_NETWORK)
    done = table(
        steps(("create_vpc_endpoint", ids), target="svc"),
        14.6,
        network=NETWORK,
        made_vpc={"made": ["10.42.0.0/16"], "enables_dns": True},
        made_subnets={"made": list(RANGES.values()), "parts": PARTS},
        agreed_security_group={"made": ["tidbcloud-1"]},
        made_security_group={"changed": True},
    )
    assert planned == done
    assert "0.00              14.60" in planned[1]
    assert text(planned) == [
        "make VPC tidbcloud-1 with the range 10.42.0.0/16 and both DNS attributes",
        "make a subnet with the range 10.42.0.0/19 in zone use1-az1",
        "make a subnet with the range 10.42.32.0/19 in zone use1-az2",
        "make a security group that admits TCP port 4000 from 10.42.0.0/16 (the whole VPC, since no clients are named)",
        "create_vpc_endpoint: interface endpoint in VPC tidbcloud-1: one subnet in use1-az1, use1-az2; security group "
        "tidbcloud-1 (svc)",
    ]


@pytest.mark.parametrize(
    ("interfaces", "there", "done"),
    [
        # One zone more, and one that is left.
        ((OLD, OTHER), PARTS[:1], [("add_subnets", "subnet-2"), ("remove_subnets", "subnet-9")]),
        # Another subnet of the same zone.
        (
            (OLD, {"subnet_id": "subnet-8", "availability_zone_id": "use1-az2"}),
            PARTS[:1],
            [("remove_subnets", "subnet-8"), ("add_subnets", "subnet-2")],
        ),
    ],
)
def test_subnets_and_a_security_group_that_are_made_for_one_that_lives_are_planned_as_they_are_then_changed(
    interfaces: tuple[Values, ...], there: list[Values], done: list[tuple[str, str]]
) -> None:
    before = look(*interfaces, security_group_ids=["sg-1"])
    some = {"vpc_id": "vpc-1", "subnet_ids": [], "security_group_ids": []}
    made = {"made": ["10.42.32.0/19"], "parts": there}
    group = {"made": ["tidbcloud-1"]}
    planned = table([TAG], 14.6, look=before, network=some, made_subnets=made, agreed_security_group=group)
    changes = [("add_security_groups", "sg-7"), ("remove_security_groups", "sg-1"), *done]
    ran = table(
        [TAG, *steps(*changes)],
        14.6,
        look=before,
        network=NETWORK,
        made_subnets={**made, "parts": PARTS},
        agreed_security_group=group,
        made_security_group={"changed": True},
    )
    assert planned == ran
    assert "add_security_groups: tidbcloud-1 (vpce-1)" in text(ran)
    assert "add_subnets: the subnet in use1-az2 (vpce-1)" in text(ran)


def test_what_is_there_already_is_not_planned_and_what_differs_is() -> None:
    lines = table(
        [],
        0.0,
        look=look(OLD, {**PARTS[1], "subnet_id": "subnet-2"}),
        network=NETWORK,
        made_vpc={"made": [], "enables_dns": True, "removed": ["vpc-2"]},
        made_subnets={"made": ["10.42.32.0/19"], "parts": PARTS},
        made_security_group={"changed": True},
    )
    assert text(lines) == [
        "switch on both DNS attributes of vpc-1",
        "remove vpc-2, an empty VPC that a run that was stopped has left",
        "make a subnet with the range 10.42.32.0/19 in zone use1-az2",
        "have security group sg-7 admit TCP port 4000 from 10.42.0.0/16 (the whole VPC, since no clients are "
        "named) and nothing else, with the tags of the connection",
    ]
    assert table([], 0.0, network=NETWORK, made_subnets={"made": [], "parts": PARTS}) == []


def test_zones_that_are_not_known_yet_are_said_to_be() -> None:
    creation = steps(("create_vpc_endpoint", "unknown"))
    lines = table(creation, None, network=NO_NETWORK, subnets={"zones": [], "subnets": []})
    assert "make a subnet for each zone of the endpoint service, which are known when it is ACTIVE" in text(lines)
    assert "not known" in lines[1]


def test_a_network_that_is_given_is_named_by_its_ids() -> None:
    given = wanted(subnet_ids=("subnet-5",), security_group_ids=("sg-5",))
    creation = steps(("create_vpc_endpoint", "interface endpoint in vpc-1: subnet-5; sg-5"), target="svc")
    assert text(table(creation, 7.3, wanted=given)) == [
        "create_vpc_endpoint: interface endpoint in vpc-1: subnet-5; sg-5 (svc)"
    ]
