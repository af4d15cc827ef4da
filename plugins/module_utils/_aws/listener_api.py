# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls about listeners, target groups and targets, one function each; the client comes first. Each raises
ApiError.

Source: Elastic Load Balancing API reference, version 2015-12-01. All calls that change something may be repeated:
creating the same again answers with the first one.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from .._run.errors import ApiError
from .calls import Client, as_it_is, call, pages
from .fields import Json, Unreadable, identifier, inner, items, name, names, text, whole
from .listener_model import PortListener, Target, TargetGroup
from .provider_shapes import described_tags
from .shapes import tag_list

LISTENER_NOT_FOUND = "ListenerNotFound"
TARGET_GROUP_NOT_FOUND = "TargetGroupNotFound"
_NOT_FOUND = frozenset({LISTENER_NOT_FOUND, TARGET_GROUP_NOT_FOUND, "LoadBalancerNotFound"})
# The most ARNs that DescribeTags takes, and the most targets in one call.
_MOST_ARNS, _MOST_TARGETS = 20, 200
_LAST_PORT = 65535
# The settings of a health check: name of the option, name in AWS's requests and answers.
HEALTH_CHECK = {
    "protocol": "HealthCheckProtocol",
    "port": "HealthCheckPort",
    "path": "HealthCheckPath",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthy_threshold": "HealthyThresholdCount",
    "unhealthy_threshold": "UnhealthyThresholdCount",
}
_TEXTS = ("protocol", "port", "path")


def describe_port_listeners(elb: Client, load_balancer_arn: str) -> list[PortListener]:
    """Those of a load balancer, without their tags; none if it is gone."""
    try:
        return pages(elb, "describe_listeners", "Listeners", _listener, LoadBalancerArn=load_balancer_arn)
    except ApiError as error:
        if _is_unknown(error):
            return []
        raise


def describe_target_groups(elb: Client) -> list[TargetGroup]:
    """All of the region, without their tags."""
    return pages(elb, "describe_target_groups", "TargetGroups", _target_group)


def describe_tags(elb: Client, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Tags by ARN. One that is gone meanwhile is left out: it hides the others, so they are then asked for singly."""
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(arns), _MOST_ARNS):
        part = list(arns[start : start + _MOST_ARNS])
        try:
            found.update(call(elb, "describe_tags", _tags, ResourceArns=part))
        except ApiError as error:
            if not _is_unknown(error):
                raise
            for arn in part if len(part) > 1 else ():
                found.update(describe_tags(elb, [arn]))
    return found


def describe_targets(elb: Client, target_group_arn: str) -> tuple[Target, ...]:
    """The registered targets with their health, and those that drain; none if the group is gone."""
    try:
        found = call(elb, "describe_target_health", _targets, TargetGroupArn=target_group_arn)
    except ApiError as error:
        if _is_unknown(error):
            return ()
        raise
    return tuple(sorted(found, key=lambda one: (one.id, one.port or 0)))


def create_target_group(elb: Client, group: TargetGroup) -> str:
    """The ARN of the new one, or of the one that has this name and the same settings. Its health check as far as it
    says one.
    """
    return call(
        elb,
        "create_target_group",
        lambda answer: identifier(_only(answer, "TargetGroups"), "TargetGroupArn"),
        Name=group.name,
        Protocol=group.protocol,
        Port=group.port,
        VpcId=group.vpc_id,
        TargetType=group.target_type,
        Tags=tag_list(group.tags),
        **_health_check(group.health_check),
    )


def modify_target_group(elb: Client, arn: str, health_check: Mapping[str, t.Any]) -> None:
    call(elb, "modify_target_group", as_it_is, TargetGroupArn=arn, **_health_check(health_check))


def delete_target_group(elb: Client, arn: str) -> None:
    """AWS answers in the same way where there is none."""
    call(elb, "delete_target_group", as_it_is, TargetGroupArn=arn)


def register_targets(elb: Client, target_group_arn: str, targets: Sequence[Target]) -> None:
    for part in _parts(targets):
        call(elb, "register_targets", as_it_is, TargetGroupArn=target_group_arn, Targets=part)


def deregister_targets(elb: Client, target_group_arn: str, targets: Sequence[Target]) -> None:
    for part in _parts(targets):
        call(elb, "deregister_targets", as_it_is, TargetGroupArn=target_group_arn, Targets=part)


def create_listener(elb: Client, listener: PortListener) -> str:
    """The ARN of the new one, or of the one that has this port and the same settings."""
    return call(
        elb,
        "create_listener",
        lambda answer: identifier(_only(answer, "Listeners"), "ListenerArn"),
        LoadBalancerArn=listener.load_balancer_arn,
        Tags=tag_list(listener.tags),
        **_settings(listener),
    )


def modify_listener(elb: Client, listener: PortListener) -> None:
    call(elb, "modify_listener", as_it_is, ListenerArn=listener.arn, **_settings(listener))


def delete_listener(elb: Client, arn: str) -> None:
    """One that is already gone is fine."""
    try:
        call(elb, "delete_listener", as_it_is, ListenerArn=arn)
    except ApiError as error:
        if not _is_unknown(error):
            raise


def add_tags(elb: Client, arn: str, tags: Mapping[str, str]) -> None:
    call(elb, "add_tags", as_it_is, ResourceArns=[arn], Tags=tag_list(tags))


def remove_tags(elb: Client, arn: str, keys: Iterable[str]) -> None:
    call(elb, "remove_tags", as_it_is, ResourceArns=[arn], TagKeys=sorted(keys))


def _settings(listener: PortListener) -> dict[str, t.Any]:
    return {
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": arn} for arn in listener.forwards],
    }


def _health_check(settings: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {HEALTH_CHECK[key]: value for key, value in settings.items()}


def _parts(targets: Sequence[Target]) -> list[list[dict[str, t.Any]]]:
    asked = [_asked(one) for one in targets]
    return [asked[start : start + _MOST_TARGETS] for start in range(0, len(asked), _MOST_TARGETS)]


def _asked(target: Target) -> dict[str, t.Any]:
    found = {"Id": target.id, "Port": target.port, "AvailabilityZone": target.zone}
    return {key: value for key, value in found.items() if value is not None}


def _is_unknown(error: ApiError) -> bool:
    """Whether AWS itself said that it has no such object."""
    return bool(error.request_id) and error.code in _NOT_FOUND


def _only(answer: Json, key: str) -> Json:
    found = items(answer, key)
    if len(found) != 1:
        raise Unreadable(f"{key} has {len(found)} objects")
    return found[0]


def _listener(item: Json) -> PortListener:
    return PortListener(
        arn=identifier(item, "ListenerArn"),
        load_balancer_arn=identifier(item, "LoadBalancerArn"),
        port=whole(item, "Port", 0, _LAST_PORT),
        protocol=(name(item, "Protocol") or "").upper(),
        forwards=_forwards(item),
    )


def _forwards(item: Json) -> tuple[str, ...]:
    """AWS names one target group twice: by itself, and in the list of those that share the traffic."""
    found: set[str] = set()
    for action in items(item, "DefaultActions"):
        shared = items(inner(action, "ForwardConfig"), "TargetGroups")
        every = [name(action, "TargetGroupArn"), *(name(one, "TargetGroupArn") for one in shared)]
        found.update(arn for arn in every if arn)
    return tuple(sorted(found))


def _target_group(item: Json) -> TargetGroup:
    return TargetGroup(
        arn=identifier(item, "TargetGroupArn"),
        name=identifier(item, "TargetGroupName"),
        protocol=(name(item, "Protocol") or "").upper(),
        port=whole(item, "Port", 0, _LAST_PORT),
        target_type=(name(item, "TargetType") or "instance").lower(),
        vpc_id=name(item, "VpcId"),
        load_balancer_arns=tuple(sorted(names(item, "LoadBalancerArns"))),
        health_check={
            key: text(item, field) if key in _TEXTS else whole(item, field, 0, 86_400)
            for key, field in HEALTH_CHECK.items()
        },
    )


def _targets(answer: Json) -> list[Target]:
    if "TargetHealthDescriptions" not in answer:
        raise Unreadable("TargetHealthDescriptions is missing")
    return [_target(item) for item in items(answer, "TargetHealthDescriptions")]


def _target(item: Json) -> Target:
    target, health = inner(item, "Target"), inner(item, "TargetHealth")
    return Target(
        id=identifier(target, "Id"),
        port=whole(target, "Port", 0, _LAST_PORT),
        zone=name(target, "AvailabilityZone"),
        state=(name(health, "State") or "").lower() or None,
        reason=name(health, "Reason"),
    )


def _tags(answer: Json) -> dict[str, dict[str, str]]:
    if "TagDescriptions" not in answer:
        raise Unreadable("TagDescriptions is missing")
    return dict(described_tags(item) for item in items(answer, "TagDescriptions"))
