# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a network that the role made can go: everything of its own that nothing else uses. Pure.

Resources come as the info modules of amazon.aws return them.
"""

from __future__ import annotations

import re
import typing as t

Values = t.Mapping[str, t.Any]
_ENDPOINT_ID = re.compile(r"vpce-[0-9a-f]+")


def with_tags(resources: t.Iterable[Values], tags: t.Mapping[str, str]) -> list[Values]:
    """Those of the resources that carry all of the tags."""
    return [resource for resource in resources if _carries(resource.get("tags") or {}, tags)]


def _carries(found: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> bool:
    # Where templates return native types, as a setting of ansible-core before 2.19 has it, an ID of digits is a number.
    return all(found.get(key) == str(wanted[key]) for key in wanted)


def has_twins(removed: Values, wanted: Values) -> bool:
    """Whether several private endpoints of a connection whose network the role makes are why none was removed."""
    codes = [violation.get("code") for violation in removed.get("violations") or []]
    return "ambiguous_match" in codes and bool(wanted["makes_network"]) and not wanted["vpc_id"]


def twins(endpoints: t.Iterable[Values], ownership: t.Mapping[str, str]) -> list[Values]:
    """Of several private endpoints as endpoint_info returns them, those of this connection that are still there."""
    there = [one for one in endpoints if one.get("vpc_endpoint_id") and one.get("vpc_endpoint_state")]
    return with_tags([one for one in there if not _goes(one["vpc_endpoint_state"])], ownership)


def passing_interfaces(
    interfaces: t.Iterable[Values], endpoints: t.Iterable[Values], steps: t.Iterable[Values]
) -> list[Values]:
    """Network interfaces of interface endpoints that are gone, or go, in this run or an earlier one.

    `endpoints` are those of the VPCs, `steps` what private_endpoint did.
    """
    staying = _staying(endpoints, steps)
    return [one for one in interfaces if (ids := _endpoint_ids(one)) and not ids & staying]


def _endpoint_ids(interface: Values) -> set[str]:
    return set(_ENDPOINT_ID.findall(interface.get("description") or ""))


def _staying(endpoints: t.Iterable[Values], steps: t.Iterable[Values]) -> set[str]:
    gone = {step["target"] for step in steps if step["name"] == "delete_vpc_endpoint"}
    return {one["vpc_endpoint_id"] for one in endpoints if not _goes(one["state"])} - gone


def _goes(state: str) -> bool:
    return state.lower().startswith("delet")


def removable(found: Values, ownership: t.Mapping[str, str], steps: t.Sequence[Values]) -> dict[str, t.Any]:
    """What carries the tags, in the order of its IDs, and whether it may go: `is_unused` of each.

    `found` has `vpc_ids` (those that the role made), `subnets`, `security_groups`, `endpoints`, `interfaces`. The
    answer has `security_groups`, `subnets` (with VPC and range) and `vpcs`, and `passing`: the ids of network
    interfaces that go by themselves.
    """
    passing = passing_interfaces(found["interfaces"], found["endpoints"], steps)
    lasting = [one for one in found["interfaces"] if one not in passing]
    staying = _staying(found["endpoints"], steps)
    groups, subnets = (with_tags(found[kind], ownership) for kind in ("security_groups", "subnets"))
    others = [group for group in found["security_groups"] if group["group_name"] != "default" and group not in groups]
    used_groups = {group["group_id"] for one in lasting for group in one["groups"]} | _referred(others)
    used_subnets = {one["subnet_id"] for one in lasting}
    used_vpcs = {
        one["vpc_id"]
        for one in (
            *lasting,
            *others,
            *(subnet for subnet in found["subnets"] if subnet not in subnets),
            *(endpoint for endpoint in found["endpoints"] if endpoint["vpc_endpoint_id"] in staying),
        )
    }
    return {
        "passing": [one.get("id") or one.get("network_interface_id") for one in passing],
        "security_groups": _judged(groups, "group_id", used_groups),
        "subnets": _judged(subnets, "subnet_id", used_subnets),
        "vpcs": [{"id": vpc_id, "is_unused": vpc_id not in used_vpcs} for vpc_id in found["vpc_ids"]],
    }


def _referred(groups: t.Iterable[Values]) -> set[str]:
    """Groups that the inbound rules of these name as sources."""
    rules = [rule for group in groups for rule in group["ip_permissions"]]
    return {pair["group_id"] for rule in rules for pair in rule["user_id_group_pairs"] if pair.get("group_id")}


def _judged(own: t.Iterable[Values], key: str, used: t.Collection[str]) -> list[dict[str, t.Any]]:
    return [
        {
            "id": one[key],
            "is_unused": one[key] not in used,
            "vpc_id": one["vpc_id"],
            "cidr_block": one.get("cidr_block"),
        }
        for one in sorted(own, key=lambda found: str(found[key]))
    ]
