# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of Elastic Load Balancing that moto does not know, one function each. Pure: every fact is an argument.

Sources: "API" is the Elastic Load Balancing API reference (2015-12-01), "seen" a text that users published. Where no
published text was found the docstring says so: clients must not depend on that wording.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.sandbox.aws.errors import BalancerRefused

MOST_AT_ONCE = 20
"""API DescribeLoadBalancers and DescribeTags: "up to 20 … in a single call"."""


def few_at_once(arns: Sequence[str]) -> None:
    """Wording not published."""
    if len(arns) > MOST_AT_ONCE:
        raise BalancerRefused("ValidationError", f"You can specify up to {MOST_AT_ONCE} resources in a single call")


def load_balancer_arn_well_formed(arn: str, account_id: str, region: str) -> None:
    """The account's own, in this region. Text seen: users of other regions and accounts with Terraform."""
    if not arn.startswith(f"arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/"):
        raise BalancerRefused("ValidationError", f"'{arn}' is not a valid load balancer ARN")


def load_balancers_found(missing: Collection[str]) -> None:
    """By ARN. Text seen by many users."""
    if missing:
        raise BalancerRefused("LoadBalancerNotFound", "One or more load balancers not found")


def names_found(missing: Sequence[str]) -> None:
    """By name. Text seen by many users."""
    if missing:
        raise BalancerRefused("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")


def listeners_found(missing: Collection[str]) -> None:
    """Text seen by many users."""
    if missing:
        raise BalancerRefused("ListenerNotFound", "One or more listeners not found")


def target_groups_found(missing: Collection[str]) -> None:
    """Text seen by many users."""
    if missing:
        raise BalancerRefused("TargetGroupNotFound", "One or more target groups not found")


def same_settings(kind: str, name: str, present: object, asked: object) -> None:
    """API CreateLoadBalancer, CreateTargetGroup: idempotent for the same settings. Text seen by many users.

    :param kind: LoadBalancer or TargetGroup.
    """
    if present != asked:
        words = "load balancer" if kind == "LoadBalancer" else "target group"
        raise BalancerRefused(
            f"Duplicate{kind}Name", f"A {words} with the same name '{name}' exists, but with different settings"
        )


def same_listener(load_balancer_arn: str, present: object, asked: object) -> None:
    """API CreateListener: idempotent for the same settings. Text seen by many users."""
    if present != asked:
        raise BalancerRefused(
            "DuplicateListener", f"A listener already exists on this port for this load balancer '{load_balancer_arn}'"
        )


def may_be_deleted(load_balancer_arn: str, *, is_protected: bool, is_published: bool) -> None:
    """API DeleteLoadBalancer. Texts seen: aws-cloudformation/rain #187, cloud-custodian/cloud-custodian #9921."""
    if is_protected:
        raise BalancerRefused(
            "OperationNotPermitted",
            f"Load balancer '{load_balancer_arn}' cannot be deleted because deletion protection is enabled",
        )
    if is_published:
        raise BalancerRefused(
            "ResourceInUse",
            f"Load balancer '{load_balancer_arn}' cannot be deleted because it is currently associated with another "
            "service",
        )


def subnets_found(missing: Sequence[str]) -> None:
    """Text seen by many users."""
    if missing:
        raise BalancerRefused("SubnetNotFound", f"The subnet ID '{missing[0]}' does not exist")


def subnets_stay(present: Collection[str], left: Collection[str], *, is_published: bool) -> None:
    """Subnets of a load balancer with an endpoint service are only ever added. Text seen by users of SetSubnets."""
    if is_published and not set(present) <= set(left):
        raise BalancerRefused(
            "ResourceInUse",
            "Subnets cannot be removed from load balancer because the load balancer is currently associated with "
            "another service",
        )


def one_subnet_per_zone(zone_ids: Sequence[str]) -> None:
    """API CreateLoadBalancer: "You can specify only one subnet per Availability Zone". Text seen by many users."""
    if len(set(zone_ids)) < len(zone_ids):
        raise BalancerRefused(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )


def has_security_groups(load_balancer_arn: str, kind: str, group_ids: Collection[str]) -> None:
    """API SetSecurityGroups: not on a Network Load Balancer that was made without one. Wording not published."""
    if kind == "network" and not group_ids:
        raise BalancerRefused(
            "InvalidConfigurationRequest",
            f"Load balancer '{load_balancer_arn}' was created without security groups, so that none can be set",
        )


def target_group_free(target_group_arn: str, used_by: Collection[str], load_balancer_arn: str) -> None:
    """API error `TargetGroupAssociationLimit`: a target group belongs to one load balancer. Text seen by many users."""
    if any(arn != load_balancer_arn for arn in used_by):
        raise BalancerRefused(
            "TargetGroupAssociationLimit",
            "The following target groups cannot be associated with more than one load balancer: " + target_group_arn,
        )


def target_group_unused(target_group_arn: str, used_by: Collection[str]) -> None:
    """API DeleteTargetGroup. Text seen: kubernetes-sigs/aws-load-balancer-controller #3037."""
    if used_by:
        raise BalancerRefused(
            "ResourceInUse", f"Target group '{target_group_arn}' is currently in use by a listener or a rule"
        )
