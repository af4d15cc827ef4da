# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes what the module returns of a published service: always the same keys, null where unknown. Pure."""

from __future__ import annotations

import typing as t

from .._aws.provider_model import Connection, OwnService
from .current import Current, Published
from .desired import Desired

# As for the services of TiDB Cloud.
_STATES = {"pending": "creating", "available": "active"}
# Lower camel case, as in AWS's own answers.
_AWS_SPELLING = {"pendingacceptance": "pendingAcceptance", "pendingverification": "pendingVerification"}


def endpoint_service(desired: Desired, current: Current) -> dict[str, t.Any]:
    """The return value `endpoint_service`."""
    shaped = shape(current.published, current.region, current.zone_ids)
    return {**shaped, "port": desired.port}


def shape(published: Published | None, region: str, zone_ids: t.Mapping[str, str]) -> dict[str, t.Any]:
    """A published service as every module returns it; null if there is none. AWS has neither its port nor its age."""
    service = published.service if published else None
    return {
        "service_name": service.service_name if service else None,
        "state": _STATES.get(service.state, service.state) if service else None,
        "host": service.private_dns_name if service else None,
        "port": None,
        "availability_zone_ids": _zone_ids(service, zone_ids) if service else [],
        "region": region,
        "cloud_provider": "aws",
        **dict.fromkeys(("cluster_id", "cluster_name", "cluster_state", "node_group_id", "project_id")),
        "hosting": "self_hosted",
        "service_id": service.service_id if service else None,
        "acceptance_required": service.acceptance_required if service else None,
        "allowed_principals": list(published.principals) if published else [],
        "load_balancer_arns": list(service.load_balancer_arns) if service else [],
        "private_dns_name": service.private_dns_name if service else None,
        "private_dns_name_record": _record(service) if service else None,
        "supported_ip_address_types": list(service.address_types) if service else [],
        "regions": list(service.regions) if service else [],
        "payer": service.payer if service else None,
        "connections": [_connection(published, one) for one in published.connections] if published else [],
        "tags": dict(sorted(service.tags.items())) if service else {},
        "created_at": None,
    }


def _zone_ids(service: OwnService, zone_ids: t.Mapping[str, str]) -> list[str]:
    if service.availability_zone_ids:
        return sorted(service.availability_zone_ids)
    return sorted(zone_ids[zone] for zone in service.availability_zones if zone in zone_ids)


def _record(service: OwnService) -> dict[str, t.Any] | None:
    record = service.record
    if record is None:
        return None
    return {
        "name": record.name,
        "type": record.type,
        "value": record.value,
        "state": _AWS_SPELLING.get(record.state, record.state),
    }


def _connection(published: Published, one: Connection) -> dict[str, t.Any]:
    return {
        "vpc_endpoint_id": one.vpc_endpoint_id,
        "account_id": one.account_id,
        "state": _AWS_SPELLING.get(one.state, one.state),
        "ip_address_type": one.address_type,
        "region": one.region or published.service.region,
        "created_at": one.created_at.isoformat() if one.created_at else None,
        "permitted": published.permitted(one),
    }
