# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules return: always the same keys, and the difference that check mode shows."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import NetworkInterface
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current, Provider
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.result import (
    endpoint_service,
    private_endpoint,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import EndpointService
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP,
    GROUP_ID,
    HOST,
    OTHER,
    OWNED,
    PROJECT_ID,
    REGION,
    SERVICE,
    SERVICE_NAME,
    VPC,
    VPCE,
    ZONES,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

OTHER_SERVICE = Desired(service_name=SERVICE_NAME)
FINISHED = current(
    main=pair(interface_endpoint(dns_names=("a", "b"), ip_address_type="ipv4"), registration()),
    interfaces=(NetworkInterface("eni-1", "subnet-a", "10.0.0.4", "us-east-1a", ("2600:1f18::a",)),),
)
# Exactly the keys of the public contract.
WHOLE: dict[str, t.Any] = {
    "status": "active",
    "stage": "done",
    "status_note": "Ready to use. Subnets, security groups, private DNS and tags can be changed in place.",
    "vpc_endpoint_id": VPCE,
    "vpc_endpoint_state": "available",
    "aws_visible": True,
    "account_id": "210987654321",
    "vpc_id": VPC,
    "region": REGION,
    "subnet_ids": ["subnet-a"],
    "availability_zone_ids": ["use1-az1"],
    "security_group_ids": ["sg-1"],
    "network_interfaces": [
        {
            "network_interface_id": "eni-1",
            "subnet_id": "subnet-a",
            "private_ip_address": "10.0.0.4",
            "ipv6_addresses": ["2600:1f18::a"],
            "availability_zone_id": "use1-az1",
        }
    ],
    "private_dns_enabled": True,
    "dns_names": ["a", "b"],
    "ip_address_type": "ipv4",
    "tags": OWNED,
    "service_name": SERVICE_NAME,
    "private_endpoint_connection_id": CONNECTION_ID,
    "endpoint_state": "ACTIVE",
    "endpoint_message": None,
    "cluster_id": CLUSTER_ID,
    "cluster_name": "main",
    "cluster_state": "ACTIVE",
    "node_group_id": GROUP_ID,
    "project_id": PROJECT_ID,
    "host": HOST,
    "port": 4000,
    "monthly_cost_usd": 7.3,
}
EMPTY = {"region": None, "cluster": None, "node_group": None, "service": None, "subnets": ()}


def test_a_finished_private_endpoint_is_returned_completely() -> None:
    assert private_endpoint(desired(), FINISHED) == WHOLE


@pytest.mark.parametrize(
    "here",
    [
        current(),
        current(**EMPTY),
        current(**EMPTY, dropped=True),
        current(dead=(pair(interface_endpoint(state="rejected")),)),
        current(dead=(pair(None, registration(), visible=False),)),
        current(main=pair(interface_endpoint(account_id=None, state="pendingacceptance"), registration(state=None))),
    ],
)
def test_the_keys_are_always_the_same(here: Current) -> None:
    for wanted in (desired(), desired(state="absent"), OTHER_SERVICE, replace(OTHER_SERVICE, state="absent")):
        assert set(private_endpoint(wanted, here)) == set(WHOLE)


def test_without_a_private_endpoint_only_the_provider_side_is_returned() -> None:
    returned = private_endpoint(desired(state="absent"), current())
    provider = {"region", "service_name", "host", "port", "project_id", "aws_visible"}
    provider |= {"cluster_id", "cluster_name", "cluster_state", "node_group_id"}
    assert (returned["status"], returned["stage"]) == ("not_configured", "interface_endpoint")
    assert {key: returned[key] for key in provider} == {key: WHOLE[key] for key in provider}
    rest = set(WHOLE) - provider - {"status", "stage", "status_note", "monthly_cost_usd"}
    assert all(returned[key] in (None, [], {}) for key in rest)
    assert returned["monthly_cost_usd"] == 0.0


@pytest.mark.parametrize("service", [None, EndpointService(GROUP_ID, None, "creating")])
def test_the_stage_is_the_services_own_until_it_is_active(service: EndpointService | None) -> None:
    assert private_endpoint(desired(), current(service=service))["stage"] == "service_endpoint"


def test_a_delete_that_did_not_ask_for_the_service_says_nothing_against_it() -> None:
    unasked = current(service=None, service_asked=False)
    assert private_endpoint(desired(state="absent"), unasked)["stage"] == "interface_endpoint"
    creating = current(service=None, service_asked=False, cluster=replace(CLUSTER, state="CREATING"))
    assert private_endpoint(desired(state="absent"), creating)["stage"] == "service_endpoint"


@pytest.mark.parametrize("here", [current(service=None), current(**EMPTY, dropped=True)])
def test_a_delete_that_found_no_service_says_so(here: Current) -> None:
    assert private_endpoint(desired(state="absent"), here)["stage"] == "service_endpoint"


def test_the_tags_name_a_cluster_that_is_no_longer_known() -> None:
    left = current(main=pair(interface_endpoint(tags=OWNED)), cluster=None, node_group=None, service=None, dropped=True)
    returned = private_endpoint(replace(desired(state="absent"), cluster_id=None, service_name=SERVICE_NAME), left)
    assert (returned["cluster_id"], returned["node_group_id"]) == (CLUSTER_ID, GROUP_ID)


@pytest.mark.parametrize(("state", "message"), [("FAILED", "no such endpoint"), ("ACTIVE", None), ("PENDING", None)])
def test_only_a_failure_has_a_message(state: str, message: str | None) -> None:
    row = registration(state=state, message="no such endpoint")
    assert private_endpoint(desired(), current(main=pair(interface_endpoint(), row)))["endpoint_message"] == message


def test_a_registration_whose_endpoint_cannot_be_seen_has_no_cost_and_its_own_status() -> None:
    returned = private_endpoint(desired(), current(dead=(pair(None, registration(account_id="1"), visible=False),)))
    assert (returned["aws_visible"], returned["status"], returned["monthly_cost_usd"]) == (False, "active", None)
    assert (returned["vpc_endpoint_id"], returned["account_id"], returned["vpc_endpoint_state"]) == (VPCE, "1", None)


def test_states_are_spelled_as_aws_spells_them() -> None:
    waiting = current(main=pair(interface_endpoint(state="pendingacceptance")))
    assert private_endpoint(desired(), waiting)["vpc_endpoint_state"] == "pendingAcceptance"


def test_a_removal_does_not_ask_for_private_dns() -> None:
    off = current(main=pair(interface_endpoint(private_dns_enabled=False), registration()))
    assert private_endpoint(desired(), off)["status"] == "pending"
    assert private_endpoint(desired(state="absent"), off)["status"] == "active"


def test_host_and_port_come_from_the_source_that_knows_them() -> None:
    silent = registration(host=None, port=None)
    here = current(main=pair(interface_endpoint(), silent), service=replace(SERVICE, host=None))
    assert (private_endpoint(desired(), here)["host"], private_endpoint(desired(), here)["port"]) == (HOST, 4000)
    elsewhere = current(cluster=replace(CLUSTER, port=5000), node_group=replace(GROUP, port=None))
    assert private_endpoint(desired(), elsewhere)["port"] == 5000
    unsaid = current(cluster=replace(CLUSTER, port=None), node_group=replace(GROUP, port=None))
    assert private_endpoint(desired(), unsaid)["port"] == 4000
    assert private_endpoint(OTHER_SERVICE, current(**OTHER))["port"] is None


def test_a_service_is_returned_completely() -> None:
    assert endpoint_service(current().provider) == {
        "service_name": SERVICE_NAME,
        "state": "active",
        "host": HOST,
        "port": 4000,
        "availability_zone_ids": list(ZONES),
        "region": REGION,
        "cloud_provider": "aws",
        "cluster_id": CLUSTER_ID,
        "cluster_name": "main",
        "cluster_state": "ACTIVE",
        "node_group_id": GROUP_ID,
        "project_id": PROJECT_ID,
        "hosting": "tidb_cloud",
    }
    assert set(endpoint_service(Provider(REGION, CLUSTER))) == set(endpoint_service(current().provider))
