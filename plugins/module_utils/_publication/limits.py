# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of a published service: from facts to violations, all of them together. Pure.

Where no other source is named, the rule is from "Create a service powered by AWS PrivateLink" of the AWS PrivateLink
guide.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._aws.provider_model import Listener, LoadBalancer, OwnService, region_of
from .._aws.tags import PROTECTION_TAG, is_protected, reserved_warnings
from .._run.text import listed
from .._run.violations import Verdict, Violation, judged
from .current import NOT_LOOKED, Current
from .desired import Desired
from .ownership import is_of_name
from .plan import load_balancers_after, principals_after
from .principals import EVERYBODY, is_unreadable, normalized
from .steps import (
    AddLoadBalancers,
    CreateEndpointService,
    DeleteEndpointService,
    Plan,
    RejectConnections,
    RemoveLoadBalancers,
    SetIpAddressTypes,
    SetPrivateDnsName,
    Step,
)

# What carries TCP. Source: Listeners for your Network Load Balancers.
_CARRIES_TCP = frozenset({"TCP", "TLS", "TCP_UDP"})
_FEWEST_ZONES = 2
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")
_LONGEST_NAME = 253


@dataclass(frozen=True)
class LimitFacts:
    """What the limits are checked against, read only for a run that has steps.

    `services`: the account's others; `listeners` and `cross_zone` by ARN.
    """

    services: tuple[OwnService, ...] = ()
    listeners: t.Mapping[str, tuple[Listener, ...]] = field(default_factory=dict)
    cross_zone: t.Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """The situation that a limit is checked in."""

    desired: Desired
    current: Current
    planned: Plan
    facts: LimitFacts = LimitFacts()

    @property
    def arns(self) -> tuple[str, ...]:
        """The load balancers that the service has after the run."""
        return load_balancers_after(self.desired, self.current)

    @property
    def balancers(self) -> list[LoadBalancer]:
        """Those of them that exist."""
        return [one for arn in self.arns if (one := self.current.balancer(arn))]

    @property
    def others(self) -> list[OwnService]:
        """The account's other services. One of the same name was made by another run meanwhile, and is adopted."""
        service, desired = self.current.service, self.desired
        others = [one for one in self.facts.services if not one.is_gone]
        if service is None:
            return [one for one in others if not is_of_name(desired, one)]
        return [one for one in others if one.service_id != service.service_id]


def check(desired: Desired, current: Current, planned: Plan, facts: LimitFacts) -> Verdict:
    """Checks every limit that the planned steps could break."""
    at = Situation(desired, current, planned, facts)
    present = desired.state == "present"
    concerned = [limit for limit in LIMITS if (planned.has(*limit.steps) if limit.steps else present)]
    found = [violation for limit in concerned for violation in limit.check(at)]
    return judged(found, _warnings(at), desired.allow_violations)


def missing_balancer_violations(at: Situation) -> list[Violation]:
    """Load balancers exist, in the region of the service."""
    found = []
    if not at.arns:
        tags = listed(f"{key}={value}" for key, value in sorted((at.desired.load_balancer_tags or {}).items()))
        message = f"No load balancer in {at.current.region} that these credentials can see carries the tags {tags}."
        remedy = "Check load_balancer_tags, the AWS account and the region; AWS may list a new tag some seconds late."
        found.append(Violation("load_balancer_not_found", message, remedy))
    for arn in at.arns:
        region = region_of(arn)
        if region is not None and region != at.current.region:
            message = f"Load balancer {arn} is in {region}, and the endpoint service is in {at.current.region}."
            found.append(
                Violation("region_mismatch", message, "Give load balancers of that region, or set region to theirs.")
            )
        elif at.current.balancer(arn) is None:
            message = f"There is no load balancer {arn} that these credentials can see."
            remedy = "Check load_balancer_arns, the AWS account and the region."
            found.append(Violation("load_balancer_not_found", message, remedy))
    return found


def kind_violations(at: Situation) -> list[Violation]:
    """Only a network load balancer can serve."""
    remedy = "Give a network load balancer; it may forward to an application load balancer."
    return [
        Violation(
            "load_balancer_not_network",
            f"Load balancer {one.name} is of type {one.type}. AWS PrivateLink needs a network load balancer.",
            remedy,
        )
        for one in at.balancers
        if one.type != "network"
    ]


def state_violations(at: Situation) -> list[Violation]:
    """Only an active load balancer is taken. One that is provisioning is waited for."""
    return [
        Violation(
            "load_balancer_not_active",
            f"Load balancer {one.name} is {one.state}.",
            "Look at its state reason in the AWS console, and give one that is active.",
        )
        for one in at.balancers
        if one.state not in ("active", "active_impaired", "provisioning")
    ]


def in_use_violations(at: Situation) -> list[Violation]:
    """A load balancer belongs to one service."""
    return [in_use(arn, other) for arn in at.arns for other in at.others if arn in other.load_balancer_arns]


def in_use(arn: str, other: OwnService) -> Violation:
    """The load balancer serves another service, which is named, and so is the way to take it over."""
    published = other.tags.get("Name")
    name = f"{other.service_id} ({published})" if published else other.service_id
    return Violation(
        "load_balancer_in_use",
        f"Load balancer {arn} already serves the endpoint service {name}, and AWS gives it to one service only.",
        f"Adopt that service with service_id: {other.service_id}, take the load balancer off it, or give another one.",
    )


def listener_violations(at: Situation) -> list[Violation]:
    """Something listens on the port for TCP."""
    port = at.desired.port
    found = []
    for one in at.balancers:
        listeners = at.facts.listeners.get(one.arn)
        if one.type != "network" or listeners is None:
            continue
        if not any(item.port == port and item.protocol in _CARRIES_TCP for item in listeners):
            present = listed(sorted(f"{item.protocol} {item.port}" for item in listeners)) or "none"
            message = f"Load balancer {one.name} has no TCP, TLS or TCP_UDP listener on port {port} (it has {present})."
            remedy = f"Add a listener on port {port}, or set port to the one that it listens on."
            found.append(Violation("listener_missing", message, remedy))
    return found


def address_type_violations(at: Situation) -> list[Violation]:
    """IPv6 needs every load balancer to be dualstack. Source: guide, "IP address types"."""
    wanted = at.desired.address_types
    if wanted is None:
        wanted = at.current.service.address_types if at.current.service else ()
    if "ipv6" not in wanted:
        return []
    return [
        Violation(
            "address_type_unsupported",
            f"IPv6 needs load balancers that are dualstack, and {one.name} is {one.address_type}.",
            "Make the load balancer dualstack, or leave ipv6 out of supported_ip_address_types.",
        )
        for one in at.balancers
        if one.address_type and one.address_type != "dualstack"
    ]


def principal_violations(at: Situation) -> list[Violation]:
    """Principals are accounts, roles, users, or everybody. Source: ModifyVpcEndpointServicePermissions."""
    remedy = (
        'Give an account id in quotes ("123456789012"), the ARN of an account\'s root, of a role or of a user, or "*".'
    )
    present = at.current.published.principals if at.current.published else ()
    return [
        Violation("principal_invalid", f"allowed_principals has {one!r}, which AWS does not take.", remedy)
        for one in at.desired.allowed_principals or ()
        if normalized(one, at.current.region) is None and one not in present
    ]


def public_violations(at: Situation) -> list[Violation]:
    """Whoever may connect without acceptance reaches the database: with `*`, everybody on AWS."""
    if at.desired.acceptance_required or not _is_public(at):
        return []
    return [
        Violation(
            "public_service",
            f"Endpoint service {at.desired.name} would permit every AWS account (*) and accept each at once.",
            "Set acceptance_required=true or name accounts in allowed_principals; if it is meant to be public, name "
            "public_service in allow_violations.",
        )
    ]


def _is_public(at: Situation) -> bool:
    return EVERYBODY in principals_after(at.desired, at.current)


def name_violations(at: Situation) -> list[Violation]:
    """A private name is a host name in lower case that no other service of the account has."""
    name = at.desired.private_dns_name
    if name is None:
        return []
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        lower = " It must be in lower case." if name != name.lower() else ""
        message = f"{name!r} is not a host name that AWS takes as private name.{lower}"
        remedy = "Give a host name in lower case of a domain of yours, such as tidb.example.com."
        return [Violation("private_dns_name_invalid", message, remedy)]
    remedy = "Give another name, or remove it from that service first (remove_private_dns_name)."
    return [
        Violation("private_dns_name_invalid", f"{name} is already the private name of {other.service_id}.", remedy)
        for other in at.others
        if other.private_dns_name == name
    ]


def removal_violations(at: Situation) -> list[Violation]:
    """AWS takes no load balancer off a service that has connections. Source: guide, "Manage load balancers"."""
    step = at.planned.first(RemoveLoadBalancers)
    if step is None or not at.current.published or not at.current.published.live:
        return []
    message = f"{listed(step.values)} cannot be taken off {at.desired.name} while it has connections: {_live(at)}."
    remedy = "Keep the load balancer, or reject these connections first (rejected_endpoint_ids)."
    return [Violation("connections_exist", message, remedy)]


def deletion_violations(at: Situation) -> list[Violation]:
    """Connections are ended only if the user says so."""
    published = at.current.published
    if not published or not published.live or at.desired.on_connections == "reject":
        return []
    message = f"{at.desired.name} has connections: {_live(at)}."
    remedy = "Have its consumers delete their endpoints first, or end them with on_connections=reject."
    return [Violation("connections_exist", message, remedy)]


def protection_violations(at: Situation) -> list[Violation]:
    service = at.current.service
    if service is None or not is_protected(service.tags):
        return []
    message = f"Endpoint service {service.service_id} carries the tag {PROTECTION_TAG}={service.tags[PROTECTION_TAG]}."
    return [Violation("deletion_protected", message, "Remove the tag, or set it to false, then run again.")]


def _live(at: Situation) -> str:
    live = at.current.published.live if at.current.published else ()
    return listed(f"{one.vpc_endpoint_id} of account {one.account_id} ({one.state})" for one in live)


# --- warnings ---------------------------------------------------------------------------------------------------


def _warnings(at: Situation) -> list[str]:
    found = [*_zone_warnings(at), *_cross_zone_warnings(at)] if at.planned.has(*_BALANCER_STEPS) else []
    return [*found, *_unmatched_warnings(at)]


def _zone_warnings(at: Situation) -> list[str]:
    zones = sorted({zone for one in at.balancers for zone in one.zones})
    if not at.balancers or len(zones) >= _FEWEST_ZONES:
        return []
    return [
        f"The load balancers of {at.desired.name} are in {listed(zones) or 'no zone'} only: consumers can connect "
        "there alone, and it goes down with that zone. Give a load balancer with subnets in two zones or more."
    ]


def _cross_zone_warnings(at: Situation) -> list[str]:
    return [
        f"Load balancer {one.name} does not balance across zones: a zone without a healthy server answers nobody who "
        "connects there. Turn on load_balancing.cross_zone.enabled, or have servers in each zone."
        for one in at.balancers
        if at.facts.cross_zone.get(one.arn) is False
    ]


def _unmatched_warnings(at: Situation) -> list[str]:
    unmatched = at.desired.load_balancer_tags is not None and at.current.published and not at.current.wanted_arns
    return [f"No load balancer carries load_balancer_tags; {at.desired.name} keeps those it has."] if unmatched else []


def standing_warnings(desired: Desired, current: Current) -> list[str]:
    """What the user should know even if there is nothing to do."""
    published = current.published
    if desired.state == "absent":
        return []
    found = reserved_warnings(desired.tags)
    if EVERYBODY in principals_after(desired, current):
        found.append(f"{desired.name} permits every AWS account (*).")
    if current.missing_ids:
        found.append(
            f"AWS lists no connection of {listed(current.missing_ids)} to {desired.name}. Where an endpoint is gone, "
            "take its id out of accepted_endpoint_ids and rejected_endpoint_ids."
        )
    if published is None:
        return found
    after = principals_after(desired, current)
    strangers = [one.vpc_endpoint_id for one in published.live if published.permitted(one, after) is False]
    if strangers and not desired.reject_unpermitted:
        found.append(
            f"{listed(strangers)} stay connected although their accounts are not permitted: AWS leaves connections "
            "alone when a permission is withdrawn. reject_unpermitted=true rejects them."
        )
    unreadable = sorted(one for one in after if is_unreadable(one))
    if unreadable:
        found.append(
            f"{desired.name} permits {listed(unreadable)}, which no longer name a role or user. Nobody is rejected "
            "for them."
        )
    return [*found, *_record_warnings(desired, current)]


def _record_warnings(desired: Desired, current: Current) -> list[str]:
    service = current.service
    wanted = desired.private_dns_name
    if service is None or service.record is None or service.private_dns_name is None:
        return []
    if desired.remove_private_dns_name or (wanted and wanted != service.private_dns_name):
        return []
    record, found = service.record, []
    if record.state == "failed":
        found.append(
            f"AWS could not verify the private name {service.private_dns_name}: consumers cannot use it. Publish the "
            f"TXT record {record.name} = {record.value} in public DNS, then run again."
        )
    if wanted and record.state != "verified" and current.record == NOT_LOOKED and desired.verify_private_dns:
        found.append(
            f"Whether the TXT record of {wanted} is published was not looked at: {current.record_note}. AWS was not "
            "asked to verify it."
        )
    return found


class Limit(t.NamedTuple):
    """A rule, the codes of its violations, and the steps that it concerns; none if it holds even without steps."""

    codes: tuple[str, ...]
    steps: tuple[type[Step], ...]
    check: t.Callable[[Situation], list[Violation]]


_BALANCER_STEPS: tuple[type[Step], ...] = (CreateEndpointService, AddLoadBalancers)
_ENDS = (RejectConnections, DeleteEndpointService)
# In the order in which violations are reported.
LIMITS = (
    Limit(("region_mismatch", "load_balancer_not_found"), _BALANCER_STEPS, missing_balancer_violations),
    Limit(("load_balancer_not_network",), _BALANCER_STEPS, kind_violations),
    Limit(("load_balancer_not_active",), _BALANCER_STEPS, state_violations),
    Limit(("load_balancer_in_use",), _BALANCER_STEPS, in_use_violations),
    Limit(("listener_missing",), _BALANCER_STEPS, listener_violations),
    Limit(("address_type_unsupported",), (*_BALANCER_STEPS, SetIpAddressTypes), address_type_violations),
    Limit(("principal_invalid",), (), principal_violations),
    Limit(("public_service",), (), public_violations),
    Limit(("private_dns_name_invalid",), (CreateEndpointService, SetPrivateDnsName), name_violations),
    Limit(("connections_exist",), (RemoveLoadBalancers,), removal_violations),
    Limit(("connections_exist",), (DeleteEndpointService,), deletion_violations),
    Limit(("deletion_protected",), _ENDS, protection_violations),
)
# The steps for which facts about load balancers, and about other services, are read.
BALANCER_STEPS = _BALANCER_STEPS
SERVICE_STEPS: tuple[type[Step], ...] = (*_BALANCER_STEPS, SetPrivateDnsName)
