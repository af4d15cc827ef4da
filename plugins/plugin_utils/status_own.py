# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoint services of the user's own as aligned lines, with who may connect and who does. Pure."""

from __future__ import annotations

import typing as t

from .status_scope import NOT_LOOKED_AT, some
from .text_table import GAP, table

Values = t.Mapping[str, t.Any]
_NAME_TAG = "tidbcloud:service-name"
_SERVICES = ("OWN SERVICE", "STATE", "ID", "REGION", "ZONES", "CONNECTIONS", "PRINCIPALS")
_CONNECTIONS = ("CONNECTION", "PRIVATE ENDPOINT", "ACCOUNT", "PERMITTED", "OWN SERVICE")
_PERMITTED = {True: "yes", False: "no", None: "not known"}


def own_lines(services: t.Sequence[Values]) -> list[str]:
    """The services, then the connections of all of them; nothing where there are none. Texts are printable already."""
    if not services:
        return []
    rows = [row for service in services for row in _connections(service)]
    connections = [GAP, *table([_CONNECTIONS, *rows])] if rows else []
    return [GAP, *table([_SERVICES, *(_service(one) for one in services)]), *connections]


def _name(service: Values) -> str:
    return service["tags"].get(_NAME_TAG) or "-"


def _service(service: Values) -> tuple[str, ...]:
    zones, principals, connections = (
        service[key] for key in ("availability_zone_ids", "allowed_principals", "connections")
    )
    return (
        _name(service),
        service["state"] or "-",
        service["service_id"],
        service["region"] or "-",
        NOT_LOOKED_AT if zones is None else str(len(zones)),
        NOT_LOOKED_AT if connections is None else str(len(connections)),
        NOT_LOOKED_AT if principals is None else some(principals) or "none",
    )


def _connections(service: Values) -> list[tuple[str, ...]]:
    return [
        (
            one["state"] or "-",
            one["vpc_endpoint_id"],
            one["account_id"] or "-",
            _PERMITTED[one["permitted"]],
            f"{_name(service)} ({service['service_id']})",
        )
        for one in service["connections"] or ()
    ]
