# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look says whether a connection is as it is to be, and touches nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.connection_options import wanted_connection

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Result

VPC_RANGE = "10.42.0.0/16"


class Connector:
    """Connects as the role does, module by module, and looks."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.cluster_id = customer.cluster_id("main")
        self.zones = sorted(customer.zone_ids())[:2]
        self.ec2 = customer.ec2()

    def look(self, check: bool = False, **options: t.Any) -> Result:
        given = {"cluster_id": self.cluster_id, "vpc_cidr": VPC_RANGE, "availability_zone_ids": self.zones, **options}
        wanted = wanted_connection({"state": "present", **given})
        endpoint = {
            "cluster_id": wanted.cluster_id,
            "vpc_id": wanted.vpc_id,
            "vpc_endpoint_id": wanted.vpc_endpoint_id,
            **wanted.endpoint,
        }
        values = {"wanted": wanted.returned(), "endpoint": endpoint}
        found = self.customer.run("connection_network", part="connection", check=check, **values)
        assert self.customer.writing_calls == []
        assert not [entry for entry in self.customer.requests if entry.call.startswith(("Authorize", "Revoke"))]
        return found

    def connect(self) -> dict[str, str]:
        """The ids of what was made."""
        ownership = self.look()["ownership"]
        common = {"ownership": ownership, "region": "us-east-1"}
        [vpc] = self.customer.run("connection_network", part="vpc", cidr_block=VPC_RANGE, **common)["parts"]
        ranges = zip(("10.42.0.0/19", "10.42.32.0/19"), self.zones)
        subnets = [{"cidr_block": cidr, "availability_zone_id": zone} for cidr, zone in ranges]
        made = self.customer.run("connection_network", part="subnets", vpc_id=vpc["id"], subnets=subnets, **common)
        [group] = self.customer.run(
            "connection_network",
            part="security_group",
            vpc_id=vpc["id"],
            name=ownership["Name"],
            description="x",
            **common,
        )["parts"]
        self.admit(group["id"])
        ended = self.customer.run(
            "private_endpoint",
            cluster_id=self.cluster_id,
            vpc_id=vpc["id"],
            name=ownership["Name"],
            subnet_ids=[subnet["id"] for subnet in made["parts"]],
            security_group_ids=[group["id"]],
        )
        assert ended["private_endpoint"]["status"] == "active", ended
        return {"vpc": vpc["id"], "group": group["id"], "subnet": made["parts"][0]["id"]}

    def admit(self, group_id: str) -> None:
        port = self.customer.facts["clusters"]["main"]["port"]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": VPC_RANGE}]}
        self.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
        every = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=[every])


@pytest.fixture
def connector(customer: Customer) -> Connector:
    return Connector(customer)


@pytest.fixture
def connected(connector: Connector) -> tuple[Connector, dict[str, str]]:
    return connector, connector.connect()


def test_on_an_empty_account_there_is_everything_to_do(connector: Connector) -> None:
    found = connector.look()
    assert (found["failed"], found["changed"], found["is_settled"]) == (False, False, False), found
    assert (found["keeps_zones"], found["is_live"], found["will_edit"]) == (False, False, False)
    assert found["network"] == {"vpc_id": "", "subnet_ids": [], "security_group_ids": []}
    assert [step["name"] for step in found["steps"]][:2] == ["create_vpc_endpoint", "register_endpoint"]
    assert found["unchecked_limits"]


def test_a_connection_that_is_as_it_shall_be_is_settled(connected: tuple[Connector, dict[str, str]]) -> None:
    connector, made = connected
    found = connector.look()
    assert (found["is_settled"], found["steps"], found["is_live"], found["keeps_zones"]) == (True, [], True, True), (
        found
    )
    assert (found["network"]["vpc_id"], found["network"]["security_group_ids"]) == (made["vpc"], [made["group"]])
    assert [subnet["availability_zone_id"] for subnet in found["subnets"]] == connector.zones
    tidbcloud = [entry for entry in connector.customer.requests if entry.api == "tidbcloud"]
    assert len(tidbcloud) == 3


def rules_of_others(connector: Connector, made: dict[str, str]) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    connector.ec2.authorize_security_group_ingress(GroupId=made["group"], IpPermissions=[rule])


def dns_switched_off(connector: Connector, made: dict[str, str]) -> None:
    connector.ec2.modify_vpc_attribute(VpcId=made["vpc"], EnableDnsHostnames={"Value": False})


def stopped_run(connector: Connector, made: dict[str, str]) -> None:
    [vpc] = connector.ec2.describe_vpcs(VpcIds=[made["vpc"]])["Vpcs"]
    tags = [{"ResourceType": "vpc", "Tags": vpc["Tags"]}]
    connector.ec2.create_vpc(CidrBlock=VPC_RANGE, TagSpecifications=tags)


def group_without_a_tag(connector: Connector, made: dict[str, str]) -> None:
    connector.ec2.delete_tags(Resources=[made["group"]], Tags=[{"Key": "tidbcloud:node-group-id"}])


@pytest.mark.parametrize("happens", [rules_of_others, dns_switched_off, stopped_run])
def test_a_network_that_was_changed_is_not_settled(
    connected: tuple[Connector, dict[str, str]], happens: t.Callable[[Connector, dict[str, str]], None]
) -> None:
    connector, made = connected
    happens(connector, made)
    found = connector.look()
    assert (found["failed"], found["is_settled"], found["steps"]) == (False, False, []), found


@pytest.mark.parametrize(
    ("options", "will_edit"),
    [
        ({"client_cidrs": "10.42.0.0/20"}, False),
        ({"tags": {"team": "data"}}, False),
        ({"availability_zone_ids": "use1-az1"}, True),
    ],
)
def test_other_options_are_something_to_do(
    connected: tuple[Connector, dict[str, str]], options: dict[str, t.Any], will_edit: bool
) -> None:
    connector, _made = connected
    found = connector.look(**options)
    assert (found["failed"], found["is_settled"], found["will_edit"]) == (False, False, will_edit), found
    # Subnets that move are made first: where they will be is not known to the look.
    assert (found["subnets"] == []) is will_edit


def test_a_group_that_does_not_carry_all_tags_is_not_taken_for_the_connections_own(
    connected: tuple[Connector, dict[str, str]],
) -> None:
    connector, made = connected
    group_without_a_tag(connector, made)
    found = connector.look()
    assert found["failed"]
    assert "which this connection did not make" in found["msg"]


def test_a_network_that_is_given_is_not_looked_for(connected: tuple[Connector, dict[str, str]]) -> None:
    connector, _made = connected
    [one] = connector.customer.sandbox.aws.endpoints()
    found = connector.look(vpc_cidr="", availability_zone_ids="", vpc_endpoint_id=one.vpc_endpoint_id)
    assert found["is_settled"], found
    assert not {"DescribeVpcs", "DescribeSecurityGroups"} & {entry.call for entry in connector.customer.requests}


def test_options_that_contradict_each_other_are_refused_before_anything_is_read(connector: Connector) -> None:
    found = connector.look(vpc_cidr="10.42.0.1/16", check_user="app")
    assert (found["failed"], connector.customer.requests) == (True, [])
    assert "10.42.0.1/16 is an address within a range, not the range itself: write 10.42.0.0/16." in found["msg"]
    assert "private_connection_check_user and private_connection_check_password go together." in found["msg"]


def test_a_limit_that_needs_no_network_ends_the_look(connector: Connector) -> None:
    found = connector.look(cluster_id=connector.customer.cluster_id("google"))
    assert (found["failed"], [one["code"] for one in found["violations"]]) == (True, ["provider_not_aws"])


def test_options_that_private_endpoint_does_not_take_are_refused(customer: Customer) -> None:
    wanted = wanted_connection({"cluster_id": "1", "vpc_cidr": VPC_RANGE})
    found = customer.run(
        "connection_network", part="connection", wanted=wanted.returned(), endpoint={"cluster_id": "1", "wait": "maybe"}
    )
    assert found["failed"]
    assert "endpoint cannot be used: " in found["msg"]
    found = customer.run("connection_network", part="connection", wanted={"cluster_id": "1"}, endpoint={"wait": True})
    assert "wanted lacks 'state'" in found["msg"]


def test_a_network_that_an_earlier_task_made_is_waited_for_unless_nothing_is_made(connector: Connector) -> None:
    clock = connector.customer.sandbox.clock
    network = connector.customer.network(*connector.zones)
    connector.customer.sandbox.settings.change({"network_visible": 10.0})
    wanted = wanted_connection({"state": "present", "cluster_id": connector.cluster_id, **network.options})
    options: dict[str, t.Any] = {"part": "connection", "wanted": wanted.returned()}
    endpoint = {"cluster_id": connector.cluster_id, **network.options}
    began = clock.now()
    rehearsed = connector.customer.run("connection_network", check=True, **options, endpoint=endpoint)
    assert rehearsed["failed"]
    assert clock.now() - began < 2
    assert not connector.customer.run("connection_network", **options, endpoint=endpoint)["failed"]


@pytest.mark.parametrize(
    ("cidrs", "problem"),
    [
        (["10.7.9.0/24", "10.7.0.128/25"], "The subnet 10.7.0.128/25 overlaps subnet-"),
        (["10.7.9.0/24", "10.7.1.0/24"], "The subnet 10.7.1.0/24 overlaps subnet-"),
        (["10.7.9.0/24", "10.9.0.0/24"], "The subnet 10.9.0.0/24 is in no range of the VPC, which has 10.7.0.0/16"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_ranges_that_the_vpc_of_the_user_has_no_room_for_end_the_look(
    connector: Connector, cidrs: list[str], problem: str, check: bool
) -> None:
    network = connector.customer.network(*connector.zones)
    found = connector.look(
        check, vpc_cidr="", vpc_id=network.vpc_id, subnet_cidrs=cidrs, security_group_ids=[*network.security_group_ids]
    )
    assert found["failed"]
    assert f"private_connection_subnet_cidrs: {problem}" in found["msg"]
    assert f"Give free ranges of {network.vpc_id} there" in found["msg"]


def test_a_range_that_was_added_to_the_vpc_has_room(connector: Connector) -> None:
    network = connector.customer.network(*connector.zones)
    connector.ec2.associate_vpc_cidr_block(VpcId=network.vpc_id, CidrBlock="10.9.0.0/16")
    cidrs = ["10.9.0.0/24", "10.7.9.0/24"]
    groups = [*network.security_group_ids]
    found = connector.look(vpc_cidr="", vpc_id=network.vpc_id, subnet_cidrs=cidrs, security_group_ids=groups)
    assert not found["failed"], found["msg"]


def test_a_name_that_another_group_of_the_vpc_has_ends_the_look(connector: Connector) -> None:
    network = connector.customer.network(*connector.zones)
    name = f"tidbcloud-{connector.cluster_id}"
    connector.ec2.create_security_group(VpcId=network.vpc_id, GroupName=name, Description="x")
    options: dict[str, t.Any] = {"vpc_cidr": "", "vpc_id": network.vpc_id, "availability_zone_ids": ""}
    subnet_ids = [*network.subnet_ids]
    found = connector.look(**options, subnet_ids=subnet_ids, client_cidrs=["10.0.0.0/8"])
    assert f"{network.vpc_id} has a security group named {name} already" in found["msg"]
