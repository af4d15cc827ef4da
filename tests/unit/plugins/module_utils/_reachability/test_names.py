# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: DNS attributes, private DNS, DHCP options."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.names import name_hops
from tests.support.endpoint_literals import HOST, VPC, VPCE
from tests.support.reachability_literals import NAMES, WAY, from_away, only


def with_names(**fields: t.Any) -> Facts:
    return replace(WAY, names=replace(NAMES, **fields))


def test_where_all_is_in_order_every_hop_passes() -> None:
    assert [(hop.name, hop.verdict) for hop in name_hops(WAY)] == [
        ("vpc_dns", "pass"),
        ("private_dns", "pass"),
        ("dhcp_options", "pass"),
    ]


@pytest.mark.parametrize(
    ("field", "rule", "option"),
    [
        ("dns_support", "enableDnsSupport=false", "--enable-dns-support Value=true"),
        ("dns_hostnames", "enableDnsHostnames=false", "--enable-dns-hostnames Value=true"),
    ],
)
def test_both_dns_attributes_are_needed(field: str, rule: str, option: str) -> None:
    hop = only(name_hops(with_names(**{field: False})), "vpc_dns")
    assert (hop.verdict, hop.object_id, hop.rule) == ("block", VPC, rule)
    assert option in str(hop.remedy)


def test_private_dns_that_is_off_blocks_and_names_the_host() -> None:
    hop = only(name_hops(replace(WAY, endpoint=replace(WAY.endpoint, private_dns_enabled=False))), "private_dns")
    assert (hop.verdict, hop.object_id) == ("block", VPCE)
    assert HOST in hop.message
    assert "private_dns_enabled=true" in str(hop.remedy)


def test_private_dns_that_cannot_be_on_yet_is_not_a_separate_cause() -> None:
    endpoint = replace(WAY.endpoint, private_dns_enabled=False, state="pendingacceptance")
    assert only(name_hops(replace(WAY, endpoint=endpoint)), "private_dns").verdict == "unknown"


@pytest.mark.parametrize(
    ("servers", "verdict"),
    [
        (("AmazonProvidedDNS",), "pass"),
        (("169.254.169.253",), "pass"),
        (("fd00:ec2::253",), "pass"),
        (("10.0.0.2",), "pass"),
        ((), "pass"),
        (("10.0.0.3",), "unknown"),
        (("AmazonProvidedDNS", "192.0.2.53"), "unknown"),
        (("a-name-that-is-no-address",), "unknown"),
        (None, "unknown"),
    ],
)
def test_whether_own_name_servers_know_the_host_is_unknown(servers: tuple[str, ...] | None, verdict: str) -> None:
    assert only(name_hops(with_names(servers=servers)), "dhcp_options").verdict == verdict


def test_own_name_servers_are_named() -> None:
    hop = only(name_hops(with_names(servers=("192.0.2.53", "192.0.2.54"))), "dhcp_options")
    assert "192.0.2.53, 192.0.2.54" in hop.message
    assert hop.rule == "domain-name-servers=192.0.2.53,192.0.2.54"


def test_a_vpc_that_cannot_be_read_is_unknown_with_the_reason() -> None:
    facts = replace(WAY, names=None, unread={"DNS attributes": "Allow ec2:DescribeVpcAttribute."})
    assert only(name_hops(facts), "vpc_dns").message == "Allow ec2:DescribeVpcAttribute."
    assert {hop.name: hop.verdict for hop in name_hops(facts)} == {
        "vpc_dns": "unknown",
        "private_dns": "pass",
        "dhcp_options": "unknown",
    }


def test_private_dns_of_another_vpc_says_nothing_about_this_one() -> None:
    [hop] = name_hops(replace(from_away(None, None), private_dns_required=True))
    assert (hop.name, hop.verdict) == ("private_dns", "unknown")


def test_names_are_not_judged_where_clients_do_without() -> None:
    assert name_hops(replace(WAY, names=None, private_dns_required=False)) == []
