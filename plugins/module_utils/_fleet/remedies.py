# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that remedy findings, to be pasted into a playbook, each with every option that it needs. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._run.task import Option, task

Endpoint = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Remedies:
    """`access`: by AWS account, the options that give access to it, if they are not the module's own."""

    access: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)

    def run(self, endpoint: Endpoint, **options: Option) -> str:
        """The task for this private endpoint."""
        return self._task(endpoint, {"vpc_endpoint_id": endpoint["vpc_endpoint_id"]}, options)

    def remove(self, endpoint: Endpoint) -> str:
        return self._task(endpoint, {"state": "absent", "vpc_endpoint_id": endpoint["vpc_endpoint_id"]}, {})

    def in_vpc(self, endpoint: Endpoint, **options: Option) -> str:
        """The task for what its VPC has of the service."""
        return self._task(endpoint, {"vpc_id": endpoint["vpc_id"]}, options)

    def _task(self, endpoint: Endpoint, which: t.Mapping[str, Option], options: t.Mapping[str, Option]) -> str:
        target = "cluster_id" if endpoint["cluster_id"] else "service_name"
        place = {
            target: endpoint[target],
            "node_group_id": endpoint["node_group_id"] if endpoint["cluster_id"] else None,
            "region": endpoint["region"],
        }
        return task(**which, **place, **self.access.get(endpoint["account_id"] or "", {}), **options)
