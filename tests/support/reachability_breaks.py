# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An active private endpoint in the sandbox with a client beside it, and each break that configuration can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
    """The endpoint and the client of a customer whose account is empty."""
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
