# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An active private endpoint in the sandbox, broken in each way that configuration can show: the cause is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.support.customer import Customer, Network, Result


@dataclass
class Site:
    """A cluster's private endpoint in two zones, and a client in a subnet of its own."""

    customer: Customer
    ec2: Any
    network: Network
    vpc_endpoint_id: str
    client_subnet_id: str
    client_group_id: str
    client_interface_id: str
    port: int

    @property
    def group_id(self) -> str:
        return self.network.security_group_ids[0]

    def ask(self, **options: Any) -> Result:
        source = {"source_network_interface_id": self.client_interface_id}
        if {"source_instance_id", "source_address"} & set(options):
            source = {}
        return self.customer.run("reachability_info", **{"vpc_endpoint_id": self.vpc_endpoint_id, **source, **options})

    def control(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = requests.request(method, self.customer.facts["control_url"] + path, json=body, timeout=10)
        answer.raise_for_status()


def laid_out(customer: Customer) -> Site:
    """Of a customer whose account is empty."""
    network = customer.network()
    ec2 = customer.ec2()
    options = {"cluster_id": customer.cluster_id("main"), **network.options}
    made = customer.run("private_endpoint", **options)["private_endpoint"]
    subnet_id = ec2.create_subnet(VpcId=network.vpc_id, CidrBlock="10.7.100.0/24")["Subnet"]["SubnetId"]
    group_id = ec2.create_security_group(VpcId=network.vpc_id, GroupName="application", Description="a")["GroupId"]
    interface = ec2.create_network_interface(SubnetId=subnet_id, Groups=[group_id])["NetworkInterface"]
    allow(ec2, network.security_group_ids[0], made["port"], IpRanges=[{"CidrIp": "10.7.0.0/16"}])
    return Site(
        customer,
        ec2,
        network,
        made["vpc_endpoint_id"],
        subnet_id,
        group_id,
        interface["NetworkInterfaceId"],
        made["port"],
    )


@pytest.fixture
def site(customer: Customer) -> Site:
    return laid_out(customer)


def allow(ec2: Any, group_id: str, port: int, **peers: Any) -> None:
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])


def admit_nobody(site: Site) -> str:
    rules = site.ec2.describe_security_groups(GroupIds=[site.group_id])["SecurityGroups"][0]["IpPermissions"]
    site.ec2.revoke_security_group_ingress(GroupId=site.group_id, IpPermissions=rules)
    return site.group_id


def let_nothing_out(site: Site) -> str:
    rules = site.ec2.describe_security_groups(GroupIds=[site.client_group_id])["SecurityGroups"][0]
    site.ec2.revoke_security_group_egress(GroupId=site.client_group_id, IpPermissions=rules["IpPermissionsEgress"])
    return site.client_group_id


def deny(site: Site, subnet_ids: list[str], *, egress: bool, ports: tuple[int, int]) -> str:
    """The subnets get a list of their own: everything passes but TCP to these ports."""
    acl_id = site.ec2.create_network_acl(VpcId=site.network.vpc_id)["NetworkAcl"]["NetworkAclId"]
    for number, action in ((90, "deny"), (100, "allow")):
        for direction in (True, False):
            if action == "deny" and direction != egress:
                continue
            entry: dict[str, Any] = {"Protocol": "-1"}
            if action == "deny":
                entry = {"Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}
            site.ec2.create_network_acl_entry(
                NetworkAclId=acl_id,
                RuleNumber=number,
                RuleAction=action,
                Egress=direction,
                CidrBlock="0.0.0.0/0",
                **entry,
            )
    for subnet_id in subnet_ids:
        [acl] = site.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])[
            "NetworkAcls"
        ]
        [old] = [one for one in acl["Associations"] if one["SubnetId"] == subnet_id]
        site.ec2.replace_network_acl_association(AssociationId=old["NetworkAclAssociationId"], NetworkAclId=acl_id)
    return str(acl_id)


def set_attribute(site: Site, **attribute: Any) -> str:
    site.ec2.modify_vpc_attribute(VpcId=site.network.vpc_id, **attribute)
    return site.network.vpc_id


def switch_private_dns_off(site: Site) -> str:
    site.customer.sandbox.clock.advance(60)
    site.ec2.modify_vpc_endpoint(VpcEndpointId=site.vpc_endpoint_id, PrivateDnsEnabled=False)
    site.customer.sandbox.clock.advance(60)
    return site.vpc_endpoint_id


def force_endpoint(site: Site, state: str) -> str:
    site.control("PATCH", f"/vpc-endpoints/{site.vpc_endpoint_id}", {"state": state})
    return site.vpc_endpoint_id


def pause(site: Site) -> str:
    cluster_id = site.customer.cluster_id("main")
    site.control("PATCH", f"/clusters/{cluster_id}", {"state": "PAUSED"})
    return cluster_id


def fail_registration(site: Site) -> None:
    site.control("PATCH", f"/registrations/{site.vpc_endpoint_id}", {"state": "FAILED", "message": "No capacity."})


def route_to_the_internet(site: Site) -> str:
    gateway = site.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    site.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=site.network.vpc_id)
    table = site.ec2.create_route_table(VpcId=site.network.vpc_id)["RouteTable"]["RouteTableId"]
    site.ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.7.0.0/23", GatewayId=gateway)
    site.ec2.associate_route_table(RouteTableId=table, SubnetId=site.client_subnet_id)
    return str(table)


EPHEMERAL = (1024, 65535)
BREAKS: dict[str, tuple[Callable[[Site], str | None], str, str]] = {
    "the cluster is paused": (pause, "cluster", "is PAUSED"),
    "the interface endpoint is rejected": (
        lambda site: force_endpoint(site, "rejected"),
        "interface_endpoint",
        "is rejected",
    ),
    "the registration has failed": (fail_registration, "registration", "No capacity."),
    "a route leads away": (route_to_the_internet, "route", "out of the VPC"),
    "nothing may leave the client": (let_nothing_out, "source_security_group", "lets TCP"),
    "the client's list lets nothing out": (
        lambda site: deny(site, [site.client_subnet_id], egress=True, ports=(site.port, site.port)),
        "source_acl_outbound",
        "outbound rule 90: deny tcp",
    ),
    "the endpoint's list lets nothing in": (
        lambda site: deny(site, [*site.network.subnet_ids], egress=False, ports=(site.port, site.port)),
        "endpoint_acl_inbound",
        "inbound rule 90: deny tcp",
    ),
    "the endpoint's group admits nobody": (admit_nobody, "endpoint_security_group", "admits TCP"),
    "the endpoint's list lets no answers out": (
        lambda site: deny(site, [*site.network.subnet_ids], egress=True, ports=EPHEMERAL),
        "endpoint_acl_outbound",
        "outbound rule 90: deny tcp 1024-65535",
    ),
    "the client's list lets no answers in": (
        lambda site: deny(site, [site.client_subnet_id], egress=False, ports=EPHEMERAL),
        "source_acl_inbound",
        "inbound rule 90: deny tcp 1024-65535",
    ),
    "the VPC does not resolve names": (
        lambda site: set_attribute(site, EnableDnsSupport={"Value": False}),
        "vpc_dns",
        "enableDnsSupport=false",
    ),
    "the VPC has no private names": (
        lambda site: set_attribute(site, EnableDnsHostnames={"Value": False}),
        "vpc_dns",
        "enableDnsHostnames=false",
    ),
    "private DNS is off": (switch_private_dns_off, "private_dns", "does not resolve"),
}


def test_an_active_private_endpoint_is_reachable_with_few_calls_that_only_read(site: Site) -> None:
    result = site.ask()
    assert (result["reachable"], result["blockers"]) == (True, []), [
        hop for hop in result["hops"] if hop["verdict"] != "pass"
    ]
    assert result["port"] == site.port
    assert site.customer.writing_calls == []
    assert (site.customer.count("tidbcloud"), site.customer.count("aws")) == (3, 11)


@pytest.mark.parametrize(("break_it", "name", "sentence"), BREAKS.values(), ids=BREAKS)
def test_each_break_is_named_as_the_cause(
    site: Site, break_it: Callable[[Site], str | None], name: str, sentence: str
) -> None:
    object_id = break_it(site)
    result = site.ask()
    assert result["reachable"] is False
    assert {hop["name"] for hop in result["hops"] if hop["verdict"] == "block"} == {name}
    [blocker] = result["blockers"]
    assert object_id in (None, blocker["object_id"])
    assert sentence in blocker["message"]
    assert blocker["remedy"]


def test_the_remedies_of_a_blocked_list_and_group_open_the_way_again(site: Site) -> None:
    admit_nobody(site)
    assert site.ask()["reachable"] is False
    allow(site.ec2, site.group_id, site.port, UserIdGroupPairs=[{"GroupId": site.client_group_id}])
    assert site.ask()["reachable"] is True


def test_a_prefix_list_admits_what_it_holds(site: Site) -> None:
    admit_nobody(site)
    made = site.ec2.create_managed_prefix_list(
        PrefixListName="clients", Entries=[{"Cidr": "10.7.100.0/24"}], MaxEntries=2, AddressFamily="IPv4"
    )
    list_id = made["PrefixList"]["PrefixListId"]
    allow(site.ec2, site.group_id, site.port, PrefixListIds=[{"PrefixListId": list_id}])
    result = site.ask()
    assert result["reachable"] is True
    rules = {hop["rule"] for hop in result["hops"] if hop["name"] == "endpoint_security_group"}
    assert rules == {f"inbound: tcp {site.port} from {list_id} (10.7.100.0/24)"}


def test_one_zone_that_fails_is_named_beside_the_one_that_works(site: Site) -> None:
    deny(site, [site.network.subnet_ids[1]], egress=False, ports=(site.port, site.port))
    result = site.ask()
    assert result["reachable"] is True
    assert [path["reachable"] for path in result["paths"]] == [True, False]
    [blocker] = result["blockers"]
    assert f"(zone {site.customer.zone_ids()[1]})" in blocker["message"]


def test_own_name_servers_are_unknown_unless_names_are_not_needed(site: Site) -> None:
    configuration = [{"Key": "domain-name-servers", "Values": ["192.0.2.53"]}]
    options = site.ec2.create_dhcp_options(DhcpConfigurations=configuration)["DhcpOptions"]
    site.ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptionsId"], VpcId=site.network.vpc_id)
    result = site.ask()
    assert result["reachable"] is None
    assert [hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"] == ["dhcp_options"]
    assert site.ask(require_private_dns=False)["reachable"] is True


def test_a_stopped_instance_reaches_nothing(site: Site) -> None:
    placed = {"SubnetId": site.client_subnet_id, "SecurityGroupIds": [site.client_group_id]}
    made = site.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, **placed)
    instance_id = made["Instances"][0]["InstanceId"]
    assert site.ask(source_instance_id=instance_id)["reachable"] is True
    site.ec2.stop_instances(InstanceIds=[instance_id])
    [blocker] = site.ask(source_instance_id=instance_id)["blockers"]
    assert (blocker["object_id"], "is stopped" in blocker["message"]) == (instance_id, True)


def test_an_address_that_nothing_has_yet_leaves_the_groups_unknown(site: Site) -> None:
    result = site.ask(source_address="10.7.100.200")
    assert result["reachable"] is None
    unknown = {hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"}
    assert unknown == {"source_security_group"}


def test_a_peered_vpc_reaches_it_with_routes_on_both_sides(site: Site) -> None:
    ec2 = site.ec2
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    allow(ec2, site.group_id, site.port, IpRanges=[{"CidrIp": "10.9.0.0/16"}])
    interface = ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    ask = {"source_network_interface_id": interface, "require_private_dns": False}
    assert "has no route to" in site.ask(**ask)["blockers"][0]["message"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc_id, PeerVpcId=site.network.vpc_id)
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    for here, there in ((vpc_id, "10.7.0.0/16"), (site.network.vpc_id, "10.9.0.0/16")):
        [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [here]}])["RouteTables"]
        table_id = table["RouteTableId"]
        ec2.create_route(RouteTableId=table_id, DestinationCidrBlock=there, VpcPeeringConnectionId=peering_id)
    assert f"Peering connection {peering_id} between the two VPCs is pending-acceptance" in str(
        site.ask(**ask)["blockers"]
    )
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    assert site.ask(**ask)["reachable"] is True


def test_without_a_key_of_tidb_cloud_its_side_is_unknown_and_the_rest_is_judged(site: Site) -> None:
    for half in ("PUBLIC", "PRIVATE"):
        del site.customer.environment[f"TIDBCLOUD_{half}_KEY"]
    result = site.ask(port=site.port, region="us-east-1")
    assert result["reachable"] is None
    assert [hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"] == ["cluster", "registration"]
    admit_nobody(site)
    assert site.ask(port=site.port, region="us-east-1")["reachable"] is False


def test_an_endpoint_without_tags_is_found_by_its_registration(site: Site) -> None:
    tags = site.ec2.describe_vpc_endpoints(VpcEndpointIds=[site.vpc_endpoint_id])["VpcEndpoints"][0]["Tags"]
    site.ec2.delete_tags(Resources=[site.vpc_endpoint_id], Tags=[{"Key": tag["Key"]} for tag in tags])
    assert site.ask(region="us-east-1")["reachable"] is True
