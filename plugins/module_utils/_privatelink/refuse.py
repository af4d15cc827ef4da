# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found must be what is meant, beyond doubt. Pure."""

from __future__ import annotations

import re

from .current import Current, Found, Pair
from .desired import Desired
from .errors import LimitsViolated, Violation
from .model import CLUSTER_TAG, InterfaceEndpoint
from .read_cluster import cluster_not_found, node_group_not_found

# AWS's own services and those of partners have other names.
_SERVICE_OF_CUSTOMER = re.compile(r"^(?:com|cn\.com)\.amazonaws\.vpce\.")


def refuse(desired: Desired, current: Current, found: Found) -> tuple[Violation, ...]:
    """What is found must be what is meant, beyond doubt.

    Returns what cannot be changed about a live one, which is told together with the limits; raises the rest.
    """
    violations = list(found.violations)
    pair = found.main or (found.dead[0] if desired.vpc_endpoint_id and found.dead else None)
    endpoint = pair.endpoint if pair else None
    if endpoint is not None and _is_of_other_service(desired, current, endpoint):
        violations.append(_other_service(desired, endpoint))
    immutable = _immutable(desired, endpoint) if endpoint else ()
    is_alive = desired.state == "present" and pair is not None and pair is found.main and not pair.is_dying
    if violations or not is_alive:
        violations += immutable
    if desired.vpc_endpoint_id and desired.state == "present" and endpoint is None:
        violations += _vanished(desired, current, pair)
    if current.dropped and _is_doubtful(desired, found):
        cluster = current.cluster
        unknown = node_group_not_found(cluster, desired.node_group_id) if cluster else None
        violations.append(unknown or cluster_not_found(desired.cluster_id))
    if violations:
        raise LimitsViolated(violations)
    return immutable


def _vanished(desired: Desired, current: Current, pair: Pair | None) -> list[Violation]:
    """A registration whose interface endpoint cannot be seen is replaced only where the user says so."""
    if pair is not None and desired.recreate_failed:
        return []
    message = (
        f"There is no interface endpoint {desired.vpc_endpoint_id} in {current.region} that these credentials can see."
    )
    remedy = "Check the id, the AWS account and the region, or omit vpc_endpoint_id to create one."
    if pair is not None:
        remedy += " It is registered with TiDB Cloud still: if it is gone for good, recreate_failed=true replaces it."
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
        f"Interface endpoint {endpoint.vpc_endpoint_id} lies in VPC {endpoint.vpc_id}; it cannot move to "
        f"{desired.vpc_id}."
    )
    remedy = "Make a new one in that VPC (omit vpc_endpoint_id), then delete this one."
    return (Violation("immutable_change", message, remedy),)


def _is_of_other_service(desired: Desired, current: Current, endpoint: InterfaceEndpoint) -> bool:
    """Where the service is not known any more, the ownership tag tells; without one, only what nobody else can be."""
    service_name = current.service.service_name if current.service else None
    if service_name is not None:
        return endpoint.service_name != service_name
    if desired.state == "present":
        return False  # there is no service yet, which is said better by itself
    tagged = endpoint.tags.get(CLUSTER_TAG)
    if tagged is not None:
        return tagged != desired.cluster_id
    return not (current.dropped and _SERVICE_OF_CUSTOMER.match(endpoint.service_name))


def _is_doubtful(desired: Desired, found: Found) -> bool:
    """A wrong API key must not look like a dropped cluster: an available endpoint is deleted only when it is named."""
    live = (*((found.main,) if found.main else ()), *found.duplicates)
    available = any(pair.endpoint is not None and pair.endpoint.state == "available" for pair in live)
    return bool(found.violations) or (available and not desired.vpc_endpoint_id)
