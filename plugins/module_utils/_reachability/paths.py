# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One path from the source to one network interface of the interface endpoint, and back. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from ipaddress import ip_address

from .._aws.network_model import Interface, NetworkAcl
from .._run.text import listed
from .model import BLOCK, PASS, UNKNOWN, Facts, Hop
from .network_acls import EPHEMERAL_PORTS, Ports, judge_acl
from .remedies import allow_in_acl, allow_in_group
from .routes import judge_route, peering_used
from .security_groups import Peer, judge_groups, ports_text


@dataclass(frozen=True)
class Path:
    """A pair of addresses of one family. `number` counts the paths."""

    interface: Interface
    endpoint_address: str
    source_address: str
    availability_zone_id: str | None
    number: int = 0


def paths(facts: Facts) -> list[Path]:
    """Every address of the interface endpoint for which the source has one of the same family, by zone."""
    found: list[Path] = []
    for interface in sorted(facts.interfaces, key=lambda one: (facts.zone_of(one.subnet_id) or "", one.subnet_id)):
        for address in interface.addresses:
            version = ip_address(address).version
            own = next((one for one in facts.source.interface.addresses if ip_address(one).version == version), None)
            if own is not None:
                found.append(Path(interface, address, own, facts.zone_of(interface.subnet_id), len(found)))
    return found


def path_hops(facts: Facts, path: Path) -> list[Hop]:
    """The hops in the order in which a connection meets them."""
    source, end = facts.source.interface, path.interface
    crosses = source.subnet_id != end.subnet_id
    hops = [
        judge_route(facts, "route", source, end, path.endpoint_address),
        _zone(facts, path),
        _group(facts, path, outbound=True),
        *([_acl(facts, path, "source_acl_outbound"), _acl(facts, path, "endpoint_acl_inbound")] if crosses else []),
        _group(facts, path, outbound=False),
        *([_acl(facts, path, "endpoint_acl_outbound"), _acl(facts, path, "source_acl_inbound")] if crosses else []),
        judge_route(facts, "route_back", end, source, path.source_address),
    ]
    zone_id, address = path.availability_zone_id, path.endpoint_address
    return [replace(hop, availability_zone_id=zone_id, endpoint_address=address) for hop in hops]


def _zone(facts: Facts, path: Path) -> Hop:
    """For information only: connections across zones work, but their data costs more."""
    subnet_id = facts.source.interface.subnet_id
    own, other = facts.zone_of(subnet_id), path.availability_zone_id
    if own == other:
        return Hop("zone", subnet_id, PASS, f"Both are in zone {own}.")
    served = {facts.zone_of(interface.subnet_id) for interface in facts.interfaces}
    also = "" if own in served else f" The interface endpoint has no network interface in {own}."
    return Hop("zone", subnet_id, PASS, f"From zone {own} to zone {other}, which works.{also}")


def _group(facts: Facts, path: Path, *, outbound: bool) -> Hop:
    """The security groups of the source for outbound traffic, those of the interface endpoint for inbound."""
    name = "source_security_group" if outbound else "endpoint_security_group"
    source = facts.source.interface
    group_ids = source.security_group_ids if outbound else facts.endpoint.security_group_ids
    if group_ids is None:
        message = (
            f"No network interface has the address {path.source_address}, so its security groups are not known. Name "
            "an instance or a network interface."
        )
        return Hop(name, None, UNKNOWN, message)
    peer = _peer(facts, path, of_endpoint=outbound)
    groups = [facts.security_groups.get(group_id) for group_id in group_ids]
    judged = judge_groups(groups, outbound, facts.port, peer, facts.prefix_lists)
    object_id = judged.object_id or next(iter(group_ids), None)
    does = (
        f"lets TCP {facts.port} out to the interface endpoint"
        if outbound
        else f"admits TCP {facts.port} from the source"
    )
    if judged.verdict == PASS:
        return Hop(name, object_id, PASS, f"{object_id} {does}.", judged.rule)
    if judged.verdict == UNKNOWN:
        return Hop(name, object_id, UNKNOWN, _doubt(facts, judged.rule, object_id, does), judged.rule)
    remedy = allow_in_group(facts, str(object_id), outbound, peer, facts.same_vpc) if object_id else None
    named = listed(group_ids) or "any security group, of which there is none,"
    return Hop(name, object_id, BLOCK, f"No rule of {named} {does}.", remedy=remedy)


def _doubt(facts: Facts, rule: str | None, object_id: str | None, does: str) -> str:
    if rule is None:
        return facts.not_seen("security groups", f"One of the security groups beside {object_id}")
    why = "the entries of that prefix list" if " pl-" in rule else "the security groups of the other side"
    return f"Whether {object_id} {does} is not known: it has the rule {rule!r}, and {why} cannot be seen."


def _peer(facts: Facts, path: Path, *, of_endpoint: bool) -> Peer:
    """Rules name the other side's groups only inside a VPC and over peering; elsewhere they mean nothing certain."""
    source = facts.source.interface
    related = facts.same_vpc or peering_used(facts, source, path.endpoint_address)
    address = path.endpoint_address if of_endpoint else path.source_address
    groups = facts.endpoint.security_group_ids if of_endpoint else source.security_group_ids
    return Peer(address, groups if related else None)


class _List(t.NamedTuple):
    """Which network ACL decides, for traffic to whom, and on which ports. `nth` counts the addresses of the other
    side.
    """

    interface: Interface
    egress: bool
    address: str
    ports: Ports
    what: str
    nth: int = 0


def _acl(facts: Facts, path: Path, name: str) -> Hop:
    there, back = (facts.port, facts.port), EPHEMERAL_PORTS
    out, into = "out of the subnet of ", "into the subnet of "
    source, end = facts.source.interface, path.interface
    asked = {
        "source_acl_outbound": _List(
            source, True, path.endpoint_address, there, f"connections {out}the source", path.number
        ),
        "endpoint_acl_inbound": _List(
            end, False, path.source_address, there, f"connections {into}the interface endpoint"
        ),
        "endpoint_acl_outbound": _List(end, True, path.source_address, back, f"answers {out}the interface endpoint"),
        "source_acl_inbound": _List(
            source, False, path.endpoint_address, back, f"answers {into}the source", path.number
        ),
    }[name]
    subnet_id = asked.interface.subnet_id
    acl = next((one for one in facts.network_acls if subnet_id in one.subnet_ids), None)
    if acl is None:
        return Hop(name, subnet_id, UNKNOWN, facts.not_seen("network ACLs", f"The network ACL of {subnet_id}"))
    return _judged_acl(facts, name, acl, asked)


def _judged_acl(facts: Facts, name: str, acl: NetworkAcl, asked: _List) -> Hop:
    judged = judge_acl(acl, asked.egress, asked.address, asked.ports)
    acl_id = acl.network_acl_id
    what = f"{asked.what} (TCP {ports_text(*asked.ports)})"
    if judged.verdict == PASS:
        return Hop(name, acl_id, PASS, f"{acl_id} lets {what}.", judged.rule)
    if judged.verdict == UNKNOWN:
        ranges = ", ".join(ports_text(*ports) for ports in judged.allowed)
        message = (
            f"{acl_id} lets {what} only for the ports {ranges}. The client's system chooses the port: Linux takes "
            "32768-60999, Windows 49152-65535 where nobody has changed it."
        )
        return Hop(name, acl_id, UNKNOWN, message, judged.rule)
    remedy = allow_in_acl(facts, acl, asked.egress, asked.address, asked.ports, judged.rule_number, asked.nth)
    return Hop(name, acl_id, BLOCK, f"{acl_id} denies {what}.", judged.rule, remedy)
