# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of private endpoints: from facts to violations, all of them together. Pure.

Where no other source is named, the rule is from TiDB Cloud's page "Set Up Private Endpoint Connections".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws.model import InterfaceEndpoint, Subnet, Vpc, VpcEndpointService
from .._run.text import listed, shell_word
from .._tidbcloud.model import EndpointService
from .cluster_limits import cluster_violations, service_violations
from .current import Current
from .desired import Desired
from .ownership import PROTECTION_TAG, is_protected
from .steps import Plan
from .violations import Verdict, Violation

# Interface and Gateway Load Balancer endpoints together. Source: quota L-29B6F2EB of Amazon VPC.
DEFAULT_ENDPOINT_QUOTA = 50

# The steps that a limit of the network could forbid; all others only take away.
NETWORK_STEPS = frozenset({"create_vpc_endpoint", "add_subnets", "add_security_groups", "enable_private_dns"})

# The limits that can be checked only once the network exists.
SUBNET_CODES = ("subnet_not_found", "subnet_not_in_vpc", "zone_not_supported", "subnets_share_zone")
GROUP_CODES = ("security_group_not_found", "security_group_not_in_vpc")
VPC_CODES = ("vpc_not_found", "vpc_dns_disabled", "private_dns_conflict", "endpoint_quota_reached")


@dataclass(frozen=True)
class Reserved:
    """What other private endpoints of the same run will take up and AWS does not show yet.

    C(endpoints): how many will be created in each VPC. C(private_dns): who will hold the private name of a service in a
    VPC, by (VPC id, service name).
    """

    endpoints: t.Mapping[str, int] = field(default_factory=dict)
    private_dns: t.Mapping[tuple[str, str], str] = field(default_factory=dict)


NOTHING_RESERVED = Reserved()


@dataclass(frozen=True)
class LimitFacts:
    """What the limits are checked against, read only for a run that has steps.

    `service` is TiDB Cloud's own with its zones, null where `Current` has all that is needed of it.
    C(vpc) is null where there is no such VPC; C(endpoints) are all interface and Gateway Load Balancer endpoints of the
    VPC; C(security_groups) maps ids to VPC ids; C(endpoint_quota) is null where the caller may not read it;
    C(caller_account) is null where it is not known whose credentials these are.
    """

    vpc: Vpc | None = None
    subnets: tuple[Subnet, ...] = ()
    security_groups: t.Mapping[str, str] | None = None
    endpoints: tuple[InterfaceEndpoint, ...] = ()
    service: EndpointService | None = None
    aws_service: VpcEndpointService | None = None
    endpoint_quota: int | None = None
    caller_account: str | None = None


def network_of(
    desired: Desired, current: Current, planned: Plan
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The VPC, the subnets and the security groups that the private endpoint would have after the run."""
    creation = planned.creation
    if creation is not None:
        arguments = creation.arguments
        return arguments["vpc_id"], arguments["subnet_ids"], arguments["security_group_ids"]
    endpoint = current.found.main.endpoint if current.found.main else None
    vpc_id = desired.vpc_id or (endpoint.vpc_id if endpoint else None)
    subnet_ids = desired.subnet_ids or (endpoint.subnet_ids if endpoint else ())
    group_ids = desired.security_group_ids or (endpoint.security_group_ids if endpoint else ())
    return vpc_id, tuple(subnet_ids), tuple(group_ids)


def check(
    desired: Desired, current: Current, planned: Plan, facts: LimitFacts, reserved: Reserved = NOTHING_RESERVED
) -> Verdict:
    """Checks every limit that the planned steps could break. `reserved`: what other private endpoints will take up."""
    names = planned.names
    if desired.state == "absent":
        return _allowed(desired, _deletion_violations(current), [], ())
    found = list(current.found.violations)
    warnings: list[str] = []
    not_ready = service_violations(desired, current.provider, facts.service or current.provider.service)
    if names & {"create_vpc_endpoint", "register_endpoint"}:
        found += cluster_violations(current.provider.cluster) + not_ready
    vpc_id, subnet_ids, group_ids = network_of(desired, current, planned)
    # AWS may not show a service before it is ready: that says nothing about the account.
    if "create_vpc_endpoint" in names and current.provider.service_name and not not_ready and facts.aws_service is None:
        found.append(_not_visible(desired, current))
    unchecked = _unchecked(vpc_id, subnet_ids, group_ids) if "create_vpc_endpoint" in names else ()
    if vpc_id is None or not names & NETWORK_STEPS:
        return _allowed(desired, found, warnings, unchecked)
    if facts.vpc is None:
        found.append(_vpc_not_found(vpc_id, current))
    if names & {"create_vpc_endpoint", "add_subnets"}:
        found += subnet_violations(subnet_ids, vpc_id, facts.subnets, _zones(current, facts), _target(desired, current))
        warnings += shared_subnet_warnings(subnet_ids, facts)
    if names & {"create_vpc_endpoint", "add_security_groups"}:
        found += group_violations(group_ids, vpc_id, facts.security_groups or {})
    if "enable_private_dns" in names and facts.vpc is not None:
        found += private_dns_violations(current, facts.vpc, facts.endpoints, reserved)
    if "create_vpc_endpoint" in names:
        quota, warning = quota_violations(vpc_id, current, facts, reserved)
        found += quota
        warnings += warning
    return _allowed(desired, found, warnings, unchecked)


def _unchecked(vpc_id: str | None, subnet_ids: t.Sequence[str], group_ids: t.Sequence[str]) -> tuple[str, ...]:
    """What cannot be checked, because the play makes it only later: without the VPC, nothing in it."""
    if not vpc_id:
        return (*VPC_CODES, *SUBNET_CODES, *GROUP_CODES)
    return (*(() if subnet_ids else SUBNET_CODES), *(() if group_ids else GROUP_CODES))


def _allowed(
    desired: Desired, found: t.Iterable[Violation], warnings: t.Iterable[str], unchecked: tuple[str, ...]
) -> Verdict:
    """Limits that the user allows to break become warnings: the cloud has the last word."""
    found = tuple(found)
    allowed = tuple(violation for violation in found if violation.code in desired.allow_violations)
    said = (
        *warnings,
        *(f"{violation.message} Going on, since allow_violations names {violation.code}." for violation in allowed),
    )
    return Verdict(tuple(violation for violation in found if violation not in allowed), said, unchecked)


def _target(desired: Desired, current: Current) -> str:
    return current.provider.service_name or desired.target


def _zones(current: Current, facts: LimitFacts) -> frozenset[str]:
    """The zones of the service by id, and by name where an API gives names: an empty set means not known."""
    service = facts.service or current.provider.service
    zones = set(service.availability_zones if service else ())
    if not zones and facts.aws_service is not None:
        zones = {*facts.aws_service.availability_zone_ids, *facts.aws_service.availability_zones}
    return frozenset(zones)


def _not_visible(desired: Desired, current: Current) -> Violation:
    return Violation(
        "service_not_visible",
        f"AWS does not show the endpoint service {_target(desired, current)} to these credentials in "
        f"{current.provider.region}.",
        "Check the AWS account (it must be a permitted principal of the service), the region and the service name.",
    )


def _vpc_not_found(vpc_id: str, current: Current) -> Violation:
    message = f"There is no VPC {vpc_id} in {current.provider.region} that these credentials can see."
    return Violation(
        "vpc_not_found",
        message,
        "Check vpc_id, the AWS account and the region (a VPC must lie in the cluster's region).",
    )


def subnet_violations(
    subnet_ids: t.Sequence[str], vpc_id: str, subnets: t.Sequence[Subnet], zones: frozenset[str], target: str
) -> list[Violation]:
    """Subnets lie in the VPC, in zones that the service has, one for each zone (compared by id, or by name)."""
    known = {subnet.subnet_id: subnet for subnet in subnets}
    found: list[Violation] = []
    by_zone: dict[str, list[str]] = {}
    for subnet_id in sorted(set(subnet_ids)):
        subnet = known.get(subnet_id)
        if subnet is None:
            message = f"There is no subnet {subnet_id} that these credentials can see."
            found.append(Violation("subnet_not_found", message, "Check subnet_ids, the AWS account and the region."))
            continue
        if subnet.vpc_id != vpc_id:
            message = f"Subnet {subnet_id} lies in VPC {subnet.vpc_id}, not in {vpc_id}."
            found.append(Violation("subnet_not_in_vpc", message, "Give subnets of the VPC in vpc_id."))
        zone = subnet.availability_zone_id or subnet.availability_zone or "?"
        by_zone.setdefault(zone, []).append(subnet_id)
        if zones and not {subnet.availability_zone_id, subnet.availability_zone} & zones:
            message = (
                f"Subnet {subnet_id} lies in zone {zone}, which the endpoint service {target} does not have (it has "
                f"{listed(sorted(zones))})."
            )
            found.append(Violation("zone_not_supported", message, "Give subnets in the zones of the service."))
    for zone, ids in sorted(by_zone.items()):
        if len(ids) > 1:
            message = f"Subnets {listed(ids)} lie in one zone, {zone}."
            found.append(Violation("subnets_share_zone", message, "Give one subnet for each zone."))
    return found


def shared_subnet_warnings(subnet_ids: t.Sequence[str], facts: LimitFacts) -> list[str]:
    """VPC endpoints are the business of the VPC's owner, not of accounts that share its subnets by RAM.

    Source: "This operation does not support shared VPCs", in "Resolve errors that I receive when I create interface
    VPC endpoints" of AWS re:Post.
    """
    wanted = [subnet for subnet in facts.subnets if subnet.subnet_id in subnet_ids]
    return [
        f"Subnet {subnet.subnet_id} belongs to account {subnet.owner_id} and is shared with {facts.caller_account}. "
        "AWS lets only the owner of a VPC make and change VPC endpoints in it: use the owner's credentials."
        for subnet in sorted(wanted, key=lambda subnet: subnet.subnet_id)
        if facts.caller_account and subnet.owner_id and subnet.owner_id != facts.caller_account
    ]


def group_violations(group_ids: t.Sequence[str], vpc_id: str, security_groups: t.Mapping[str, str]) -> list[Violation]:
    """Security groups exist and lie in the VPC."""
    found = []
    for group_id in sorted(set(group_ids)):
        if group_id not in security_groups:
            message = f"There is no security group {group_id} that these credentials can see."
            found.append(
                Violation(
                    "security_group_not_found", message, "Check security_group_ids, the AWS account and the region."
                )
            )
        elif security_groups[group_id] != vpc_id:
            message = f"Security group {group_id} belongs to VPC {security_groups[group_id]}, not to {vpc_id}."
            found.append(Violation("security_group_not_in_vpc", message, "Give security groups of the VPC in vpc_id."))
    return found


def private_dns_violations(
    current: Current, vpc: Vpc, endpoints: t.Sequence[InterfaceEndpoint], reserved: Reserved = NOTHING_RESERVED
) -> list[Violation]:
    """Private DNS needs both DNS attributes of the VPC, and a host name that is free there (AWS PrivateLink guide)."""
    found = []
    attributes = {"enableDnsSupport": vpc.dns_support, "enableDnsHostnames": vpc.dns_hostnames}
    off = [name for name, value in attributes.items() if not value]
    if off:
        message = (
            f"Private DNS needs {' and '.join(off)} on VPC {vpc.vpc_id}, which {'is' if len(off) == 1 else 'are'} off."
        )
        commands = " and ".join(
            f"aws ec2 modify-vpc-attribute --vpc-id {shell_word(vpc.vpc_id)} --{_flag(name)}" for name in off
        )
        found.append(
            Violation("vpc_dns_disabled", message, f"Turn it on ({commands}), or set private_dns_enabled=false.")
        )
    holders = [endpoint.vpc_endpoint_id for endpoint in endpoints if _holds_name(endpoint, current)]
    holders += [
        other for key, other in reserved.private_dns.items() if key == (vpc.vpc_id, current.provider.service_name)
    ]
    if holders:
        message = (
            f"{listed(sorted(holders))} in VPC {vpc.vpc_id} already holds the private DNS name "
            f"{current.provider.host or 'of the service'}."
        )
        remedy = (
            "Two interface endpoints of one VPC cannot both hold it: use that one, delete it, or set "
            "private_dns_enabled=false."
        )
        found.append(Violation("private_dns_conflict", message, remedy))
    return found


def _flag(attribute: str) -> str:
    return "enable-dns-support" if attribute == "enableDnsSupport" else "enable-dns-hostnames"


def _holds_name(endpoint: InterfaceEndpoint, current: Current) -> bool:
    if endpoint.vpc_endpoint_id in _own_ids(current) or not endpoint.is_live or not endpoint.private_dns_enabled:
        return False
    host = current.provider.host
    return endpoint.service_name == current.provider.service_name or (host is not None and host in endpoint.dns_names)


def _own_ids(current: Current) -> set[str]:
    """The private endpoint itself, and those that it replaces or that are removed."""
    return {pair.vpc_endpoint_id for pair in current.found.pairs}


def quota_violations(
    vpc_id: str, current: Current, facts: LimitFacts, reserved: Reserved = NOTHING_RESERVED
) -> tuple[list[Violation], list[str]]:
    """Returns (violations, warnings): where the quota cannot be read, reaching AWS's default is only a warning."""
    own = _own_ids(current)
    used = sum(endpoint.state != "deleted" and endpoint.vpc_endpoint_id not in own for endpoint in facts.endpoints)
    planned = reserved.endpoints.get(vpc_id, 0)
    quota = facts.endpoint_quota if facts.endpoint_quota is not None else DEFAULT_ENDPOINT_QUOTA
    if used + planned < quota:
        return [], []
    others = f", and other items make {planned} more" if planned else ""
    message = f"VPC {vpc_id} has {used} interface and Gateway Load Balancer endpoints{others}; the quota is {quota}."
    remedy = "Delete unused ones, or have quota L-29B6F2EB (Amazon VPC) raised."
    if facts.endpoint_quota is None:
        return [], [f"{message[:-1]} by default, and these credentials may not read the real one. {remedy}"]
    return [Violation("endpoint_quota_reached", message, remedy)], []


def _deletion_violations(current: Current) -> list[Violation]:
    return [
        Violation(
            "deletion_protected",
            (
                f"Interface endpoint {pair.vpc_endpoint_id} carries the tag "
                f"{PROTECTION_TAG}={pair.endpoint.tags[PROTECTION_TAG]}."
            ),
            "Remove the tag, or set it to false, then run again.",
        )
        for pair in current.found.pairs
        if pair.endpoint and is_protected(pair.endpoint)
    ]
