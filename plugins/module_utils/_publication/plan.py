# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what is there to the steps between them. Pure: no call, no clock, no module."""

from __future__ import annotations

import typing as t

from .._aws.provider_model import WAITING, Connection, OwnService
from .._run.errors import PrivateLinkError
from .current import SEEN, Current, Published
from .desired import Desired
from .ownership import unwanted_tags, wanted_tags
from .principals import normalized
from .steps import (
    AVAILABLE,
    BALANCERS_ACTIVE,
    CONNECTED,
    DISCONNECTED,
    GONE,
    AcceptConnections,
    AddLoadBalancers,
    Condition,
    CreateEndpointService,
    DeleteEndpointService,
    PermitPrincipals,
    Plan,
    RefreshZones,
    RejectConnections,
    RemoveLoadBalancers,
    RemovePrivateDnsName,
    RemoveTags,
    SetAcceptanceRequired,
    SetIpAddressTypes,
    SetPrivateDnsName,
    SetRegions,
    SetTags,
    Step,
    VerifyPrivateDnsName,
    WithdrawPrincipals,
)


def plan(desired: Desired, current: Current) -> Plan:
    """The way from `current` to `desired`.

    Raises PrivateLinkError if the service has failed, or if there is none and it is not said what to make it of.
    """
    made = _absent(desired, current) if desired.state == "absent" else _present(desired, current)
    return made if desired.wait else _without_waiting(made, current)


def wanted_principals(desired: Desired, region: str) -> tuple[str, ...]:
    """The desired principals as AWS takes them. What is none is left as it is: the limits reject it."""
    return tuple(sorted({normalized(one, region) or one for one in desired.allowed_principals or ()}))


def principals_after(desired: Desired, current: Current) -> frozenset[str]:
    """Who is permitted after the run."""
    withdrawn = {normalized(one, current.region) or one for one in desired.withdrawn_principals}
    present = frozenset(current.published.principals if current.published else ()) - withdrawn
    if desired.allowed_principals is None:
        return present
    wanted = frozenset(wanted_principals(desired, current.region))
    return wanted if desired.purge_allowed_principals else wanted | present


def load_balancers_after(desired: Desired, current: Current) -> tuple[str, ...]:
    """The load balancers that the service has after the run."""
    if current.wanted_arns is not None:
        return current.wanted_arns
    return current.service.load_balancer_arns if current.service else ()


def _present(desired: Desired, current: Current) -> Plan:
    if current.published is None:
        return _creation(desired, current)
    service = current.published.service
    if service.state == "failed":
        raise PrivateLinkError(
            f"Endpoint service {service.service_id}, published as {desired.name}, has failed and will not recover. "
            "Delete it with state=absent, then run again."
        )
    steps = _edits(desired, current, current.published)
    settled = not steps and service.state == "available"
    pending = _pending(desired, current, current.published)
    goals = (() if settled else (Condition(AVAILABLE),), (Condition(CONNECTED, pending),) if pending else ())
    return Plan(tuple(steps), (*goals[0], *goals[1]))


def _pending(desired: Desired, current: Current, published: Published) -> tuple[str, ...]:
    """What an earlier run accepted, and AWS still works on."""
    after = principals_after(desired, current)
    return _ids(
        one for one in published.connections if one.state == "pending" and _is_accepted(desired, published, one, after)
    )


# --- creating ---------------------------------------------------------------------------------------------------


def _creation(desired: Desired, current: Current) -> Plan:
    """AWS takes everything in one call but the principals. Who connects is accepted by later runs."""
    arns = current.wanted_arns or ()
    if not arns and desired.load_balancer_tags is None:
        raise PrivateLinkError(
            f"There is no endpoint service {desired.name}, and to make one it needs load balancers. "
            "Give load_balancer_arns, or load_balancer_tags that a network load balancer carries."
        )
    # Until the old service is gone, its load balancers are taken.
    before = (Condition(GONE),) if any(one.state == "deleting" for one in current.gone) else ()
    creation = CreateEndpointService(
        desired.name,
        (*before, *_active(current, arns)),
        arns,
        desired.acceptance_required,
        wanted_tags(desired),
        desired.address_types or (),
        tuple(region for region in desired.regions or () if region != current.region),
        None if desired.remove_private_dns_name else desired.private_dns_name,
        _zones(current, arns),
    )
    principals = wanted_principals(desired, current.region)
    permission = (PermitPrincipals(desired.name, (), principals),) if principals else ()
    return Plan((creation, *permission), (Condition(AVAILABLE),))


def _active(current: Current, arns: t.Iterable[str]) -> tuple[Condition, ...]:
    """AWS takes only load balancers that are active; one that is provisioning is waited for."""
    early = [one.arn for arn in arns if (one := current.balancer(arn)) and one.is_provisioning]
    return (Condition(BALANCERS_ACTIVE, tuple(early)),) if early else ()


def _zones(current: Current, arns: t.Iterable[str]) -> tuple[str, ...]:
    """The zones of these load balancers, by name."""
    return tuple(sorted({zone for arn in arns if (one := current.balancer(arn)) for zone in one.zones}))


# --- changing in place ------------------------------------------------------------------------------------------


def _edits(desired: Desired, current: Current, published: Published) -> list[Step]:
    """Ownership first, as policies may depend on it. What restricts comes before what permits."""
    service, name = published.service, desired.name
    restricts = desired.acceptance_required
    acceptance: list[Step] = (
        [SetAcceptanceRequired(name, (), desired.acceptance_required)]
        if desired.acceptance_required != service.acceptance_required
        else []
    )
    return [
        *_tag_steps(desired, service),
        *(acceptance if restricts else []),
        *_balancer_steps(desired, current, service),
        *_set_steps(desired, service),
        *_principal_steps(desired, current, published),
        *([] if restricts else acceptance),
        *_name_steps(desired, current, service),
        *_zone_steps(desired, current, service),
        *_connection_steps(desired, current, published),
        *_last_tag_steps(desired, service),
    ]


def _tag_steps(desired: Desired, service: OwnService) -> list[Step]:
    changed = {key: value for key, value in wanted_tags(desired).items() if service.tags.get(key) != value}
    unwanted = unwanted_tags(desired, service)
    steps: list[Step] = [SetTags(desired.name, (), changed)] if changed else []
    return [*steps, RemoveTags(desired.name, (), unwanted)] if unwanted else steps


def _last_tag_steps(desired: Desired, service: OwnService) -> list[Step]:
    """Tags that are removed by name may remember what the other steps undo: they go last."""
    removed = tuple(sorted(desired.removed_tags & service.tags.keys()))
    return [RemoveTags(desired.name, (), removed)] if removed else []


def _balancer_steps(desired: Desired, current: Current, service: OwnService) -> list[Step]:
    """Additions first: one load balancer must always stay."""
    if current.wanted_arns is None:
        return []
    added = tuple(sorted(set(current.wanted_arns) - set(service.load_balancer_arns)))
    removed = tuple(sorted(set(service.load_balancer_arns) - set(current.wanted_arns)))
    steps: list[Step] = []
    if added:
        steps.append(AddLoadBalancers(desired.name, _active(current, added), added, _zones(current, added)))
    return [*steps, RemoveLoadBalancers(desired.name, (), removed)] if removed else steps


def _set_steps(desired: Desired, service: OwnService) -> list[Step]:
    steps: list[Step] = []
    if desired.address_types is not None and set(desired.address_types) != set(service.address_types):
        steps.append(SetIpAddressTypes(desired.name, (), service.address_types, desired.address_types))
    regions = tuple(region for region in desired.regions or () if region != service.region)
    if desired.regions is not None and set(regions) != set(service.regions):
        steps.append(SetRegions(desired.name, (), tuple(service.regions), regions))
    return steps


def _principal_steps(desired: Desired, current: Current, published: Published) -> list[Step]:
    after = principals_after(desired, current)
    withdrawn = tuple(sorted(set(published.principals) - after))
    permitted = tuple(sorted(after - set(published.principals)))
    steps: list[Step] = [WithdrawPrincipals(desired.name, (), withdrawn)] if withdrawn else []
    return [*steps, PermitPrincipals(desired.name, (), permitted)] if permitted else steps


def _name_steps(desired: Desired, current: Current, service: OwnService) -> list[Step]:
    """A name is verified only in a run after the one that sets it: only then is its record known."""
    old, new = service.private_dns_name, desired.private_dns_name
    if desired.remove_private_dns_name:
        return [RemovePrivateDnsName(desired.name, (), old)] if old else []
    if new is None:
        return []
    if new != old:
        return [SetPrivateDnsName(desired.name, (), old, new)]
    verified = service.record is not None and service.record.state == "verified"
    if verified or not desired.verify_private_dns or current.record != SEEN:
        return []
    return [VerifyPrivateDnsName(desired.name, (), new)]


def _zone_steps(desired: Desired, current: Current, service: OwnService) -> list[Step]:
    """Zones that the load balancers got later. Those of one that is added are served from the beginning."""
    if service.state != "available" or not service.availability_zones:
        return []  # Not known yet, or not by name.
    kept = set(service.load_balancer_arns) & set(load_balancers_after(desired, current))
    unserved = tuple(sorted(set(_zones(current, kept)) - set(service.availability_zones)))
    return [RefreshZones(desired.name, (), unserved)] if unserved else []


def _connection_steps(desired: Desired, current: Current, published: Published) -> list[Step]:
    """Rejecting wins over accepting."""
    after = principals_after(desired, current)
    rejected = [one for one in published.live if _is_rejected(desired, published, one, after)]
    accepted = [
        one
        for one in published.connections
        if one.state == WAITING and _is_accepted(desired, published, one, after) and one not in rejected
    ]
    steps: list[Step] = []
    if accepted:
        steps.append(AcceptConnections(desired.name, (), _ids(accepted)))
    return [*steps, RejectConnections(desired.name, (), _ids(rejected))] if rejected else steps


def _is_rejected(desired: Desired, published: Published, one: Connection, after: t.Collection[str]) -> bool:
    """One is rejected only for a clear reason: that its account is certainly not permitted."""
    unpermitted = desired.reject_unpermitted and published.permitted(one, after) is False
    return unpermitted or one.vpc_endpoint_id in desired.rejected_endpoint_ids


def _is_accepted(desired: Desired, published: Published, one: Connection, after: t.Collection[str]) -> bool:
    if desired.reject_unpermitted and not published.permitted(one, after):
        return False
    return one.account_id in desired.accepted_accounts or one.vpc_endpoint_id in desired.accepted_endpoint_ids


def _ids(connections: t.Iterable[Connection]) -> tuple[str, ...]:
    return tuple(sorted(one.vpc_endpoint_id for one in connections))


# --- removing ---------------------------------------------------------------------------------------------------


def _absent(desired: Desired, current: Current) -> Plan:
    """Reject, wait, delete: AWS deletes no service that has connections."""
    published = current.published
    if published is None:
        return Plan((), (Condition(GONE),) if any(one.state == "deleting" for one in current.gone) else ())
    live = published.live
    rejection: tuple[Step, ...] = (RejectConnections(desired.name, (), _ids(live)),) if live else ()
    deletion = DeleteEndpointService(desired.name, (Condition(DISCONNECTED),) if live else ())
    return Plan((*rejection, deletion), (Condition(GONE),))


# --- not waiting ------------------------------------------------------------------------------------------------


def _without_waiting(made: Plan, current: Current) -> Plan:
    """The steps up to the first that would have to wait; the next run continues from there."""
    kept: list[Step] = []
    for step in made.steps:
        if step.needs:
            break
        kept.append(step)
    return Plan(tuple(kept))
