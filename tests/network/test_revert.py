# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a real network, a change that breaks the connection is detected and undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.sandbox import Sandbox
from tests.support.network import tools
from tests.support.network.client import Client
from tests.support.network.follow import Follower
from tests.support.network.mariadb import PASSWORD, USER, MariaDb
from tests.support.network.vpc import CLIENT, PORT, Vpc
from tests.support.operator import Operator, PlaybookRun
from tests.support.remains import ec2_client

pytestmark = pytest.mark.exhaustive


@dataclass
class Site:
    """An active private endpoint, whose network follows AWS's answers, and a client that AWS knows."""

    operator: Operator
    client: Client
    network: dict[str, Any]
    admitting_id: str
    blocking_id: str
    client_group_id: str

    def connect(self, *arguments: str, **options: Any) -> PlaybookRun:
        return self.operator.play("connect", "-i", str(self.client.inventory), *arguments, **self.network, **options)

    def revert(self, **options: Any) -> PlaybookRun:
        """With retries, as for a connection that has just been changed."""
        return self.connect(on_failed_check="revert", check_retries=2, check_delay=1, check_timeout=2, **options)

    def endpoint(self) -> Endpoint:
        [endpoint] = [one for one in self.operator.sandbox.aws.endpoints() if one.is_live]
        return endpoint


@pytest.fixture
def site(moving: Sandbox, vpc: Vpc, database: MariaDb, client: Client, tmp_path: Path) -> Iterator[Site]:
    moving.reset()
    moving.tidbcloud.reset(PORT)
    operator = Operator(moving, tmp_path)
    needed = tools.environment()
    operator.environment |= {**needed, "PATH": f"{operator.environment['PATH']}:{needed['PATH']}"}
    laid = _laid_out(operator, client, database, tmp_path)
    made = laid.connect(security_group_ids=laid.admitting_id, check=False)
    assert made.status == 0, made.output
    host = operator.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]["host"]
    database.present(name=host)
    with Follower(vpc, moving, host):
        yield laid


def _laid_out(operator: Operator, client: Client, database: MariaDb, directory: Path) -> Site:
    """The VPC of vpc.sh as AWS knows it."""
    ec2 = ec2_client(operator.facts, "main", "us-east-1")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet_ids = [
        _subnet(ec2, vpc_id, f"10.0.{number}.0/24", zone)
        for number, zone in zip((11, 12, 13), operator.zone_ids(), strict=True)
    ]
    client_subnet_id = _subnet(ec2, vpc_id, "10.0.1.0/24", operator.zone_ids()[0])
    admitting_id, blocking_id, client_group_id = (
        ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
        for name in ("admitting", "blocking", "client")
    )
    for group_id, cidr in ((admitting_id, "10.0.1.0/24"), (blocking_id, "10.0.99.0/24")):
        rule = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "IpRanges": [{"CidrIp": cidr}]}
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
    ec2.create_network_interface(SubnetId=client_subnet_id, PrivateIpAddress="10.0.1.10", Groups=[client_group_id])
    authority = directory / "authority.pem"
    authority.write_text(database.ca_pem, encoding="utf-8")
    network = {
        "vpc_id": vpc_id,
        "subnet_ids": subnet_ids,
        "check_host": CLIENT,
        "check_ca_path": str(authority),
        "check_user": USER,
        "check_password": PASSWORD,
    }
    return Site(operator, client, network, admitting_id, blocking_id, client_group_id)


def _subnet(ec2: Any, vpc_id: str, cidr: str, zone_id: str) -> str:
    made = ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZoneId=zone_id)
    return str(made["Subnet"]["SubnetId"])


def down_seconds(run: PlaybookRun) -> float:
    found = re.search(r"without connection for ([0-9.]+) seconds at most", run.output)
    assert found, run.output
    return float(found[1])


def test_a_blocking_group_that_is_swapped_in_is_detected_reverted_and_clients_connect_again(site: Site) -> None:
    before = site.endpoint().vpc_endpoint_id
    run = site.revert(security_group_ids=site.blocking_id)
    assert run.status != 0, run.output
    assert site.endpoint().security_group_ids == [site.admitting_id]
    assert site.endpoint().vpc_endpoint_id == before
    # In and out again; one request swaps the groups.
    taken = [entry.call for entry in run.requests if entry.call == "ModifyVpcEndpoint" and entry.status == 200]
    assert (len(taken), set(run.writing_calls)) == (2, {"ModifyVpcEndpoint"}), run.output
    assert f"The change of {before} was undone" in run.output
    assert (
        f"Undone: add_security_groups ({site.blocking_id}), remove_security_groups ({site.admitting_id})." in run.output
    )
    assert "all 3 addresses: there was no answer in time. The problem is timed_out in stage tcp." in run.output
    assert f"Why: No rule of {site.blocking_id} admits TCP {PORT} from the source." in run.output
    assert f"Add to {site.blocking_id} an inbound rule for TCP {PORT} from {site.client_group_id}" in run.output
    assert 0 < down_seconds(run) < 120
    unchanged = site.revert(security_group_ids=site.admitting_id)
    assert (unchanged.status, unchanged.changed, unchanged.exchanges) == (0, 0, 3), unchanged.output
    assert f"logged in as {USER}" in unchanged.output


def test_private_dns_that_is_switched_off_is_switched_on_again_and_the_name_resolves(site: Site) -> None:
    run = site.revert(security_group_ids=site.admitting_id, private_dns_enabled=False)
    assert run.status != 0, run.output
    assert site.endpoint().private_dns_enabled is True
    assert "Undone: disable_private_dns" in run.output
    assert "The problem is name_not_found in stage resolve." in run.output
    assert f"Why: Private DNS of {site.endpoint().vpc_endpoint_id} is off" in run.output
    assert 0 < down_seconds(run) < 120
