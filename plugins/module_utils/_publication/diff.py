# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The return value `diff` of a published service: what a plan changes of the user's options. Pure."""

from __future__ import annotations

from .current import Current, Published
from .steps import Options, Plan


def difference(planned: Plan, current: Current) -> dict[str, Options]:
    """`before` and `after`, from the planned steps, so that check mode and run agree."""
    before: Options = options_of(current.published) if current.published else {"state": "absent"}
    after = before
    for step in planned.steps:
        after = step.changed(after)
    return {"before": before, "after": after}


def options_of(published: Published) -> Options:
    """The user's options that a service has, and what follows from them."""
    service = published.service
    return {
        "state": "present",
        "load_balancer_arns": list(service.load_balancer_arns),
        "acceptance_required": service.acceptance_required,
        "allowed_principals": list(published.principals),
        "private_dns_name": service.private_dns_name,
        "private_dns_verified": service.record is not None and service.record.state == "verified",
        "supported_ip_address_types": list(service.address_types),
        "supported_regions": list(service.regions),
        "availability_zones": list(service.availability_zones),
        "connections": {one.vpc_endpoint_id: one.state for one in published.live},
        "tags": dict(sorted(service.tags.items())),
    }
