# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The question about reachability, and how the options state it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._privatelink.options import optional_id
from .._run.errors import PrivateLinkError

SOURCES = ("source_instance_id", "source_network_interface_id", "source_address")


@dataclass(frozen=True)
class Question:
    """Which private endpoint, and from where. One kind of source is given; an address may come with its subnet.

    `port` is null for the cluster's own.
    """

    vpc_endpoint_id: str
    instance_id: str | None = None
    network_interface_id: str | None = None
    subnet_id: str | None = None
    address: str | None = None
    port: int | None = None
    cluster_id: str | None = None
    node_group_id: str | None = None
    project_id: str | None = None
    private_dns_required: bool = True


def reachability_arguments() -> dict[str, t.Any]:
    """Argument spec. Which options go together is checked here, where an empty one counts as not given."""
    names = (*SOURCES, "source_subnet_id", "cluster_id", "node_group_id")
    return {
        "vpc_endpoint_id": {"type": "str", "required": True},
        **{name: {"type": "str"} for name in names},
        "port": {"type": "int"},
        "require_private_dns": {"type": "bool", "default": True},
    }


def question(params: t.Mapping[str, t.Any]) -> Question:
    """The question in the options. Raises PrivateLinkError if they name no source or several, or an impossible
    one.
    """
    given = [name for name in SOURCES if params[name]]
    if len(given) != 1:
        found = f"{' and '.join(given)} are given" if given else "none is given"
        raise PrivateLinkError(f"Name the source by one of {', '.join(SOURCES)}; {found}.")
    if params["source_subnet_id"] and not params["source_address"]:
        raise PrivateLinkError(f"source_subnet_id says where source_address is, but {given[0]} is given.")
    if params["port"] is not None and not 0 < params["port"] < 65536:
        raise PrivateLinkError(f"port is {params['port']}; give one of 1 to 65535, or omit it for the cluster's own.")
    return Question(
        vpc_endpoint_id=params["vpc_endpoint_id"],
        instance_id=params["source_instance_id"] or None,
        network_interface_id=params["source_network_interface_id"] or None,
        subnet_id=params["source_subnet_id"] or None,
        address=params["source_address"] or None,
        port=params["port"],
        cluster_id=optional_id(params, "cluster_id"),
        node_group_id=optional_id(params, "node_group_id"),
        project_id=optional_id(params, "project_id"),
        private_dns_required=params["require_private_dns"],
    )
