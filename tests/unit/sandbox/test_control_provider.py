# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test does from outside for customers who provide an endpoint service."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from tests.sandbox.control import control_app
from tests.sandbox.sandbox import ACCOUNTS, Sandbox
from tests.sandbox.settings import Settings
from tests.sandbox.status import describe
from tests.support.customer import Customer
from tests.support.load_balancers import TARGET, elb, load_balancer

MAIN = ACCOUNTS["main"]
TIDB_CLOUD = "arn:aws:iam::410987654323:root"
ROLE = f"arn:aws:iam::{ACCOUNTS['other']['account_id']}:role/deploy"
HOST = "tidb.example.com"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A whole sandbox whose time moves only when a test moves it."""
    with Sandbox(Settings(), 1e-6, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def control(sandbox: Sandbox) -> Client:
    return Client(control_app(sandbox))


def _ec2(sandbox: Sandbox) -> Any:
    return Customer(sandbox).ec2()


@pytest.fixture
def service(sandbox: Sandbox) -> Any:
    """An endpoint service with a private name and a target, that permits a role and TiDB Cloud."""
    customer = Customer(sandbox)
    arn = load_balancer(customer, customer.network())
    made = customer.ec2().create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn], PrivateDnsName=HOST)
    service = made["ServiceConfiguration"]
    customer.ec2().modify_vpc_endpoint_service_permissions(
        ServiceId=service["ServiceId"], AddAllowedPrincipals=[ROLE, TIDB_CLOUD]
    )
    sandbox.clock.advance(10)
    return service


def _ask(control: Client, method: str, path: str, body: Any = None) -> Any:
    answer = control.open(path, method=method, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def _state(sandbox: Sandbox, service: Any) -> str:
    found = _ec2(sandbox).describe_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])
    return str(found["ServiceConfigurations"][0]["PrivateDnsNameConfiguration"]["State"])


def test_a_record_in_public_dns_decides_about_a_name(sandbox: Sandbox, control: Client, service: Any) -> None:
    ec2, record = _ec2(sandbox), service["PrivateDnsNameConfiguration"]
    name = f"{record['Name']}.{HOST}"
    _ask(control, "PUT", f"/dns/{name}", {"values": [record["Value"]]})
    assert _ask(control, "GET", "/dns") == {"records": {name: [record["Value"]]}}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        dns = sandbox.facts()["dns"]
        client.settimeout(10)
        client.sendto(struct.pack("!6H", 1, 0, 1, 0, 0, 0) + labels + b"\0\0\x10\0\1", (dns["host"], dns["port"]))
        assert record["Value"].encode() in client.recv(512)
    for expected in ("verified", "failed"):
        ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
        _ask(control, "POST", "/clock/advance", {"seconds": 10})
        assert _state(sandbox, service) == expected
        _ask(control, "DELETE", f"/dns/{name}")
    assert control.put(f"/dns/{name}", json={"values": "text"}).status_code == 400


def test_a_name_can_be_lost(sandbox: Sandbox, control: Client, service: Any) -> None:
    path = f"/endpoint-services/{service['ServiceId']}"
    _ask(control, "PATCH", path, {"private_dns_name_state": "failed"})
    assert _state(sandbox, service) == "failed"
    assert control.patch(path, json={"private_dns_name_state": "lost"}).status_code == 400
    assert control.patch(path, json={"state": "failed"}).status_code == 400
    missing = control.patch("/endpoint-services/vpce-svc-0123456789abcdef0", json={"private_dns_name_state": "failed"})
    assert missing.status_code == 404


def test_tidb_cloud_can_connect_and_the_database_is_reached_once_accepted(
    sandbox: Sandbox, control: Client, service: Any
) -> None:
    made = _ask(control, "POST", "/connections", {"service_name": service["ServiceName"]})
    assert made["state"] == "pendingAcceptance"
    assert not sandbox.database.is_open(HOST)
    _ec2(sandbox).accept_vpc_endpoint_connections(ServiceId=service["ServiceId"], VpcEndpointIds=[made["endpoint_id"]])
    sandbox.clock.advance(10)
    assert sandbox.database.is_open(HOST)
    assert not sandbox.database.is_open("another.example.com")
    denied = {"service_name": service["ServiceName"], "account_id": "123456789012"}
    assert control.post("/connections", json=denied).status_code == 403
    assert control.post("/connections", json={"service_name": "orders"}).status_code == 404


def test_the_database_is_not_reached_without_a_target(sandbox: Sandbox, control: Client, service: Any) -> None:
    made = _ask(control, "POST", "/connections", {"service_name": service["ServiceName"]})
    _ask(control, "PATCH", f"/vpc-endpoints/{made['endpoint_id']}", {"state": "available"})
    assert sandbox.database.is_open(HOST)
    client = elb(Customer(sandbox))
    target_group_arn = client.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    client.deregister_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": TARGET}])
    assert not sandbox.database.is_open(HOST)


def test_a_load_balancer_can_fail(sandbox: Sandbox, control: Client, service: Any) -> None:
    (arn,) = service["NetworkLoadBalancerArns"]
    _ask(control, "PATCH", f"/load-balancers/{arn}", {"state": "failed"})
    found = elb(Customer(sandbox)).describe_load_balancers()["LoadBalancers"]
    assert [one["State"]["Code"] for one in found] == ["failed"]
    assert control.patch(f"/load-balancers/{arn}x", json={"state": "failed"}).status_code == 404
    assert control.patch("/load-balancers/orders", json={"state": "failed"}).status_code == 404


def test_a_role_can_be_deleted(sandbox: Sandbox, control: Client, service: Any) -> None:
    _ask(control, "DELETE", f"/principals/{ROLE}")
    found = _ec2(sandbox).describe_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"])
    assert ROLE not in {one["Principal"] for one in found["AllowedPrincipals"]}
    assert len(found["AllowedPrincipals"]) == 2


def test_the_status_shows_services_and_load_balancers(control: Client, service: Any) -> None:
    status = _ask(control, "GET", "/status")
    account = status["aws"][MAIN["account_id"]]
    assert account["load_balancers"] == service["NetworkLoadBalancerArns"]
    (found,) = account["endpoint_services"]
    assert (found["service_id"], found["principals"]) == (service["ServiceId"], sorted([ROLE, TIDB_CLOUD]))
    text = f"{service['ServiceId']}  Available  us-east-1  {HOST} pendingVerification"
    assert text in describe(status)


@pytest.mark.parametrize(
    ("change", "before"),
    [("private_name_verification", "pendingVerification"), ("configuration_deleting", "Deleting")],
)
def test_a_change_of_state_on_the_providers_side_can_be_held(
    sandbox: Sandbox, control: Client, service: Any, change: str, before: str
) -> None:
    ec2 = _ec2(sandbox)
    fault = _ask(control, "POST", "/faults", {"api": "aws", "call": change, "kind": "stuck"})
    assert fault["fired"] == 0
    if change == "private_name_verification":
        ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
        sandbox.clock.advance(1000)
        assert _state(sandbox, service) == before
    else:
        ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])
        sandbox.clock.advance(1000)
        (found,) = ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
        assert found["ServiceState"] == before
    assert _ask(control, "GET", "/faults")["faults"][0]["fired"] == 1


@pytest.mark.parametrize(
    ("call", "parameters", "ids"),
    [
        ("accept_vpc_endpoint_connections", {"VpcEndpointIds": ["vpce-1", "vpce-2"]}, ["vpce-1", "vpce-2"]),
        ("reject_vpc_endpoint_connections", {"VpcEndpointIds": ["vpce-1"]}, ["vpce-1"]),
    ],
)
def test_a_fault_refuses_each_connection_that_was_to_be_decided(
    sandbox: Sandbox, control: Client, service: Any, call: str, parameters: Any, ids: list[str]
) -> None:
    name = "".join(part.title() for part in call.split("_"))
    _ask(control, "POST", "/faults", {"api": "aws", "call": name, "kind": "unsuccessful", "value": "InternalError"})
    answer = getattr(_ec2(sandbox), call)(ServiceId=service["ServiceId"], **parameters)
    found = [(one["ResourceId"], one["Error"]["Code"]) for one in answer["Unsuccessful"]]
    assert found == [(one, "InternalError") for one in ids]


def test_a_fault_refuses_the_deletion_of_a_service_with_its_own_sentence(
    sandbox: Sandbox, control: Client, service: Any
) -> None:
    code = "ExistingVpcEndpointConnections"
    fault = {"api": "aws", "call": "DeleteVpcEndpointServiceConfigurations", "kind": "unsuccessful", "value": code}
    _ask(control, "POST", "/faults", {**fault, "effect": "before"})
    ec2 = _ec2(sandbox)
    (found,) = ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])["Unsuccessful"]
    assert (found["ResourceId"], found["Error"]["Message"]) == (
        service["ServiceId"],
        "Service has existing active VPC Endpoint connections!",
    )
    assert _state(sandbox, service) == "pendingVerification"


def test_a_fault_leaves_out_the_zone_ids_that_older_answers_lack(
    sandbox: Sandbox, control: Client, service: Any
) -> None:
    fault = {"api": "aws", "call": "DescribeVpcEndpointServiceConfigurations", "kind": "missing", "times": None}
    _ask(control, "POST", "/faults", {**fault, "field": "availabilityZoneIdSet"})
    (found,) = _ec2(sandbox).describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert (found.get("AvailabilityZoneIds"), len(found["AvailabilityZones"])) == (None, 2)


def test_a_fault_answers_states_of_a_provider_as_the_ones_before(
    sandbox: Sandbox, control: Client, service: Any
) -> None:
    fault = {"api": "aws", "call": "DescribeVpcEndpointServiceConfigurations", "kind": "backwards"}
    _ask(control, "POST", "/faults", fault)
    (found,) = _ec2(sandbox).describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert found["ServiceState"] == "Pending"
    (found,) = _ec2(sandbox).describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert found["ServiceState"] == "Available"
