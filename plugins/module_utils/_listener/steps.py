# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan of a listener is made of: steps, each kind a class. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._aws.listener_model import PortListener, Target, TargetGroup
from .._run.text import listed, printable, sentence

# The user's options of a listener, as `diff` shows them.
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Step:
    """One change. `listener_of` is the name that it is made for, so that check mode and run print the same."""

    name: t.ClassVar[str]
    # Whether something that still uses the object may stand in the way for some time.
    removes: t.ClassVar[bool] = False

    listener_of: str

    @property
    def detail(self) -> str:
        """What it means, in the user's words."""
        raise NotImplementedError

    def changed(self, options: Options) -> Options:
        """The options once it is done."""
        raise NotImplementedError

    def returned(self) -> dict[str, str]:
        """The shape of one item of the return value `steps`."""
        return {"name": self.name, "target": printable(self.listener_of), "detail": sentence(self.detail)}


@dataclass(frozen=True)
class CreateTargetGroup(Step):
    name = "create_target_group"

    group: TargetGroup

    @property
    def detail(self) -> str:
        return f"{self.group.name} for {self.group.target_type} targets, {self.group.protocol} {self.group.port}"

    def changed(self, options: Options) -> Options:
        group = self.group
        made = {"target_group": group.name, "target_type": group.target_type, "target_port": group.port}
        # Targets of another target group are not those of the new one.
        return {**options, **made, "health_check": dict(group.health_check), "targets": []}


@dataclass(frozen=True)
class _OfGroup(Step):
    """About a target group. `arn` is null for the one that the run makes."""

    arn: str | None

    def arn_or(self, made: str | None) -> str:
        return str(self.arn or made)


@dataclass(frozen=True)
class SetHealthCheck(_OfGroup):
    name = "set_health_check"

    health_check: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        return ", ".join(f"{key} {printable(value)}" for key, value in sorted(self.health_check.items()))

    def changed(self, options: Options) -> Options:
        return {**options, "health_check": {**options["health_check"], **self.health_check}}


@dataclass(frozen=True)
class _Targets(_OfGroup):
    targets: tuple[Target, ...] = ()

    @property
    def detail(self) -> str:
        return listed(one.shown for one in self.targets)


class RegisterTargets(_Targets):
    name = "register_targets"

    def changed(self, options: Options) -> Options:
        return {**options, "targets": sorted({*options["targets"], *(one.shown for one in self.targets)})}


class DeregisterTargets(_Targets):
    name = "deregister_targets"

    def changed(self, options: Options) -> Options:
        return {**options, "targets": sorted({*options["targets"]} - {one.shown for one in self.targets})}


@dataclass(frozen=True)
class _OfListener(Step):
    """Where the listener forwards to nothing, that is the target group that the run makes."""

    listener: PortListener
    group_name: str

    @property
    def detail(self) -> str:
        return f"{self.listener.protocol} {self.listener.port}, forwards to {self.group_name}"

    def changed(self, options: Options) -> Options:
        settings = {"port": self.listener.port, "protocol": self.listener.protocol, "target_group": self.group_name}
        return {**options, "state": "present", **settings}

    def forwarding(self, group_arn: str | None) -> PortListener:
        return self.listener if self.listener.forwards else replace(self.listener, forwards=(str(group_arn),))


class CreateListener(_OfListener):
    name = "create_listener"

    def changed(self, options: Options) -> Options:
        return {**super().changed(options), "tags": dict(sorted(self.listener.tags.items()))}


class SetListener(_OfListener):
    name = "set_listener"


@dataclass(frozen=True)
class SetTags(Step):
    """Of the listener or its target group, which `what` says."""

    name = "set_tags"

    arn: str
    what: str
    tags: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        return f"{self.what}: " + ", ".join(f"{key}={value}" for key, value in sorted(self.tags.items()))

    def changed(self, options: Options) -> Options:
        return {**options, "tags": dict(sorted({**options["tags"], **self.tags}.items()))}


@dataclass(frozen=True)
class RemoveTags(Step):
    name = "remove_tags"

    arn: str
    what: str
    keys: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return f"{self.what}: {listed(self.keys)}"

    def changed(self, options: Options) -> Options:
        return {**options, "tags": {key: tag for key, tag in options["tags"].items() if key not in self.keys}}


@dataclass(frozen=True)
class DeleteListener(Step):
    """`is_last`: nothing is left of the publication after it, but target groups."""

    name = "delete_listener"
    removes = True

    listener: PortListener
    balancer: str
    is_last: bool = True

    @property
    def detail(self) -> str:
        return f"{self.listener.protocol} {self.listener.port} of the load balancer {self.balancer}, which stays"

    def changed(self, options: Options) -> Options:
        return {"state": "absent"} if self.is_last else options


@dataclass(frozen=True)
class DeleteTargetGroup(Step):
    name = "delete_target_group"
    removes = True

    group: TargetGroup
    is_last: bool = True

    @property
    def detail(self) -> str:
        return f"{self.group.name}; what was registered in it keeps running"

    def changed(self, options: Options) -> Options:
        return {"state": "absent"} if self.is_last else options


Plan = tuple[Step, ...]
