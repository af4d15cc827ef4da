# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which an interface endpoint changes its subnets and stays reachable. Pure."""

from __future__ import annotations

import typing as t

from .violations import LimitsViolated, Violation


def subnet_changes(
    present: t.Iterable[str], wanted: t.Iterable[str], zones: t.Mapping[str, str | None]
) -> list[tuple[bool, tuple[str, ...]]]:
    """Returns the changes as (True to add or False to remove, subnet ids), one call each.

    First what goes into new zones, then swaps within a zone, one zone at a time (AWS refuses two subnets in one zone),
    last what only goes. C(zones) maps subnet ids to zones. Source: ModifyVpcEndpoint, DuplicateSubnetsInSameZone.

    Raises LimitsViolated where the only subnet would be swapped within its zone: AWS never lets the last one go.
    """
    old = sorted(set(present) - set(wanted))
    new = sorted(set(wanted) - set(present))
    kept = set(present) & set(wanted)
    old_by_zone = {zones.get(subnet_id) or subnet_id: subnet_id for subnet_id in old}
    swaps = {subnet_id: old_by_zone[zone] for subnet_id in new if (zone := zones.get(subnet_id)) in old_by_zone}
    added = tuple(subnet_id for subnet_id in new if subnet_id not in swaps)
    removed = tuple(subnet_id for subnet_id in old if subnet_id not in swaps.values())
    if swaps and len(old) == 1 and not kept and not added:
        raise LimitsViolated([_impossible(old[0], new[0])])
    changes = [(True, added)] if added else []
    for new_id, old_id in swaps.items():
        changes += [(False, (old_id,)), (True, (new_id,))]
    if removed:
        changes.append((False, removed))
    return changes


def _impossible(old: str, new: str) -> Violation:
    return Violation(
        "immutable_change",
        f"The only subnet {old} cannot be swapped for {new} in place: both lie in the same zone, and an "
        "interface endpoint keeps at least one subnet.",
        "Go through another zone: first give subnet_ids a subnet of another zone, then the wanted one.",
    )
