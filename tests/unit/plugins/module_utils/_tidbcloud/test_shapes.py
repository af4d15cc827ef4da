# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import (
    Cluster,
    EndpointService,
    NodeGroup,
    Registration,
)
from tests.support.tidbcloud_answers import CLUSTER, CONNECTION


def test_a_cluster_with_its_node_groups_and_their_private_host_names() -> None:
    assert shapes.cluster(CLUSTER, "") == Cluster(
        cluster_id="1372813089209061633",
        name="orders",
        cloud_provider="aws",
        region="us-east-1",
        state="ACTIVE",
        port=4000,
        project_id="1372813089454525346",
        node_groups=(
            NodeGroup(
                node_group_id="1841818437864226816",
                name="DefaultGroup",
                is_default=True,
                state="ACTIVE",
                host="privatelink-1.abc.clusters.tidb-cloud.com",
                port=4001,
            ),
            NodeGroup(node_group_id="1841818437864226817", name="analytics"),
        ),
    )


def test_a_registration_with_all_fields() -> None:
    assert shapes.registration(CONNECTION, "-", "-") == Registration(
        vpc_endpoint_id="vpce-0a1b2c3d4e5f60718",
        private_endpoint_connection_id="30",
        state="ACTIVE",
        message="The VPC Endpoint Id does not exist",
        host="privatelink-1.abc.clusters.tidb-cloud.com",
        port=4000,
        cluster_id="10",
        cluster_name="orders",
        node_group_id="20",
        project_id="1",
        region="us-east-1",
        cloud_provider="aws",
        service_name="com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
        service_state="active",
        account_id="210987654321",
    )


def test_a_service_with_all_fields() -> None:
    json = {
        "name": "tidbNodeGroups/20/privateLinkService",
        "tidbNodeGroupId": "20",
        "serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
        "serviceDnsName": "privatelink-1.abc.clusters.tidb-cloud.com",
        "availableZones": ["use1-az1", "use1-az2"],
        "state": "ACTIVE",
        "regionId": "aws-us-east-1",
        "cloudProvider": "aws",
    }
    assert shapes.endpoint_service(json, "") == EndpointService(
        node_group_id="20",
        service_name="com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
        state="active",
        host="privatelink-1.abc.clusters.tidb-cloud.com",
        availability_zones=("use1-az1", "use1-az2"),
        region="us-east-1",
        cloud_provider="aws",
    )


@pytest.mark.parametrize("nothing", ["missing", None, [], {}, "", 1.5, True], ids=repr)
def test_any_field_may_be_missing_null_or_of_another_type(nothing: object) -> None:
    def emptied(json: dict[str, object]) -> dict[str, object]:
        return {} if nothing == "missing" else dict.fromkeys(json, nothing)

    assert shapes.cluster(emptied(dict(CLUSTER)), "1") == Cluster("1")
    assert shapes.endpoint_service(emptied(dict(CONNECTION)), "2") == EndpointService("2")
    wanted = Registration("", cluster_id="1", node_group_id="2")
    assert shapes.registration(emptied(dict(CONNECTION)), "1", "2") == wanted


@pytest.mark.parametrize("odd", [None, "x", 1, [None, "x", {}], {"a": 1}])
def test_lists_and_objects_inside_may_be_anything(odd: object) -> None:
    assert shapes.cluster({"labels": odd, "tidbNodeSetting": odd}, "1").project_id is None
    shapes.cluster({"tidbNodeSetting": {"tidbNodeGroups": odd}}, "1")
    shapes.cluster({"tidbNodeSetting": {"tidbNodeGroups": [{"endpoints": odd}]}}, "1")
    shapes.endpoint_service({"availableZones": odd}, "1")


def test_ids_that_come_as_numbers_are_strings_all_the_same() -> None:
    assert shapes.cluster({"clusterId": 1372813089209061633}, "").cluster_id == "1372813089209061633"


def test_ids_that_are_missing_are_read_from_the_name_or_from_what_was_asked() -> None:
    named = shapes.registration({"name": "tidbNodeGroups/20/privateEndpointConnections/30"}, "-", "-")
    assert (named.node_group_id, named.private_endpoint_connection_id, named.cluster_id) == ("20", "30", None)
    asked = shapes.registration({}, "10", "20", "vpce-1")
    assert (asked.cluster_id, asked.node_group_id, asked.vpc_endpoint_id) == ("10", "20", "vpce-1")


@pytest.mark.parametrize(
    ("provider", "region_id", "place"),
    [
        ("aws", "aws-us-east-1", ("aws", "us-east-1")),
        (None, "aws-ap-northeast-1", ("aws", "ap-northeast-1")),
        ("gcp", "gcp-us-west1", ("gcp", "us-west1")),
        ("AWS", "us-east-1", ("aws", "us-east-1")),
        ("alicloud", "alicloud-ap-southeast-1", ("alicloud", "ap-southeast-1")),
        ("aws", None, ("aws", None)),
    ],
)
def test_a_region_is_the_providers_own_name(
    provider: str | None, region_id: str | None, place: tuple[str | None, str | None]
) -> None:
    cluster = shapes.cluster({"cloudProvider": provider, "regionId": region_id}, "1")
    assert (cluster.cloud_provider, cluster.region) == place


def test_states_are_written_one_way() -> None:
    assert shapes.cluster({"state": "Paused"}, "1").state == "PAUSED"
    assert shapes.registration({"endpointState": "pending"}, "1", "2").state == "PENDING"
    assert shapes.endpoint_service({"state": "CREATING"}, "2").state == "creating"


@pytest.mark.parametrize(
    ("json", "plan"),
    [
        ({"servicePlan": "Essential", "clusterPlan": "STARTER"}, "Essential"),
        ({"servicePlan": None, "clusterPlan": "STARTER"}, "STARTER"),
        ({}, None),
    ],
)
def test_the_service_plan_decides_and_the_cluster_plan_is_only_the_fallback(
    json: shapes.Json, plan: str | None
) -> None:
    assert shapes.service_plan(json) == plan
