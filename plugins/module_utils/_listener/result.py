# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes what the module returns of a listener: always the same keys, null where unknown. Pure."""

from __future__ import annotations

import typing as t

from .._aws.listener_model import Target
from .current import Current
from .desired import Desired
from .plan import used
from .steps import Options, Plan


def load_balancer_listener(desired: Desired, current: Current) -> dict[str, t.Any]:
    """The return value `load_balancer_listener`."""
    own = next(iter(current.own_listeners(desired)), None)
    use = used(desired, current) if desired.state == "present" and current.balancer else None
    listener = use.listener if use else own
    group = use.group if use else next(iter(current.own_groups(desired)), None)
    balancer = current.balancer
    return {
        "name": desired.name,
        "region": current.region,
        "load_balancer_arn": listener.load_balancer_arn if listener else (balancer.arn if balancer else None),
        "listener_arn": listener.arn if listener else None,
        "port": listener.port if listener else None,
        "protocol": listener.protocol if listener else None,
        "target_group_arn": group.arn if group else None,
        "target_group_name": group.name if group else None,
        "target_type": group.target_type if group else None,
        "target_port": group.port if group else None,
        "vpc_id": group.vpc_id if group else (balancer.vpc_id if balancer else None),
        "health_check": dict(group.health_check) if group else {},
        "targets": [_target(one) for one in current.registered(group.arn if group else None)],
        "managed": {
            "listener": listener is not None and desired.owns(listener.tags),
            "target_group": group is not None and desired.owns(group.tags),
        },
        "tags": dict(sorted(listener.tags.items())) if listener else {},
    }


def _target(one: Target) -> dict[str, t.Any]:
    return {"id": one.id, "port": one.port, "availability_zone": one.zone, "state": one.state, "reason": one.reason}


def difference(desired: Desired, current: Current, planned: Plan) -> dict[str, Options]:
    """`before` and `after` of the user's options, from the planned steps, so that check mode and run agree."""
    before = options_of(desired, current)
    after = before
    for step in planned:
        after = step.changed(after)
    return {"before": before, "after": after}


def options_of(desired: Desired, current: Current) -> Options:
    found = load_balancer_listener(desired, current)
    if desired.state == "absent" and not (found["listener_arn"] or found["target_group_arn"]):
        return {"state": "absent"}
    return {
        "state": "present" if found["listener_arn"] or found["target_group_arn"] else "absent",
        "port": found["port"],
        "protocol": found["protocol"],
        "target_group": found["target_group_name"],
        "target_type": found["target_type"],
        "target_port": found["target_port"],
        # Only what the user says: AWS has a value for each of them.
        "health_check": {key: found["health_check"].get(key) for key in desired.health_check},
        "targets": sorted(f"{one['id']}:{one['port']}" for one in found["targets"]),
        "tags": found["tags"],
    }
