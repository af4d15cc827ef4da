# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of private endpoints: from facts to violations, all of them together. Pure.

Where no other source is named, the rule is from TiDB Cloud's page "Set Up Private Endpoint Connections".
"""

from __future__ import annotations

import typing as t

from .._aws.model import InterfaceEndpoint, Vpc
from .._aws.tags import PROTECTION_TAG, is_protected
from .._run.text import listed, shell_word
from .._run.violations import judged
from .cluster_limits import cluster_violations, service_violations
from .current import Current, unverified_name
from .desired import Desired
from .situation import NOTHING_RESERVED, LimitFacts, Reserved, Situation
from .steps import (
    AddSecurityGroups,
    AddSubnets,
    CreateVpcEndpoint,
    DeleteVpcEndpoint,
    EnablePrivateDns,
    Plan,
    RegisterEndpoint,
    Step,
    TerminateRegistration,
)
from .violations import Verdict, Violation

# Interface and Gateway Load Balancer endpoints together. Source: quota L-29B6F2EB of Amazon VPC.
DEFAULT_ENDPOINT_QUOTA = 50


def check(
    desired: Desired, current: Current, planned: Plan, facts: LimitFacts, reserved: Reserved = NOTHING_RESERVED
) -> Verdict:
    """Checks every limit that the planned steps could break. `reserved`: what other private endpoints will use."""
    at = Situation(desired, current, planned, facts, reserved)
    concerned = [limit for limit in LIMITS if planned.has(*limit.steps)]
    checked = [limit for limit in concerned if not limit.network or at.vpc_id is not None]
    found = [*current.found.violations, *(violation for limit in checked for violation in limit.check(at))]
    warnings = [*shared_subnet_warnings(at), *quota_warnings(at), *_unverified_warnings(at)]
    return judged(found, warnings, desired.allow_violations, _unchecked(at))


def _unchecked(at: Situation) -> tuple[str, ...]:
    """What cannot be checked, because the play makes it only later: without the VPC, nothing in it."""
    if not at.planned.has(CreateVpcEndpoint):
        return ()
    known = {VPC: at.vpc_id, SUBNETS: at.vpc_id and at.subnet_ids, GROUPS: at.vpc_id and at.group_ids}
    unknown = [part for part, value in known.items() if not value]
    return tuple(code for part in unknown for limit in LIMITS if limit.network == part for code in limit.codes)


def _cluster(at: Situation) -> list[Violation]:
    return cluster_violations(at.provider.cluster)


def _service(at: Situation) -> list[Violation]:
    return service_violations(at.desired, at.provider, at.service)


def visibility_violations(at: Situation) -> list[Violation]:
    """AWS shows the service to permitted principals. Before it is ready that says nothing about the account."""
    if not at.provider.service_name or at.facts.aws_service is not None or _service(at):
        return []
    message = f"AWS does not show the endpoint service {at.target} to these credentials in {at.provider.region}."
    remedy = "Check the AWS account (it must be a permitted principal of the service), the region and the service name."
    return [Violation("service_not_visible", message, remedy)]


def _zones(at: Situation) -> frozenset[str]:
    """The zones of the service by id, and by name if an API gives names. An empty set means that they are not known."""
    zones = set(at.service.availability_zones if at.service else ())
    if not zones and at.facts.aws_service is not None:
        zones = {*at.facts.aws_service.availability_zone_ids, *at.facts.aws_service.availability_zones}
    return frozenset(zones)


def vpc_violations(at: Situation) -> list[Violation]:
    """The VPC exists."""
    if at.facts.vpc is not None:
        return []
    message = f"There is no VPC {at.vpc_id} in {at.provider.region} that these credentials can see."
    remedy = "Check vpc_id, the AWS account and the region (a VPC must be in the cluster's region)."
    return [Violation("vpc_not_found", message, remedy)]


def subnet_violations(at: Situation) -> list[Violation]:
    """Subnets are in the VPC, in zones that the service has, one for each zone (compared by id, or by name)."""
    known, zones = {subnet.subnet_id: subnet for subnet in at.facts.subnets}, _zones(at)
    found: list[Violation] = []
    by_zone: dict[str, list[str]] = {}
    for subnet_id in sorted(set(at.subnet_ids)):
        subnet = known.get(subnet_id)
        if subnet is None:
            message = f"There is no subnet {subnet_id} that these credentials can see."
            found.append(Violation("subnet_not_found", message, "Check subnet_ids, the AWS account and the region."))
            continue
        if subnet.vpc_id != at.vpc_id:
            message = f"Subnet {subnet_id} is in VPC {subnet.vpc_id}, not in {at.vpc_id}."
            found.append(Violation("subnet_not_in_vpc", message, "Give subnets of the VPC in vpc_id."))
        zone = subnet.availability_zone_id or subnet.availability_zone or "?"
        by_zone.setdefault(zone, []).append(subnet_id)
        if zones and not {subnet.availability_zone_id, subnet.availability_zone} & zones:
            message = (
                f"Subnet {subnet_id} is in zone {zone}, which the endpoint service {at.target} does not have (it has "
                f"{listed(sorted(zones))})."
            )
            found.append(Violation("zone_not_supported", message, "Give subnets in the zones of the service."))
    for zone, ids in sorted(by_zone.items()):
        if len(ids) > 1:
            message = f"Subnets {listed(ids)} are in one zone, {zone}."
            found.append(Violation("subnets_share_zone", message, "Give one subnet for each zone."))
    return found


def address_violations(at: Situation) -> list[Violation]:
    """Each new subnet has an IPv4 address left for the network interface; those that the run frees first count.

    Source: "Subnet sizing" in the Amazon VPC User Guide.
    """
    if at.address_type == "ipv6":
        return []
    found = []
    for subnet in sorted(at.facts.subnets, key=lambda one: one.subnet_id):
        if subnet.subnet_id not in at.new_subnet_ids or subnet.free_addresses is None:
            continue
        others = at.reserved.addresses.get(subnet.subnet_id, 0)
        if subnet.free_addresses + at.freed_addresses(subnet.subnet_id) > others:
            continue
        taken = f": it has {subnet.free_addresses}, and other items take {others}" if others else ""
        message = f"Subnet {subnet.subnet_id} has no free IPv4 address for the network interface{taken}."
        remedy = "Give another subnet of the zone, or delete network interfaces in this one that are not needed."
        found.append(Violation("subnet_full", message, remedy))
    return found


def shared_subnet_warnings(at: Situation) -> list[str]:
    """Only a VPC's owner manages its VPC endpoints, not the accounts that share its subnets through RAM.

    Source: "This operation does not support shared VPCs", in "Resolve errors that I receive when I create interface
    VPC endpoints" of AWS re:Post.
    """
    facts = at.facts
    if at.vpc_id is None or not at.planned.has(CreateVpcEndpoint, AddSubnets):
        return []
    wanted = [subnet for subnet in facts.subnets if subnet.subnet_id in at.subnet_ids]
    return [
        f"Subnet {subnet.subnet_id} belongs to account {subnet.owner_id} and is shared with {facts.caller_account}. "
        "AWS lets only the owner of a VPC make and change VPC endpoints in it: use the owner's credentials."
        for subnet in sorted(wanted, key=lambda subnet: subnet.subnet_id)
        if facts.caller_account and subnet.owner_id and subnet.owner_id != facts.caller_account
    ]


def group_violations(at: Situation) -> list[Violation]:
    """Security groups exist, and belong to the VPC or are associated with it (VPC User Guide, "Security groups")."""
    found, security_groups, associated = [], at.facts.security_groups or {}, at.facts.associated_groups
    for group_id in sorted(set(at.group_ids)):
        if group_id not in security_groups:
            message = f"There is no security group {group_id} that these credentials can see."
            found.append(
                Violation(
                    "security_group_not_found", message, "Check security_group_ids, the AWS account and the region."
                )
            )
        elif security_groups[group_id] != at.vpc_id and group_id not in (associated or ()):
            message = f"Security group {group_id} belongs to VPC {security_groups[group_id]}, not to {at.vpc_id}."
            remedy = "Give security groups of the VPC in vpc_id, or associate this one with it."
            if associated is None:
                remedy += (
                    " Whether it is associated could not be read: allow ec2:DescribeSecurityGroupVpcAssociations in "
                    "the IAM policy of these credentials, or set allow_violations=security_group_not_in_vpc if it is."
                )
            found.append(Violation("security_group_not_in_vpc", message, remedy))
    return found


def private_dns_violations(at: Situation) -> list[Violation]:
    """Private DNS needs both DNS attributes of the VPC, and a host name that is free there (AWS PrivateLink guide)."""
    vpc = at.facts.vpc
    return [] if vpc is None else [*_dns_disabled(vpc), *_name_taken(at, vpc)]


def _dns_disabled(vpc: Vpc) -> list[Violation]:
    flags = {
        "enableDnsSupport": (vpc.dns_support, "enable-dns-support"),
        "enableDnsHostnames": (vpc.dns_hostnames, "enable-dns-hostnames"),
    }
    off = {name: flag for name, (value, flag) in flags.items() if not value}
    if not off:
        return []
    message = (
        f"Private DNS needs {' and '.join(off)} on VPC {vpc.vpc_id}, which {'is' if len(off) == 1 else 'are'} off."
    )
    commands = " and ".join(
        f"aws ec2 modify-vpc-attribute --vpc-id {shell_word(vpc.vpc_id)} --{flag}" for flag in off.values()
    )
    return [Violation("vpc_dns_disabled", message, f"Turn it on ({commands}), or set private_dns_enabled=false.")]


def _unverified_warnings(at: Situation) -> list[str]:
    """AWS gives a service's own private name to consumers only once its owner has proved that the domain is theirs.

    Source: guide, "Manage DNS names". TiDB Cloud's own names are always verified.
    """
    service = at.facts.aws_service
    if at.provider.other is None or service is None or not at.planned.has(EnablePrivateDns):
        return []
    return [] if service.unverified is None else [f"{unverified_name(service)} AWS refuses to switch it on until then."]


def _name_taken(at: Situation, vpc: Vpc) -> list[Violation]:
    holders = [endpoint.vpc_endpoint_id for endpoint in at.facts.endpoints if _holds_name(endpoint, at)]
    holders += [
        other for key, other in at.reserved.private_dns.items() if key == (vpc.vpc_id, at.provider.service_name)
    ]
    if not holders:
        return []
    message = (
        f"{listed(sorted(holders))} in VPC {vpc.vpc_id} already holds the private DNS name "
        f"{at.provider.host or 'of the service'}."
    )
    remedy = (
        "Two interface endpoints of one VPC cannot both hold it: use that one, delete it, or set "
        "private_dns_enabled=false."
    )
    return [Violation("private_dns_conflict", message, remedy)]


def _holds_name(endpoint: InterfaceEndpoint, at: Situation) -> bool:
    if endpoint.vpc_endpoint_id in at.own_ids or not endpoint.is_live or not endpoint.private_dns_enabled:
        return False
    return at.provider.names(endpoint)


_QUOTA_REMEDY = "Delete unused ones, or have quota L-29B6F2EB (Amazon VPC) raised."


def quota_violations(at: Situation) -> list[Violation]:
    """The VPC has room for one more."""
    message = _quota_reached(at)
    known = at.facts.endpoint_quota is not None
    return [Violation("endpoint_quota_reached", message, _QUOTA_REMEDY)] if message and known else []


def quota_warnings(at: Situation) -> list[str]:
    """If the quota cannot be read, reaching AWS's default is only a warning."""
    message = _quota_reached(at) if at.planned.has(CreateVpcEndpoint) and at.vpc_id is not None else ""
    if not message or at.facts.endpoint_quota is not None:
        return []
    return [f"{message[:-1]} by default, and these credentials may not read the real one. {_QUOTA_REMEDY}"]


def _quota_reached(at: Situation) -> str:
    """A sentence that says so; empty if it is not."""
    endpoints = at.facts.endpoints
    used = sum(one.state != "deleted" and one.vpc_endpoint_id not in at.own_ids for one in endpoints)
    planned = at.reserved.endpoints.get(at.vpc_id or "", 0)
    quota = at.facts.endpoint_quota if at.facts.endpoint_quota is not None else DEFAULT_ENDPOINT_QUOTA
    if used + planned < quota:
        return ""
    others = f", and other items make {planned} more" if planned else ""
    return f"VPC {at.vpc_id} has {used} interface and Gateway Load Balancer endpoints{others}; the quota is {quota}."


def deletion_violations(at: Situation) -> list[Violation]:
    """`state=absent` does not delete what is protected. duplicates.py decides what `remove_duplicates` may remove."""
    if at.desired.state != "absent":
        return []
    return [
        Violation(
            "deletion_protected",
            (
                f"Interface endpoint {pair.vpc_endpoint_id} carries the tag "
                f"{PROTECTION_TAG}={pair.endpoint.tags[PROTECTION_TAG]}."
            ),
            "Remove the tag, or set it to false, then run again.",
        )
        for pair in at.current.found.pairs
        if pair.endpoint and is_protected(pair.endpoint.tags)
    ]


# The parts of the network that a play may make later.
VPC, SUBNETS, GROUPS = "vpc", "subnets", "groups"


class Limit(t.NamedTuple):
    """A rule, the codes of its violations, and the steps that it concerns: all others only remove something.

    `network`: the part of the network that must be known for it; empty if it needs none.
    """

    codes: tuple[str, ...]
    steps: tuple[type[Step], ...]
    check: t.Callable[[Situation], list[Violation]]
    network: str = ""


# In the order in which violations are reported. `region_mismatch` is checked earlier, before AWS is read.
LIMITS = (
    Limit(("cluster_not_ready",), (CreateVpcEndpoint, RegisterEndpoint), _cluster),
    Limit(("service_not_created", "service_not_active"), (CreateVpcEndpoint, RegisterEndpoint), _service),
    Limit(("service_not_visible",), (CreateVpcEndpoint,), visibility_violations),
    Limit(
        ("vpc_not_found",), (CreateVpcEndpoint, AddSubnets, AddSecurityGroups, EnablePrivateDns), vpc_violations, VPC
    ),
    Limit(
        ("subnet_not_found", "subnet_not_in_vpc", "zone_not_supported", "subnets_share_zone"),
        (CreateVpcEndpoint, AddSubnets),
        subnet_violations,
        SUBNETS,
    ),
    Limit(("subnet_full",), (CreateVpcEndpoint, AddSubnets), address_violations, SUBNETS),
    Limit(
        ("security_group_not_found", "security_group_not_in_vpc"),
        (CreateVpcEndpoint, AddSecurityGroups),
        group_violations,
        GROUPS,
    ),
    Limit(("vpc_dns_disabled", "private_dns_conflict"), (EnablePrivateDns,), private_dns_violations, VPC),
    Limit(("endpoint_quota_reached",), (CreateVpcEndpoint,), quota_violations, VPC),
    Limit(("deletion_protected",), (TerminateRegistration, DeleteVpcEndpoint), deletion_violations),
)
# The steps that a limit of the network could forbid.
NETWORK_STEPS = tuple({kind for limit in LIMITS if limit.network for kind in limit.steps})
