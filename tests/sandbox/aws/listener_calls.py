# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's calls for listeners, target groups and targets, idempotent and with pages as AWS has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.responses import ELBV2Response

from tests.sandbox.aws import balancer_rules

if TYPE_CHECKING:
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

LARGEST_PAGE = 400
"""API, PageSize: at most 400."""


class ListenerCalls(ELBV2Response):
    """One request."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        super().__init__()
        self._clock = clock
        self._settings = settings

    @property
    def backend(self) -> Any:
        return self.elbv2_backend

    def create_listener(self) -> ActionResult:
        load_balancer_arn = self._text("LoadBalancerArn")
        balancer = self._balancer(load_balancer_arn)
        for present in balancer.listeners.values():
            if int(present.port) == int(self._text("Port") or 0):
                asked = (self._text("Protocol"), self._target_groups(self._get_param("DefaultActions", [])))
                balancer_rules.same_listener(load_balancer_arn, self._settings_of(present), asked)
                return ActionResult({"Listeners": [present]})
        for target_group_arn in self._target_groups(self._get_param("DefaultActions", [])):
            balancer_rules.target_group_free(target_group_arn, self._users_of(target_group_arn), load_balancer_arn)
        return super().create_listener()

    def _settings_of(self, listener: Any) -> tuple[str, list[str]]:
        return listener.protocol, self._target_groups([action.data for action in listener.default_actions])

    def _target_groups(self, actions: Sequence[dict[str, Any]]) -> list[str]:
        """The ARNs that actions forward to."""
        found = (self.backend._get_target_group_arns_from(action_data=action) for action in actions)
        return [arn for arns in found for arn in arns]

    def describe_listeners(self) -> ActionResult:
        load_balancer_arn, arns = self._text("LoadBalancerArn"), self._get_param("ListenerArns", [])
        if not load_balancer_arn and not arns:
            return super().describe_listeners()
        if load_balancer_arn:
            listed = list(self._balancer(load_balancer_arn).listeners.values())
        else:
            known = {listener.arn: listener for listener in self._listeners()}
            balancer_rules.listeners_found([arn for arn in arns if arn not in known])
            listed = [known[arn] for arn in arns]
        return self._listed("Listeners", listed)

    def modify_listener(self) -> ActionResult:
        known = {listener.arn: listener for listener in self._listeners()}
        arn = self._text("ListenerArn")
        balancer_rules.listeners_found([arn] if arn not in known else [])
        for target_group_arn in self._target_groups(self._get_param("DefaultActions", [])):
            users = self._users_of(target_group_arn)
            balancer_rules.target_group_free(target_group_arn, users, known[arn].load_balancer_arn)
        # moto knows no other protocol here than TCP of those that a Network Load Balancer has
        protocol = self.params.pop("Protocol", None)
        known[arn].protocol = protocol or known[arn].protocol
        return super().modify_listener()

    def delete_listener(self) -> ActionResult:
        arn = self._text("ListenerArn")
        balancer_rules.listeners_found([] if any(one.arn == arn for one in self._listeners()) else [arn])
        return super().delete_listener()

    def create_target_group(self) -> ActionResult:
        name = self._text("Name")
        for present in self.backend.target_groups.values():
            if present.name == name:
                asked = (self._text("Protocol"), self._text("Port"), self._text("VpcId"), self._target_type())
                found = (present.protocol, str(present.port), present.vpc_id, present.target_type)
                balancer_rules.same_settings("TargetGroup", name, found, asked)
                return ActionResult({"TargetGroups": [self._seen(present)]})
        return super().create_target_group()

    def _target_type(self) -> str:
        return self._text("TargetType") or "instance"

    def describe_target_groups(self) -> ActionResult:
        load_balancer_arn = self._text("LoadBalancerArn")
        arns, names = self._get_param("TargetGroupArns", []), self._get_param("Names", [])
        known = self.backend.target_groups.values()
        named = {*arns, *names}
        balancer_rules.target_groups_found(named - {one.arn for one in known} - {one.name for one in known})
        if load_balancer_arn:
            self._balancer(load_balancer_arn)
        chosen = [
            self._seen(one)
            for one in known
            if (not arns or one.arn in arns)
            and (not names or one.name in names)
            and (not load_balancer_arn or load_balancer_arn in self._users_of(one.arn))
        ]
        return self._listed("TargetGroups", sorted(chosen, key=lambda one: one.name))

    def _seen(self, target_group: Any) -> Any:
        """With the load balancers that use it now: moto never forgets one."""
        target_group.load_balancer_arns = self._users_of(target_group.arn)
        return target_group

    def delete_target_group(self) -> ActionResult:
        """API: succeeds, too, where there is none."""
        arn = self._text("TargetGroupArn")
        balancer_rules.target_group_unused(arn, self._users_of(arn))
        self.backend.target_groups.pop(arn, None)
        return EmptyResult()

    def register_targets(self) -> ActionResult:
        target_group = self._target_group(self._text("TargetGroupArn"))
        healthy_at = {target_id: target["healthy_at"] for target_id, target in target_group.targets.items()}
        answer = super().register_targets()
        for target_id, target in target_group.targets.items():
            target["healthy_at"] = healthy_at.get(target_id, self._clock.now() + self._settings.target_healthy)
        return answer

    def _target_group(self, arn: str) -> Any:
        found = self.backend.target_groups.get(arn)
        balancer_rules.target_groups_found([] if found else [arn])
        return found

    def deregister_targets(self) -> ActionResult:
        """API: "If the specified target does not exist, the action returns successfully"."""
        target_group = self._target_group(self._text("TargetGroupArn"))
        for target in self._get_param("Targets", []):
            target_group.targets.pop(target["Id"], None)
        return EmptyResult()

    def describe_target_health(self) -> ActionResult:
        """API TargetHealth: unused without a load balancer, initial until the first checks have passed."""
        target_group = self._target_group(self._text("TargetGroupArn"))
        asked = [target["Id"] for target in self._get_param("Targets", [])] or list(target_group.targets)
        descriptions = [self._health(target_group, target_id) for target_id in asked]
        return ActionResult({"TargetHealthDescriptions": descriptions})

    def _health(self, target_group: Any, target_id: str) -> dict[str, object]:
        target = target_group.targets.get(target_id)
        health = {"State": "healthy"}
        if target is None:
            health = {"State": "unused", "Reason": "Target.NotRegistered"}
        elif not self._users_of(target_group.arn):
            health = {"State": "unused", "Reason": "Target.NotInUse"}
        elif self._clock.now() < target["healthy_at"]:
            health = {"State": "initial", "Reason": "Elb.RegistrationInProgress"}
        port = int((target or {}).get("Port", target_group.port))
        return {"Target": {"Id": target_id, "Port": port}, "HealthCheckPort": str(port), "TargetHealth": health}

    def _users_of(self, target_group_arn: str) -> list[str]:
        """The load balancers with a listener that forwards to the target group."""
        found = (one.load_balancer_arn for one in self._listeners() if target_group_arn in self._settings_of(one)[1])
        return list(dict.fromkeys(found))

    def _listeners(self) -> Iterator[Any]:
        for balancer in self.backend.load_balancers.values():
            yield from balancer.listeners.values()

    def _balancer(self, load_balancer_arn: str) -> Any:
        balancer_rules.load_balancer_arn_well_formed(load_balancer_arn, self.current_account, self.region)
        found = self.backend.load_balancers.get(load_balancer_arn)
        balancer_rules.load_balancers_found([] if found else [load_balancer_arn])
        return found

    def _listed(self, key: str, objects: Sequence[Any]) -> ActionResult:
        """One page; the marker is the ARN of the last one on it."""
        arns = [one.arn for one in objects]
        marker = self._text("Marker")
        start = arns.index(marker) + 1 if marker in arns else 0
        size = min(self._get_int_param("PageSize") or LARGEST_PAGE, self._settings.aws_page_size)
        shown = objects[start : start + size]
        more = start + size < len(objects)
        return ActionResult({key: shown, "NextMarker": shown[-1].arn if more else None})

    def _text(self, name: str) -> str:
        return str(cast("object", self._get_param(name)) or "")
