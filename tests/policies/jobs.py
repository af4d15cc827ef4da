# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each use of the collection does in AWS: jobs, and a record of the permissions that their calls needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import mock

from tests.sandbox.aws.authorization import FREE, Authorizer
from tests.support.customer import Customer, Network, Result
from tests.support.operator import Operator
from tests.support.service_provider import ServiceProvider
from tests.support.transitions import by_hand

ADVICE = {"pricing": "costs", "servicequotas": "quotas"}
"""Services that a run does without, with the use that is about them alone."""
OWNERSHIP = "aws:ResourceTag/tidbcloud:managed-by"
VPC_RANGE = "10.42.0.0/16"


@dataclass(frozen=True, order=True)
class Grant:
    """One permission: an action on a type of resources, "" where it has none.

    `create_action`: CreateTags of what this action makes, as a part of it. `ours`: its resource carried the ownership
    tag.
    """

    action: str
    resource_type: str = ""
    create_action: str = ""
    ours: bool = False


@dataclass
class Record:
    """What the runs of the collection needed, and nothing that a test did to prepare for them."""

    authorizer: Authorizer
    grants: set[Grant] = field(default_factory=set)

    def of(self, run: Callable[[], Any]) -> Any:
        self.authorizer.forget()
        result = run()
        asked = self.authorizer.asked()
        self.grants |= {_grant(one) for one in asked if one["action"] not in FREE}
        return result


def _grant(asked: Mapping[str, Any]) -> Grant:
    ours = OWNERSHIP.lower() in asked["condition_keys"]
    return Grant(asked["action"], asked["resource_type"], asked["create_action"], ours)


Run = Callable[..., Result]
"""Runs a module by its name and options and returns its result; it must succeed."""
Job = Callable[[Customer, Run], None]


def edited(network: Network, more: Network) -> Iterable[dict[str, Any]]:
    """Options that change everything that can be changed in place, from creation on."""
    yield {"tags": {"stage": "test", "team": "data"}}
    yield {"subnet_ids": [*network.subnet_ids[:1], *more.subnet_ids], "tags": {"stage": "live"}}
    yield {"security_group_ids": list(more.security_group_ids)}
    yield {"private_dns_enabled": False}
    yield {"private_dns_enabled": True}


def more_of(customer: Customer, network: Network) -> Network:
    """Another subnet and security group of the VPC."""
    ec2 = customer.ec2()
    zone_id = customer.zone_ids()[2]
    subnet = ec2.create_subnet(VpcId=network.vpc_id, CidrBlock="10.7.9.0/24", AvailabilityZoneId=zone_id)
    group = ec2.create_security_group(VpcId=network.vpc_id, GroupName="more", Description="more")
    return Network(network.vpc_id, (subnet["Subnet"]["SubnetId"],), (group["GroupId"],))


def inform(customer: Customer, run: Run) -> None:
    """Facts, what an unchanged run reads, and what check mode reads for a run that would change something."""
    provider = ServiceProvider(customer)
    assert not provider.publish(load_balancer_arns=[provider.balancer()])["failed"]
    with zones_by_name():
        run("endpoint_info", region="us-east-1")
    network, empty = customer.network(), customer.network()
    desired = {"cluster_id": customer.cluster_id("main"), **network.options}
    assert not customer.run("private_endpoint", **desired)["failed"]
    run("endpoint_info")
    run("endpoint_info", cluster_id=customer.cluster_id("main"), region="us-east-1")
    run("private_endpoint", **desired)
    run("private_endpoints", endpoints=[desired])
    run("private_endpoint", check=True, **{**desired, **empty.options})
    run("private_endpoint", check=True, **desired, tags={"stage": "test"})


def manage(customer: Customer, run: Run) -> None:
    """Private endpoints from their creation to their deletion, one by one and as a fleet."""
    network, second = customer.network(), customer.network()
    more = more_of(customer, network)
    cluster_id, service_name = customer.cluster_id("main"), customer.offered_service("db.example.com")
    desired = {"cluster_id": cluster_id, **network.options}
    run("private_endpoint", **desired)
    for options in edited(network, more):
        run("private_endpoint", **{**desired, **options})
    run("private_endpoint", state="absent", **desired)
    run("private_endpoint", service_name=service_name, region="us-east-1", **network.options)
    run("private_endpoint", state="absent", service_name=service_name, region="us-east-1", vpc_id=network.vpc_id)
    foreign = list(second.security_group_ids)
    customer.ec2().associate_security_group_vpc(GroupId=foreign[0], VpcId=network.vpc_id)
    run("private_endpoint", **{**desired, "security_group_ids": foreign})
    run("private_endpoint", state="absent", **desired)
    fleet = [{"cluster_id": cluster_id, **one.options} for one in (network, second)]
    run("private_endpoints", endpoints=fleet)
    run("private_endpoints", endpoints=fleet, state="absent")


def adopt(customer: Customer, run: Run) -> None:
    """An interface endpoint that was made by hand."""
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    run("private_endpoint", **desired, vpc_endpoint_id=by_hand(customer, desired))


def reach(customer: Customer, run: Run) -> None:
    """From an instance in a peered VPC, admitted by a prefix list, and from an address of the own VPC."""
    network = customer.network()
    made = customer.run("private_endpoint", cluster_id=customer.cluster_id("main"), **network.options)
    ec2, port = customer.ec2(), made["private_endpoint"]["port"]
    prefixes = ec2.create_managed_prefix_list(
        PrefixListName="clients", Entries=[{"Cidr": "10.9.0.0/24"}], MaxEntries=2, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]
    admitted = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "PrefixListIds": [{"PrefixListId": prefixes}]}
    ec2.authorize_security_group_ingress(GroupId=network.security_group_ids[0], IpPermissions=[admitted])
    vpce = made["private_endpoint"]["vpc_endpoint_id"]
    run("reachability_info", vpc_endpoint_id=vpce, source_instance_id=_peered_instance(customer, network))
    run(
        "reachability_info",
        vpc_endpoint_id=vpce,
        source_subnet_id=network.subnet_ids[0],
        source_address="10.7.0.77",
    )


def _peered_instance(customer: Customer, network: Network) -> str:
    ec2 = customer.ec2()
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc_id, PeerVpcId=network.vpc_id)["VpcPeeringConnection"]
    peering_id = peering["VpcPeeringConnectionId"]
    for here, there in ((vpc_id, "10.7.0.0/16"), (network.vpc_id, "10.9.0.0/16")):
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [here]}])["RouteTables"]
        table_id = tables[0]["RouteTableId"]
        ec2.create_route(RouteTableId=table_id, DestinationCidrBlock=there, VpcPeeringConnectionId=peering_id)
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet_id)
    return str(made["Instances"][0]["InstanceId"])


def price(customer: Customer, run: Run) -> None:
    network = customer.network()
    assert not customer.run("private_endpoint", cluster_id=customer.cluster_id("main"), **network.options)["failed"]
    run("endpoint_info", include_costs=True)


def publish(customer: Customer, run: Run) -> None:
    """An endpoint service of one's own from its creation to its deletion, with a connection of another account."""
    provider = ServiceProvider(customer)
    account, arns = provider.consumer_account, [provider.balancer(), provider.balancer("more")]
    base: dict[str, Any] = {"self_hosted_name": "orders", "region": "us-east-1", "load_balancer_arns": arns[:1]}
    made = run("endpoint_service", **base, allowed_principals=[account])
    provider.connect(made["endpoint_service"]["service_name"])
    customer.sandbox.clock.advance(10)
    run("endpoint_service", **{**base, "load_balancer_arns": arns}, accepted_accounts=[account], tags={"a": "b"})
    run("endpoint_service", **{**base, "load_balancer_arns": arns}, supported_regions=["eu-west-1"], tags={})
    named = {**base, "load_balancer_arns": arns, "private_dns_name": "tidb.example.com"}
    run("endpoint_service", **named)
    with verifiable():
        run("endpoint_service", **named, check=True)
        customer.sandbox.aws.dns.publish("tidb.example.com", [_value(customer)])
        run("endpoint_service", **named)
    run("endpoint_service", **{**base, "load_balancer_arns": arns}, allowed_principals=[], reject_unpermitted=True)
    elb = provider.elb
    elb.add_tags(ResourceArns=arns, Tags=[{"Key": "app", "Value": "tidb"}])
    run("endpoint_service", **{**base, "load_balancer_arns": None}, load_balancer_tags={"app": "tidb"})
    with zones_by_name():
        run("endpoint_service", **base, check=True)
    run("endpoint_service", self_hosted_name="orders", region="us-east-1", state="absent")
    listen(provider, run)


def listen(provider: ServiceProvider, run: Run) -> None:
    """A listener and its target group from their creation to their deletion, with every change."""
    wanted: dict[str, Any] = {"name": "orders", "region": "us-east-1"}
    on = {**wanted, "load_balancer_arn": provider.balancer("listened", port=None), "target_type": "ip"}
    provider.customer.sandbox.clock.advance(600)
    run("load_balancer_listener", **on, targets=[{"id": "10.7.0.10"}], tags={"a": "b"})
    run("load_balancer_listener", **on, targets=[{"id": "10.7.1.10"}], tags={}, health_check={"interval": 10})
    run("load_balancer_listener", **on, port=4001, tags={"c": "d"})
    run("load_balancer_listener", **wanted, state="absent")


def _value(customer: Customer) -> str:
    """What AWS expects in the TXT record."""
    answer = customer.ec2().describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    return str(answer[0]["PrivateDnsNameConfiguration"]["Value"])


@contextlib.contextmanager
def verifiable() -> Iterator[None]:
    """As where dnspython is installed and shows every record."""
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication import current, read, txt_record

    with mock.patch.object(read, "look_for", return_value=txt_record.Look(current.SEEN)):
        yield


@contextlib.contextmanager
def zones_by_name() -> Iterator[None]:
    """As where the library leaves the ids of zones out of an answer."""
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import provider_shapes

    whole = provider_shapes.own_service

    def shape(item: Mapping[str, Any], region: str) -> Any:
        return whole({key: value for key, value in item.items() if key != "AvailabilityZoneIds"}, region)

    with mock.patch.object(provider_shapes, "own_service", shape):
        yield


JOBS: Mapping[str, Job] = {
    "info": inform,
    "endpoints": manage,
    "adoption": adopt,
    "reachability": reach,
    "costs": price,
    "publication": publish,
}


def grants_of(use: str, customer: Customer) -> set[Grant]:
    """What the job of that use asked for, in an empty sandbox."""
    customer.sandbox.reset()
    record = Record(customer.sandbox.aws.authorizer)

    def run(module: str, **options: Any) -> Result:
        result: Result = record.of(lambda: customer.run(module, **options))
        assert not result["failed"], result["msg"]
        return result

    JOBS[use](customer, run)
    return record.grants


def grants_of_role(operator: Operator) -> set[Grant]:
    """What the role asks for that makes a network, changes it and removes it. Three playbooks."""
    record = Record(operator.sandbox.aws.authorizer)
    zones = operator.zone_ids()
    first = {"vpc_cidr": VPC_RANGE, "availability_zone_ids": zones[0], "check": False}
    second = {**first, "availability_zone_ids": zones, "client_cidrs": "10.42.0.0/20", "tags": {"a": "b"}}
    for playbook, options in (("connect", first), ("connect", second), ("disconnect", {})):
        run = record.of(partial(operator.play, playbook, **options))
        assert run.status == 0, run.output
    return record.grants
