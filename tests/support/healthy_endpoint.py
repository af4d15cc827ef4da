# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A private endpoint as `endpoint_info` returns it, with nothing wrong, and the scope that was looked at."""

from __future__ import annotations

import typing as t

from tests.support.endpoint_literals import (
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP_ID,
    HOST,
    OWNED,
    PROJECT_ID,
    SERVICE_NAME,
    VPC,
    VPCE,
)

ACCOUNT = "210987654321"
LOOKED_AT = {(ACCOUNT, "us-east-1")}
HEALTHY: dict[str, t.Any] = {
    "status": "active",
    "vpc_endpoint_id": VPCE,
    "vpc_endpoint_state": "available",
    "aws_visible": True,
    "account_id": ACCOUNT,
    "region": "us-east-1",
    "vpc_id": VPC,
    "private_dns_enabled": True,
    "private_endpoint_connection_id": CONNECTION_ID,
    "endpoint_state": "ACTIVE",
    "endpoint_message": None,
    "cluster_id": CLUSTER_ID,
    "project_id": PROJECT_ID,
    "host": HOST,
    "monthly_cost_usd": 7.3,
    "service_name": SERVICE_NAME,
    "node_group_id": GROUP_ID,
    "tags": dict(OWNED),
}
