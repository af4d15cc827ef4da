# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what the limits of a published service are checked against, only for a run that has steps."""

from __future__ import annotations

from .._aws import balancer_api, provider_api
from .current import Current
from .desired import Desired
from .limits import BALANCER_STEPS, SERVICE_STEPS, LimitFacts
from .plan import load_balancers_after
from .provider import Provider
from .steps import Plan


def read_limit_facts(desired: Desired, current: Current, planned: Plan, provider: Provider) -> LimitFacts:
    """What the limits of the planned steps are checked against. Raises ApiError."""
    services = tuple(provider_api.describe_own_services(provider.ec2)) if planned.has(*SERVICE_STEPS) else ()
    if not planned.has(*BALANCER_STEPS):
        return LimitFacts(services)
    arns = load_balancers_after(desired, current)
    network = [one.arn for arn in arns if (one := current.balancer(arn)) and one.type == "network"]
    listeners = {arn: balancer_api.describe_listeners(provider.elb, arn) for arn in network}
    cross_zone = {arn: balancer_api.is_cross_zone(provider.elb, arn) for arn in network}
    return LimitFacts(services, listeners, cross_zone)
