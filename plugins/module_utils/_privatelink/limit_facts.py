# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what the limits are checked against, only for a run that has steps."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from .._run.text import listed
from .._run.wait import Patience, Seen
from .._tidbcloud.model import EndpointService
from .clouds import Clouds
from .current import Current, Provider
from .desired import Desired
from .limits import NETWORK_STEPS
from .situation import LimitFacts, network_of
from .steps import AddSubnets, CreateVpcEndpoint, EnablePrivateDns, Plan, RegisterEndpoint
from .violations import Verdict

_NOT_LISTED = frozenset({"vpc_not_found", "subnet_not_found", "security_group_not_found"})


def read_limit_facts(desired: Desired, current: Current, planned: Plan, clouds: Clouds) -> LimitFacts:
    """What the limits of the planned steps are checked against. Raises ApiError."""
    if not planned.has(RegisterEndpoint, *NETWORK_STEPS):
        return LimitFacts()
    provider = current.provider
    reads = clouds.reads(str(provider.region))
    vpc_id, _subnet_ids, group_ids = network_of(desired, current, planned)
    facts = LimitFacts(subnets=current.network.subnets, service=_read_service(provider, clouds))
    named = planned.has(EnablePrivateDns) and provider.other is not None
    if (planned.has(CreateVpcEndpoint) or named) and provider.service_name:
        facts = replace(facts, aws_service=reads.vpc_endpoint_service(provider.service_name))
    if vpc_id is None:
        return facts
    vpc, groups = reads.vpc(vpc_id), reads.security_groups(group_ids)
    foreign = sorted(group_id for group_id, of in groups.items() if of != vpc_id)
    associated = reads.associated_groups(vpc_id, foreign) if foreign else frozenset()
    facts = replace(facts, vpc=vpc, security_groups=groups, associated_groups=associated)
    if planned.has(CreateVpcEndpoint, EnablePrivateDns):
        facts = replace(facts, endpoints=tuple(reads.endpoints_in_quota(vpc_id)))
    if planned.has(CreateVpcEndpoint):
        facts = replace(facts, endpoint_quota=reads.endpoint_quota())
    if planned.has(CreateVpcEndpoint, AddSubnets):
        facts = replace(facts, caller_account=reads.caller_account())
    return facts


def _read_service(provider: Provider, clouds: Clouds) -> EndpointService | None:
    """The service with its zones, where it was known without them: registrations name it and not its zones."""
    service = provider.service
    if service is None or service.availability_zones or provider.cluster is None or provider.node_group_id is None:
        return None
    return clouds.tidb.get_service(provider.cluster.cluster_id, provider.node_group_id)


def waits_for_network(
    desired: Desired, current: Current, planned: Plan, verdict: Verdict, clouds: Clouds, patience: Patience
) -> bool:
    """Whether it waited for a part of the network that may be too new to be listed: an earlier task may have made it.
    Then everything is to be read again. It does so only where nothing else hinders the run. Raises ApiError.

    Source: "Eventual consistency" in the Amazon EC2 Developer Guide.
    """
    codes = {violation.code for violation in verdict.violations}
    if not desired.wait or not codes or codes - _NOT_LISTED:
        return False
    return patience.waits(partial(_look_for_network, desired, current, planned, clouds), "AWS to list the network")


def _look_for_network(desired: Desired, current: Current, planned: Plan, clouds: Clouds) -> Seen:
    clouds.refresh()
    reads = clouds.reads(str(current.provider.region))
    vpc_id, subnet_ids, group_ids = network_of(desired, current, planned)
    missing = {*([] if vpc_id is None or reads.vpc(vpc_id) else [vpc_id])}
    if subnet_ids:
        missing |= {*subnet_ids} - {subnet.subnet_id for subnet in reads.subnets(subnet_ids)}
    if group_ids:
        missing |= {*group_ids} - {*reads.security_groups(group_ids)}
    return Seen(not missing, f"{listed(sorted(missing))} not listed")
