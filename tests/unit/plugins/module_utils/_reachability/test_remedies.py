# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to change where something blocks: a sentence and one command, safe to paste."""

from __future__ import annotations

import shlex
from dataclasses import replace
from ipaddress import ip_network

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    NetworkAcl,
    Route,
    SecurityGroup,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.network_acls import LAST_RULE
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.remedies import (
    add_route,
    allow_in_acl,
    allow_in_group,
    enable_private_dns,
    host_range,
    replace_route,
    set_vpc_attribute,
    start_instance,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.security_groups import Peer
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from tests.support.endpoint_literals import OTHER_VPC, VPC
from tests.support.reachability_literals import (
    CLIENT,
    CLIENT_ACL,
    CLIENT_GROUP,
    GROUPS,
    PORT,
    SERVER_A,
    SERVER_ACL,
    SERVER_B,
    SERVER_GROUP,
    WAY,
    entry,
    from_away,
    with_acl,
)


def test_where_a_list_of_the_source_blocks_both_zones_each_gets_a_rule_of_its_own() -> None:
    facts = with_acl(CLIENT_ACL, entry(90, "deny", "10.0.0.0/16", (4000, 4000), egress=True))
    [blocker] = reachability(facts)["blockers"]
    assert (
        f"--rule-number 89 --protocol 6 --port-range From=4000,To=4000 --rule-action allow --cidr-block {SERVER_A}/32"
        in blocker["remedy"]
    )
    assert (
        f"--rule-number 88 --protocol 6 --port-range From=4000,To=4000 --rule-action allow --cidr-block {SERVER_B}/32"
        in blocker["remedy"]
    )


def test_in_another_vpc_the_remedy_names_the_address_and_not_the_group() -> None:
    facts = from_away(Route("10.0.0.0/16", "pcx-1"), Route("10.9.0.0/16", "pcx-1"))
    facts = replace(facts, security_groups={**GROUPS, SERVER_GROUP: SecurityGroup(SERVER_GROUP)})
    [remedy] = [one["remedy"] for one in reachability(facts)["blockers"] if one["object_id"] == SERVER_GROUP]
    assert "IpRanges=[{CidrIp=10.9.1.25/32}]" in remedy


def test_a_rule_for_an_ipv6_address_is_named_as_one() -> None:
    remedy = allow_in_group(WAY, SERVER_GROUP, False, Peer("fd00:1::25", None), by_group=True)
    assert "from fd00:1::25/128" in remedy
    assert "Ipv6Ranges=[{CidrIpv6=fd00:1::25/128}]" in remedy


def test_a_list_without_room_before_its_rule_says_so() -> None:
    facts = with_acl(SERVER_ACL, entry(1, "deny", "0.0.0.0/0"))
    assert "Remove or renumber rule 1 of acl-server" in reachability(facts)["blockers"][0]["remedy"]


HOSTILE = "x'; rm -rf / #"


def commands() -> dict[str, str]:
    """Every remedy that is a command, with hostile ids in all places."""
    facts = replace(WAY, endpoint=replace(WAY.endpoint, region=HOSTILE, vpc_endpoint_id=HOSTILE))
    acl = NetworkAcl(HOSTILE, ("subnet-a",), ())
    peer = Peer("10.0.0.1", (HOSTILE,))
    return {
        "start": start_instance(facts, HOSTILE),
        "group": allow_in_group(facts, HOSTILE, True, peer, by_group=True),
        "list": allow_in_acl(facts, acl, True, "10.0.0.1", (4000, 4000), LAST_RULE, 0),
        "attribute": set_vpc_attribute(facts, HOSTILE, "enable-dns-support"),
        "private DNS": enable_private_dns(facts),
    }


@pytest.mark.parametrize("remedy", commands().values(), ids=commands())
def test_what_a_cloud_calls_a_thing_stays_one_word_of_the_command(remedy: str) -> None:
    words = shlex.split(remedy[remedy.index("aws ec2 ") :])
    assert any(HOSTILE in word for word in words)
    # Nothing broke out of its quotes.
    assert {";", "rm", "-rf", "/", "#"} & set(words) == set()


def test_a_range_holds_the_one_address() -> None:
    assert (host_range("10.0.0.1"), host_range("fd00::1")) == ("10.0.0.1/32", "fd00::1/128")
    for address in ("10.0.0.1", "fd00::1"):
        assert ip_network(host_range(address)).num_addresses == 1


@pytest.mark.parametrize(
    ("outbound", "verb", "direction"), [(True, "egress", "outbound"), (False, "ingress", "inbound")]
)
def test_a_group_is_opened_in_the_direction_that_blocks(outbound: bool, verb: str, direction: str) -> None:
    remedy = allow_in_group(WAY, SERVER_GROUP, outbound, Peer(SERVER_A, None), by_group=True)
    assert f"an {direction} rule for TCP {PORT}" in remedy
    assert f"authorize-security-group-{verb} " in remedy
    # Without a group that can be named, the address is.
    assert f"IpRanges=[{{CidrIp={SERVER_A}/32}}]" in remedy


def test_the_other_side_is_named_by_its_group_only_where_that_means_something() -> None:
    peer = Peer(SERVER_A, (CLIENT_GROUP,))
    assert f"UserIdGroupPairs=[{{GroupId={CLIENT_GROUP}}}]" in allow_in_group(WAY, SERVER_GROUP, False, peer, True)
    assert CLIENT_GROUP not in allow_in_group(WAY, SERVER_GROUP, False, peer, False)


@pytest.mark.parametrize(("address", "option"), [(CLIENT, "--cidr-block"), ("fd00::25", "--ipv6-cidr-block")])
def test_a_rule_of_a_list_is_written_for_the_family_of_its_address(address: str, option: str) -> None:
    remedy = allow_in_acl(WAY, SERVER_ACL, False, address, (1024, 65535), LAST_RULE, 0)
    assert f"--port-range From=1024,To=65535 --rule-action allow {option} {host_range(address)}" in remedy
    assert "--ingress --rule-number 110 " in remedy
    # It comes last, so there is no other that it must come before.
    assert "before rule" not in remedy


def test_a_way_between_two_vpcs_names_both_and_is_needed_in_each_direction() -> None:
    facts = from_away(None, None)
    for remedy in (add_route(facts, "rtb-1", SERVER_A), replace_route(facts, "rtb-1", Route("10.0.0.0/16", "igw-1"))):
        assert OTHER_VPC in remedy
        assert VPC in remedy
        assert "in each direction" in remedy
