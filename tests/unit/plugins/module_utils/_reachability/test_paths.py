# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One way from the source to one network interface of the interface endpoint, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Interface,
    NetworkAcl,
    Route,
    SecurityGroup,
    SecurityGroupRule,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.paths import path_hops, paths
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from tests.support.endpoint_literals import VPC
from tests.support.reachability_literals import (
    CLIENT,
    CLIENT_ACL,
    CLIENT_GROUP,
    ENDS,
    PORT,
    SERVER_A,
    SERVER_B,
    SERVER_GROUP,
    SOURCE,
    WAY,
    entry,
    from_away,
    from_interface,
    judged,
    with_acl,
    with_group,
)


def test_inside_a_subnet_no_network_acl_judges() -> None:
    beside = Interface("eni-2", "subnet-a", VPC, ("10.0.11.20",), (CLIENT_GROUP,))
    deaf = NetworkAcl("acl-server", ("subnet-a",), ())
    found = reachability(replace(from_interface(beside), network_acls=(deaf,), interfaces=ENDS[:1]))
    assert found["reachable"] is True
    assert not [hop for hop in found["hops"] if "acl" in hop["name"]]


def test_ways_come_by_zone_however_aws_lists_the_interfaces() -> None:
    found = reachability(replace(WAY, interfaces=ENDS[::-1]))
    assert [path["availability_zone_id"] for path in found["paths"]] == ["use1-az1", "use1-az2"]


def test_another_zone_is_named_and_passes() -> None:
    hops = [hop for hop in reachability(WAY)["hops"] if hop["name"] == "zone"]
    assert [hop["message"] for hop in hops] == [
        "Both are in zone use1-az1.",
        "From zone use1-az1 to zone use1-az2, which works.",
    ]
    elsewhere = replace(WAY, interfaces=ENDS[1:])
    assert "has no network interface in use1-az1" in judged(elsewhere, "zone")["message"]


def test_the_open_ports_are_named_where_only_some_answers_pass() -> None:
    hop = judged(with_acl(CLIENT_ACL, entry(90, "deny", "0.0.0.0/0", (5000, 6000))), "source_acl_inbound")
    assert "only for the ports 1024-4999, 6001-65535" in hop["message"]


@pytest.mark.parametrize(("target", "verdict"), [("pcx-1", "pass"), ("tgw-1", "unknown")])
def test_groups_of_the_other_vpc_can_be_named_over_peering_only(target: str, verdict: str) -> None:
    rule = SecurityGroupRule("tcp", PORT, PORT, security_group_ids=(CLIENT_GROUP,))
    facts = from_away(Route("10.0.0.0/16", target), Route("10.9.0.0/16", target))
    groups = {**facts.security_groups, SERVER_GROUP: SecurityGroup(SERVER_GROUP, inbound=(rule,))}
    assert judged(replace(facts, security_groups=groups), "endpoint_security_group")["verdict"] == verdict


def test_each_family_that_both_have_is_a_way_of_its_own() -> None:
    facts = replace(
        from_interface(replace(SOURCE, addresses=(CLIENT, "fd00:1::25"))),
        interfaces=(replace(ENDS[0], addresses=(SERVER_A, "fd00:11::10")),),
    )
    found = reachability(facts)
    assert [(path["source_address"], path["endpoint_address"], path["reachable"]) for path in found["paths"]] == [
        (CLIENT, SERVER_A, True),
        ("fd00:1::25", "fd00:11::10", False),
    ]
    remedies = " ".join(blocker["remedy"] for blocker in found["blockers"])
    assert "--ipv6-cidr-block fd00:11::10/128" in remedies


def test_a_source_without_any_group_is_blocked() -> None:
    found = reachability(from_interface(replace(SOURCE, security_group_ids=())))
    assert found["blockers"][0]["message"] == (
        "No rule of any security group, of which there is none, lets TCP 4000 out to the interface endpoint."
    )


def test_an_address_of_a_family_that_the_source_has_not_is_no_way() -> None:
    ends = (replace(ENDS[0], addresses=("fd00:11::10",)), ENDS[1])
    (only_one,) = paths(replace(WAY, interfaces=ends))
    assert (only_one.endpoint_address, only_one.source_address, only_one.number) == (SERVER_B, CLIENT, 0)


def test_ways_are_counted_so_that_each_gets_a_rule_of_its_own() -> None:
    ends = tuple(replace(one, addresses=(*one.addresses, f"fd00::{number}")) for number, one in enumerate(ENDS))
    facts = replace(from_interface(replace(SOURCE, addresses=(CLIENT, "fd00:1::25"))), interfaces=ends)
    found = paths(facts)
    assert [one.number for one in found] == [0, 1, 2, 3]
    assert [(one.source_address == CLIENT, ":" in one.endpoint_address) for one in found] == [
        (True, False),
        (False, True),
    ] * 2


def test_every_hop_of_a_way_says_to_which_address_and_in_which_zone_it_leads() -> None:
    for path in paths(WAY):
        hops = path_hops(WAY, path)
        assert {(hop.endpoint_address, hop.availability_zone_id) for hop in hops} == {
            (path.endpoint_address, path.availability_zone_id)
        }


def test_answers_go_to_the_ports_that_a_client_chooses_and_not_to_that_of_the_cluster() -> None:
    """A list that lets the cluster's own port alone through lets no answer through."""
    narrow = entry(90, "allow", "0.0.0.0/0", (PORT, PORT))
    facts = with_acl(CLIENT_ACL, narrow, entry(91, "deny", "0.0.0.0/0"))
    hops = {hop.name: hop for hop in path_hops(facts, paths(facts)[0])}
    assert hops["source_acl_outbound"].verdict == "pass"
    assert hops["source_acl_inbound"].verdict == "unknown"
    assert "4000" in hops["source_acl_inbound"].message


def test_a_rule_that_cannot_be_judged_is_quoted_with_what_is_missing() -> None:
    rule = SecurityGroupRule("tcp", PORT, PORT, prefix_list_ids=("pl-1",))
    hop = judged(with_group(SERVER_GROUP, inbound=(rule,)), "endpoint_security_group")
    assert (hop["verdict"], "pl-1" in hop["message"]) == ("unknown", True)
    assert "the entries of that prefix list cannot be seen" in hop["message"]
