# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import boto3
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_api as network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import VpcNames
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.scripted_aws import Script as Stubber


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    untyped: t.Any = boto3
    keys = {"aws_access_key_id": "AKIATESTTESTTESTTEST", "aws_secret_access_key": "test-secret-access-key-0123456789"}
    stubber = Stubber(untyped.client("ec2", region_name="us-east-1", **keys))
    with stubber:
        yield stubber
    stubber.assert_no_pending_responses()


def where(name: str, *values: str) -> dict[str, t.Any]:
    return {"Name": name, "Values": list(values)}


READS: dict[str, tuple[t.Any, str, str, dict[str, t.Any]]] = {
    "interfaces": (
        lambda ec2: network.describe_interfaces(ec2, ["eni-1", "eni-2"]),
        "describe_network_interfaces",
        "NetworkInterfaces",
        where("network-interface-id", "eni-1", "eni-2"),
    ),
    "subnets": (
        lambda ec2: network.describe_subnet_ranges(ec2, ["subnet-1"]),
        "describe_subnets",
        "Subnets",
        where("subnet-id", "subnet-1"),
    ),
    "subnets of a VPC": (
        lambda ec2: network.describe_subnet_ranges_of(ec2, "vpc-1"),
        "describe_subnets",
        "Subnets",
        where("vpc-id", "vpc-1"),
    ),
    "groups": (
        lambda ec2: network.describe_group_rules(ec2, ["sg-1"]),
        "describe_security_groups",
        "SecurityGroups",
        where("group-id", "sg-1"),
    ),
    "lists": (
        lambda ec2: network.describe_network_acls(ec2, ["vpc-1"]),
        "describe_network_acls",
        "NetworkAcls",
        where("vpc-id", "vpc-1"),
    ),
    "tables": (
        lambda ec2: network.describe_route_tables(ec2, ["vpc-1"]),
        "describe_route_tables",
        "RouteTables",
        where("vpc-id", "vpc-1"),
    ),
    "peerings": (
        lambda ec2: network.describe_peerings(ec2, ["pcx-1"]),
        "describe_vpc_peering_connections",
        "VpcPeeringConnections",
        where("vpc-peering-connection-id", "pcx-1"),
    ),
}


@pytest.mark.parametrize(("read", "method", "key", "wanted"), READS.values(), ids=READS)
def test_each_kind_is_asked_for_by_one_filter_and_may_be_missing(
    stubber: Stubber, read: t.Any, method: str, key: str, wanted: dict[str, t.Any]
) -> None:
    stubber.add_response(method, {key: []}, {"Filters": [wanted]})
    assert read(stubber.client) == []


def test_nothing_is_asked_for_nothing(stubber: Stubber) -> None:
    assert network.describe_interfaces(stubber.client, []) == []


def test_an_instance_is_found_in_its_reservation(stubber: Stubber) -> None:
    expected = {"Filters": [where("instance-id", "i-1")]}
    answer = {"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "stopped"}}]}]}
    stubber.add_response("describe_instances", answer, expected)
    stubber.add_response("describe_instances", {"Reservations": []}, expected)
    found = network.describe_instance(stubber.client, "i-1")
    assert found is not None
    assert found.state == "stopped"
    assert network.describe_instance(stubber.client, "i-1") is None


@pytest.mark.parametrize(
    ("address", "name"),
    [("10.0.1.4", "addresses.private-ip-address"), ("fd00::4", "ipv6-addresses.ipv6-address")],
)
def test_who_has_an_address_is_asked_for_by_its_family(stubber: Stubber, address: str, name: str) -> None:
    expected = {"Filters": [where("vpc-id", "vpc-1"), where(name, address)]}
    answer = {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}
    stubber.add_response("describe_network_interfaces", answer, expected)
    stubber.add_response("describe_network_interfaces", {"NetworkInterfaces": []}, expected)
    found = network.describe_interface_at(stubber.client, "vpc-1", address)
    assert found is not None
    assert found.network_interface_id == "eni-1"
    assert network.describe_interface_at(stubber.client, "vpc-1", address) is None


def test_the_names_of_a_vpc_take_three_calls(stubber: Stubber) -> None:
    vpc = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}
    stubber.add_response("describe_vpcs", {"Vpcs": [vpc]}, {"Filters": [where("vpc-id", "vpc-1")]})
    for attribute, value in (("enableDnsSupport", True), ("enableDnsHostnames", False)):
        answer = {attribute[0].upper() + attribute[1:]: {"Value": value}}
        stubber.add_response("describe_vpc_attribute", answer, {"VpcId": "vpc-1", "Attribute": attribute})
    assert network.describe_vpc_names(stubber.client, "vpc-1") == VpcNames(
        "vpc-1", "10.0.0.0/16", True, False, "dopt-1"
    )


def test_a_vpc_that_is_not_there_has_no_names(stubber: Stubber) -> None:
    stubber.add_response("describe_vpcs", {"Vpcs": []}, {"Filters": [where("vpc-id", "vpc-1")]})
    assert network.describe_vpc_names(stubber.client, "vpc-1") is None


@pytest.mark.parametrize(
    ("options", "servers"),
    [
        (
            [{"DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "192.0.2.53"}]}]}],
            ("192.0.2.53",),
        ),
        ([{"DhcpConfigurations": [{"Key": "domain-name", "Values": [{"Value": "example.com"}]}]}], None),
        ([], None),
    ],
)
def test_name_servers_are_those_that_the_dhcp_options_hand_out(
    stubber: Stubber, options: list[dict[str, t.Any]], servers: tuple[str, ...] | None
) -> None:
    expected = {"Filters": [where("dhcp-options-id", "dopt-1")]}
    stubber.add_response("describe_dhcp_options", {"DhcpOptions": options}, expected)
    assert network.describe_name_servers(stubber.client, "dopt-1") == servers


def test_the_entries_of_a_prefix_list_come_from_all_pages(stubber: Stubber) -> None:
    first = {"Entries": [{"Cidr": "10.0.0.0/16"}], "NextToken": "two"}
    stubber.add_response("get_managed_prefix_list_entries", first, {"PrefixListId": "pl-1"})
    second = {"Entries": [{"Cidr": "10.1.0.0/16"}]}
    stubber.add_response("get_managed_prefix_list_entries", second, {"PrefixListId": "pl-1", "NextToken": "two"})
    assert network.prefix_list_entries(stubber.client, "pl-1") == ("10.0.0.0/16", "10.1.0.0/16")


def test_what_aws_refuses_is_an_error_that_names_the_action(stubber: Stubber) -> None:
    stubber.add_client_error("describe_route_tables", "UnauthorizedOperation", "no", 403)
    with pytest.raises(ApiError, match="allow ec2:DescribeRouteTables"):
        network.describe_route_tables(stubber.client, ["vpc-1"])
