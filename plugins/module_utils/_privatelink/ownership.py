# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who decides that an endpoint is ours: the ownership tags, which tags a run sets, and which it removes. Pure."""

from __future__ import annotations

from .._aws.model import InterfaceEndpoint
from .._aws.tags import MANAGED_BY, MANAGED_BY_TAG, purged, settable
from .desired import Desired

CLUSTER_TAG = "tidbcloud:cluster-id"
NODE_GROUP_TAG = "tidbcloud:node-group-id"


def wanted_tags(desired: Desired, node_group_id: str | None) -> dict[str, str]:
    """The tags that a managed endpoint carries: the ownership tags, the name and the user's."""
    wanted = settable(desired.tags or {})
    if desired.name:
        wanted["Name"] = desired.name
    wanted[MANAGED_BY_TAG] = MANAGED_BY
    if desired.cluster_id:
        wanted[CLUSTER_TAG] = desired.cluster_id
    if node_group_id:
        wanted[NODE_GROUP_TAG] = node_group_id
    return wanted


def unwanted_tags(desired: Desired, endpoint: InterfaceEndpoint) -> tuple[str, ...]:
    """Keys to purge if `tags` is set."""
    return () if desired.tags is None or not desired.purge_tags else purged(endpoint.tags, desired.tags)


def tags_after(desired: Desired, node_group_id: str | None, endpoint: InterfaceEndpoint | None) -> dict[str, str]:
    """All tags that the endpoint, or the one that replaces it, has after the run."""
    unwanted = unwanted_tags(desired, endpoint) if endpoint else ()
    kept = {key: value for key, value in endpoint.tags.items() if key not in unwanted} if endpoint else {}
    return {**kept, **wanted_tags(desired, node_group_id)}
