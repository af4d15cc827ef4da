# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which private endpoint of a cluster is meant, where the one that was looked for is not there. Pure.

Private endpoints come as endpoint_info returns them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import DEAD_STATES
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import is_managed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.ownership import CLUSTER_TAG

from .foreign import printable

Values = t.Mapping[str, t.Any]
_GONE = "deleted"
_TO_CHECK = "Name the one to check"
_TO_REMOVE = "Name the one to remove"
_HOW = "with private_connection_vpc_endpoint_id, private_connection_vpc_id or private_connection_name."


@dataclass(frozen=True)
class Choice:
    """`endpoint` is the one that is meant, if that is certain; `problem` says why it is not, or is empty; `others`
    says what the cluster has, or is empty.
    """

    endpoint: Values = field(default_factory=dict)
    problem: str = ""
    others: str = ""

    def returned(self) -> dict[str, t.Any]:
        return {"endpoint": dict(self.endpoint), "problem": self.problem, "others": self.others}


def choice(found: t.Iterable[Values], wanted: Values, *, vpc_is_there: bool = True) -> Choice:
    """The only one, where `wanted` names none: to remove, only if it carries the ownership tags.

    `vpc_is_there`: whether the VPC exists that `wanted` names.
    """
    is_removal = wanted["state"] == "absent"
    there = [one for one in found if one.get("vpc_endpoint_id") and _is_there(one, is_removal)]
    texts = "; ".join(_text(one, wanted) for one in there)
    has = f"Cluster {wanted['cluster_id']} has {texts}." if there else ""
    if not wanted["names_nothing"]:
        return Choice(problem=_lost(wanted, has) if wanted["vpc_id"] and there and not vpc_is_there else "", others=has)
    if len(there) == 1 and (not is_removal or (_is_own(there[0], wanted) and not _is_doubtful(there[0]))):
        return Choice(endpoint=there[0], others=has)
    if not there:
        return Choice()
    return Choice(problem=f"{_why(there, wanted)} {has} {_TO_REMOVE if is_removal else _TO_CHECK} {_HOW}")


def _lost(wanted: Values, has: str) -> str:
    named = printable(f"There is no VPC {wanted['vpc_id']} in this region that these credentials can see.")
    return f"{named} {has} Check private_connection_vpc_id, the AWS account and the region."


def _why(there: t.Sequence[Values], wanted: Values) -> str:
    if len(there) > 1:
        return f"Several private endpoints could be meant, and none has all tags of the connection {wanted['name']}."
    if _is_own(there[0], wanted):
        return (
            f"Nothing was removed: TiDB Cloud does not show cluster {wanted['cluster_id']} to this API key, and its "
            "only private endpoint is available."
        )
    return "Nothing was removed: the only private endpoint was not made by this collection."


def _is_there(endpoint: Values, is_removal: bool) -> bool:
    """A check needs one that lives. To remove is also one that has failed, and one that another run is deleting."""
    state = (endpoint.get("vpc_endpoint_state") or _GONE).lower()
    return state != _GONE if is_removal else state not in DEAD_STATES


def _is_own(endpoint: Values, wanted: Values) -> bool:
    tags = endpoint.get("tags") or {}
    return is_managed(tags) and tags.get(CLUSTER_TAG) == wanted["cluster_id"]


def _is_doubtful(endpoint: Values) -> bool:
    """A wrong API key must not look like a dropped cluster: only its name removes an endpoint that is available."""
    return not endpoint.get("cluster_state") and endpoint["vpc_endpoint_state"].lower() == "available"


def _text(endpoint: Values, wanted: Values) -> str:
    name = (endpoint.get("tags") or {}).get("Name")
    maker = "made by this collection" if _is_own(endpoint, wanted) else "not made by this collection"
    where = f"in {endpoint['vpc_id']}, {endpoint['region']}"
    named = f"named {name}" if name else "without a name"
    return str(printable(f"{endpoint['vpc_endpoint_id']} ({named}, {where}, {endpoint['status']}, {maker})"))
