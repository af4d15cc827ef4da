# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a run of the role, the network that it makes included, in check mode the same as in the run. Pure.

What a run makes has no ID in check mode. Such a part is called by what the options say of it: a subnet by its zone, VPC
and security group by their name.
"""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection

from .provider_steps import ended_steps, of_both_sides, target_of
from .steps_table import steps_table

Values = t.Mapping[str, t.Any]
# The order in which private_endpoint changes one that lives; tags and the registration come first.
_ORDER = {
    "add_security_groups": 1,
    "remove_security_groups": 1,
    "add_subnets": 2,
    "remove_subnets": 2,
    "set_ip_address_type": 3,
    "enable_private_dns": 4,
    "disable_private_dns": 4,
}
_CREATION = "create_vpc_endpoint"


def connect_table(known: Values) -> list[str]:
    """The table of a run of connect; empty where it has no steps.

    Of `known`: wanted, look, network, subnets, made, and what connection_network and amazon.aws returned for each part
    that the role makes: made_vpc, made_subnets, agreed_security_group, made_security_group; and provider, what was done
    on the provider's side of a service of the user's own.
    """
    endpoint = [_text(step, known) for step in _endpoint_steps(known)]
    steps = [*_network_steps(known), *(of_both_sides(known, endpoint) if known.get("provider") else endpoint)]
    return _table(known, steps, [known["made"].get("diff") or {}]) if steps else []


def disconnect_table(known: Values) -> list[str]:
    """The table of a run of disconnect; empty where it has no steps.

    Of `known`: wanted, removed, removed_network, and provider.
    """
    removed = known["removed"]
    steps = [f"{step['name']}: {step['detail']} ({step['target']})" for step in removed["steps"]]
    steps += ended_steps(known) if known.get("provider") else []
    for key, kind in KINDS.items():
        steps += [f"remove {kind} {one['item']['id']}" for one in known["removed_network"][key] if one.get("changed")]
    return _table(known, steps, removed.get("diffs") or [removed.get("diff") or {}]) if steps else []


KINDS = {"security_groups": "security group", "subnets": "subnet", "vpcs": "VPC"}


def _table(known: Values, steps: list[str], diffs: t.Sequence[Values]) -> list[str]:
    wanted = known["wanted"]
    of = wanted["name"] if wanted["cluster_id"] else wanted["self_hosted_name"] or wanted["service_name"]
    name = wanted["vpc_endpoint_id"] or of
    before, after = (_sum(diffs, moment) for moment in ("before", "after"))
    return steps_table([{"name": name, "steps": steps, "monthly_before": before, "monthly_after": after}])


def _sum(diffs: t.Sequence[Values], moment: str) -> float | None:
    costs = [(diff.get(moment) or {}).get("monthly_cost_usd") for diff in diffs]
    known = [float(cost) for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _network_steps(known: Values) -> list[str]:
    wanted = WantedConnection.of(known["wanted"])
    return [
        *(_vpc(known, wanted) if wanted.makes_vpc else []),
        *(_subnets(known) if wanted.makes_subnets else []),
        *(_group(known, wanted) if wanted.makes_security_group else []),
    ]


def _has_vpc(known: Values) -> bool:
    return bool(known["network"]["vpc_id"])


def _vpc(known: Values, wanted: WantedConnection) -> list[str]:
    """What is done about the VPC that is there, and about others that do not count."""
    found = known["made_vpc"]
    if found.get("made") or not _has_vpc(known):
        return [f"make VPC {wanted.name} with the range {wanted.vpc_cidr} and both DNS attributes"]
    dns = [f"switch on both DNS attributes of {known['network']['vpc_id']}"] if found.get("enables_dns") else []
    removed = found.get("removed") or []
    return [*dns, *(f"remove {vpc_id}, an empty VPC that a run that was stopped has left" for vpc_id in removed)]


def _subnets(known: Values) -> list[str]:
    subnets, found = known["subnets"]["subnets"], known["made_subnets"].get("made")
    if not known["subnets"]["zones"]:
        return ["make a subnet for each zone of the endpoint service, which are known when it is ACTIVE"]
    return [
        f"make a subnet with the range {one['cidr_block']} in zone {one['availability_zone_id']}"
        for one in subnets
        if not _has_vpc(known) or one["cidr_block"] in (found or [])
    ]


def _group(known: Values, wanted: WantedConnection) -> list[str]:
    sources = ", ".join([*wanted.admitted_cidrs, *wanted.client_security_group_ids])
    default = " (the whole VPC, since no clients are named)" if wanted.admits_whole_vpc else ""
    admits = f"TCP port {known['look']['private_endpoint']['port']} from {sources}{default}"
    if not _has_vpc(known) or known["agreed_security_group"].get("made"):
        return [f"make a security group that admits {admits}"]
    if known["made_security_group"].get("changed"):
        group = known["network"]["security_group_ids"][0]
        return [f"have security group {group} admit {admits} and nothing else, with the tags of the connection"]
    return []


# --- the private endpoint ---------------------------------------------------------------------------------------------


def _endpoint_steps(known: Values) -> list[Values]:
    """What private_endpoint did or would do; in check mode also what it cannot plan without the IDs of parts."""
    planned = list(known["made"].get("steps") or [])
    if any(step["name"] == _CREATION for step in planned):
        return planned
    more = [*_group_changes(known), *_subnet_changes(known)]
    return sorted([*planned, *more], key=lambda step: _ORDER.get(step["name"], 0)) if more else planned


def _step(known: Values, name: str, ids: t.Sequence[str]) -> Values:
    target = known["look"]["private_endpoint"]["vpc_endpoint_id"]
    return {"name": name, "detail": ", ".join(ids), "target": target}


def _group_changes(known: Values) -> list[Values]:
    """The security group that is made takes the place of the others."""
    if not known["wanted"]["makes_security_group"] or known["network"]["security_group_ids"]:
        return []
    old = known["look"]["private_endpoint"]["security_group_ids"]
    added = _step(known, "add_security_groups", [known["wanted"]["name"]])
    return [added, *([_step(known, "remove_security_groups", sorted(old))] if old else [])]


def _subnet_changes(known: Values) -> list[Values]:
    """One subnet of each zone takes the place of the others, those of the same zone one by one."""
    wanted = known["wanted"]
    if not wanted["makes_subnets"] or known["network"]["subnet_ids"] or not known["subnets"]["zones"]:
        return []
    there = {one["availability_zone_id"]: one["id"] for one in known["made_subnets"].get("parts") or []}
    old = _zones_of(known["look"]["private_endpoint"])
    new = [zone for zone in known["subnets"]["zones"] if there.get(zone) not in old]
    swapped = [zone for zone in new if zone in old.values()]
    added = [zone for zone in new if zone not in swapped]
    removed = sorted(zone for zone in old.values() if zone not in known["subnets"]["zones"])
    return [
        *([_step(known, "add_subnets", [_in(zone) for zone in added])] if added else []),
        *(_step(known, name, [_in(zone)]) for zone in swapped for name in ("remove_subnets", "add_subnets")),
        *([_step(known, "remove_subnets", [_in(zone) for zone in removed])] if removed else []),
    ]


def _zones_of(endpoint: Values) -> dict[str, str]:
    """The zone of each subnet of a private endpoint."""
    interfaces = endpoint.get("network_interfaces") or []
    return {one["subnet_id"]: one["availability_zone_id"] for one in interfaces}


def _in(zone: str) -> str:
    return f"the subnet in {zone}"


def _text(step: Values, known: Values) -> str:
    detail = _creation(known) if step["name"] == _CREATION and known["wanted"]["makes_network"] else ""
    if not detail:
        names = _names(known)
        detail = ", ".join(names.get(one, one) for one in step["detail"].split(", "))
    return f"{step['name']}: {detail} ({target_of(step, known)})"


def _names(known: Values) -> dict[str, str]:
    """What the parts are called that the role makes, by ID."""
    wanted, found = known["wanted"], known["made_subnets"].get("parts") or []
    subnets = {
        **_zones_of(known["look"]["private_endpoint"]),
        **{one["id"]: one["availability_zone_id"] for one in found},
    }
    groups = known["network"]["security_group_ids"] if wanted["makes_security_group"] else []
    return {
        **({subnet_id: _in(zone) for subnet_id, zone in subnets.items()} if wanted["makes_subnets"] else {}),
        **dict.fromkeys(groups, wanted["name"]),
    }


def _creation(known: Values) -> str:
    wanted, after = known["wanted"], (known["made"].get("diff") or {}).get("after") or {}
    vpc = wanted["vpc_id"] or f"VPC {wanted['name']}"
    zones = ", ".join(known["subnets"].get("zones") or []) or "each zone of the endpoint service"
    subnets = ", ".join(wanted["subnet_ids"]) or f"one subnet in {zones}"
    groups = ", ".join(wanted["security_group_ids"]) or f"security group {wanted['name']}"
    kind = f", address type {after['ip_address_type']}" if after.get("ip_address_type") else ""
    return f"interface endpoint in {vpc}: {subnets}; {groups}{kind}"
