# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict over all hops, in the shapes that the module returns. Pure."""

from __future__ import annotations

import typing as t

from .._run.text import listed
from .model import BLOCK, PASS, UNKNOWN, Facts, Hop
from .names import name_hops
from .paths import Path, path_hops, paths
from .provider import provider_hops
from .remedies import start_instance

Returned = dict[str, t.Any]


def reachability(facts: Facts) -> Returned:
    """`reachable`, `hops`, `paths`, `blockers`, `port`: whether at least one path lets connections pass.

    `reachable` is null if nothing certainly blocks and something is unknown. `blockers` name every cause, even that
    of a single zone where another one works.
    """
    before, after = [*provider_hops(facts), *_source_hops(facts)], name_hops(facts)
    ways = [(path, path_hops(facts, path)) for path in paths(facts)]
    common = _verdict([*before, *after])
    each = [_verdict(hops) for _path, hops in ways]
    hops = [*before, *(hop for _path, own in ways for hop in own), *after]
    return {
        "reachable": _reachable(common, each),
        "port": facts.port,
        "hops": [_hop(hop) for hop in hops],
        "paths": [_path(path, verdict) for (path, _hops), verdict in zip(ways, each)],
        "blockers": _blockers(hops, len(ways)),
    }


def _source_hops(facts: Facts) -> list[Hop]:
    hops = [_source(facts), _vpc(facts)]
    if facts.interfaces and not paths(facts):
        message = (
            f"{facts.source.object_id} has the addresses {listed(facts.source.interface.addresses)}, the interface "
            f"endpoint {listed(address for one in facts.interfaces for address in one.addresses)}: no common family."
        )
        remedy = "Give the source an address of that family, or set ip_address_type of the private endpoint."
        hops.append(Hop("address_family", facts.endpoint.vpc_endpoint_id, BLOCK, message, remedy=remedy))
    return hops


def _source(facts: Facts) -> Hop:
    source, instance = facts.source, facts.source.instance
    interface = source.interface
    where = f"{listed(interface.addresses)} in {interface.subnet_id}"
    if instance is None:
        return Hop("source", source.object_id, PASS, f"The source is {where}.")
    if instance.state != "running":
        message = f"Instance {instance.instance_id} is {instance.state}."
        remedy = start_instance(facts, instance.instance_id)
        return Hop("source", instance.instance_id, BLOCK, message, remedy=remedy)
    if len(instance.interfaces) > 1:
        message = (
            f"Instance {instance.instance_id} has {len(instance.interfaces)} network interfaces, and only its own "
            f"routes decide which one it uses. The verdict is about the primary one, {interface.network_interface_id}; "
            "name another one in source_network_interface_id."
        )
        return Hop("source", instance.instance_id, UNKNOWN, message)
    return Hop("source", instance.instance_id, PASS, f"Instance {instance.instance_id} is running, with {where}.")


def _vpc(facts: Facts) -> Hop:
    """Whether another VPC is connected is for the routes to decide."""
    own, other = facts.source.interface.vpc_id, facts.endpoint.vpc_id
    if facts.same_vpc:
        return Hop("vpc", own, PASS, f"The source and the interface endpoint are both in {own}.")
    message = (
        f"The source is in {own}, the interface endpoint in {other}: see the routes for how the two are connected."
    )
    return Hop("vpc", own, PASS, message)


def _verdict(hops: t.Iterable[Hop]) -> str:
    verdicts = {hop.verdict for hop in hops}
    return BLOCK if BLOCK in verdicts else UNKNOWN if UNKNOWN in verdicts else PASS


def _reachable(common: str, each: t.Sequence[str]) -> bool | None:
    best = PASS if PASS in each else UNKNOWN if UNKNOWN in each or not each else BLOCK
    if BLOCK in (common, best):
        return False
    return True if (common, best) == (PASS, PASS) else None


def _hop(hop: Hop) -> Returned:
    return {
        "name": hop.name,
        "object_id": hop.object_id,
        "verdict": hop.verdict,
        "rule": hop.rule,
        "message": hop.message,
        "availability_zone_id": hop.availability_zone_id,
        "endpoint_address": hop.endpoint_address,
    }


def _path(path: Path, verdict: str) -> Returned:
    return {
        "network_interface_id": path.interface.network_interface_id,
        "subnet_id": path.interface.subnet_id,
        "availability_zone_id": path.availability_zone_id,
        "endpoint_address": path.endpoint_address,
        "source_address": path.source_address,
        "reachable": {PASS: True, BLOCK: False}.get(verdict),
    }


def _blockers(hops: t.Iterable[Hop], ways: int) -> list[Returned]:
    """One for each cause: what blocks several zones in the same way is reported once, with the zones unless all
    fail.
    """
    causes: dict[tuple[str | None, str, str | None], list[Hop]] = {}
    for hop in hops:
        if hop.verdict == BLOCK:
            rule = f" The rule is: {hop.rule}." if hop.rule else ""
            causes.setdefault((hop.object_id, hop.message + rule, hop.name), []).append(hop)
    return [
        {
            "object_id": object_id,
            "message": message + _zones(found, ways),
            "remedy": " ".join(dict.fromkeys(hop.remedy for hop in found if hop.remedy)),
        }
        for (object_id, message, _name), found in causes.items()
    ]


def _zones(found: t.Sequence[Hop], ways: int) -> str:
    if found[0].endpoint_address is None or len(found) == ways:
        return ""
    there = ", ".join(f"{hop.endpoint_address} (zone {hop.availability_zone_id})" for hop in found)
    return f" This blocks the path to {there}."
