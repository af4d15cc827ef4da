# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what is there to the steps between them. Pure: no call, no clock, no module."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._aws.model import LEFTOVER_STATES, InterfaceEndpoint
from .._run.errors import PrivateLinkError
from .._run.text import listed
from .current import Current, Pair
from .desired import Desired
from .ownership import tags_after, unwanted_tags, wanted_tags
from .steps import ACCEPTED, AVAILABLE, DONE, GONE, LISTED, UNREGISTERED, Condition, Plan, Step
from .subnet_changes import subnet_changes


def plan(desired: Desired, current: Current) -> Plan:
    """The way from C(current) to C(desired).

    Raises PrivateLinkError where the private endpoint is dead and C(recreate_failed) is not set, or where a change
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
    needs = Condition(GONE, broken[-1].vpc_endpoint_id) if broken else None
    made = Plan((*removal, *_creation(desired, current, old, needs)), (Condition(DONE),))
    return _without_duplicates(desired, current, made)


def _without_duplicates(desired: Desired, current: Current, made: Plan) -> Plan:
    """Duplicates go first. While one of them holds the private DNS name, AWS gives it to no other."""
    if not current.found.duplicates:
        return made
    removal = [step for pair in current.found.duplicates for step in _removal(desired, pair)]
    holders = [
        pair.vpc_endpoint_id for pair in current.found.duplicates if pair.endpoint and pair.endpoint.private_dns_enabled
    ]
    steps = (
        replace(step, gone_before=holders[0]) if holders and step.name == "enable_private_dns" else step
        for step in made.steps
    )
    ends = (_end(desired, pair) for pair in current.found.duplicates)
    return Plan((*removal, *steps), (*ends, *made.goals))


def _is_leftover(pair: Pair) -> bool:
    return pair.endpoint is not None and pair.endpoint.state in LEFTOVER_STATES


def _broken_message(desired: Desired, broken: t.Sequence[Pair]) -> str:
    halves = "; ".join(_halves(pair) for pair in broken)
    return (
        f"The private endpoint of {desired.target} is there but does not work and will not recover: {halves}. "
        "Run again with recreate_failed=true to replace it, or with state=absent to remove it."
    )


def _halves(pair: Pair) -> str:
    endpoint = pair.endpoint
    aws = (
        f"interface endpoint {pair.vpc_endpoint_id} is {endpoint.state}"
        if endpoint
        else f"interface endpoint {pair.vpc_endpoint_id} is gone"
    )
    if endpoint is not None and endpoint.last_error:
        aws += f" ({endpoint.last_error})"
    if pair.registration is None:
        return aws + ", not registered with TiDB Cloud"
    said = (
        f" ({pair.registration.message})" if pair.registration.state == "FAILED" and pair.registration.message else ""
    )
    return f"{aws}, registration {pair.registration.state}{said}"


# --- creating ---------------------------------------------------------------------------------------------------


def _creation(desired: Desired, current: Current, old: InterfaceEndpoint | None, needs: Condition | None) -> list[Step]:
    """Private DNS is off at first: AWS refuses it until TiDB Cloud has accepted the connection.

    What the options omit is taken from C(old), the endpoint that is replaced; AWS sets its own tags itself.
    """
    tags = tags_after(desired, current.provider.node_group_id, old)
    service_name = current.provider.service_name
    arguments = {
        "vpc_id": desired.vpc_id or (old.vpc_id if old else None),
        "service_name": service_name,
        "subnet_ids": tuple(sorted(desired.subnet_ids or (old.subnet_ids if old else ()))),
        "security_group_ids": tuple(sorted(desired.security_group_ids or (old.security_group_ids if old else ()))),
        "ip_address_type": desired.ip_address_type or (old.ip_address_type if old else None),
        "tags": {key: value for key, value in tags.items() if not key.startswith("aws:")},
    }
    steps = [
        Step("create_vpc_endpoint", _target(desired, current), _creation_detail(arguments), None, needs, arguments)
    ]
    if desired.registrable:
        steps.append(_register(desired, current, None))
    if current.provider.private_dns_wanted(desired):
        steps.append(_private_dns(desired, True, None, _accepted(desired, None)))
    return steps


def _creation_detail(arguments: t.Mapping[str, t.Any]) -> str:
    subnets = _listed(arguments["subnet_ids"]) or "subnets not known yet"
    groups = _listed(arguments["security_group_ids"]) or "security groups not known yet"
    kind = f", address type {arguments['ip_address_type']}" if arguments["ip_address_type"] else ""
    return f"interface endpoint in {arguments['vpc_id'] or 'a VPC not known yet'}: {subnets}; {groups}{kind}"


def _register(desired: Desired, current: Current, vpc_endpoint_id: str | None) -> Step:
    detail = f"register the interface endpoint with node group {current.provider.node_group_id}"
    return Step(
        "register_endpoint",
        f"cluster {desired.cluster_id}",
        detail,
        vpc_endpoint_id,
        Condition(LISTED, vpc_endpoint_id),
    )


def _accepted(desired: Desired, vpc_endpoint_id: str | None) -> Condition:
    return Condition(ACCEPTED if desired.registrable else AVAILABLE, vpc_endpoint_id)


def _target(desired: Desired, current: Current) -> str:
    return current.provider.service_name or desired.target


# --- changing in place ------------------------------------------------------------------------------------------


def _live(desired: Desired, current: Current, pair: Pair) -> Plan:
    endpoint = t.cast(InterfaceEndpoint, pair.endpoint)
    steps = _tag_steps(desired, current, endpoint)
    if desired.registrable and not pair.registered:
        steps.append(_register(desired, current, pair.vpc_endpoint_id))
    needs = Condition(AVAILABLE, pair.vpc_endpoint_id) if pair.is_active else _accepted(desired, pair.vpc_endpoint_id)
    steps += _group_steps(desired, endpoint, needs)
    steps += _subnet_steps(desired, current, endpoint, needs)
    if desired.ip_address_type and endpoint.ip_address_type and desired.ip_address_type != endpoint.ip_address_type:
        detail = f"{endpoint.ip_address_type} to {desired.ip_address_type}"
        steps.append(_change("set_ip_address_type", endpoint, detail, needs, ip_address_type=desired.ip_address_type))
    wanted = current.provider.private_dns_wanted(desired)
    if wanted != endpoint.private_dns_enabled:
        steps.append(_private_dns(desired, wanted, endpoint.vpc_endpoint_id, needs))
    settled = not steps and endpoint.state == "available" and (pair.is_active or not desired.registrable)
    return Plan(tuple(steps), () if settled else (Condition(DONE, pair.vpc_endpoint_id),))


def _change(name: str, endpoint: InterfaceEndpoint, detail: str, needs: Condition | None, **arguments: t.Any) -> Step:
    return Step(name, endpoint.vpc_endpoint_id, detail, endpoint.vpc_endpoint_id, needs, arguments)


def _private_dns(desired: Desired, enabled: bool, vpc_endpoint_id: str | None, needs: Condition) -> Step:
    name = "enable_private_dns" if enabled else "disable_private_dns"
    detail = (
        "make the service's host name resolve inside the VPC"
        if enabled
        else "stop the service's host name from resolving inside the VPC"
    )
    return Step(
        name, vpc_endpoint_id or desired.target, detail, vpc_endpoint_id, needs, {"private_dns_enabled": enabled}
    )


def _tag_steps(desired: Desired, current: Current, endpoint: InterfaceEndpoint) -> list[Step]:
    wanted = wanted_tags(desired, current.provider.node_group_id)
    changed = {key: value for key, value in wanted.items() if endpoint.tags.get(key) != value}
    unwanted = unwanted_tags(desired, endpoint)
    steps = []
    if changed:
        detail = ", ".join(f"{key}={value}" for key, value in sorted(changed.items()))
        steps.append(_change("set_tags", endpoint, detail, None, tags=changed))
    if unwanted:
        steps.append(_change("remove_tags", endpoint, listed(unwanted), None, keys=unwanted))
    return steps


def _group_steps(desired: Desired, endpoint: InterfaceEndpoint, needs: Condition) -> list[Step]:
    if desired.security_group_ids is None:
        return []
    added = tuple(sorted(set(desired.security_group_ids) - set(endpoint.security_group_ids)))
    removed = tuple(sorted(set(endpoint.security_group_ids) - set(desired.security_group_ids)))
    steps = []
    if added:
        steps.append(_change("add_security_groups", endpoint, _listed(added), needs, add_security_group_ids=added))
    if removed:
        steps.append(
            _change("remove_security_groups", endpoint, _listed(removed), needs, remove_security_group_ids=removed)
        )
    return steps


def _subnet_steps(desired: Desired, current: Current, endpoint: InterfaceEndpoint, needs: Condition) -> list[Step]:
    if desired.subnet_ids is None:
        return []
    steps = []
    for added, subnet_ids in subnet_changes(endpoint.subnet_ids, desired.subnet_ids, current.network.zones):
        name = "add_subnets" if added else "remove_subnets"
        argument = {"add_subnet_ids" if added else "remove_subnet_ids": subnet_ids}
        steps.append(_change(name, endpoint, _listed(subnet_ids), needs, **argument))
    return steps


def _listed(ids: t.Iterable[str]) -> str:
    return listed(sorted(ids))


# --- removing ---------------------------------------------------------------------------------------------------


def _absent(desired: Desired, current: Current) -> Plan:
    steps = tuple(step for pair in current.found.pairs for step in _removal(desired, pair))
    return Plan(steps, tuple(_end(desired, pair) for pair in current.found.pairs))


def _end(desired: Desired, pair: Pair) -> Condition:
    kept = desired.keep_vpc_endpoint or not pair.listed
    return Condition(UNREGISTERED if kept else GONE, pair.vpc_endpoint_id)


def _removal(desired: Desired, pair: Pair) -> list[Step]:
    """Registration first: TiDB Cloud cannot be told afterwards which interface endpoint it was."""
    steps = []
    if pair.registered and pair.registration and pair.registration.state != "DELETING":
        arguments = {"connection_id": pair.registration.private_endpoint_connection_id}
        detail = f"end the registration of {pair.vpc_endpoint_id}"
        steps.append(Step("terminate_registration", desired.target, detail, pair.vpc_endpoint_id, None, arguments))
    keep = desired.state == "absent" and desired.keep_vpc_endpoint
    if pair.endpoint is not None and pair.endpoint.state not in ("deleting", "deleted") and not keep:
        needs = Condition(UNREGISTERED, pair.vpc_endpoint_id) if pair.registered else None
        steps.append(
            _change("delete_vpc_endpoint", pair.endpoint, f"interface endpoint in {pair.endpoint.vpc_id}", needs)
        )
    return steps


# --- not waiting ------------------------------------------------------------------------------------------------


def _without_waiting(made: Plan, current: Current) -> Plan:
    """The steps up to the first that would have to wait; the next run goes on from there."""
    kept: list[Step] = []
    for step in made.steps:
        if step.gone_before or (step.needs and not _holds_now(step.needs, current, kept)):
            break
        kept.append(step)
    return Plan(tuple(kept))


def _holds_now(needs: Condition, current: Current, before: t.Sequence[Step]) -> bool:
    if needs.kind == LISTED:
        return True  # seconds, not minutes
    main = current.found.main
    if needs.kind not in (AVAILABLE, ACCEPTED) or main is None or main.endpoint is None:
        return False
    if any(step.needs for step in before):
        return False  # an earlier change of this run is still settling
    return main.endpoint.state == "available" and (main.is_active or needs.kind == AVAILABLE)
