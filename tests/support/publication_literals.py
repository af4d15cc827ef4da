# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One published service and what is desired of it, as literals that tests vary."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    LoadBalancer,
    OwnService,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import Current, Published
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired

REGION = "us-east-1"
ACCOUNT, OTHER, THIRD = "123456789012", "210987654321", "345678901234"
ID = "vpce-svc-0123456789abcdef0"
ROOT = f"arn:aws:iam::{OTHER}:root"
TAGS = {"tidbcloud:managed-by": "tidbcloud.privatelink", "tidbcloud:service-name": "orders"}
ZONES = ("us-east-1a", "us-east-1b")


def arn(name: str, region: str = REGION) -> str:
    return f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:loadbalancer/net/{name}/0123456789abcdef"


def desired(**fields: t.Any) -> Desired:
    return Desired(**{"name": "orders", "load_balancer_arns": (arn("orders"),), **fields})


def balancer(name: str = "orders", **fields: t.Any) -> LoadBalancer:
    return replace(LoadBalancer(arn(name), "network", "active", ZONES, "ipv4"), **fields)


def service(**fields: t.Any) -> OwnService:
    made = OwnService(
        ID,
        f"com.amazonaws.vpce.{REGION}.{ID}",
        "available",
        REGION,
        load_balancer_arns=(arn("orders"),),
        availability_zones=ZONES,
        availability_zone_ids=("use1-az1", "use1-az2"),
        address_types=("ipv4",),
        tags=TAGS,
    )
    return replace(made, **fields)


def connection(
    vpc_endpoint_id: str = "vpce-1", state: str = "pendingacceptance", account_id: str | None = OTHER
) -> Connection:
    return Connection(vpc_endpoint_id, state, account_id, "ipv4", REGION)


def published(*connections: Connection, principals: t.Sequence[str] = (), **fields: t.Any) -> Published:
    return Published(service(**fields), tuple(principals), connections)


def current(found: Published | None = None, **fields: t.Any) -> Current:
    """With the load balancer that is desired."""
    known = {"region": REGION, "wanted_arns": (arn("orders"),), "balancers": (balancer(),)}
    return Current(**{**known, "published": found, **fields})
