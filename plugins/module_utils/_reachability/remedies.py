# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to change where something blocks: the sentence, and the command that does it. Pure."""

from __future__ import annotations

from .._aws.network_model import NetworkAcl, Route
from .._run.text import shell_word
from .model import Facts
from .network_acls import LAST_RULE, Ports, free_number_before
from .security_groups import Peer, ports_text


def start_instance(facts: Facts, instance_id: str) -> str:
    return f"Start it: aws ec2 start-instances {_region(facts)} --instance-ids {shell_word(instance_id)}"


def _region(facts: Facts) -> str:
    return f"--region {shell_word(facts.endpoint.region)}"


def host_range(address: str) -> str:
    """The range with one address."""
    return f"{address}/128" if ":" in address else f"{address}/32"


def allow_in_group(facts: Facts, group_id: str, outbound: bool, peer: Peer, by_group: bool) -> str:
    """`by_group`: the rule may name the other side by its security group, which outlives its address."""
    group = peer.security_group_ids[0] if by_group and peer.security_group_ids else None
    other = group or host_range(peer.address)
    direction, word = ("outbound", "to") if outbound else ("inbound", "from")
    command = f"authorize-security-group-{'egress' if outbound else 'ingress'}"
    if group:
        permission = f"UserIdGroupPairs=[{{GroupId={group}}}]"
    elif ":" in peer.address:
        permission = f"Ipv6Ranges=[{{CidrIpv6={other}}}]"
    else:
        permission = f"IpRanges=[{{CidrIp={other}}}]"
    return (
        f"Add to {group_id} an {direction} rule for TCP {facts.port} {word} {other}: "
        f"aws ec2 {command} {_region(facts)} --group-id {shell_word(group_id)} --ip-permissions "
        + shell_word(f"IpProtocol=tcp,FromPort={facts.port},ToPort={facts.port},{permission}")
    )


def allow_in_acl(facts: Facts, acl: NetworkAcl, egress: bool, address: str, ports: Ports, before: int, nth: int) -> str:
    """A rule before the one with the number `before`, which denies; the nth that this list needs."""
    number = free_number_before(acl, egress, before, nth)
    word = "to" if egress else "from"
    what = f"TCP {ports_text(*ports)} {word} {host_range(address)}"
    if number is None:
        return (
            f"Remove or renumber rule {before} of {acl.network_acl_id}, so that a rule for {what} can come before it."
        )
    order = "" if before == LAST_RULE else f", before rule {before}"
    option = "--ipv6-cidr-block" if ":" in address else "--cidr-block"
    return (
        f"Allow {what} in {acl.network_acl_id} by rule {number}{order}: aws ec2 create-network-acl-entry "
        f"{_region(facts)} --network-acl-id {shell_word(acl.network_acl_id)} --{'egress' if egress else 'ingress'} "
        f"--rule-number {number} --protocol 6 --port-range From={ports[0]},To={ports[1]} --rule-action allow "
        f"{option} {shell_word(host_range(address))}"
    )


def add_route(facts: Facts, table_id: str, address: str) -> str:
    """For two VPCs that nothing in the table connects."""
    return (
        f"Connect {facts.source.interface.vpc_id} and {facts.endpoint.vpc_id} by VPC peering or a transit gateway, and "
        f"add a route for {host_range(address)} or its subnet to {table_id}, in each direction."
    )


def replace_route(facts: Facts, table_id: str, route: Route) -> str:
    return (
        f"Replace the route for {route.destination} in {table_id} by one that leads from "
        f"{facts.source.interface.vpc_id} to {facts.endpoint.vpc_id}, in each direction."
    )


def set_vpc_attribute(facts: Facts, vpc_id: str, attribute: str) -> str:
    """`attribute` as the command spells it."""
    return (
        f"Switch it on: aws ec2 modify-vpc-attribute {_region(facts)} --vpc-id {shell_word(vpc_id)} "
        f"--{attribute} Value=true"
    )


def enable_private_dns(facts: Facts) -> str:
    vpce = facts.endpoint.vpc_endpoint_id
    return (
        f"Run private_endpoint with vpc_endpoint_id={vpce} and private_dns_enabled=true, or "
        f"aws ec2 modify-vpc-endpoint {_region(facts)} --vpc-endpoint-id {shell_word(vpce)} --private-dns-enabled. "
        "Clients that use another name for it are judged with require_private_dns=false."
    )
