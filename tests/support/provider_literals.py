# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider's side of a connection as the role knows it; each test says only what it is about."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import endpoint_service
from tests.support.publication_literals import ACCOUNT, ID, OTHER, REGION, TAGS

Values = dict[str, t.Any]
NOTHING: Values = endpoint_service(Desired("orders"), Current(REGION))


def served(**fields: t.Any) -> Values:
    """The service, as endpoint_service returns it."""
    there = {
        "service_id": ID,
        "service_name": f"com.amazonaws.vpce.{REGION}.{ID}",
        "acceptance_required": True,
        "tags": dict(TAGS),
    }
    return {**NOTHING, **there, **fields}


def connection(vpc_endpoint_id: str, state: str = "available", account_id: str = OTHER) -> Values:
    return {"vpc_endpoint_id": vpc_endpoint_id, "state": state, "account_id": account_id}


def known(service: Values | None = None, *, account_id: str = OTHER, **given: t.Any) -> Values:
    """Of a run of connect from the VPC vpc-1 of another account."""
    return {
        "given": given,
        "name": "orders",
        "provider": {"account_id": ACCOUNT, "endpoint_service": service or NOTHING},
        "account_id": account_id,
        "connection": "vpc-1",
    }


def ended(service: Values, *own_ids: str, check_mode: bool = False, account_id: str = OTHER) -> Values:
    """Of a run of disconnect."""
    return {**known(service, account_id=account_id), "own_ids": list(own_ids), "check_mode": check_mode}
