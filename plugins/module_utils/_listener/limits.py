# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS, or another owner, would not allow: checked before anything is touched, all together. Pure."""

from __future__ import annotations

import typing as t

from .._aws.listener_model import TargetGroup
from .._aws.provider_model import region_of
from .._aws.tags import PROTECTION_TAG, is_managed, is_protected
from .._run.text import listed, printable
from .._run.violations import Violation
from .current import Current
from .desired import NAME_TAG, Desired
from .options import kind_of
from .plan import Used, used
from .steps import DeleteListener, DeleteTargetGroup, Plan

# An endpoint service takes a listener with one of these.
_CARRIES_TCP = frozenset({"TCP", "TLS", "TCP_UDP"})
NAME_TAKEN = "target_group_in_use"


def violations(desired: Desired, current: Current, planned: Plan) -> list[Violation]:
    """Every limit that is broken."""
    if desired.state == "absent":
        return _protected(planned)
    found = _balancer_violations(desired, current)
    if found or current.balancer is None:
        return found
    use = used(desired, current)
    return [*_port_violations(desired, current, use), *_group_violations(desired, current, use), *_protected(planned)]


def _balancer_violations(desired: Desired, current: Current) -> list[Violation]:
    arn = desired.load_balancer_arn
    asked = f"load balancer {printable(arn)}" if arn else f"load balancer with the tags {_shown_tags(desired)}"
    region = region_of(arn) if arn else None
    if region is not None and region != current.region:
        message = f"Load balancer {printable(arn)} is in {region}, and this run works in {current.region}."
        return [Violation("region_mismatch", message, "Set region to that of the load balancer.")]
    if not current.balancers:
        message = f"There is no {asked} in {current.region} that these credentials can see."
        remedy = "Check load_balancer_arn or load_balancer_tags, the AWS account and the region."
        return [Violation("load_balancer_not_found", message, remedy)]
    if len(current.balancers) > 1:
        message = f"There are several: {listed(one.arn for one in current.balancers)} carry the tags that were given."
        return [Violation("ambiguous_match", message, "Name one with load_balancer_arn.")]
    (one,) = current.balancers
    if one.type != "network":
        message = f"Load balancer {one.name} is of type {one.type}. AWS PrivateLink needs a network load balancer."
        return [Violation("load_balancer_not_network", message, "Give a network load balancer.")]
    if one.state == "failed":
        message = f"Load balancer {one.name} is {one.state}."
        return [Violation("load_balancer_not_active", message, "Give one that is active.")]
    if desired.vpc_id and one.vpc_id and desired.vpc_id != one.vpc_id:
        message = f"Load balancer {one.name} is in {one.vpc_id}, and vpc_id is {printable(desired.vpc_id)}."
        return [Violation("vpc_mismatch", message, "Leave vpc_id out: targets are in the VPC of the load balancer.")]
    return []


def _shown_tags(desired: Desired) -> str:
    return listed(f"{key}={value}" for key, value in sorted((desired.load_balancer_tags or {}).items()))


def _port_violations(desired: Desired, current: Current, use: Used) -> list[Violation]:
    """A listener that something else made is used, if it serves what is asked for."""
    listener, port = use.listener, desired.port
    if listener is None or use.owns_listener:
        return []
    owner = f"made for {listener.tags[NAME_TAG]!r}" if is_managed(listener.tags) else "made by hand or another tool"
    remedy = f"Give another port than {port}, or remove that listener."
    if is_managed(listener.tags) and NAME_TAG in listener.tags:
        return [Violation("port_in_use", f"Port {port} of the load balancer has a listener that was {owner}.", remedy)]
    if listener.protocol not in _CARRIES_TCP:
        message = (
            f"Port {port} of the load balancer has a listener for {listener.protocol}, {owner}: it carries no TCP."
        )
        return [Violation("port_in_use", message, remedy)]
    own = current.own_listeners(desired)
    if own:
        message = f"Port {port} has a listener that was {owner}, and {desired.name} listens on port {own[0].port}."
        return [Violation("port_in_use", message, remedy)]
    if desired.target_group_arn and desired.target_group_arn not in listener.forwards:
        message = f"The listener on port {port}, {owner}, does not forward to {printable(desired.target_group_arn)}."
        return [Violation("port_in_use", message, "Leave target_group_arn out to use its own, or give another port.")]
    if desired.targets and use.group is None:
        message = f"The listener on port {port}, {owner}, forwards to several target groups or none."
        return [Violation("port_in_use", message, "Leave targets out, or give another port.")]
    return []


def _group_violations(desired: Desired, current: Current, use: Used) -> list[Violation]:
    if use.group is None and desired.target_group_arn and (use.listener is None or use.owns_listener):
        message = f"There is no target group {desired.target_group_arn!r} in {current.region}."
        return [Violation("target_group_not_found", message, "Check target_group_arn, the account and the region.")]
    if use.wanted is not None:
        return _taken(current, use.wanted)
    if use.group is None or use.owns_group:
        return []
    return [*_used_elsewhere(current, use.group), *_of_another_kind(desired, use.group)]


def _taken(current: Current, wanted: TargetGroup) -> list[Violation]:
    """Its tags say whose it is. Those of a new one may be missing for seconds."""
    if not any(one.name == wanted.name for one in current.groups):
        return []
    message = f"A target group {wanted.name} exists that does not carry the tags of this listener."
    return [Violation("target_group_in_use", message, "Delete it, or use it with target_group_arn.")]


def _used_elsewhere(current: Current, group: TargetGroup) -> list[Violation]:
    """Source: TargetGroupAssociationLimit in the Elastic Load Balancing API reference."""
    balancer = current.balancer
    others = [arn for arn in group.load_balancer_arns if balancer and arn != balancer.arn]
    if not others:
        return []
    message = f"Target group {group.name} already serves the load balancer {listed(others)}, and AWS gives it to one."
    return [Violation("target_group_in_use", message, "Give another target_group_arn, or leave it out to make one.")]


def _of_another_kind(desired: Desired, group: TargetGroup) -> list[Violation]:
    kinds = {kind_of(one) for one in desired.targets or ()} | ({desired.target_type} if desired.target_type else set())
    wrong = sorted(kind for kind in kinds if kind != group.target_type)
    if not wrong:
        return []
    message = f"Target group {group.name}, which was not made by this collection, takes {group.target_type} targets."
    return [Violation("immutable_change", message, f"Give targets of that kind, not of the kind {wrong[0]}.")]


def _protected(planned: Plan) -> list[Violation]:
    said: list[tuple[str, t.Mapping[str, str]]] = []
    for step in planned:
        if isinstance(step, DeleteListener):
            said.append((f"The listener on port {step.listener.port}", step.listener.tags))
        elif isinstance(step, DeleteTargetGroup):
            said.append((f"Target group {step.group.name}", step.group.tags))
    remedy = f"Remove the tag {PROTECTION_TAG} first."
    return [
        Violation("deletion_protected", f"{what} carries {PROTECTION_TAG}=true.", remedy)
        for what, tags in said
        if is_protected(tags)
    ]


def warnings(desired: Desired, current: Current) -> tuple[str, ...]:
    """What the user should know: targets through which nobody connects, and what is used although it is not ours."""
    if desired.state == "absent" or current.balancer is None:
        return ()
    use = used(desired, current)
    group = use.group
    said = [
        f"Target {one.shown} of {group.name if group else ''} is {one.state} ({one.reason or 'no reason given'}): "
        "nobody connects through it."
        for one in current.registered(group.arn if group else None)
        if one.state in ("unhealthy", "unavailable", "unused")
    ]
    return tuple(said)
