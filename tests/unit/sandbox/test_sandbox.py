# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both halves together, over HTTP, as their users see them; the test moves the clock."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from requests.auth import HTTPDigestAuth

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings

# So slow that nothing happens by itself while a test runs.
STANDSTILL = 1e-6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(Settings(), STANDSTILL, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@dataclasses.dataclass
class Customer:
    """A customer with a TiDB Cloud key and the keys of an AWS account."""

    sandbox: Sandbox
    account: str = "main"

    def __post_init__(self) -> None:
        self.facts = self.sandbox.facts()
        tidbcloud = self.facts["tidbcloud"]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.auth = HTTPDigestAuth(tidbcloud["public_key"], tidbcloud["private_key"])
        self.main = self.facts["clusters"]["main"]
        self.group = self.main["node_groups"]["DefaultGroup"]

    @property
    def ec2(self) -> Any:
        return self.client("ec2")

    def client(self, service: Any) -> Any:
        account = self.facts["aws"]["accounts"][self.account]
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.facts["aws"]["endpoint_url"],
            aws_access_key_id=account["access_key"],
            aws_secret_access_key=account["secret_key"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def create_endpoint(self) -> str:
        """A VPC with one subnet in a zone of the service, and an endpoint in it."""
        ec2 = self.ec2
        vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.7.1.0/24", AvailabilityZoneId=self.group["zone_ids"][0])
        group = ec2.create_security_group(VpcId=vpc_id, GroupName="clients", Description="clients")
        endpoint = ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=vpc_id,
            ServiceName=self.group["service_name"],
            SubnetIds=[subnet["Subnet"]["SubnetId"]],
            SecurityGroupIds=[group["GroupId"]],
            PrivateDnsEnabled=False,
        )
        endpoint_id: str = endpoint["VpcEndpoint"]["VpcEndpointId"]
        return endpoint_id

    def endpoint_state(self, endpoint_id: str) -> str:
        (endpoint,) = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
        state: str = endpoint["State"]
        return state

    @property
    def connections_url(self) -> str:
        path = f"clusters/{self.main['cluster_id']}/tidbNodeGroups/{self.group['node_group_id']}"
        return f"{self.facts['tidbcloud']['dedicated_url']}/v1beta1/{path}/privateEndpointConnections"

    def register(self, endpoint_id: str) -> str:
        answer = self.http.post(self.connections_url, json={"endpointId": endpoint_id}, timeout=5)
        connection_id: str = answer.json()["privateEndpointConnectionId"]
        return connection_id

    def registration_states(self) -> list[str]:
        rows = self.http.get(self.connections_url, timeout=5).json()["privateEndpointConnections"]
        return [row["endpointState"] for row in rows]

    def connect_to_database(self) -> str:
        """What a TLS client of the cluster's host gets: the version, or the reason why not."""
        context = ssl.create_default_context(cafile=self.facts["database"]["ca_path"])
        with socket.create_connection(("127.0.0.1", self.facts["database"]["port"]), timeout=5) as connection:
            connection.recv(4096)
            connection.sendall(_ASK_FOR_TLS)
            try:
                with context.wrap_socket(connection, server_hostname=self.group["host"]) as tls:
                    return str(tls.version())
            except (ssl.SSLError, OSError):
                return "closed"


# MySQL protocol, SSLRequest: 32 bytes, number 1; PROTOCOL_41, SSL, SECURE_CONNECTION, PLUGIN_AUTH.
_ASK_FOR_TLS = (32).to_bytes(3, "little") + b"\x01" + (0x00088A00).to_bytes(4, "little") + bytes(28)


def test_an_endpoint_lives_from_its_request_to_its_rejection(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    endpoint_id = customer.create_endpoint()
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == (
        "pendingAcceptance",
        ["DISCOVERED"],
    )
    connection_id = customer.register(endpoint_id)
    assert customer.connect_to_database() == "closed"
    sandbox.clock.advance(10)
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == ("available", ["ACTIVE"])
    assert customer.connect_to_database() == "TLSv1.3"
    customer.http.delete(f"{customer.connections_url}/{connection_id}", timeout=5)
    assert customer.registration_states() == ["DELETING"]
    sandbox.clock.advance(10)
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == ("rejected", [])
    assert customer.connect_to_database() == "closed"


def test_there_is_no_way_to_the_database_unless_both_sides_are_ready(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    endpoint_id = customer.create_endpoint()
    customer.register(endpoint_id)
    settings = sandbox.settings
    sandbox.clock.advance(settings.registration_accept + settings.endpoint_available + settings.registration_active / 2)
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == ("available", ["PENDING"])
    assert customer.connect_to_database() == "closed"
    sandbox.clock.advance(1)
    customer.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == ("deleting", ["ACTIVE"])
    assert customer.connect_to_database() == "closed"


def test_dropping_a_cluster_rejects_its_endpoints_on_aws(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    endpoint_id = customer.create_endpoint()
    customer.register(endpoint_id)
    sandbox.clock.advance(10)
    url = f"{customer.facts['control_url']}/clusters/{customer.main['cluster_id']}"
    assert requests.delete(url, timeout=5).status_code == 200
    assert customer.endpoint_state(endpoint_id) == "rejected"
    assert customer.http.get(customer.connections_url, timeout=5).status_code == 404


def test_an_endpoint_can_be_forced_into_a_state_which_its_registration_meets(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    endpoint_id = customer.create_endpoint()
    customer.register(endpoint_id)
    url = f"{customer.facts['control_url']}/vpc-endpoints/{endpoint_id}"
    assert requests.patch(url, json={"state": "asleep"}, timeout=5).status_code == 400
    assert requests.patch(url, json={"state": "expired"}, timeout=5).status_code == 200
    sandbox.clock.advance(10)
    assert (customer.endpoint_state(endpoint_id), customer.registration_states()) == ("expired", ["FAILED"])


def test_an_answer_that_is_lost_on_either_side_took_effect(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    customer.registration_states()
    sandbox.faults.add({"api": "aws", "call": "CreateVpcEndpoint", "kind": "lost"})
    sandbox.faults.add({"api": "tidbcloud", "call": "CreatePrivateEndpointConnection", "kind": "lost"})
    with pytest.raises(HTTPClientError, match=r"closed|reset"):
        customer.create_endpoint()
    (endpoint,) = customer.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        customer.register(endpoint["VpcEndpointId"])
    assert customer.registration_states() == ["PENDING"]
    hit = [(entry.api, entry.call, entry.status) for entry in sandbox.log.entries() if entry.fault == "lost"]
    assert hit == [("aws", "CreateVpcEndpoint", 200), ("tidbcloud", "CreatePrivateEndpointConnection", 200)]


def test_a_status_fault_on_the_aws_side_is_an_error_that_botocore_understands(sandbox: Sandbox) -> None:
    ec2 = Customer(sandbox).ec2
    sandbox.faults.add({"api": "aws", "call": "DescribeVpcs", "kind": "status", "value": 503})
    with pytest.raises(ec2.exceptions.ClientError, match="RequestLimitExceeded"):
        ec2.describe_vpcs()
    assert [(entry.status, entry.error) for entry in sandbox.log.entries(api="aws")] == [(503, "RequestLimitExceeded")]


@pytest.mark.parametrize(
    ("service", "method", "status", "code"),
    [
        ("ec2", "describe_vpcs", 503, "RequestLimitExceeded"),
        ("sts", "get_caller_identity", 400, "Throttling"),
        ("pricing", "describe_services", 400, "ThrottlingException"),
    ],
)
def test_each_aws_service_throttles_in_its_own_words(
    sandbox: Sandbox, service: str, method: str, status: int, code: str
) -> None:
    client = Customer(sandbox).client(service)
    sandbox.faults.add({"api": "aws", "call": "*", "kind": "throttle"})
    with pytest.raises(ClientError) as raised:
        getattr(client, method)()
    assert raised.value.response["Error"]["Code"] == code
    (entry,) = sandbox.log.entries(api="aws")
    assert (entry.status, entry.error, entry.fault) == (status, code, "throttle")


def test_tidb_cloud_throttles_as_documented(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    customer.registration_states()
    sandbox.faults.add({"api": "tidbcloud", "call": "*", "kind": "throttle"})
    answer = customer.http.get(customer.connections_url, timeout=5)
    assert (answer.status_code, answer.headers["X-Ratelimit-Reset"]) == (429, "1")


def test_an_error_of_aws_is_logged_by_its_code(sandbox: Sandbox) -> None:
    ec2 = Customer(sandbox).ec2
    with pytest.raises(ec2.exceptions.ClientError):
        ec2.describe_vpc_endpoints(VpcEndpointIds=["vpce-0a1b2c3d4e5f60718"])
    (entry,) = sandbox.log.entries(api="aws")
    assert (entry.caller, entry.error) == (
        Customer(sandbox).facts["aws"]["accounts"]["main"]["account_id"],
        "InvalidVpcEndpointId.NotFound",
    )


def test_the_other_account_alone_sees_the_service_of_the_second_project(sandbox: Sandbox) -> None:
    service = sandbox.facts()["clusters"]["second-project"]["node_groups"]["DefaultGroup"]["service_name"]
    other = Customer(sandbox, "other").ec2.describe_vpc_endpoint_services(ServiceNames=[service])
    assert other["ServiceNames"] == [service]
    main = Customer(sandbox).ec2
    with pytest.raises(main.exceptions.ClientError, match="InvalidServiceName"):
        main.describe_vpc_endpoint_services(ServiceNames=[service])


def test_a_visit_to_the_database_is_logged(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    customer.connect_to_database()
    deadline = time.monotonic() + 2
    while not sandbox.log.entries(api="database") and time.monotonic() < deadline:
        time.sleep(0.005)
    (entry,) = sandbox.log.entries(api="database")
    assert (entry.call, entry.detail["host"]) == ("Connect", customer.group["host"])
    assert entry.error == "no private endpoint for this host is active"


def test_a_reset_brings_everything_back_and_keeps_urls_and_ids(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    before = sandbox.facts()
    connection_id = customer.register(customer.create_endpoint())
    sandbox.settings.change({"rate_limit": 1})
    sandbox.faults.add({"api": "aws", "call": "*", "kind": "reset"})
    sandbox.tidbcloud.estate.drop_cluster(before["clusters"]["paused"]["cluster_id"])
    assert requests.post(f"{before['control_url']}/reset", timeout=5).status_code == 200
    assert sandbox.facts() == before
    assert (sandbox.settings, sandbox.faults.list(), sandbox.log.entries()) == (Settings(), [], [])
    assert customer.ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert customer.registration_states() == []
    assert customer.register(customer.create_endpoint()) == connection_id


def test_the_certificate_of_the_authority_is_in_the_directory(sandbox: Sandbox) -> None:
    ca_path = Path(sandbox.facts()["database"]["ca_path"])
    assert ca_path.read_text().startswith("-----BEGIN CERTIFICATE-----")
