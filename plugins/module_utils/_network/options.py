# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of connection_network, and what it returns."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._aws.tags import settable
from .._privatelink.desired import Desired
from .._privatelink.options import ENDPOINT_TIMEOUT, desired_endpoint, endpoint_arguments
from .._run.errors import PrivateLinkError
from .._run.given import as_given, texts
from .._run.options import wait_arguments
from .._run.wait import Work
from .calls import Network
from .claims import Part
from .contradictions import contradictions
from .make import (
    Connection,
    Outcome,
    WantedSubnet,
    find_security_group,
    find_subnets,
    find_vpc,
    make_security_group,
    make_subnets,
    make_vpc,
)
from .wanted import WantedConnection

Params = t.Mapping[str, t.Any]
# What a part requires.
_NEEDED = {
    "account": (),
    "connection": ("wanted", "endpoint"),
    "service": ("self_hosted_name",),
    "vpc": ("ownership", "cidr_block"),
    "subnets": ("ownership", "vpc_id"),
    "security_group": ("ownership", "vpc_id", "name", "description"),
}


def network_arguments() -> dict[str, t.Any]:
    """Argument spec."""
    subnet = {
        "cidr_block": {"type": "str", "required": True},
        "availability_zone_id": {"type": "str", "required": True},
    }
    return {
        "part": {"type": "str", "choices": sorted(_NEEDED), "required": True},
        "wanted": {"type": "dict"},
        "endpoint": {"type": "dict"},
        "ownership": {"type": "dict"},
        "tags": {"type": "dict", "default": {}},
        "cidr_block": {"type": "str"},
        "used_vpc_id": {"type": "str"},
        "vpc_id": {"type": "str"},
        "subnets": {"type": "list", "elements": "dict", "default": [], "options": subnet},
        "name": {"type": "str"},
        "description": {"type": "str"},
        "self_hosted_name": {"type": "str"},
        "service_id": {"type": "str"},
        "load_balancer_arns": {"type": "list", "elements": "str"},
    }


def made(network: Network, params: Params) -> Work[dict[str, t.Any]]:
    """Make the part that the options name, and return the values of the module."""
    connection, vpc_id = _connection(params), params["vpc_id"]
    if params["part"] == "vpc":
        outcome = yield from make_vpc(network, connection, params["cidr_block"], params["used_vpc_id"] or "")
    elif params["part"] == "subnets":
        outcome = yield from make_subnets(network, connection, vpc_id, _wanted(params))
    else:
        outcome = yield from make_security_group(network, connection, vpc_id, params["name"], params["description"])
    outcome.missing = [part.cidr or part.name for part in outcome.parts if part.id in outcome.made]
    return _returned(outcome)


def found(network: Network, params: Params) -> dict[str, t.Any]:
    """What exists of the part that the options name: the values of the module in check mode."""
    connection, vpc_id = _connection(params), params["vpc_id"]
    if params["part"] == "vpc":
        return _returned(find_vpc(network, connection, params["cidr_block"], params["used_vpc_id"] or ""))
    if params["part"] == "subnets":
        return _returned(find_subnets(network, connection, vpc_id, _wanted(params)))
    return _returned(find_security_group(network, connection, vpc_id, params["name"]))


def looked_for(params: Params) -> tuple[WantedConnection, Desired]:
    """The connection and its private endpoint.

    Raises PrivateLinkError for options that cannot be, and for those that contradict each other.
    """
    _require(params, "look at")
    spec = {**endpoint_arguments(), **wait_arguments(ENDPOINT_TIMEOUT)}
    read = ArgumentSpecValidator(spec).validate(as_given(params["endpoint"], spec))
    if read.error_messages:
        raise PrivateLinkError(f"endpoint cannot be used: {' '.join(read.error_messages)}")
    try:
        wanted = WantedConnection.of(params["wanted"])
    except KeyError as missing:
        raise PrivateLinkError(f"wanted lacks {missing}: give what the filter connection_options returns.") from None
    wrong = contradictions(wanted)
    if wrong:
        raise PrivateLinkError(" ".join(wrong))
    return wanted, desired_endpoint({**params, **read.validated_parameters})


def _require(params: Params, doing: str) -> None:
    for option in _NEEDED[params["part"]]:
        if not params[option]:
            raise PrivateLinkError(f"{option} is needed to {doing} the {params['part'].replace('_', ' ')}.")


def _connection(params: Params) -> Connection:
    _require(params, "make")
    return Connection(ownership=texts(params["ownership"]), tags=settable(texts(params["tags"])))


def _wanted(params: Params) -> list[WantedSubnet]:
    return [WantedSubnet(item["cidr_block"], item["availability_zone_id"]) for item in params["subnets"]]


def _returned(outcome: Outcome) -> dict[str, t.Any]:
    return {
        "changed": outcome.changed,
        "parts": [_part(part) for part in outcome.parts],
        "made": outcome.missing,
        "removed": outcome.removed,
        "left": outcome.left,
        "enables_dns": outcome.enables_dns,
    }


def _part(part: Part) -> dict[str, str]:
    return {
        "id": part.id,
        "cidr_block": part.cidr,
        "availability_zone_id": part.zone_id,
        "name": part.name,
        "description": part.description,
    }
