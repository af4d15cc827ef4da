# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the facts: moto in place of AWS, a stand-in for TiDB Cloud."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import boto3
import pytest
from moto import mock_aws

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_api as network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import MANAGED_BY, MANAGED_BY_TAG
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import LimitsViolated
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.question import Question
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.read import read_facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Cluster, Registration
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP_ID,
    OWNED,
    PROJECT_ID,
    REGION,
    SERVICE_NAME,
    registration,
)


@dataclass
class TidbCloud:
    """`asked` lists the calls."""

    rows: list[Registration] = field(default_factory=list)
    cluster: Cluster | None = CLUSTER
    asked: list[str] = field(default_factory=list)

    def get_cluster(self, cluster_id: str) -> Cluster | None:
        self.asked.append(f"cluster {cluster_id}")
        return self.cluster

    def list_registrations(self, cluster_id: str = "-", node_group_id: str = "-", **more: t.Any) -> list[Registration]:
        self.asked.append(f"list {cluster_id} {node_group_id} {more.get('project_id')}")
        return self.rows


@dataclass
class Account:
    """An AWS account with a network, an interface endpoint and a client."""

    client_of_aws: t.Any
    region: str | None = REGION
    ids: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, region: str) -> t.Any:
        assert (service, region) == ("ec2", REGION)
        return self.client_of_aws

    def facts(self, tidb: TidbCloud | None = None, **question: t.Any) -> Facts:
        asked = {"vpc_endpoint_id": self.ids["vpce"], "network_interface_id": self.ids["eni"], **question}
        if {"instance_id", "address"} & set(question):
            del asked["network_interface_id"]

        def connect() -> t.Any:
            return tidb if tidb is not None else no_key()

        return read_facts(Question(**asked), t.cast(t.Any, self), connect)

    def registered(self) -> Registration:
        return registration(self.ids["vpce"])


def no_key() -> t.NoReturn:
    raise PrivateLinkError("The public half of the TiDB Cloud API key is missing.")


@pytest.fixture(scope="module")
def made() -> Iterator[Account]:
    with mock_aws():
        untyped: t.Any = boto3
        keys = {
            "aws_access_key_id": "AKIATESTTESTTESTTEST",
            "aws_secret_access_key": "test-secret-access-key-0123456789",
        }
        ec2 = untyped.client("ec2", region_name=REGION, **keys)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
        ]
        group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="g")["GroupId"]
        eni = ec2.create_network_interface(SubnetId=subnets[0], PrivateIpAddress="10.0.1.25", Groups=[group])
        endpoint = ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=vpc,
            ServiceName=SERVICE_NAME,
            SubnetIds=subnets[1:],
            SecurityGroupIds=[group],
        )
        ids = {
            "vpc": vpc,
            "client": subnets[0],
            "subnet": subnets[1],
            "group": group,
            "eni": eni["NetworkInterface"]["NetworkInterfaceId"],
            "vpce": endpoint["VpcEndpoint"]["VpcEndpointId"],
        }
        yield Account(ec2, ids=ids)


@pytest.fixture
def account(made: Account) -> Iterator[Account]:
    """Tags do not stay from one test to the next."""
    yield replace(made)
    made.client_of_aws.delete_tags(Resources=[made.ids["vpce"]], Tags=[{"Key": key} for key in OWNED])


def tag(account: Account, tags: t.Mapping[str, str]) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    account.client_of_aws.create_tags(Resources=[account.ids["vpce"]], Tags=listed)


def test_a_named_cluster_is_read_with_the_registration_of_the_endpoint(account: Account) -> None:
    tidb = TidbCloud([registration("vpce-other"), account.registered()])
    provider = account.facts(tidb, cluster_id=CLUSTER_ID).provider
    assert tidb.asked == [f"cluster {CLUSTER_ID}", f"list {CLUSTER_ID} {GROUP_ID} None"]
    assert (provider.cluster, provider.registration, provider.unknown) == (CLUSTER, account.registered(), None)
    assert provider.node_group_id == GROUP_ID


def test_without_a_name_the_ownership_tags_tell_the_cluster_and_group(account: Account) -> None:
    tag(account, OWNED)
    tidb = TidbCloud([account.registered()])
    assert account.facts(tidb).provider.registration == account.registered()
    assert tidb.asked == [f"cluster {CLUSTER_ID}", f"list {CLUSTER_ID} {GROUP_ID} None"]


def test_without_tags_the_registration_is_looked_for_in_the_project(account: Account) -> None:
    tidb = TidbCloud([account.registered()])
    provider = account.facts(tidb, project_id=PROJECT_ID).provider
    assert tidb.asked == [f"list - - {PROJECT_ID}", f"cluster {CLUSTER_ID}"]
    assert (provider.cluster, provider.registration) == (CLUSTER, account.registered())


def test_a_registration_that_is_not_found_in_one_project_may_be_in_another(account: Account) -> None:
    provider = account.facts(TidbCloud([]), port=4000).provider
    assert "Name cluster_id or project_id" in str(provider.unknown)


def test_an_endpoint_of_ours_without_a_cluster_has_no_registration(account: Account) -> None:
    tag(account, {MANAGED_BY_TAG: MANAGED_BY})
    tidb = TidbCloud([])
    assert account.facts(tidb, port=4000).provider.expected is False
    assert tidb.asked == []


def test_where_tidb_cloud_cannot_be_asked_its_side_is_unknown_and_aws_is_read(account: Account) -> None:
    facts = account.facts(None, port=4000)
    assert "The public half of the TiDB Cloud API key is missing" in str(facts.provider.unknown)
    assert facts.network_acls


def test_the_port_is_that_of_the_registration_then_of_the_cluster_unless_given(account: Account) -> None:
    row, cluster = replace(account.registered(), port=4001), replace(CLUSTER, port=4002)
    assert account.facts(TidbCloud([row], cluster), cluster_id=CLUSTER_ID).port == 4001
    assert account.facts(TidbCloud([], cluster), cluster_id=CLUSTER_ID).port == 4002
    assert account.facts(TidbCloud([row], cluster), cluster_id=CLUSTER_ID, port=4003).port == 4003


def test_a_port_that_nothing_names_must_be_set(account: Account) -> None:
    with pytest.raises(PrivateLinkError, match=r"set port, usually 4000.*API key is missing"):
        account.facts(None)


def test_without_a_configured_region_that_of_the_registration_is_taken(account: Account) -> None:
    account.region = None
    tidb = TidbCloud([account.registered()])
    assert account.facts(tidb).endpoint.region == REGION
    assert tidb.asked == ["list - - None", f"cluster {CLUSTER_ID}"]


def test_a_region_that_nothing_names_must_be_set(account: Account) -> None:
    account.region = None
    with pytest.raises(PrivateLinkError, match="Set region"):
        account.facts(None)


def test_a_region_other_than_that_of_the_cluster_is_refused(account: Account) -> None:
    account.region = "eu-west-1"
    with pytest.raises(LimitsViolated, match="eu-west-1"):
        account.facts(TidbCloud([account.registered()]), cluster_id=CLUSTER_ID)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({"vpc_endpoint_id": "vpce-00000000000000009"}, "no interface endpoint vpce-00000000000000009 in us-east-1"),
        ({"instance_id": "i-00000000000000009"}, "no instance with a network interface i-00000000000000009"),
        ({"network_interface_id": "eni-00000000000000009"}, "no network interface eni-00000000000000009"),
        ({"subnet_id": "subnet-00000000000000009", "address": "10.0.1.25"}, "no subnet subnet-00000000000000009"),
        (
            {"subnet_id": "client", "address": "10.0.2.25"},
            "10.0.2.25 is not an address of subnet-.*, which has 10.0.1.0/24",
        ),
        ({"address": "10.8.1.25"}, "No subnet of vpc-.* has the address 10.8.1.25. Name the subnet"),
        ({"subnet_id": "client", "address": "10.0.1.0/24"}, "give one IPv4 or IPv6 address"),
    ],
)
def test_what_is_not_there_is_refused_with_what_to_check(
    account: Account, question: dict[str, str], sentence: str
) -> None:
    known = {name: account.ids.get(value, value) for name, value in question.items()}
    with pytest.raises(PrivateLinkError, match=sentence):
        account.facts(None, port=4000, **known)


def test_a_network_interface_is_a_source_with_its_groups(account: Account) -> None:
    facts = account.facts(None, port=4000)
    source = facts.source.interface
    assert facts.source.object_id == account.ids["eni"]
    assert (source.addresses, source.security_group_ids) == (("10.0.1.25",), (account.ids["group"],))
    assert set(facts.security_groups) == {account.ids["group"]}
    assert {subnet_id for acl in facts.network_acls for subnet_id in acl.subnet_ids} >= set(facts.subnets)
    assert set(facts.subnets) == {account.ids["client"], account.ids["subnet"]}


def test_an_instance_is_a_source_by_its_primary_interface(account: Account) -> None:
    ec2 = account.client_of_aws
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=account.ids["client"])
    instance_id = made["Instances"][0]["InstanceId"]
    source = account.facts(None, port=4000, instance_id=instance_id).source
    assert source.instance is not None
    assert (source.object_id, source.instance.state) == (instance_id, "running")
    assert source.interface == source.instance.interfaces[0]


def test_an_address_is_a_source_with_the_groups_of_its_interface(account: Account) -> None:
    subnet_id = account.ids["client"]
    taken = account.facts(None, port=4000, subnet_id=subnet_id, address="10.0.1.25").source
    free = account.facts(None, port=4000, subnet_id=subnet_id, address="10.0.1.77").source
    assert taken.interface.security_group_ids == (account.ids["group"],)
    assert (free.interface.network_interface_id, free.interface.security_group_ids) == (None, None)
    assert free.interface.vpc_id == account.ids["vpc"]


def test_an_address_alone_is_looked_for_in_the_vpc_of_the_endpoint(account: Account) -> None:
    taken = account.facts(None, port=4000, address="10.0.1.25").source
    free = account.facts(None, port=4000, address="10.0.2.77").source
    assert (taken.object_id, taken.interface.network_interface_id) == ("10.0.1.25", account.ids["eni"])
    assert free.interface.subnet_id == account.ids["subnet"]


def test_prefix_lists_that_rules_name_are_read_and_those_that_cannot_be_read_are_left_out(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2 = account.client_of_aws
    made = ec2.create_managed_prefix_list(
        PrefixListName="p", Entries=[{"Cidr": "10.0.1.0/24"}], MaxEntries=2, AddressFamily="IPv4"
    )
    list_id = made["PrefixList"]["PrefixListId"]
    hidden = "pl-00000000000000009"
    lists = [{"PrefixListId": list_id}, {"PrefixListId": hidden}]
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "PrefixListIds": lists}
    ec2.authorize_security_group_ingress(GroupId=account.ids["group"], IpPermissions=[permission])
    read = network.prefix_list_entries

    def entries(ec2: t.Any, prefix_list_id: str) -> tuple[str, ...]:
        # moto treats any id as that of an empty list
        if prefix_list_id == hidden:
            raise ApiError("no", api="ec2", code="InvalidPrefixListID.NotFound", status=400, request_id="request-7")
        return read(ec2, prefix_list_id)

    monkeypatch.setattr(network, "prefix_list_entries", entries)
    assert account.facts(None, port=4000).prefix_lists == {list_id: ("10.0.1.0/24",)}


def test_names_are_read_only_where_they_are_needed(account: Account) -> None:
    assert account.facts(None, port=4000, private_dns_required=False).names is None
    names = account.facts(None, port=4000).names
    assert names is not None
    assert (names.vpc_id, names.cidr, names.dns_support) == (account.ids["vpc"], "10.0.0.0/16", True)


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        ("describe_group_rules", "security groups"),
        ("describe_network_acls", "network ACLs"),
        ("describe_route_tables", "route tables"),
        ("describe_vpc_names", "DNS attributes"),
        ("describe_name_servers", "DHCP options"),
    ],
)
def test_what_aws_forbids_to_read_is_unknown_and_not_the_end(
    account: Account, monkeypatch: pytest.MonkeyPatch, function: str, kind: str
) -> None:
    def reject(*_arguments: t.Any) -> t.NoReturn:
        raise ApiError("Allow it.", api="ec2", code="UnauthorizedOperation", status=403, request_id="request-7")

    monkeypatch.setattr(network, function, reject)
    assert account.facts(None, port=4000).unread == {kind: "Allow it."}


@pytest.mark.parametrize("function", ["describe_route_tables", "prefix_list_entries"])
def test_a_failure_of_aws_is_the_end(account: Account, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    def fail(*_arguments: t.Any) -> t.NoReturn:
        raise ApiError("Broken.", api="ec2", code="InternalError", status=500, request_id="request-7")

    lists = [{"PrefixListId": "pl-00000000000000008"}]
    permission = {"IpProtocol": "tcp", "FromPort": 3, "ToPort": 3, "PrefixListIds": lists}
    group = {"GroupId": account.ids["group"], "IpPermissions": [permission]}
    account.client_of_aws.authorize_security_group_ingress(**group)
    monkeypatch.setattr(network, function, fail)
    with pytest.raises(ApiError, match="Broken"):
        account.facts(None, port=4000)
    account.client_of_aws.revoke_security_group_ingress(**group)


def test_a_source_in_another_vpc_is_read_with_its_routes_and_peering_and_without_names(account: Account) -> None:
    ec2 = account.client_of_aws
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=account.ids["vpc"])["VpcPeeringConnection"]
    peering_id = peering["VpcPeeringConnectionId"]
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/16", VpcPeeringConnectionId=peering_id)
    facts = account.facts(None, port=4000, subnet_id=subnet, address="10.9.1.25")
    assert {one.vpc_id for one in facts.route_tables} == {vpc, account.ids["vpc"]}
    [found] = facts.peerings
    assert (found.peering_id, set(found.vpc_ids)) == (peering_id, {vpc, account.ids["vpc"]})
    assert facts.names is None
