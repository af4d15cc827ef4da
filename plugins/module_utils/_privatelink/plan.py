# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what is there to the steps between them. Pure: no call, no clock, no module."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._aws.model import LEFTOVER_STATES, InterfaceEndpoint
from .._aws.tags import settable
from .._run.errors import PrivateLinkError
from .current import Current, Pair
from .desired import Desired
from .ownership import tags_after, unwanted_tags, wanted_tags
from .steps import (
    ACCEPTED,
    AVAILABLE,
    DONE,
    GONE,
    LISTED,
    UNREGISTERED,
    AddSecurityGroups,
    AddSubnets,
    Condition,
    CreateVpcEndpoint,
    DeleteVpcEndpoint,
    DisablePrivateDns,
    EnablePrivateDns,
    Plan,
    RegisterEndpoint,
    RemoveSecurityGroups,
    RemoveSubnets,
    RemoveTags,
    SetIpAddressType,
    SetTags,
    Step,
    TerminateRegistration,
    requests_of,
)
from .violations import LimitsViolated, Violation

# Tags of one resource, without those of AWS. Source: Amazon EC2 User Guide, "Tag restrictions".
_MOST_TAGS = 50


def plan(desired: Desired, current: Current) -> Plan:
    """The way from `current` to `desired`.

    Raises PrivateLinkError if the private endpoint is dead and `recreate_failed` is not set, or if a change
    is impossible in place.
    """
    made = _absent(desired, current) if desired.state == "absent" else _present(desired, current)
    return made if desired.wait else _without_waiting(made, current)


def _present(desired: Desired, current: Current) -> Plan:
    if current.found.main is not None and not current.found.main.is_dying:
        return _without_duplicates(desired, current, _live(desired, current, current.found.main))
    broken = [
        pair for pair in (current.found.main, *current.found.dead) if pair and (pair.registered or _is_leftover(pair))
    ]
    if broken and not desired.recreate_failed:
        raise PrivateLinkError(_broken_message(desired, broken))
    removal = [step for pair in broken for step in _removal(desired, pair)]
    old = broken[0].endpoint if len(broken) == 1 else None
    needs = (Condition(GONE, broken[-1].vpc_endpoint_id),) if broken else ()
    made = Plan((*removal, *_creation(desired, current, old, needs)), (Condition(DONE),))
    return _without_duplicates(desired, current, made)


def _without_duplicates(desired: Desired, current: Current, made: Plan) -> Plan:
    """Duplicates go first. While one of them holds the private DNS name, AWS gives it to no other endpoint."""
    if not current.found.duplicates:
        return made
    removal = [step for pair in current.found.duplicates for step in _removal(desired, pair)]
    holders = [
        pair.vpc_endpoint_id for pair in current.found.duplicates if pair.endpoint and pair.endpoint.private_dns_enabled
    ]
    freed = tuple(Condition(GONE, vpce) for vpce in holders[:1])
    steps = (
        replace(step, needs=(*step.needs, *freed)) if isinstance(step, EnablePrivateDns) else step
        for step in made.steps
    )
    ends = (_end(desired, pair) for pair in current.found.duplicates)
    return Plan((*removal, *steps), (*ends, *made.goals))


def _is_leftover(pair: Pair) -> bool:
    return pair.endpoint is not None and pair.endpoint.state in LEFTOVER_STATES


def _broken_message(desired: Desired, broken: t.Sequence[Pair]) -> str:
    halves = "; ".join(_halves(pair, registrable=desired.registrable) for pair in broken)
    return (
        f"The private endpoint of {desired.target} is there but does not work and will not recover: {halves}. "
        "Run again with recreate_failed=true to replace it, or with state=absent to remove it."
    )


def _halves(pair: Pair, *, registrable: bool) -> str:
    endpoint = pair.endpoint
    aws = (
        f"interface endpoint {pair.vpc_endpoint_id} is {endpoint.state}"
        if endpoint
        else f"interface endpoint {pair.vpc_endpoint_id} is gone"
    )
    if endpoint is not None and endpoint.last_error:
        aws += f" ({endpoint.last_error})"
    if pair.registration is None:
        return f"{aws}, not registered with TiDB Cloud" if registrable else aws
    said = (
        f" ({pair.registration.message})" if pair.registration.state == "FAILED" and pair.registration.message else ""
    )
    return f"{aws}, registration {pair.registration.state}{said}"


# --- creating ---------------------------------------------------------------------------------------------------


def _creation(
    desired: Desired, current: Current, old: InterfaceEndpoint | None, needs: tuple[Condition, ...]
) -> list[Step]:
    """Private DNS is off at first: AWS refuses it until TiDB Cloud has accepted the connection.

    What the options omit is taken from `old`, the endpoint that is replaced; AWS sets its own tags.
    """
    provider = current.provider
    tags = tags_after(desired, provider.node_group_id, old)
    steps: list[Step] = [
        CreateVpcEndpoint(
            None,
            needs,
            desired.target,
            provider.service_name,
            desired.vpc_id or (old.vpc_id if old else None),
            tuple(sorted(desired.subnet_ids or (old.subnet_ids if old else ()))),
            tuple(sorted(desired.security_group_ids or (old.security_group_ids if old else ()))),
            settable(tags),
            desired.ip_address_type or (old.ip_address_type if old else None),
        )
    ]
    if desired.registrable:
        steps.append(_register(desired, current, None))
    if provider.private_dns_wanted(desired):
        steps.append(EnablePrivateDns(None, (_accepted(desired, None),), desired.target))
    return steps


def _register(desired: Desired, current: Current, vpc_endpoint_id: str | None) -> Step:
    needs = (Condition(LISTED, vpc_endpoint_id),)
    return RegisterEndpoint(vpc_endpoint_id, needs, desired.cluster_id, current.provider.node_group_id)


def _accepted(desired: Desired, vpc_endpoint_id: str | None) -> Condition:
    return Condition(ACCEPTED if desired.registrable else AVAILABLE, vpc_endpoint_id)


# --- changing in place ------------------------------------------------------------------------------------------


def _live(desired: Desired, current: Current, pair: Pair) -> Plan:
    endpoint = t.cast(InterfaceEndpoint, pair.endpoint)
    vpce = endpoint.vpc_endpoint_id
    steps = _tag_steps(desired, current, endpoint)
    if desired.registrable and not pair.registered:
        steps.append(_register(desired, current, vpce))
    needs = (Condition(AVAILABLE, vpce) if pair.is_active else _accepted(desired, vpce),)
    steps += _group_steps(desired, endpoint, needs)
    subnets, address_type = _subnet_steps(desired, current, endpoint, needs), _address_steps(desired, endpoint, needs)
    # Every subnet must have ranges of the type's families: fewer families come before new subnets, more after them.
    steps += [*address_type, *subnets] if desired.ip_address_type == "ipv4" else [*subnets, *address_type]
    wanted = current.provider.private_dns_wanted(desired)
    if wanted != endpoint.private_dns_enabled:
        steps.append((EnablePrivateDns if wanted else DisablePrivateDns)(vpce, needs, desired.target))
    settled = not steps and endpoint.state == "available" and (pair.is_active or not desired.registrable)
    return Plan(tuple(steps), () if settled else (Condition(DONE, vpce),))


def _tag_steps(desired: Desired, current: Current, endpoint: InterfaceEndpoint) -> list[Step]:
    wanted = wanted_tags(desired, current.provider.node_group_id)
    changed = {key: value for key, value in wanted.items() if endpoint.tags.get(key) != value}
    unwanted = unwanted_tags(desired, endpoint)
    steps: list[Step] = []
    if changed:
        steps.append(SetTags(endpoint.vpc_endpoint_id, (), changed))
    if unwanted:
        steps.append(RemoveTags(endpoint.vpc_endpoint_id, (), unwanted))
    # Setting first keeps what other tools find it by, but there is room for so many only.
    fits = len(settable({**endpoint.tags, **changed})) <= _MOST_TAGS
    return steps if fits else steps[::-1]


def _group_steps(desired: Desired, endpoint: InterfaceEndpoint, needs: tuple[Condition, ...]) -> list[Step]:
    if desired.security_group_ids is None:
        return []
    added = tuple(sorted(set(desired.security_group_ids) - set(endpoint.security_group_ids)))
    removed = tuple(sorted(set(endpoint.security_group_ids) - set(desired.security_group_ids)))
    steps: list[Step] = []
    if added:
        steps.append(AddSecurityGroups(endpoint.vpc_endpoint_id, needs, added))
    if removed:
        steps.append(RemoveSecurityGroups(endpoint.vpc_endpoint_id, needs, removed))
    return steps


def _address_steps(desired: Desired, endpoint: InterfaceEndpoint, needs: tuple[Condition, ...]) -> list[Step]:
    old, new = endpoint.ip_address_type, desired.ip_address_type
    return [SetIpAddressType(endpoint.vpc_endpoint_id, needs, old, new)] if old and new and old != new else []


def _subnet_steps(
    desired: Desired, current: Current, endpoint: InterfaceEndpoint, needs: tuple[Condition, ...]
) -> list[Step]:
    if desired.subnet_ids is None:
        return []
    changes = subnet_changes(endpoint.subnet_ids, desired.subnet_ids, current.network.zones)
    return [kind(endpoint.vpc_endpoint_id, needs, subnet_ids) for kind, subnet_ids in changes]


def subnet_changes(
    present: t.Iterable[str], wanted: t.Iterable[str], zones: t.Mapping[str, str | None]
) -> list[tuple[type[AddSubnets | RemoveSubnets], tuple[str, ...]]]:
    """Returns the changes as (kind of step, subnet ids), one call each.

    First additions in new zones, then swaps within a zone, one zone at a time (AWS refuses two subnets in one zone),
    last removals. `zones` maps subnet ids to zones. Source: ModifyVpcEndpoint, DuplicateSubnetsInSameZone.

    Raises LimitsViolated if the only subnet would be swapped within its zone: AWS never removes the last one.
    """
    old = sorted(set(present) - set(wanted))
    new = sorted(set(wanted) - set(present))
    kept = set(present) & set(wanted)
    old_by_zone = {zones.get(subnet_id) or subnet_id: subnet_id for subnet_id in old}
    swaps = {subnet_id: old_by_zone[zone] for subnet_id in new if (zone := zones.get(subnet_id)) in old_by_zone}
    added = tuple(subnet_id for subnet_id in new if subnet_id not in swaps)
    removed = tuple(subnet_id for subnet_id in old if subnet_id not in swaps.values())
    if swaps and len(old) == 1 and not kept and not added:
        raise LimitsViolated([_impossible(old[0], new[0])])
    changes: list[tuple[type[AddSubnets | RemoveSubnets], tuple[str, ...]]] = [(AddSubnets, added)] if added else []
    for new_id, old_id in swaps.items():
        changes += [(RemoveSubnets, (old_id,)), (AddSubnets, (new_id,))]
    if removed:
        changes.append((RemoveSubnets, removed))
    return changes


def _impossible(old: str, new: str) -> Violation:
    return Violation(
        "immutable_change",
        f"The only subnet {old} cannot be swapped for {new} in place: both are in the same zone, and an "
        "interface endpoint keeps at least one subnet.",
        "Go through another zone: first set subnet_ids to a subnet of another zone, then to the desired one.",
    )


# --- removing ---------------------------------------------------------------------------------------------------


def _absent(desired: Desired, current: Current) -> Plan:
    pairs = current.found.pairs
    steps = tuple(step for pair in pairs for step in _removal(desired, pair))
    return Plan(steps, tuple(_end(desired, pair) for pair in pairs))


def _end(desired: Desired, pair: Pair) -> Condition:
    kept = desired.keep_vpc_endpoint or not pair.listed
    return Condition(UNREGISTERED if kept else GONE, pair.vpc_endpoint_id)


def _removal(desired: Desired, pair: Pair) -> list[Step]:
    """Registration first: afterwards nothing shows which interface endpoint it belonged to."""
    steps: list[Step] = []
    vpce, row = pair.vpc_endpoint_id, pair.registration
    if pair.registered and row and row.state != "DELETING":
        steps.append(TerminateRegistration(vpce, (), desired.target, row.private_endpoint_connection_id))
    keep = desired.state == "absent" and desired.keep_vpc_endpoint
    if pair.endpoint is not None and pair.endpoint.state not in ("deleting", "deleted") and not keep:
        needs = (Condition(UNREGISTERED, vpce),) if pair.registered else ()
        steps.append(DeleteVpcEndpoint(vpce, needs, pair.endpoint.vpc_id))
    return steps


# --- not waiting ------------------------------------------------------------------------------------------------


def _without_waiting(made: Plan, current: Current) -> Plan:
    """The steps up to the first that would have to wait; the next run continues from there."""
    kept: list[Step] = []
    for steps in requests_of(made.steps):
        if not all(_holds_now(condition, current, kept) for step in steps for condition in step.needs):
            break
        kept.extend(steps)
    return Plan(tuple(kept))


def _holds_now(condition: Condition, current: Current, before: t.Sequence[Step]) -> bool:
    if condition.kind == LISTED:
        return True  # seconds, not minutes
    main = current.found.main
    if condition.kind not in (AVAILABLE, ACCEPTED) or main is None or main.endpoint is None:
        return False
    if any(step.needs for step in before):
        return False  # an earlier change of this run is still settling
    return main.endpoint.state == "available" and (main.is_active or condition.kind == AVAILABLE)
