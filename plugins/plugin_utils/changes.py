# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task for one or many private endpoints has changed, or would, as one table with the costs. Pure."""

from __future__ import annotations

import typing as t

from .foreign import printable
from .steps_table import steps_table

Values = t.Mapping[str, t.Any]
_COST = "monthly_cost_usd"


def change_lines(result: Values, host: str, *, check_mode: bool) -> list[str]:
    """A title and the table, from what `private_endpoint` or `private_endpoints` returned; nothing if nothing changed.

    The table is the same in check mode and run.
    """
    if not result.get("changed"):
        return []
    items = list(enumerate(result["results"], start=1)) if "results" in result else [(0, result)]
    title = f"{'A run would change' if check_mode else 'Changed'} on {printable(host)}:"
    return [title, *steps_table([_row(one, number) for number, one in items if one["steps"]])]


def _row(result: Values, number: int) -> dict[str, t.Any]:
    """`number` of the item, 0 if it is the only one."""
    diff = result.get("diff") or {}
    before, after = (diff.get(side) or {} for side in ("before", "after"))
    name = _name(result, before.get("vpc_id") or after.get("vpc_id"))
    failed = " (failed)" if result.get("failed") else ""
    return {
        "name": f"{number}: {name}{failed}" if number else f"{name}{failed}",
        "steps": [f"{step['name']}: {step['detail']} ({step['target']})" for step in result["steps"]],
        "monthly_before": before.get(_COST),
        "monthly_after": after.get(_COST),
    }


def _name(result: Values, vpc_id: str | None) -> str:
    """From what is known before it is made; of one that failed, what its first step is about."""
    endpoint = result.get("private_endpoint") or {}
    of = endpoint.get("cluster_name") or endpoint.get("cluster_id") or endpoint.get("service_name")
    if not of:
        return str(result["steps"][0]["target"])
    return f"{of} in {vpc_id}" if vpc_id else str(of)
