# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way: every hop in order, every blocker with its object, rule, sentence and remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Instance,
    NetworkAcl,
    Peering,
    Route,
    SecurityGroupRule,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts, Provider, Source
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from tests.support.endpoint_literals import CLUSTER, OTHER_VPC, VPC, VPCE, registration
from tests.support.reachability_literals import (
    CLIENT,
    CLIENT_ACL,
    CLIENT_GROUP,
    GROUPS,
    NAMES,
    PORT,
    SERVER_A,
    SERVER_ACL,
    SERVER_B,
    SERVER_GROUP,
    SOURCE,
    WAY,
    entry,
    from_away,
    from_interface,
    judged,
    open_acl,
    with_acl,
    with_group,
)

SHARED_BEFORE = ["cluster", "interface_endpoint", "registration", "source", "vpc"]
ACROSS_SUBNETS = [
    "route",
    "zone",
    "source_security_group",
    "source_acl_outbound",
    "endpoint_acl_inbound",
    "endpoint_security_group",
    "endpoint_acl_outbound",
    "source_acl_inbound",
    "route_back",
]
SHARED_AFTER = ["vpc_dns", "private_dns", "dhcp_options"]


def test_where_nothing_blocks_it_is_reachable_by_every_zone() -> None:
    found = reachability(WAY)
    assert (found["reachable"], found["port"], found["blockers"]) == (True, PORT, [])
    assert [(path["endpoint_address"], path["reachable"]) for path in found["paths"]] == [
        (SERVER_A, True),
        (SERVER_B, True),
    ]
    assert {hop["verdict"] for hop in found["hops"]} == {"pass"}


def test_hops_come_in_the_order_in_which_a_connection_meets_them_once_for_each_zone() -> None:
    hops = reachability(WAY)["hops"]
    assert [hop["name"] for hop in hops] == SHARED_BEFORE + ACROSS_SUBNETS * 2 + SHARED_AFTER
    zones = [hop["availability_zone_id"] for hop in hops]
    assert zones == [None] * 5 + ["use1-az1"] * 9 + ["use1-az2"] * 9 + [None] * 3


EPHEMERAL = (1024, 65535)
BLOCKED = {
    "a paused cluster": (
        replace(WAY, provider=replace(WAY.provider, cluster=replace(CLUSTER, state="PAUSED"))),
        "cluster",
        CLUSTER.cluster_id,
        None,
        "is PAUSED",
        "Resume the cluster",
    ),
    "a stopped instance": (
        replace(WAY, source=Source("i-1", SOURCE, Instance("i-1", "stopped", (SOURCE,)))),
        "source",
        "i-1",
        None,
        "is stopped",
        "aws ec2 start-instances --region us-east-1 --instance-ids i-1",
    ),
    "no outbound rule": (
        with_group(CLIENT_GROUP, outbound=()),
        "source_security_group",
        CLIENT_GROUP,
        None,
        f"No rule of {CLIENT_GROUP} lets TCP 4000 out",
        "authorize-security-group-egress --region us-east-1 --group-id sg-client --ip-permissions "
        "'IpProtocol=tcp,FromPort=4000,ToPort=4000,UserIdGroupPairs=[{GroupId=sg-server}]'",
    ),
    "the outbound list of the source": (
        with_acl(CLIENT_ACL, entry(90, "deny", "10.0.0.0/16", (4000, 4000), egress=True)),
        "source_acl_outbound",
        "acl-client",
        "outbound rule 90: deny tcp 4000 to 10.0.0.0/16",
        "acl-client denies connections out of the subnet of the source (TCP 4000)",
        "--network-acl-id acl-client --egress --rule-number 89 --protocol 6 --port-range From=4000,To=4000 "
        f"--rule-action allow --cidr-block {SERVER_A}/32",
    ),
    "the inbound list of the endpoint": (
        with_acl(SERVER_ACL, entry(90, "deny", "10.0.1.0/24", (0, 65535))),
        "endpoint_acl_inbound",
        "acl-server",
        "inbound rule 90: deny tcp 0-65535 from 10.0.1.0/24",
        "acl-server denies connections into the subnet of the interface endpoint (TCP 4000)",
        f"--network-acl-id acl-server --ingress --rule-number 89 --protocol 6 --port-range From=4000,To=4000 "
        f"--rule-action allow --cidr-block {CLIENT}/32",
    ),
    "no inbound rule": (
        with_group(SERVER_GROUP, inbound=(SecurityGroupRule("tcp", 3306, 3306, ("0.0.0.0/0",)),)),
        "endpoint_security_group",
        SERVER_GROUP,
        None,
        f"No rule of {SERVER_GROUP} admits TCP 4000",
        "authorize-security-group-ingress --region us-east-1 --group-id sg-server --ip-permissions "
        "'IpProtocol=tcp,FromPort=4000,ToPort=4000,UserIdGroupPairs=[{GroupId=sg-client}]'",
    ),
    "the outbound list of the endpoint": (
        with_acl(SERVER_ACL, entry(90, "deny", "0.0.0.0/0", EPHEMERAL, egress=True)),
        "endpoint_acl_outbound",
        "acl-server",
        "outbound rule 90: deny tcp 1024-65535 to 0.0.0.0/0",
        "acl-server denies answers out of the subnet of the interface endpoint (TCP 1024-65535)",
        "--egress --rule-number 89 --protocol 6 --port-range From=1024,To=65535 --rule-action allow "
        f"--cidr-block {CLIENT}/32",
    ),
    "the inbound list of the source": (
        with_acl(CLIENT_ACL, entry(90, "deny", "10.0.0.0/16")),
        "source_acl_inbound",
        "acl-client",
        "inbound rule 90: deny all traffic from 10.0.0.0/16",
        "acl-client denies answers into the subnet of the source (TCP 1024-65535)",
        "--ingress --rule-number 89 --protocol 6 --port-range From=1024,To=65535 --rule-action allow "
        f"--cidr-block {SERVER_A}/32",
    ),
    "DNS off": (
        replace(WAY, names=replace(NAMES, dns_hostnames=False)),
        "vpc_dns",
        VPC,
        "enableDnsHostnames=false",
        "enableDnsHostnames of",
        "--enable-dns-hostnames Value=true",
    ),
    "private DNS off": (
        replace(WAY, endpoint=replace(WAY.endpoint, private_dns_enabled=False)),
        "private_dns",
        VPCE,
        "PrivateDnsEnabled=false",
        f"Private DNS of {VPCE} is off",
        "private_dns_enabled=true",
    ),
}


@pytest.mark.parametrize(("facts", "name", "object_id", "rule", "sentence", "remedy"), BLOCKED.values(), ids=BLOCKED)
def test_what_blocks_is_named_with_its_rule_and_what_to_change(
    facts: Facts, name: str, object_id: str, rule: str | None, sentence: str, remedy: str
) -> None:
    found = reachability(facts)
    assert found["reachable"] is False
    blocking = [hop for hop in found["hops"] if hop["verdict"] == "block"]
    assert {(hop["name"], hop["object_id"], hop["rule"]) for hop in blocking} == {(name, object_id, rule)}
    [blocker] = found["blockers"]
    assert blocker["object_id"] == object_id
    assert sentence in blocker["message"]
    assert rule is None or rule in blocker["message"]
    assert remedy in blocker["remedy"]


def test_a_paused_cluster_is_the_first_cause_of_several() -> None:
    facts = replace(
        with_group(SERVER_GROUP, inbound=()),
        provider=replace(
            WAY.provider, cluster=replace(CLUSTER, state="PAUSED"), registration=registration(state="FAILED")
        ),
        names=replace(NAMES, dns_support=False),
    )
    causes = [blocker["object_id"] for blocker in reachability(facts)["blockers"]]
    assert causes == [CLUSTER.cluster_id, "1801634297120007919", SERVER_GROUP, VPC]


def test_one_cause_that_all_zones_share_is_reported_once_and_names_none() -> None:
    [blocker] = reachability(with_group(SERVER_GROUP, inbound=()))["blockers"]
    assert "zone" not in blocker["message"]


def test_one_zone_that_works_is_enough_and_the_other_is_named() -> None:
    deaf = NetworkAcl("acl-b", ("subnet-b",), ())
    found = reachability(replace(WAY, network_acls=(CLIENT_ACL, open_acl("acl-server", "subnet-a"), deaf)))
    assert found["reachable"] is True
    assert [path["reachable"] for path in found["paths"]] == [True, False]
    assert {blocker["object_id"] for blocker in found["blockers"]} == {"acl-b"}
    assert all(f"{SERVER_B} (zone use1-az2)" in blocker["message"] for blocker in found["blockers"])


def test_zones_that_fail_each_for_its_own_reason_make_it_unreachable() -> None:
    deaf_a, deaf_b = NetworkAcl("acl-a", ("subnet-a",), ()), NetworkAcl("acl-b", ("subnet-b",), ())
    found = reachability(replace(WAY, network_acls=(CLIENT_ACL, deaf_a, deaf_b)))
    assert found["reachable"] is False
    assert {blocker["object_id"] for blocker in found["blockers"]} == {"acl-a", "acl-b"}


UNKNOWN: dict[str, tuple[Facts, str]] = {
    "TiDB Cloud not asked": (replace(WAY, provider=Provider(unknown="no key")), "cluster"),
    "own name servers": (replace(WAY, names=replace(NAMES, servers=("192.0.2.53",))), "dhcp_options"),
    "several interfaces": (
        replace(WAY, source=Source("i-1", SOURCE, Instance("i-1", "running", (SOURCE, SOURCE)))),
        "source",
    ),
    "an address of nobody": (
        from_interface(replace(SOURCE, network_interface_id=None, security_group_ids=None)),
        "source_security_group",
    ),
    "hidden groups": (replace(WAY, security_groups={CLIENT_GROUP: GROUPS[CLIENT_GROUP]}), "endpoint_security_group"),
    "hidden prefix list": (
        with_group(SERVER_GROUP, inbound=(SecurityGroupRule("tcp", PORT, PORT, prefix_list_ids=("pl-1",)),)),
        "endpoint_security_group",
    ),
    "hidden list": (replace(WAY, network_acls=(SERVER_ACL,)), "source_acl_outbound"),
    "some ephemeral ports": (with_acl(CLIENT_ACL, entry(90, "deny", "0.0.0.0/0", (5000, 6000))), "source_acl_inbound"),
    "interfaces not seen": (replace(WAY, interfaces=()), "interface_endpoint"),
    "transit gateway": (from_away(Route("10.0.0.0/8", "tgw-1"), Route("10.0.0.0/8", "tgw-1")), "route"),
}


@pytest.mark.parametrize(("facts", "name"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_known_is_reported_and_never_guessed(facts: Facts, name: str) -> None:
    found = reachability(facts)
    assert found["reachable"] is None
    assert found["blockers"] == []
    assert name in {hop["name"] for hop in found["hops"] if hop["verdict"] == "unknown"}


def test_what_blocks_for_certain_decides_beside_what_is_unknown() -> None:
    facts = replace(with_group(SERVER_GROUP, inbound=()), names=replace(NAMES, servers=("192.0.2.53",)))
    assert reachability(facts)["reachable"] is False


def test_over_peering_it_is_reachable_where_names_are_not_needed() -> None:
    peering = Peering("pcx-1", "active", frozenset({VPC, OTHER_VPC}))
    facts = from_away(Route("10.0.0.0/16", "pcx-1"), Route("10.9.0.0/16", "pcx-1"), peerings=(peering,))
    assert reachability(facts)["reachable"] is True
    assert f"The source is in {OTHER_VPC}, the interface endpoint in {VPC}" in judged(facts, "vpc")["message"]
    assert reachability(replace(facts, private_dns_required=True))["reachable"] is None


def test_addresses_of_no_common_family_cannot_connect() -> None:
    found = reachability(from_interface(replace(SOURCE, addresses=("fd00::25",))))
    assert found["reachable"] is False
    assert found["paths"] == []
    assert "no common family" in found["blockers"][0]["message"]
