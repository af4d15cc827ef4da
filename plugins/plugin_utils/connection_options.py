# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the variables of the role, as users and surveys give them, to what a connection is to be. Pure."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import role_variables

Values = t.Mapping[str, t.Any]
_TEXTS = (
    "state",
    "cluster_id",
    "node_group_id",
    "service_name",
    "self_hosted_name",
    "vpc_endpoint_id",
    "vpc_id",
    "vpc_cidr",
)
_LISTS = ("subnet_ids", "subnet_cidrs", "security_group_ids")
_SOURCE = ("instance_id", "network_interface_id", "address", "subnet_id")
# Filters, and the variable that names one, where there is one. private_connection_project_id only says where to look.
_FILTERS = {
    "cluster_ids": "cluster_id",
    "node_group_ids": "node_group_id",
    "project_ids": None,
    "vpc_ids": "vpc_id",
    "vpc_endpoint_ids": "vpc_endpoint_id",
    "regions": None,
}
# Their order says nothing.
_SETS = ("availability_zone_ids", "client_cidrs", "client_security_group_ids")


def split_list(value: t.Any) -> list[str]:
    """Items of a list, or of a text such as `a,b`, as text; empty ones are left out."""
    given = value if isinstance(value, (list, tuple)) else [value]
    items = [item.strip() for part in given if part is not None for item in str(part).split(",")]
    return [item for item in items if item]


def wanted_connection(given: Values) -> WantedConnection:
    """`given`: the options under their names without the prefix; what is not set is missing, null or empty."""
    check = _usable(role_variables.check_word, given.get("check"), "true")
    tags = _usable(role_variables.own_tags, given.get("tags"), {})
    read: dict[str, t.Any] = {name: str(given.get(name) or "").strip() for name in _TEXTS}
    read.update({name: tuple(split_list(given.get(name))) for name in _LISTS})
    read.update({name: tuple(sorted(set(split_list(given.get(name))))) for name in _SETS})
    return WantedConnection(
        **read,
        given_name=str(given.get("name") or "").strip(),
        variable_problems=tuple(given.get("variable_problems") or ()),
        tags=tags,
        check=check != "false",
        requires_check=check == role_variables.REQUIRED,
        places_check=bool(given.get("check_host")) or bool(given_source(given)),
        wait=bool(given.get("wait", True)),
        on_failed_check=str(given.get("on_failed_check") or "fail"),
        has_check_user=bool(str(given.get("check_user") or "").strip()),
        has_check_password=bool(given.get("check_password")),
        keeps_endpoint=_usable(boolean, role_variables.given(given.get("keep_vpc_endpoint"), False), False),
        provider_variables=tuple(role_variables.set_names(given.get("variables") or {}, "provider_")),
    )


def _usable(read: t.Callable[[t.Any], t.Any], value: t.Any, otherwise: t.Any) -> t.Any:
    """A value of another kind is one of the problems of the variables, and named there."""
    try:
        return read(value)
    except (TypeError, ValueError):
        return otherwise


def given_source(given: Values) -> dict[str, str]:
    """Where in AWS the check's host is, as options of reachability_info without their prefix; only what is set."""
    found = {name: given.get(f"check_source_{name}") for name in _SOURCE}
    texts = {name: str(value or "").strip() for name, value in found.items()}
    return {name: value for name, value in texts.items() if value}


def status_filters(given: Values) -> dict[str, list[str]]:
    """The filters of endpoint_info. A variable of the role that names one cluster, VPC and so on filters, too, where
    its list is not set.
    """
    return {name: split_list(given.get(name) or given.get(one or "") or "") for name, one in _FILTERS.items()}
