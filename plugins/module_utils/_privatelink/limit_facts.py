# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what the limits are checked against, only for a run that has steps."""

from __future__ import annotations

from dataclasses import replace

from .clouds import Clouds
from .current import Current
from .desired import Desired
from .limits import NETWORK_STEPS, LimitFacts, network_of
from .read import read_service
from .steps import Plan


def read_limit_facts(desired: Desired, current: Current, planned: Plan, clouds: Clouds) -> tuple[Current, LimitFacts]:
    """What the limits of the planned steps are checked against; the service comes with its zones. Raises ApiError."""
    names = planned.names
    if not names & (NETWORK_STEPS | {"register_endpoint"}):
        return current, LimitFacts()
    if desired.registrable and current.service is not None and not current.service.availability_zones:
        current = replace(current, service=read_service(current, clouds) or current.service)
    reads = clouds.reads(str(current.region))
    vpc_id, _subnet_ids, group_ids = network_of(desired, current)
    facts = LimitFacts(subnets=current.subnets)
    service_name = current.service.service_name if current.service else None
    if "create_vpc_endpoint" in names and service_name:
        facts = replace(facts, aws_service=reads.vpc_endpoint_service(service_name))
    if vpc_id is None:
        return current, facts
    facts = replace(facts, vpc=reads.vpc(vpc_id), security_groups=reads.security_groups(group_ids))
    if names & {"create_vpc_endpoint", "enable_private_dns"}:
        facts = replace(facts, endpoints=tuple(reads.endpoints_in_quota(vpc_id)))
    if "create_vpc_endpoint" in names:
        facts = replace(facts, endpoint_quota=reads.endpoint_quota())
    if names & {"create_vpc_endpoint", "add_subnets"}:
        facts = replace(facts, caller_account=reads.caller_account())
    return current, facts
