# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user wants of one private endpoint. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .model import CLUSTER_TAG, MANAGED_BY, MANAGED_BY_TAG, NODE_GROUP_TAG, InterfaceEndpoint

PROTECTION_TAG = "deletion-protection"
OWNERSHIP_TAGS = frozenset({MANAGED_BY_TAG, CLUSTER_TAG, NODE_GROUP_TAG})


@dataclass(frozen=True)
class Desired:
    """The options of C(private_endpoint). C(None) means: leave that attribute alone."""

    state: str = "present"
    cluster_id: str | None = None
    node_group_id: str | None = None
    project_id: str | None = None
    service_name: str | None = None
    vpc_endpoint_id: str | None = None
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] | None = None
    security_group_ids: tuple[str, ...] | None = None
    name: str | None = None
    private_dns_enabled: bool | None = None
    ip_address_type: str | None = None
    tags: t.Mapping[str, str] | None = None
    purge_tags: bool = True
    recreate_failed: bool = False
    remove_duplicates: bool = False
    keep_vpc_endpoint: bool = False
    allow_violations: frozenset[str] = frozenset()
    allow_missing_network: bool = False
    wait: bool = True

    @property
    def registrable(self) -> bool:
        """Only TiDB Cloud's endpoint services know a registration."""
        return self.cluster_id is not None

    @property
    def target(self) -> str:
        """How the user named the service."""
        return f"cluster {self.cluster_id}" if self.cluster_id else str(self.service_name)


def is_protected(endpoint: InterfaceEndpoint) -> bool:
    """Whether its tag says that it is not to be deleted. A boolean of YAML becomes "True" on its way to a tag."""
    return endpoint.tags.get(PROTECTION_TAG, "").lower() == "true"


def wanted_tags(desired: Desired, node_group_id: str | None) -> dict[str, str]:
    """The tags that a managed endpoint carries: the ownership tags, the name and the user's."""
    wanted = dict(desired.tags or {})
    if desired.name:
        wanted["Name"] = desired.name
    wanted[MANAGED_BY_TAG] = MANAGED_BY
    if desired.cluster_id:
        wanted[CLUSTER_TAG] = desired.cluster_id
    if node_group_id:
        wanted[NODE_GROUP_TAG] = node_group_id
    return wanted


def unwanted_tags(desired: Desired, endpoint: InterfaceEndpoint) -> tuple[str, ...]:
    """Keys to purge, where C(tags) is given: never the ownership tags, C(aws:*), or a C(Name) that C(name) set."""
    if desired.tags is None or not desired.purge_tags:
        return ()
    kept = OWNERSHIP_TAGS | set(desired.tags) | {"Name"}
    return tuple(sorted(key for key in endpoint.tags if key not in kept and not key.startswith("aws:")))


def tags_after(desired: Desired, node_group_id: str | None, endpoint: InterfaceEndpoint | None) -> dict[str, str]:
    """All tags that the endpoint has after the run, or that the one has that takes its place."""
    unwanted = unwanted_tags(desired, endpoint) if endpoint else ()
    kept = {key: value for key, value in endpoint.tags.items() if key not in unwanted} if endpoint else {}
    return {**kept, **wanted_tags(desired, node_group_id)}
