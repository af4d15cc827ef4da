# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster and a private endpoint connection as TiDB Cloud shows them, with every field."""

from __future__ import annotations

CLUSTER = {
    "name": "clusters/1372813089209061633",
    "clusterId": "1372813089209061633",
    "displayName": "orders",
    "cloudProvider": "aws",
    "regionId": "aws-us-east-1",
    "state": "ACTIVE",
    "port": 4000,
    "labels": {"tidb.cloud/project": "1372813089454525346", "other": "x"},
    "tidbNodeSetting": {
        "tidbNodeGroups": [
            {
                "tidbNodeGroupId": "1841818437864226816",
                "displayName": "DefaultGroup",
                "isDefaultGroup": True,
                "state": "ACTIVE",
                "endpoints": [
                    {"host": "tidb.abc.clusters.tidb-cloud.com", "port": 4000, "connectionType": "PUBLIC"},
                    {
                        "host": "privatelink-1.abc.clusters.tidb-cloud.com",
                        "port": 4001,
                        "connectionType": "PRIVATE_ENDPOINT",
                    },
                ],
            },
            {"tidbNodeGroupId": "1841818437864226817", "displayName": "analytics", "isDefaultGroup": False},
        ]
    },
}
CONNECTION = {
    "name": "tidbNodeGroups/20/privateEndpointConnections/30",
    "tidbNodeGroupId": "20",
    "tidbNodeGroupDisplayName": "DefaultGroup",
    "privateEndpointConnectionId": "30",
    "clusterId": "10",
    "clusterDisplayName": "orders",
    "labels": {"tidb.cloud/project": "1"},
    "endpointId": "vpce-0a1b2c3d4e5f60718",
    "privateIpAddress": None,
    "endpointState": "ACTIVE",
    "message": "The VPC Endpoint Id does not exist",
    "regionId": "aws-us-east-1",
    "regionDisplayName": "N. Virginia (us-east-1)",
    "cloudProvider": "aws",
    "privateLinkServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
    "privateLinkServiceState": "ACTIVE",
    "accountId": "210987654321",
    "host": "privatelink-1.abc.clusters.tidb-cloud.com",
    "port": 4000,
}
