# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A security group that the role makes admits its clients to one port, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    SecurityGroup,
    SecurityGroupRule,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.rules import (
    admits_exactly,
    admitting_rules,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection

PORT = 4000
WANTED = WantedConnection(
    vpc_cidr="10.42.0.0/16", client_cidrs=("10.0.0.0/8", "2001:DB8::/32"), client_security_group_ids=("sg-1",)
)


def rule(*cidrs: str, groups: tuple[str, ...] = (), port: int = PORT, **more: tuple[str, ...]) -> SecurityGroupRule:
    return SecurityGroupRule(
        protocol="tcp", from_port=port, to_port=port, cidrs=cidrs, security_group_ids=groups, **more
    )


EXACT = (rule("10.0.0.0/8"), rule("2001:db8::/32", groups=("sg-1",)))


def test_each_kind_of_client_is_a_rule_of_its_own() -> None:
    assert admitting_rules(WANTED, PORT) == [
        {"proto": "tcp", "ports": [PORT], "cidr_ip": ["10.0.0.0/8"]},
        {"proto": "tcp", "ports": [PORT], "cidr_ipv6": ["2001:DB8::/32"]},
        {"proto": "tcp", "ports": [PORT], "group_id": ["sg-1"]},
    ]
    only_groups = WantedConnection(vpc_cidr="10.42.0.0/16", client_security_group_ids=("sg-1",))
    assert admitting_rules(only_groups, PORT) == [{"proto": "tcp", "ports": [PORT], "group_id": ["sg-1"]}]


def test_the_same_rules_are_known_however_aws_groups_and_writes_them() -> None:
    assert admits_exactly(SecurityGroup("sg-9", EXACT), WANTED, PORT)


@pytest.mark.parametrize(
    ("inbound", "outbound"),
    [
        ((), ()),
        (EXACT[:1], ()),
        ((*EXACT, rule("0.0.0.0/0")), ()),
        ((*EXACT, rule("10.0.0.0/8", port=22)), ()),
        ((*EXACT, rule(groups=("sg-2",))), ()),
        ((*EXACT, rule(prefix_list_ids=("pl-1",))), ()),
        ((*EXACT, SecurityGroupRule("-1", None, None, ("10.0.0.0/8",))), ()),
        ((*EXACT[1:], SecurityGroupRule("tcp", PORT, PORT + 1, ("10.0.0.0/8",))), ()),
        (EXACT, (SecurityGroupRule("-1", None, None, ("0.0.0.0/0",)),)),
    ],
)
def test_one_rule_less_or_more_is_not_the_same(
    inbound: tuple[SecurityGroupRule, ...], outbound: tuple[SecurityGroupRule, ...]
) -> None:
    assert not admits_exactly(SecurityGroup("sg-9", inbound, outbound), WANTED, PORT)


def test_a_prefix_list_is_admitted_beside_ranges() -> None:
    wanted = WantedConnection(cluster_id="1", vpc_id="vpc-1", client_cidrs=("10.0.0.0/8", "pl-0123456789abcdef0"))
    assert admitting_rules(wanted, 4000) == [
        {"proto": "tcp", "ports": [4000], "cidr_ip": ["10.0.0.0/8"]},
        {"proto": "tcp", "ports": [4000], "ip_prefix": ["pl-0123456789abcdef0"]},
    ]
