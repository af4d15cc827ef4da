# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which private endpoint is meant, and rejects any doubt. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._aws.model import LEFTOVER_STATES, InterfaceEndpoint
from .._aws.tags import is_managed
from .._tidbcloud.model import Registration
from .cluster_limits import cluster_not_found, node_group_not_found
from .current import Found, Pair, Provider, pair_up
from .desired import Desired
from .duplicates import ambiguous, are_duplicates, hindrances, kept_first, protected_violations
from .ownership import CLUSTER_TAG
from .violations import LimitsViolated, Violation

# AWS's own services and those of partners have other names. What comes first depends on the partition.
_SERVICE_OF_CUSTOMER = re.compile(r"(?:^|\.)vpce\.(?:[a-z0-9-]+\.)?vpce-svc-")


def identify(desired: Desired, provider: Provider, found: Found) -> Found:
    """Returns `found` if there is no doubt about which one is meant. Its violations are then what cannot be changed
    about a live one, which is reported together with the limits.

    Raises LimitsViolated for everything else that is wrong with it.
    """
    violations = list(found.violations)
    pair = found.main or (found.described if desired.vpc_endpoint_id else None)
    endpoint = pair.endpoint if pair else None
    if endpoint is not None and _is_of_other_service(desired, provider, endpoint):
        violations.append(_other_service(desired, endpoint))
    immutable = _immutable(desired, endpoint) if endpoint else ()
    is_alive = desired.state == "present" and pair is not None and pair is found.main and not pair.is_dying
    if violations or not is_alive:
        violations += immutable
    if desired.vpc_endpoint_id and desired.state == "present" and endpoint is None:
        violations += _vanished(desired, provider, pair)
    if provider.dropped and _is_doubtful(desired, found):
        cluster = provider.cluster
        unknown = node_group_not_found(cluster, desired.node_group_id) if cluster else None
        violations.append(unknown or cluster_not_found(desired.cluster_id))
    if violations:
        raise LimitsViolated(violations)
    return replace(found, violations=immutable)


def _vanished(desired: Desired, provider: Provider, pair: Pair | None) -> list[Violation]:
    """A registration whose interface endpoint cannot be seen is replaced only if the user says so."""
    if pair is not None and desired.recreate_failed:
        return []
    message = (
        f"There is no interface endpoint {desired.vpc_endpoint_id} in {provider.region} that these credentials can see."
    )
    remedy = "Check the id, the AWS account and the region, or omit vpc_endpoint_id to create one."
    if pair is not None:
        remedy += " It is still registered with TiDB Cloud: if it is gone for good, recreate_failed=true replaces it."
    return [Violation("vpc_endpoint_not_found", message, remedy)]


def _other_service(desired: Desired, endpoint: InterfaceEndpoint) -> Violation:
    message = (
        f"Interface endpoint {endpoint.vpc_endpoint_id} connects to {endpoint.service_name}, which is not the "
        f"endpoint service of {desired.target}."
    )
    remedy = (
        "Name an interface endpoint of that service, or omit vpc_endpoint_id. The service of an endpoint cannot "
        "be changed."
    )
    return Violation("endpoint_of_other_service", message, remedy)


def _immutable(desired: Desired, endpoint: InterfaceEndpoint) -> tuple[Violation, ...]:
    if not desired.vpc_id or endpoint.vpc_id == desired.vpc_id:
        return ()
    message = (
        f"Interface endpoint {endpoint.vpc_endpoint_id} is in VPC {endpoint.vpc_id}; it cannot move to "
        f"{desired.vpc_id}."
    )
    remedy = "Create a new one in that VPC (omit vpc_endpoint_id), then delete this one."
    return (Violation("immutable_change", message, remedy),)


def _is_of_other_service(desired: Desired, provider: Provider, endpoint: InterfaceEndpoint) -> bool:
    """If the service is no longer known, the ownership tag decides; without a tag, the endpoint's kind of service."""
    if provider.service_name is not None:
        return endpoint.service_name != provider.service_name
    if desired.state == "present":
        return False  # There is no service yet, which is reported separately.
    tagged = endpoint.tags.get(CLUSTER_TAG)
    if tagged is not None:
        return tagged != desired.cluster_id
    return not (provider.dropped and _SERVICE_OF_CUSTOMER.search(endpoint.service_name))


def _is_doubtful(desired: Desired, found: Found) -> bool:
    """A wrong API key must not look like a dropped cluster: an available endpoint is deleted only when it is named."""
    available = any(pair.endpoint is not None and pair.endpoint.state == "available" for pair in found.live)
    return bool(found.violations) or (available and not desired.vpc_endpoint_id)


def find(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint], registrations: t.Sequence[Registration]) -> Found:
    """Finds the private endpoint that is meant among those of the service; its violations say why that is not certain.

    Identity: `vpc_endpoint_id`; else the live endpoint of that service in that VPC, by `name` if it is set.
    Without `vpc_id` only endpoints that carry this collection's ownership tags count.
    """
    pairs = pair_up(endpoints, registrations)
    if desired.vpc_endpoint_id:
        return _find_by_id(desired, pairs)
    pairs = [pair for pair in pairs if pair.endpoint and _in_scope(desired, pair.endpoint)]
    live = [pair for pair in pairs if pair.endpoint and pair.endpoint.is_live]
    named = [pair for pair in live if not desired.name or (pair.endpoint and pair.endpoint.name == desired.name)]
    dead = tuple(pair for pair in pairs if pair not in live and _same_name(desired, pair) and _has_remains(pair))
    gone = tuple(pair.vpc_endpoint_id for pair in pairs if pair not in live)
    violations = ambiguities(desired, live, named)
    if len(named) > 1 and not violations:
        named = kept_first(named)
    main = named[0] if named and not violations else None
    return Found(main, tuple(named[1:]) if main else (), dead, gone, violations)


def _find_by_id(desired: Desired, pairs: t.Sequence[Pair]) -> Found:
    pair = next((pair for pair in pairs if pair.vpc_endpoint_id == desired.vpc_endpoint_id), None)
    if pair is None:
        return Found()
    if pair.endpoint is not None and pair.endpoint.is_live:
        return Found(main=pair)
    if pair.endpoint is None or _has_remains(pair):
        return Found(dead=(pair,))
    return Found(gone=(pair.vpc_endpoint_id,))


def _in_scope(desired: Desired, endpoint: InterfaceEndpoint) -> bool:
    if desired.vpc_id:
        return endpoint.vpc_id == desired.vpc_id
    tags = endpoint.tags
    owned = is_managed(tags) and (not desired.cluster_id or tags.get(CLUSTER_TAG) == desired.cluster_id)
    return owned and (not desired.name or endpoint.name == desired.name)


def _same_name(desired: Desired, pair: Pair) -> bool:
    return not desired.name or pair.endpoint is None or pair.endpoint.name == desired.name


def _has_remains(pair: Pair) -> bool:
    """Whether a dead private endpoint has left something that a run can remove or must wait for."""
    if pair.registered:
        return True
    return pair.endpoint is not None and pair.endpoint.state in LEFTOVER_STATES | {"deleting"}


def ambiguities(desired: Desired, live: t.Sequence[Pair], named: t.Sequence[Pair]) -> tuple[Violation, ...]:
    """Why it is not certain which of the live ones is meant. `named` are those with the desired name."""
    where = f"in VPC {desired.vpc_id}" if desired.vpc_id else "in this region"
    listed = ", ".join(sorted(f"{pair.vpc_endpoint_id} ({_name_of(pair)})" for pair in live))
    if len(named) > 1:
        removes = desired.remove_duplicates and are_duplicates(named)
        if removes and not hindrances(desired, kept_first(named)):
            return ()
        protected = protected_violations(desired, named) if removes else ()
        return (ambiguous(desired, named, where, listed), *protected)
    if desired.name and live and not named and desired.state == "present":
        message = (
            f"No live interface endpoint of {desired.target} {where} is named {desired.name!r}; there are {listed}."
        )
        remedy = "Adopt the right one with vpc_endpoint_id, or omit name if there is only one."
        return (Violation("ambiguous_match", message, remedy),)
    return ()


def _name_of(pair: Pair) -> str:
    return (pair.endpoint.name if pair.endpoint else None) or "unnamed"
