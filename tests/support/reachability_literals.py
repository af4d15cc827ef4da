# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A way on which nothing blocks, as literals; each test changes only what it is about.

The client is alone in its subnet; the interface endpoint has an interface in each of two zones.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Instance,
    Interface,
    NetworkAcl,
    NetworkAclEntry,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    SubnetRange,
    VpcNames,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import (
    Facts,
    Hop,
    Provider,
    Source,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP_ID,
    OTHER_VPC,
    VPC,
    interface_endpoint,
    registration,
)

PORT = 4000
CLIENT, SERVER_A, SERVER_B = "10.0.1.25", "10.0.11.10", "10.0.12.10"
CLIENT_GROUP, SERVER_GROUP = "sg-client", "sg-server"

SOURCE = Interface("eni-client", "subnet-client", VPC, (CLIENT,), (CLIENT_GROUP,))
ENDS = (
    Interface("eni-a", "subnet-a", VPC, (SERVER_A,), (SERVER_GROUP,)),
    Interface("eni-b", "subnet-b", VPC, (SERVER_B,), (SERVER_GROUP,)),
)
SUBNETS = {
    "subnet-client": SubnetRange("subnet-client", VPC, "use1-az1", ("10.0.1.0/24",)),
    "subnet-a": SubnetRange("subnet-a", VPC, "use1-az1", ("10.0.11.0/24",)),
    "subnet-b": SubnetRange("subnet-b", VPC, "use1-az2", ("10.0.12.0/24",)),
}
ALL_OUT = SecurityGroupRule("-1", cidrs=("0.0.0.0/0",))
GROUPS = {
    CLIENT_GROUP: SecurityGroup(CLIENT_GROUP, outbound=(ALL_OUT,)),
    SERVER_GROUP: SecurityGroup(SERVER_GROUP, inbound=(SecurityGroupRule("tcp", PORT, PORT, ("10.0.0.0/16",)),)),
}
LOCAL = Route("10.0.0.0/16", "local")
TABLE = RouteTable("rtb-main", VPC, True, (), (LOCAL,))
NAMES = VpcNames(VPC, "10.0.0.0/16", True, True, "dopt-1", ("AmazonProvidedDNS",))


def entry(
    rule_number: int, action: str, cidr: str, ports: tuple[int, int] | None = None, **fields: t.Any
) -> NetworkAclEntry:
    """An inbound rule, for TCP if it has ports."""
    low, high = ports or (None, None)
    protocol = fields.pop("protocol", "6" if ports else "-1")
    return NetworkAclEntry(rule_number, fields.pop("egress", False), action == "allow", protocol, cidr, low, high)


def open_acl(network_acl_id: str, *subnet_ids: str) -> NetworkAcl:
    """As AWS makes it: everything passes."""
    entries = [
        one
        for egress in (True, False)
        for one in (entry(100, "allow", "0.0.0.0/0", egress=egress), entry(32767, "deny", "0.0.0.0/0", egress=egress))
    ]
    return NetworkAcl(network_acl_id, subnet_ids, tuple(entries))


CLIENT_ACL = open_acl("acl-client", "subnet-client")
SERVER_ACL = open_acl("acl-server", "subnet-a", "subnet-b")

WAY = Facts(
    port=PORT,
    endpoint=interface_endpoint(security_group_ids=(SERVER_GROUP,), subnet_ids=("subnet-a", "subnet-b")),
    source=Source("i-1", SOURCE, Instance("i-1", "running", (SOURCE,))),
    provider=Provider(CLUSTER_ID, GROUP_ID, CLUSTER, registration()),
    interfaces=ENDS,
    subnets=SUBNETS,
    security_groups=GROUPS,
    network_acls=(CLIENT_ACL, SERVER_ACL),
    route_tables=(TABLE,),
    names=NAMES,
)


def from_interface(interface: Interface, facts: Facts = WAY) -> Facts:
    """The same way from another network interface."""
    return replace(facts, source=Source(str(interface.network_interface_id), interface))


def with_acl(acl: NetworkAcl, *denied: t.Any) -> Facts:
    """The same way with more rules in one of its lists."""
    changed = replace(acl, entries=(*denied, *acl.entries))
    return replace(WAY, network_acls=tuple(changed if one is acl else one for one in WAY.network_acls))


def with_group(group_id: str, **rules: t.Any) -> Facts:
    return replace(WAY, security_groups={**GROUPS, group_id: replace(GROUPS[group_id], **rules)})


# The client in another VPC.
AWAY = Interface("eni-away", "subnet-away", OTHER_VPC, ("10.9.1.25",), (CLIENT_GROUP,))
AWAY_SUBNET = SubnetRange("subnet-away", OTHER_VPC, "use1-az1", ("10.9.1.0/24",))
AWAY_LOCAL = Route("10.9.0.0/16", "local")


def from_away(there: Route | None, back: Route | None, **fields: t.Any) -> Facts:
    """From the other VPC, without names; `there` and `back` are the routes that connect the two."""
    tables = (
        RouteTable("rtb-main", VPC, True, (), tuple(route for route in (LOCAL, back) if route)),
        RouteTable("rtb-away", OTHER_VPC, True, (), tuple(route for route in (AWAY_LOCAL, there) if route)),
    )
    rule = SecurityGroupRule("tcp", PORT, PORT, ("10.9.0.0/16",))
    return replace(
        from_interface(AWAY),
        private_dns_required=False,
        subnets={**SUBNETS, "subnet-away": AWAY_SUBNET},
        security_groups={**GROUPS, SERVER_GROUP: SecurityGroup(SERVER_GROUP, inbound=(rule,))},
        network_acls=(SERVER_ACL, open_acl("acl-away", "subnet-away")),
        route_tables=tables,
        **fields,
    )


def judged(facts: Facts, name: str) -> dict[str, t.Any]:
    """The first hop of that name, as it is returned."""
    found: dict[str, t.Any] = next(hop for hop in reachability(facts)["hops"] if hop["name"] == name)
    return found


def only(hops: t.Iterable[Hop], name: str) -> Hop:
    """The one hop of that name."""
    [found] = [hop for hop in hops if hop.name == name]
    return found
