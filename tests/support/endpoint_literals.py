# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster, its service and a private endpoint as literals; each test names only what it is about."""

from __future__ import annotations

import typing as t
from dataclasses import fields

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    Subnet,
    Vpc,
    VpcEndpointService,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import MANAGED_BY, MANAGED_BY_TAG
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import (
    Current,
    Found,
    Network,
    Pair,
    Provider,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.ownership import (
    CLUSTER_TAG,
    NODE_GROUP_TAG,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import (
    Cluster,
    EndpointService,
    NodeGroup,
    Registration,
)

CLUSTER_ID = "1379661944646413143"
GROUP_ID = "1379661944646414152"
PROJECT_ID = "1372813089209061633"
CONNECTION_ID = "1801634297120007919"
VPCE = "vpce-00000000000000001"
OTHER_VPCE = "vpce-00000000000000002"
VPC = "vpc-00000000000000001"
OTHER_VPC = "vpc-00000000000000002"
REGION = "us-east-1"
SERVICE_NAME = "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001"
HOST = "privatelink-19358567.abcdefghijkl.clusters.tidb-cloud.com"
ZONES = ("use1-az1", "use1-az2", "use1-az4")
OWNED = {MANAGED_BY_TAG: MANAGED_BY, CLUSTER_TAG: CLUSTER_ID, NODE_GROUP_TAG: GROUP_ID}

GROUP = NodeGroup(GROUP_ID, "DefaultGroup", True, "ACTIVE", HOST, 4000)
CLUSTER = Cluster(CLUSTER_ID, "main", "aws", REGION, "ACTIVE", 4000, PROJECT_ID, (GROUP,))
SERVICE = EndpointService(GROUP_ID, SERVICE_NAME, "active", HOST, ZONES, REGION, "aws")
AWS_SERVICE = VpcEndpointService(SERVICE_NAME, ("us-east-1a",), ZONES, True, HOST, True)
NETWORK = Vpc(VPC, dns_support=True, dns_hostnames=True)
SUBNETS = (
    Subnet("subnet-a", VPC, "use1-az1", "us-east-1a"),
    Subnet("subnet-b", VPC, "use1-az2", "us-east-1b"),
    Subnet("subnet-d", VPC, "use1-az4", "us-east-1d"),
)


def interface_endpoint(vpc_endpoint_id: str = VPCE, **fields: t.Any) -> InterfaceEndpoint:
    """A finished interface endpoint that this collection made."""
    defaults: dict[str, t.Any] = {
        "state": "available",
        "service_name": SERVICE_NAME,
        "vpc_id": VPC,
        "region": REGION,
        "account_id": "210987654321",
        "subnet_ids": ("subnet-a",),
        "security_group_ids": ("sg-1",),
        "network_interface_ids": (f"eni-of-{vpc_endpoint_id}",),
        "private_dns_enabled": True,
        "tags": dict(OWNED),
    }
    return InterfaceEndpoint(vpc_endpoint_id, **{**defaults, **fields})


def registration(vpc_endpoint_id: str = VPCE, state: str | None = "ACTIVE", **fields: t.Any) -> Registration:
    """The registration of that interface endpoint."""
    defaults: dict[str, t.Any] = {
        "private_endpoint_connection_id": CONNECTION_ID,
        "host": HOST,
        "port": 4000,
        "cluster_id": CLUSTER_ID,
        "cluster_name": "main",
        "node_group_id": GROUP_ID,
        "project_id": PROJECT_ID,
        "region": REGION,
        "service_name": SERVICE_NAME,
        "service_state": "active",
    }
    return Registration(vpc_endpoint_id, state=state, **{**defaults, **fields})


def pair(endpoint: InterfaceEndpoint | None = None, row: Registration | None = None, **fields: t.Any) -> Pair:
    return Pair(endpoint, row, **fields)


def desired(**fields: t.Any) -> Desired:
    """Everything that a creation needs."""
    defaults: dict[str, t.Any] = {
        "cluster_id": CLUSTER_ID,
        "vpc_id": VPC,
        "subnet_ids": ("subnet-a",),
        "security_group_ids": ("sg-1",),
    }
    return Desired(**{**defaults, **fields})


PARTS: dict[t.Callable[..., t.Any], list[str]] = {
    part: [field.name for field in fields(part)] for part in (Provider, Found, Network)
}
# A service that is not TiDB Cloud's, in place of a cluster and its own.
OTHER: dict[str, t.Any] = {"cluster": None, "node_group": None, "service": None, "other": AWS_SERVICE}


def current(**given: t.Any) -> Current:
    """The provider side, and nothing in AWS. Accepts the fields of all parts of Current."""
    defaults: dict[str, t.Any] = {
        "region": REGION,
        "cluster": CLUSTER,
        "node_group": GROUP,
        "service": SERVICE,
        "subnets": SUBNETS,
    }
    given = {**defaults, **given}
    parts = [{key: given.pop(key) for key in names if key in given} for names in PARTS.values()]
    return Current(*(part(**own) for part, own in zip(PARTS, parts)), **given)
