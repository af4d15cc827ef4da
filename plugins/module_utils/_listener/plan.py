# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what is there to the steps between them. Pure: no call, no clock, no module."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._aws.listener_model import PortListener, Target, TargetGroup
from .._aws.tags import purged
from .current import Current
from .desired import LOAD_BALANCER_TAG, Desired
from .names import target_group_name
from .options import kind_of
from .steps import (
    CreateListener,
    CreateTargetGroup,
    DeleteListener,
    DeleteTargetGroup,
    DeregisterTargets,
    Plan,
    RegisterTargets,
    RemoveTags,
    SetHealthCheck,
    SetListener,
    SetTags,
    Step,
)


@dataclass(frozen=True)
class Used:
    """What serves the port, as far as it is there. `wanted`: a target group to be made, as it is to be.

    What is not ours is used as it is: nothing of it is changed, and it is not deleted.
    """

    listener: PortListener | None = None
    group: TargetGroup | None = None
    owns_listener: bool = False
    owns_group: bool = False
    wanted: TargetGroup | None = None

    @property
    def group_name(self) -> str:
        named = self.group or self.wanted
        return named.name if named else ""


def plan(desired: Desired, current: Current) -> Plan:
    """The way from `current` to `desired`; nothing where the limits forbid it."""
    if desired.state == "absent":
        return _absent(desired, current)
    if current.balancer is None:
        return ()
    use = used(desired, current)
    if use.listener is not None and not use.owns_listener:
        return tuple(_registrations(desired, current, use))
    return (
        *_group_steps(desired, current, use),
        *_listener_steps(desired, current, use),
        *_leaving(desired, current, use),
        *_surplus(desired, current, use),
    )


def used(desired: Desired, current: Current) -> Used:
    """What serves the port of the load balancer, or is to be made for it."""
    own = next(iter(current.own_listeners(desired)), None)
    foreign = current.foreign_listener(desired)
    if foreign is not None:
        only = foreign.forwards[0] if len(foreign.forwards) == 1 else None
        return Used(foreign, current.group(only))
    if desired.target_group_arn:
        return Used(own, current.group(desired.target_group_arn), owns_listener=own is not None)
    wanted = _wanted_group(desired, current, own)
    group = next((one for one in current.own_groups(desired) if one.name == wanted.name), None)
    return Used(own, group, owns_listener=own is not None, owns_group=True, wanted=None if group else wanted)


def _wanted_group(desired: Desired, current: Current, own: PortListener | None) -> TargetGroup:
    """What is not said is as it is; of a new one it follows from the targets and the port."""
    groups = current.own_groups(desired)
    present = next((one for one in groups if own and one.arn in own.forwards), next(iter(groups), None))
    kind = desired.target_type or next((kind_of(one) for one in desired.targets or ()), None)
    target_type = kind or (present.target_type if present else "instance")
    port = desired.target_port or (present.port if present else None) or desired.port
    balancer = current.balancer
    balancer_arn, vpc_id = (balancer.arn, balancer.vpc_id) if balancer else ("", None)
    name = target_group_name(desired.name, balancer_arn, desired.protocol, port, target_type, vpc_id)
    tags = {**_tags(desired), LOAD_BALANCER_TAG: balancer_arn}
    health_check = desired.health_check
    return TargetGroup("", name, desired.protocol, port, target_type, vpc_id, (), health_check, tags)


def _tags(desired: Desired) -> dict[str, str]:
    return {**(desired.tags or {}), **desired.ownership}


def _group_steps(desired: Desired, current: Current, use: Used) -> list[Step]:
    """Before the listener forwards to it, a target group has its targets."""
    if use.wanted is not None:
        made: list[Step] = [CreateTargetGroup(desired.name, use.wanted)]
        return [*made, *_registrations(desired, current, use)]
    steps: list[Step] = []
    if use.group is not None and use.owns_group:
        steps += _health_check_steps(desired, use.group)
        steps += _tag_steps(desired, use.group.arn, "target group", use.group.tags)
    return [*steps, *_registrations(desired, current, use)]


def _health_check_steps(desired: Desired, group: TargetGroup) -> list[Step]:
    asked = desired.health_check.items()
    changed = {key: value for key, value in asked if str(group.health_check.get(key)) != str(value)}
    return [SetHealthCheck(desired.name, group.arn, changed)] if changed else []


def _tag_steps(desired: Desired, arn: str, what: str, tags: t.Mapping[str, str]) -> list[Step]:
    changed = {key: value for key, value in _tags(desired).items() if tags.get(key) != value}
    unwanted = () if desired.tags is None or not desired.purge_tags else purged(tags, desired.tags)
    steps: list[Step] = [SetTags(desired.name, arn, what, changed)] if changed else []
    return [*steps, RemoveTags(desired.name, arn, what, unwanted)] if unwanted else steps


def wanted_targets(desired: Desired, use: Used) -> tuple[Target, ...]:
    """The desired targets, each with its port."""
    group = use.group or use.wanted
    default = group.port if group else desired.port
    return tuple(replace(one, port=one.port or default) for one in desired.targets or ())


def _registrations(desired: Desired, current: Current, use: Used) -> list[Step]:
    if use.group is None and use.wanted is None:
        return []
    arn = use.group.arn if use.group else None
    present = {one.key for one in current.registered(arn)}
    missing = tuple(one for one in wanted_targets(desired, use) if one.key not in present)
    return [RegisterTargets(desired.name, arn, missing)] if missing else []


def _leaving(desired: Desired, current: Current, use: Used) -> list[Step]:
    """Only where the list is given, and only from a target group of ours. New ones are registered before."""
    if use.group is None or not use.owns_group or desired.targets is None or not desired.purge_targets:
        return []
    kept = {one.key for one in wanted_targets(desired, use)}
    leaving = tuple(one for one in current.registered(use.group.arn) if one.key not in kept)
    return [DeregisterTargets(desired.name, use.group.arn, leaving)] if leaving else []


def _listener_steps(desired: Desired, current: Current, use: Used) -> list[Step]:
    forwards = (use.group.arn,) if use.group else ()
    present = use.listener
    if present is None:
        balancer_arn = current.balancer.arn if current.balancer else ""
        made = PortListener("", balancer_arn, desired.port, desired.protocol, forwards, _tags(desired))
        return [CreateListener(desired.name, made, use.group_name)]
    wanted = replace(present, port=desired.port, protocol=desired.protocol, forwards=forwards)
    steps = _tag_steps(desired, present.arn, "listener", present.tags)
    return [SetListener(desired.name, wanted, use.group_name), *steps] if wanted != present else steps


def _surplus(desired: Desired, current: Current, use: Used) -> list[Step]:
    """What this collection made for the name and is no longer needed: a run with other options, or one that was
    stopped, has left it.
    """
    others = [one for one in current.own_listeners(desired) if one != use.listener]
    kept = {use.group.arn} if use.group else set()
    groups = [one for one in current.own_groups(desired) if one.arn not in kept]
    gone = {one.arn for one in others} | ({use.listener.arn} if use.listener else set())
    return [
        *(DeleteListener(desired.name, one, _balancer_name(current, one), is_last=False) for one in others),
        *(DeleteTargetGroup(desired.name, one, is_last=False) for one in _free(current, groups, gone)),
    ]


# --- removing ---------------------------------------------------------------------------------------------------


def _absent(desired: Desired, current: Current) -> Plan:
    """The listener first: AWS deletes no target group that one forwards to."""
    listeners = current.own_listeners(desired)
    groups = _free(current, current.own_groups(desired), {one.arn for one in listeners})
    return (
        *(DeleteListener(desired.name, one, _balancer_name(current, one)) for one in listeners),
        *(DeleteTargetGroup(desired.name, one) for one in groups),
    )


def left(desired: Desired, current: Current) -> tuple[str, ...]:
    """What a removal leaves, as sentences."""
    said = []
    for group in current.own_groups(desired):
        users = [one for one in current.listeners if group.arn in one.forwards and not desired.owns(one.tags)]
        said += [f"left target group {group.name}, to which the listener on port {one.port} forwards" for one in users]
    foreign = current.foreign_listener(desired)
    if foreign is not None and (desired.load_balancer_arn or desired.load_balancer_tags):
        where = _balancer_name(current, foreign)
        said.append(f"left the listener on port {foreign.port} of the load balancer {where}, which was not made by it")
    return tuple(said)


def _free(current: Current, groups: list[TargetGroup] | tuple[TargetGroup, ...], gone: set[str]) -> list[TargetGroup]:
    """Those to which no other listener forwards."""
    staying = [one for one in current.listeners if one.arn not in gone]
    return [group for group in groups if not any(group.arn in one.forwards for one in staying)]


def _balancer_name(current: Current, listener: PortListener) -> str:
    found = next((one for one in current.balancers if one.arn == listener.load_balancer_arn), None)
    return found.name if found else listener.load_balancer_arn
