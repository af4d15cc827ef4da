# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one service that a user publishes. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.tags import MANAGED_BY, MANAGED_BY_TAG

NAME_TAG = "tidbcloud:service-name"
DEFAULT_PORT = 4000


@dataclass(frozen=True)
class Desired:
    """The options of `endpoint_service` with `self_hosted_name`. `None` means: leave that alone.

    `allowed_principals` and `withdrawn_principals` are as the user wrote them.
    """

    name: str
    state: str = "present"
    service_id: str | None = None
    load_balancer_arns: tuple[str, ...] | None = None
    load_balancer_tags: t.Mapping[str, str] | None = None
    acceptance_required: bool = True
    allowed_principals: tuple[str, ...] | None = None
    purge_allowed_principals: bool = True
    withdrawn_principals: tuple[str, ...] = ()
    accepted_accounts: frozenset[str] = frozenset()
    accepted_endpoint_ids: frozenset[str] = frozenset()
    rejected_endpoint_ids: frozenset[str] = frozenset()
    reject_unpermitted: bool = False
    private_dns_name: str | None = None
    remove_private_dns_name: bool = False
    verify_private_dns: bool = True
    verify_dns_servers: tuple[str, ...] = ()
    port: int = DEFAULT_PORT
    address_types: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    on_connections: str = "refuse"
    tags: t.Mapping[str, str] | None = None
    purge_tags: bool = True
    removed_tags: frozenset[str] = frozenset()
    allow_violations: frozenset[str] = field(default_factory=frozenset)
    wait: bool = True

    @property
    def target(self) -> str:
        return f"endpoint service {self.name}"

    @property
    def ownership(self) -> dict[str, str]:
        """The tags by which the service is found."""
        return {MANAGED_BY_TAG: MANAGED_BY, NAME_TAG: self.name}
