# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security groups, rule by rule."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    SecurityGroup,
    SecurityGroupRule,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.security_groups import (
    Peer,
    judge_groups,
)

PEER = Peer("10.0.1.25", ("sg-client",))
LISTS = {"pl-own": ("10.8.0.0/16", "10.0.1.0/24")}


def rule(protocol: str = "tcp", ports: tuple[int, int] | None = (4000, 4000), **peers: t.Any) -> SecurityGroupRule:
    low, high = ports or (None, None)
    return SecurityGroupRule(protocol, low, high, **peers)


ANYWHERE: dict[str, t.Any] = {"cidrs": ("0.0.0.0/0",)}


@pytest.mark.parametrize(
    ("given", "verdict", "text"),
    [
        (rule(cidrs=("10.0.1.0/24",)), "pass", "inbound: tcp 4000 from 10.0.1.0/24"),
        (rule(cidrs=("192.168.0.0/16", "10.0.1.25/32")), "pass", "inbound: tcp 4000 from 10.0.1.25/32"),
        (rule(cidrs=("10.0.2.0/24",)), "block", None),
        (rule(cidrs=("::/0",)), "block", None),
        (rule(ports=(3999, 4001), **ANYWHERE), "pass", "inbound: tcp 3999-4001 from 0.0.0.0/0"),
        (rule(ports=(4001, 5000), **ANYWHERE), "block", None),
        (rule(ports=(3000, 3999), **ANYWHERE), "block", None),
        (rule(ports=None, **ANYWHERE), "pass", "inbound: tcp from 0.0.0.0/0"),
        (rule("6", **ANYWHERE), "pass", "inbound: tcp 4000 from 0.0.0.0/0"),
        (rule("udp", **ANYWHERE), "block", None),
        (rule("icmp", (-1, -1), **ANYWHERE), "block", None),
        (rule("-1", None, **ANYWHERE), "pass", "inbound: all traffic from 0.0.0.0/0"),
        (rule(security_group_ids=("sg-client",)), "pass", "inbound: tcp 4000 from sg-client"),
        (rule(security_group_ids=("sg-other",)), "block", None),
        (rule(prefix_list_ids=("pl-own",)), "pass", "inbound: tcp 4000 from pl-own (10.0.1.0/24)"),
        (rule(prefix_list_ids=("pl-hidden",)), "unknown", "inbound: tcp 4000 from pl-hidden"),
        (rule(prefix_list_ids=("pl-hidden", "pl-own")), "pass", "inbound: tcp 4000 from pl-own (10.0.1.0/24)"),
        (rule(ports=(1, 2), prefix_list_ids=("pl-hidden",)), "block", None),
    ],
)
def test_a_rule_allows_by_protocol_port_and_peer(given: SecurityGroupRule, verdict: str, text: str | None) -> None:
    judged = judge_groups([SecurityGroup("sg-1", inbound=(given,))], False, 4000, PEER, LISTS)
    assert (judged.verdict, judged.rule) == (verdict, text)
    assert judged.object_id == "sg-1"


def test_ipv6_addresses_are_matched_with_ipv6_ranges() -> None:
    group = SecurityGroup("sg-1", inbound=(rule(cidrs=("0.0.0.0/0", "fd00:1::/32")),))
    judged = judge_groups([group], False, 4000, Peer("fd00:1::25", ()), {})
    assert (judged.verdict, judged.rule) == ("pass", "inbound: tcp 4000 from fd00:1::/32")


def test_inbound_rules_let_nothing_out_and_outbound_rules_let_nothing_in() -> None:
    inbound, outbound = (
        SecurityGroup("sg-1", inbound=(rule(**ANYWHERE),)),
        SecurityGroup("sg-2", outbound=(rule(**ANYWHERE),)),
    )
    assert judge_groups([inbound], True, 4000, PEER, {}).verdict == "block"
    assert judge_groups([outbound], False, 4000, PEER, {}).verdict == "block"
    assert judge_groups([outbound], True, 4000, PEER, {}).rule == "outbound: tcp 4000 to 0.0.0.0/0"


def test_one_group_of_several_is_enough() -> None:
    groups = [SecurityGroup("sg-1"), SecurityGroup("sg-2", inbound=(rule(**ANYWHERE),))]
    judged = judge_groups(groups, False, 4000, PEER, {})
    assert (judged.verdict, judged.object_id) == ("pass", "sg-2")


def test_a_group_of_the_other_side_that_is_not_known_may_be_the_one_that_is_meant() -> None:
    group = SecurityGroup("sg-1", inbound=(rule(security_group_ids=("sg-client",)),))
    judged = judge_groups([group], False, 4000, Peer("10.0.1.25", None), {})
    assert (judged.verdict, judged.rule) == ("unknown", "inbound: tcp 4000 from sg-client")


@pytest.mark.parametrize(("others", "verdict"), [((), "unknown"), ((rule(**ANYWHERE),), "pass")])
def test_a_group_that_cannot_be_read_might_allow_what_no_other_does(
    others: tuple[SecurityGroupRule, ...], verdict: str
) -> None:
    assert judge_groups([None, SecurityGroup("sg-1", inbound=others)], False, 4000, PEER, {}).verdict == verdict


def test_without_any_group_nothing_is_allowed() -> None:
    assert judge_groups([], False, 4000, PEER, {}).verdict == "block"
