# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls about load balancers, one function each; the client comes first. Each raises ApiError.

Source: Elastic Load Balancing API reference, version 2015-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._run.errors import ApiError, PrivateLinkError
from . import provider_shapes as shapes
from .calls import Client, advised, call, pages
from .fields import Json, Unreadable, items
from .provider_model import Listener, LoadBalancer

NOT_FOUND = frozenset({"LoadBalancerNotFound", "ValidationError"})
# The most ARNs that one call takes.
_MOST_ARNS = 20


def describe_load_balancers(elb: Client, arns: Sequence[str]) -> list[LoadBalancer]:
    """Those of the load balancers that exist: one unknown ARN hides the others, so they are then asked for singly."""
    found: list[LoadBalancer] = []
    for part in _parts(arns):
        try:
            found += _load_balancers(elb, LoadBalancerArns=part)
        except ApiError as error:
            if not (error.request_id and error.code in NOT_FOUND):
                raise
            found += [] if len(part) == 1 else [one for arn in part for one in describe_load_balancers(elb, [arn])]
    return found


def find_load_balancers(elb: Client, tags: Mapping[str, str]) -> list[LoadBalancer]:
    """All of the region that carry all of these tags."""
    every = _load_balancers(elb)
    carried: dict[str, Mapping[str, str]] = {}
    for part in _parts([one.arn for one in every]):
        carried.update(call(elb, "describe_tags", _tags, ResourceArns=part))
    return [one for one in every if tags.items() <= carried.get(one.arn, {}).items()]


def describe_listeners(elb: Client, arn: str) -> tuple[Listener, ...]:
    return tuple(pages(elb, "describe_listeners", "Listeners", shapes.listener, LoadBalancerArn=arn))


def is_cross_zone(elb: Client, arn: str) -> bool | None:
    """Whether it balances across zones; null if that is not known within seconds: this is only advice."""
    method = "describe_load_balancer_attributes"
    try:
        return call(advised(elb), method, shapes.cross_zone, LoadBalancerArn=arn)
    except PrivateLinkError:
        return None


def _load_balancers(elb: Client, **selection: object) -> list[LoadBalancer]:
    return pages(elb, "describe_load_balancers", "LoadBalancers", shapes.load_balancer, **selection)


def _tags(answer: Json) -> dict[str, dict[str, str]]:
    if "TagDescriptions" not in answer:
        raise Unreadable("TagDescriptions is missing")
    return dict(shapes.described_tags(item) for item in items(answer, "TagDescriptions"))


def _parts(arns: Sequence[str]) -> list[list[str]]:
    return [list(arns[start : start + _MOST_ARNS]) for start in range(0, len(arns), _MOST_ARNS)]
