# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who decides that an endpoint is ours: the ownership tags, which tags a run sets, and which it never removes. Pure."""

from __future__ import annotations

import typing as t

from .._aws.model import InterfaceEndpoint
from .._aws.tags import MANAGED_BY, MANAGED_BY_TAG, PROTECTION_TAG
from .desired import Desired, is_reserved

__all__ = ["MANAGED_BY", "MANAGED_BY_TAG", "PROTECTION_TAG"]

CLUSTER_TAG = "tidbcloud:cluster-id"
NODE_GROUP_TAG = "tidbcloud:node-group-id"
# The prefix of the ownership tags, of the claims of a network, and of what later versions add.
_OWN_PREFIX = "tidbcloud:"


def is_protected(endpoint: InterfaceEndpoint) -> bool:
    """Whether its tag says that it is not to be deleted. A boolean of YAML becomes "True" on its way to a tag."""
    return endpoint.tags.get(PROTECTION_TAG, "").lower() == "true"


def settable(tags: t.Mapping[str, str]) -> dict[str, str]:
    """Those that a user can set: AWS reserves some keys, and refuses a request that has one of them."""
    return {key: value for key, value in tags.items() if not is_reserved(key)}


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
    """Keys to purge if `tags` is set: never `tidbcloud:*`, `aws:*`, `Name` or deletion protection."""
    if desired.tags is None or not desired.purge_tags:
        return ()
    kept = {*desired.tags, "Name", PROTECTION_TAG}
    return tuple(sorted(key for key in endpoint.tags if key not in kept and not _is_kept_for_others(key)))


def _is_kept_for_others(key: str) -> bool:
    return key.startswith(_OWN_PREFIX) or is_reserved(key)


def tags_after(desired: Desired, node_group_id: str | None, endpoint: InterfaceEndpoint | None) -> dict[str, str]:
    """All tags that the endpoint, or the one that replaces it, has after the run."""
    unwanted = unwanted_tags(desired, endpoint) if endpoint else ()
    kept = {key: value for key, value in endpoint.tags.items() if key not in unwanted} if endpoint else {}
    return {**kept, **wanted_tags(desired, node_group_id)}
