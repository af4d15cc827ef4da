# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Elastic Load Balancing in memory, in place of the functions that call it; each call may be made to fail once."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from unittest import mock

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import listener_api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import (
    PortListener,
    Target,
    TargetGroup,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener import lifecycle
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.listener_literals import GROUP_ARN, LISTENER_ARN


def refusal(code: str, *, ambiguous: bool = False) -> ApiError:
    return ApiError("AWS says no.", api="elbv2", code=code, request_id="request-7", ambiguous=ambiguous)


class Balancing:
    """`fails`: what calls raise, by their names, each once. `acts_before_failing`: an answer was lost."""

    def __init__(self, current: Current) -> None:
        self.current = current
        self.calls: list[str] = []
        self.fails: dict[str, list[ApiError]] = {}
        self.acts_before_failing = False

    def __enter__(self) -> Balancing:
        functions = {name: getattr(self, name) for name in dir(self) if name[0] != "_" and hasattr(listener_api, name)}
        self._patches = [mock.patch.object(listener_api, name, function) for name, function in functions.items()]
        self._patches.append(mock.patch.object(lifecycle, "read_current", self.read))
        for patch in self._patches:
            patch.start()
        return self

    def __exit__(self, *dummy: object) -> None:
        for patch in self._patches:
            patch.stop()

    def read(self, *dummy: object) -> Current:
        return self.current

    def _done(self, name: str, **changes: t.Any) -> None:
        self.calls.append(name)
        failures = self.fails.get(name, [])
        if not failures or self.acts_before_failing:
            self.current = replace(self.current, **changes)
        if failures:
            raise failures.pop(0)

    def create_target_group(self, elb: object, group: TargetGroup) -> str:
        self._done("create_target_group", groups=(*self.current.groups, replace(group, arn=GROUP_ARN)))
        return GROUP_ARN

    def register_targets(self, elb: object, arn: str, targets: tuple[Target, ...]) -> None:
        present = {one.key: one for one in self.current.targets.get(arn, ())}
        healthy = {one.key: replace(one, state="healthy") for one in targets}
        self._done("register_targets", targets={arn: tuple({**present, **healthy}.values())})

    def deregister_targets(self, elb: object, arn: str, targets: tuple[Target, ...]) -> None:
        gone = {one.key for one in targets}
        self._done(
            "deregister_targets", targets={arn: tuple(one for one in self.current.targets[arn] if one.key not in gone)}
        )

    def create_listener(self, elb: object, listener: PortListener) -> str:
        self._done("create_listener", listeners=(*self.current.listeners, replace(listener, arn=LISTENER_ARN)))
        return LISTENER_ARN

    def modify_listener(self, elb: object, listener: PortListener) -> None:
        self._done("modify_listener", listeners=(listener,))

    def delete_listener(self, elb: object, arn: str) -> None:
        self._done("delete_listener", listeners=tuple(one for one in self.current.listeners if one.arn != arn))

    def delete_target_group(self, elb: object, arn: str) -> None:
        self._done("delete_target_group", groups=tuple(one for one in self.current.groups if one.arn != arn))
