# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection is used for: each job with the state before it and its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.place import Subject
from tests.support.transitions import Options, creation, edited, made, of_service, succeeded

Prepare = Callable[[Subject], Options]
MEMBERS = 3


@dataclass(frozen=True)
class Job:
    """`prepare` sets up the state before and returns the module's options. A job that `reads` changes nothing."""

    name: str
    module: str
    prepare: Prepare
    reads: bool = False

    def desired(self, options: Options) -> list[Options]:
        """The desired state of each private endpoint."""
        return [] if self.reads else list(options.get("endpoints", [options]))


def fleet(subject: Subject) -> Options:
    """Private endpoints of one cluster in several VPCs."""
    return {"endpoints": [{**creation(subject), "tags": {"number": str(number)}} for number in range(MEMBERS)]}


def fleet_delete(subject: Subject) -> Options:
    options = fleet(subject)
    result = subject.run("private_endpoints", **options)
    assert not result["failed"], result["msg"]
    return {"endpoints": [{**one, "state": "absent"} for one in options["endpoints"]]}


def delete(subject: Subject) -> Options:
    return {**made(subject), "state": "absent"}


def info(subject: Subject) -> Options:
    """Reads one that is finished and one that is no longer registered."""
    made(subject)
    return {"regions": ["us-east-1"]}


def service_name(subject: Subject) -> Options:
    options = of_service("tidb.example.com")(subject)
    return {**options, "private_dns_enabled": True, "tags": {"team": "a"}}


def service(subject: Subject) -> Options:
    return {"cluster_id": subject.cluster_id("main")}


def inventory(subject: Subject) -> Options:
    made(subject)
    return {"regions": ["us-east-1"]}


def reachability(subject: Subject) -> Options:
    options = creation(subject)
    endpoint = succeeded(subject, options)["private_endpoint"]
    ec2 = subject.ec2()
    subnet_id = ec2.create_subnet(VpcId=options["vpc_id"], CidrBlock="10.7.100.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=options["vpc_id"], GroupName="application", Description="a")
    interface = ec2.create_network_interface(SubnetId=subnet_id, Groups=[group["GroupId"]])["NetworkInterface"]
    port = endpoint["port"]
    ec2.authorize_security_group_ingress(
        GroupId=options["security_group_ids"][0],
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.7.0.0/16"}]}
        ],
    )
    return {
        "vpc_endpoint_id": endpoint["vpc_endpoint_id"],
        "region": "us-east-1",
        "source_network_interface_id": interface["NetworkInterfaceId"],
    }


JOBS = {
    job.name: job
    for job in (
        Job("create", "private_endpoint", creation),
        Job("edit", "private_endpoint", edited()),
        Job("delete", "private_endpoint", delete),
        Job("fleet", "private_endpoints", fleet),
        Job("fleet-delete", "private_endpoints", fleet_delete),
        Job("service_name", "private_endpoint", service_name),
        Job("service", "endpoint_service", service, reads=True),
        Job("info", "endpoint_info", info, reads=True),
        Job("inventory", "inventory", inventory, reads=True),
        Job("reachability", "reachability_info", reachability, reads=True),
    )
}
