# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a listener, and the desired state in them."""

from __future__ import annotations

import re
import typing as t
from ipaddress import ip_address

from .._aws.listener_model import Target
from .._run.errors import PrivateLinkError
from .._run.text import printable
from .desired import DEFAULT_PORT, Desired

TIMEOUT = 600
_LAST_PORT = 65535
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")
_TARGET_GROUP = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:targetgroup/.+")
_LONGEST_NAME = 256  # of the value of a tag


def listener_arguments() -> dict[str, t.Any]:
    """Argument spec of a listener and its target group."""
    number = {"type": "int"}
    target = {"id": {"type": "str", "required": True}, "port": number, "availability_zone": {"type": "str"}}
    health_check = {
        "protocol": {"type": "str", "choices": ["TCP", "HTTP", "HTTPS"]},
        "port": {"type": "str"},
        "path": {"type": "str"},
        **dict.fromkeys(("interval", "timeout", "healthy_threshold", "unhealthy_threshold"), number),
    }
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "load_balancer_arn": {"type": "str"},
        "load_balancer_tags": {"type": "dict"},
        "port": {"type": "int", "default": DEFAULT_PORT},
        "protocol": {"type": "str", "choices": ["TCP", "TCP_UDP"], "default": "TCP"},
        "target_group_arn": {"type": "str"},
        "target_type": {"type": "str", "choices": ["instance", "ip"]},
        "target_port": number,
        "vpc_id": {"type": "str"},
        "targets": {"type": "list", "elements": "dict", "options": target},
        "purge_targets": {"type": "bool", "default": True},
        "health_check": {"type": "dict", "options": health_check},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
    }


def desired_listener(params: t.Mapping[str, t.Any]) -> Desired:
    """The desired state in the options. An empty text counts as not set, an empty list of targets does not.

    Raises PrivateLinkError for a value that is impossible whatever AWS has.
    """
    desired = Desired(
        name=params["name"] or "",
        state=params["state"],
        load_balancer_arn=params["load_balancer_arn"] or None,
        load_balancer_tags=_tags(params, "load_balancer_tags"),
        port=params["port"],
        protocol=params["protocol"],
        target_group_arn=params["target_group_arn"] or None,
        target_type=params["target_type"] or None,
        target_port=params["target_port"],
        vpc_id=params["vpc_id"] or None,
        targets=_targets(params),
        purge_targets=params["purge_targets"],
        health_check={key: value for key, value in (params["health_check"] or {}).items() if value not in (None, "")},
        tags=_tags(params, "tags"),
        purge_tags=params["purge_tags"],
        wait=params["wait"],
    )
    _reject_impossible(desired)
    return desired


def _reject_impossible(desired: Desired) -> None:
    if not desired.name or len(desired.name) > _LONGEST_NAME:
        raise PrivateLinkError(f"name must have 1 to {_LONGEST_NAME} characters: it is the value of a tag.")
    if desired.load_balancer_arn and desired.load_balancer_tags is not None:
        raise PrivateLinkError("load_balancer_arn and load_balancer_tags exclude each other. Give one of them.")
    if desired.load_balancer_tags == {}:
        raise PrivateLinkError("load_balancer_tags is empty and would match every load balancer. Give a tag.")
    if desired.state == "present" and not desired.load_balancer_arn and desired.load_balancer_tags is None:
        raise PrivateLinkError("A listener needs a load balancer. Give load_balancer_arn or load_balancer_tags.")
    for option in ("port", "target_port"):
        _require_port(option, getattr(desired, option))
    if desired.target_group_arn:
        _reject_for_given_group(desired)
    for target in desired.targets or ():
        _reject_target(target, desired.target_type)
    kinds = {kind_of(target) for target in desired.targets or ()}
    if len(kinds) > 1:
        raise PrivateLinkError("targets has instances and addresses. A target group takes one kind of them.")


def _reject_for_given_group(desired: Desired) -> None:
    """Settings of a target group that is given are not changed, so that these would silently do nothing."""
    if not _TARGET_GROUP.fullmatch(desired.target_group_arn or ""):
        raise PrivateLinkError(
            f"target_group_arn is {printable(desired.target_group_arn)!r}, which is not the ARN of a target group "
            "(arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID)."
        )
    given = {name: getattr(desired, name) for name in ("target_type", "target_port", "health_check")}
    useless = sorted(name for name, value in given.items() if value)
    if useless:
        raise PrivateLinkError(
            f"{' and '.join(useless)} would be a setting of the target group that target_group_arn names, which is "
            "used as it is. Leave out one of them."
        )


def kind_of(target: Target) -> str:
    """Of an id that is neither an instance's nor an address: `ip`, which is then refused."""
    return "instance" if _INSTANCE.fullmatch(target.id) else "ip"


def _reject_target(target: Target, target_type: str | None) -> None:
    kind = kind_of(target)
    if kind == "ip":
        try:
            ip_address(target.id)
        except ValueError:
            raise PrivateLinkError(
                f"targets has {printable(target.id)!r}, which is neither the id of an instance (i-…) nor an address."
            ) from None
    if target_type and kind != target_type:
        raise PrivateLinkError(f"targets has {target.id}, which is of the kind {kind}; target_type is {target_type}.")
    _require_port("The port of a target", target.port)


def _require_port(what: str, port: int | None) -> None:
    if port is not None and not 1 <= port <= _LAST_PORT:
        raise PrivateLinkError(f"{what} must be from 1 to {_LAST_PORT}, but is {port}.")


def _targets(params: t.Mapping[str, t.Any]) -> tuple[Target, ...] | None:
    given = params["targets"]
    if given is None:
        return None
    made = {Target(one["id"], one["port"], one["availability_zone"] or None) for one in given}
    return tuple(sorted(made, key=lambda one: (one.id, one.port or 0, one.zone or "")))


def _tags(params: t.Mapping[str, t.Any], option: str) -> dict[str, str] | None:
    value = params[option]
    return None if value is None else {str(key): str(item) for key, item in value.items()}
