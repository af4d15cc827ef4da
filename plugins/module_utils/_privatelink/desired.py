# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one private endpoint, and which of its options an interface endpoint has. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._aws.model import InterfaceEndpoint

# The options that are attributes of an interface endpoint, with what they are where there is none. `diff` and the
# result of every module show these.
ATTRIBUTES: dict[str, t.Any] = {
    "vpc_id": None,
    "subnet_ids": (),
    "security_group_ids": (),
    "private_dns_enabled": None,
    "ip_address_type": None,
    "tags": {},
}


def attributes_of(endpoint: InterfaceEndpoint | None) -> dict[str, t.Any]:
    """Each of ATTRIBUTES as modules return it: ids and tags sorted."""
    return {name: _plain(getattr(endpoint, name) if endpoint else absent) for name, absent in ATTRIBUTES.items()}


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    return sorted(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Desired:
    """The options of `private_endpoint`. `None` means: leave that attribute alone."""

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
        """Only TiDB Cloud's endpoint services have registrations."""
        return self.cluster_id is not None

    @property
    def target(self) -> str:
        """How the user named the service."""
        return f"cluster {self.cluster_id}" if self.cluster_id else str(self.service_name)
