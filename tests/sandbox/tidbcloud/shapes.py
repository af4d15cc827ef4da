# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as the API shows them. Names and types are those of the specification; a missing field is really missing."""

from __future__ import annotations

from typing import Any

from tests.sandbox.tidbcloud.model import Cluster, NodeGroup, Registration, Service, SharedCluster

Json = dict[str, Any]

PROJECT_LABEL = "tidb.cloud/project"
REGION_NAMES = {
    "aws-us-east-1": "N. Virginia (us-east-1)",
    "aws-us-west-2": "Oregon (us-west-2)",
    "gcp-us-central1": "Iowa (us-central1)",
}
SINCE = "2026-01-15T08:00:00Z"
NODE = {"nodeSpecKey": "8C16G", "nodeSpecDisplayName": "8 vCPU, 16 GiB"}
STORAGE = {"nodeCount": 3, "nodeSpecKey": "8C32G", "storageSizeGi": 500, "storageType": "Standard"}


def cluster(it: Cluster) -> Json:
    """tidb_cloud_open_apidedicatedv1beta1Cluster."""
    return {
        "name": f"clusters/{it.id}",
        "clusterId": it.id,
        "displayName": it.name,
        "labels": {PROJECT_LABEL: it.project_id},
        "annotations": {"tidb.cloud/has-set-password": "true"},
        "tidbNodeSetting": {**NODE, "tidbNodeGroups": [node_group(it, group) for group in it.groups]},
        "tikvNodeSetting": dict(STORAGE),
        "port": it.port,
        "state": it.state,
        "version": "8.5.2",
        "createdBy": "owner@example.com",
        "createTime": SINCE,
        "updateTime": SINCE,
        **_region(it),
    }


def node_group(it: Cluster, group: NodeGroup) -> Json:
    """dedicatedv1beta1TidbNodeGroup. The private host "is available after the private link service is ready"."""
    private: Json = {"connectionType": "PRIVATE_ENDPOINT", "port": it.port}
    if it.provider == "aws" and group.service and group.service.state == "ACTIVE":
        private["host"] = group.service.host
    return {
        "name": f"tidbNodeGroups/{group.id}",
        "tidbNodeGroupId": group.id,
        "clusterId": it.id,
        "displayName": group.name,
        "nodeCount": 2,
        **NODE,
        "isDefaultGroup": group.is_default,
        "state": "PAUSED" if it.state == "PAUSED" else "ACTIVE",
        "endpoints": [private],
    }


def service(it: Cluster, group: NodeGroup, link: Service) -> Json:
    """dedicatedv1beta1PrivateLinkService; availableZones is "AWS only"."""
    shape = {
        "name": f"tidbNodeGroups/{group.id}/privateLinkService",
        "tidbNodeGroupId": group.id,
        "state": link.state,
        **_region(it),
    }
    if link.state != "CREATING":
        shape |= {"serviceName": link.name, "serviceDnsName": link.host}
        if it.provider == "aws":
            shape["availableZones"] = list(link.zone_ids)
    return shape


def registration(it: Registration) -> Json:
    """dedicatedv1beta1PrivateEndpointConnection.

    privateIpAddress ("Azure only") and accountId ("Google Cloud only") are nullable: null on AWS. What a DISCOVERED row
    lacks is not published; here it has no host, port and message, and an id only by setting.
    """
    shape: Json = {
        "tidbNodeGroupId": it.group.id,
        "tidbNodeGroupDisplayName": it.group.name,
        "clusterId": it.cluster.id,
        "clusterDisplayName": it.cluster.name,
        "labels": {PROJECT_LABEL: it.cluster.project_id},
        "endpointId": it.endpoint_id,
        "privateIpAddress": None,
        "endpointState": it.state,
        "privateLinkServiceName": it.service.name,
        "privateLinkServiceState": it.service.state,
        "accountId": None,
        **_region(it.cluster),
    }
    if it.id is not None:
        shape["privateEndpointConnectionId"] = it.id
        shape["name"] = f"tidbNodeGroups/{it.group.id}/privateEndpointConnections/{it.id}"
    if it.state != "DISCOVERED":
        shape |= {"message": it.message, "host": it.service.host, "port": it.cluster.port}
    return shape


def shared_cluster(it: SharedCluster) -> Json:
    """tidb_cloud_open_apiserverlessv1beta1Cluster: servicePlan decides, clusterPlan is the older field."""
    region_id = f"aws-{it.region}"
    return {
        "name": f"clusters/{it.id}",
        "clusterId": it.id,
        "displayName": it.name,
        "region": {
            "name": f"regions/{region_id}",
            "regionId": region_id,
            "cloudProvider": "aws",
            "displayName": REGION_NAMES.get(region_id, region_id),
        },
        "labels": {PROJECT_LABEL: it.project_id},
        "state": "ACTIVE",
        "version": "v7.5.2",
        "createTime": SINCE,
        "updateTime": SINCE,
        "clusterPlan": it.plan.upper(),
        "servicePlan": it.plan,
    }


def _region(it: Cluster) -> Json:
    return {
        "regionId": it.region_id,
        "regionDisplayName": REGION_NAMES.get(it.region_id, it.region_id),
        "cloudProvider": it.provider,
    }
