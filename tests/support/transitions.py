# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which a private endpoint gets from one state to another: current state, desired state, steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.customer import Customer, Result

Options = dict[str, Any]
Prepare = Callable[[Customer], Options]
Call = tuple[str, str]

CREATION = ("create_vpc_endpoint", "register_endpoint", "enable_private_dns")
REMOVAL = ("terminate_registration", "delete_vpc_endpoint")
ADOPTION = ("set_tags", "register_endpoint", "enable_private_dns")
REPAIRED: Options = {"recreate_failed": True}
# The options that can be changed in place.
IN_PLACE = ("subnet_ids", "security_group_ids", "private_dns_enabled", "ip_address_type", "tags")


@dataclass(frozen=True)
class Transition:
    """`prepare` sets up the state before and returns the options of `private_endpoint`, whose run takes `steps`.

    `next`: the options that must differ once they are in effect; null if the next run has more to do.
    """

    steps: tuple[str, ...]
    prepare: Prepare
    next: Options | None = field(default_factory=dict)


# --- what is there ----------------------------------------------------------------------------------------------


def creation(customer: Customer) -> Options:
    """A creation in an empty account."""
    return {"cluster_id": customer.cluster_id("main"), **customer.network().options}


def succeeded(customer: Customer, desired: Options, **options: Any) -> Result:
    result = customer.run("private_endpoint", **{**desired, **options})
    assert not result["failed"], result["msg"]
    return result


def made(customer: Customer, **options: Any) -> Options:
    """One that is finished."""
    desired = creation(customer) | options
    succeeded(customer, desired)
    return desired


def editable(customer: Customer) -> tuple[Options, Options]:
    """Two sets of options that differ in everything that can be changed in place; the network has room for both.

    From either to the other, one subnet is swapped within its zone, another moves to another zone.
    """
    zones = customer.zone_ids()
    _speak_ipv6(customer)
    network = customer.network(zones[0], zones[1], zones[2], zones[0])
    ec2 = customer.ec2()
    for number, subnet_id in enumerate(network.subnet_ids):
        ec2.associate_subnet_cidr_block(SubnetId=subnet_id, Ipv6CidrBlock=f"2600:1f18:0:{number}::/64")
    group = ec2.create_security_group(VpcId=network.vpc_id, GroupName="operators", Description="operators")
    first, second, third, twin = network.subnet_ids
    shared = {"cluster_id": customer.cluster_id("main"), "vpc_id": network.vpc_id}
    one = {
        "subnet_ids": [first, second],
        "security_group_ids": list(network.security_group_ids),
        "private_dns_enabled": True,
        "ip_address_type": "ipv4",
        "tags": {"team": "a", "stage": "test"},
    }
    other = {
        "subnet_ids": [third, twin],
        "security_group_ids": [group["GroupId"]],
        "private_dns_enabled": False,
        "ip_address_type": "dualstack",
        "tags": {"team": "b", "owner": "c"},
    }
    return {**shared, **one}, {**shared, **other}


def _speak_ipv6(customer: Customer) -> None:
    """The endpoint service of the cluster "main" as if it had both kinds of addresses."""
    group = customer.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]
    customer.sandbox.aws.add_service(
        region="us-east-1",
        service_name=group["service_name"],
        zone_ids=group["zone_ids"],
        private_dns_name=group["host"],
        principals=[customer.account["account_id"]],
        address_types=("ipv4", "dualstack"),
    )


def edited(*options: str, back: bool = False) -> Prepare:
    """A finished one of which these options change (all without any)."""

    def prepare(customer: Customer) -> Options:
        one, other = reversed(editable(customer)) if back else editable(customer)
        succeeded(customer, one)
        return {**one, **{option: other[option] for option in options or other}}

    return prepare


def resubnetted(before: slice | None, after: slice | None) -> Prepare:
    """A finished one whose subnets change among those of two zones."""

    def prepare(customer: Customer) -> Options:
        desired = creation(customer)
        subnet_ids = desired["subnet_ids"]
        succeeded(customer, desired, subnet_ids=subnet_ids[before or slice(None)])
        return {**desired, "subnet_ids": subnet_ids[after or slice(None)]}

    return prepare


def by_hand(customer: Customer, desired: Options) -> str:
    """An interface endpoint that was made without this collection."""
    group = customer.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]
    answer = customer.ec2().create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=desired["vpc_id"],
        ServiceName=desired.get("service_name", group["service_name"]),
        SubnetIds=desired["subnet_ids"],
        SecurityGroupIds=desired["security_group_ids"],
        PrivateDnsEnabled=False,
    )
    return str(answer["VpcEndpoint"]["VpcEndpointId"])


def adopted(customer: Customer) -> Options:
    """One that was made by hand, is not registered, and is named by its id."""
    desired = creation(customer)
    return {"cluster_id": desired["cluster_id"], "vpc_endpoint_id": by_hand(customer, desired)}


def adopted_by_its_vpc(customer: Customer) -> Options:
    desired = creation(customer)
    by_hand(customer, desired)
    return desired


def adopted_and_edited(customer: Customer) -> Options:
    one, other = editable(customer)
    return {**other, "vpc_endpoint_id": by_hand(customer, one)}


def adopted_although_registered(customer: Customer) -> Options:
    """Somebody did everything in the console but private DNS."""
    desired = creation(customer)
    vpce = by_hand(customer, desired)
    estate = customer.sandbox.tidbcloud.estate
    cluster = estate.clusters[desired["cluster_id"]]
    with customer.sandbox.clock.lock:
        estate.registrations.register(cluster, cluster.groups[0], vpce)
    customer.sandbox.clock.advance(60)
    return desired


def discovered(customer: Customer) -> Options:
    """TiDB Cloud shows the endpoint with an id of its own before it is registered."""
    customer.sandbox.settings.discovered_has_id = True
    return adopted_by_its_vpc(customer)


def accepted_without_registration(customer: Customer) -> Options:
    desired = adopted(customer)
    customer.sandbox.aws.force_state(desired["vpc_endpoint_id"], "available")
    return desired


def begun(*, seconds: float = 0.0) -> Prepare:
    """A run that did not wait made and registered it, that many seconds ago."""

    def prepare(customer: Customer) -> Options:
        desired = creation(customer)
        succeeded(customer, desired, wait=False)
        customer.sandbox.clock.advance(seconds)
        return desired

    return prepare


def made_and_not_registered(customer: Customer) -> Options:
    """The state that a run leaves if it is stopped between its first two steps."""
    desired = creation(customer)
    customer.sandbox.faults.add(
        {"api": "tidbcloud", "call": "CreatePrivateEndpointConnection", "kind": "status", "value": 500, "times": 1000}
    )
    assert customer.run("private_endpoint", **desired)["failed"]
    customer.sandbox.faults.clear()
    return desired


def private_dns_under_way(customer: Customer) -> Options:
    """Somebody has asked AWS for it a moment ago."""
    desired = made(customer, private_dns_enabled=False)
    (vpce,) = customer.live_endpoints()
    customer.sandbox.clock.advance(60)
    customer.ec2().modify_vpc_endpoint(VpcEndpointId=vpce, PrivateDnsEnabled=True)
    return {**desired, "private_dns_enabled": True}


def registration_ending(customer: Customer) -> Options:
    desired = made(customer)
    succeeded(customer, desired, state="absent", wait=False)
    return {**desired, "state": "absent"}


def registration_ended(customer: Customer) -> Options:
    """It was terminated in TiDB Cloud, which makes AWS reject the interface endpoint."""
    desired = registration_ending(customer)
    customer.sandbox.clock.advance(60)
    return desired


def deleted_in_aws(*, seconds: float = 60.0) -> Prepare:
    """The registration knows nothing of it. After an hour, AWS no longer lists the interface endpoint."""

    def prepare(customer: Customer) -> Options:
        desired = made(customer)
        (vpce,) = customer.live_endpoints()
        customer.ec2().delete_vpc_endpoints(VpcEndpointIds=[vpce])
        customer.sandbox.clock.advance(seconds)
        return {**desired, "vpc_endpoint_id": vpce}

    return prepare


def dead(state: str) -> Prepare:
    """One whose interface endpoint reached a state that it does not leave."""

    def prepare(customer: Customer) -> Options:
        desired = made(customer, tags={"team": "a"})
        (vpce,) = customer.live_endpoints()
        customer.sandbox.aws.force_state(vpce, state)
        return {**desired, **REPAIRED}

    return prepare


def registration_failed(customer: Customer) -> Options:
    desired = made(customer)
    (vpce,) = customer.registered()
    customer.sandbox.tidbcloud.estate.registrations.force(vpce, "FAILED", "The quota is used up")
    return {**desired, **REPAIRED}


def cluster_dropped(customer: Customer) -> Options:
    desired = made(customer)
    customer.sandbox.tidbcloud.estate.drop_cluster(desired["cluster_id"])
    return {"cluster_id": desired["cluster_id"], "region": "us-east-1", "state": "absent"}


def cluster_dropped_and_endpoint_serving(customer: Customer) -> Options:
    desired = made(customer)
    del customer.sandbox.tidbcloud.estate.clusters[desired["cluster_id"]]
    (vpce,) = customer.live_endpoints()
    return {"cluster_id": desired["cluster_id"], "region": "us-east-1", "state": "absent", "vpc_endpoint_id": vpce}


def node_group_dropped(customer: Customer) -> Options:
    """One of a node group that is not the default one and is gone; AWS rejects it."""
    group_id = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]["node_group_id"]
    shared = {"cluster_id": customer.cluster_id("two-groups"), "region": "us-west-2"}
    network = customer.network(*customer.zone_ids("two-groups")[:1], region="us-west-2")
    succeeded(customer, {**shared, "node_group_id": group_id, **network.options})
    customer.sandbox.tidbcloud.estate.drop_group(shared["cluster_id"], group_id)
    return {**shared, "node_group_id": group_id, "state": "absent"}


def node_group_dropped_by_id(customer: Customer) -> Options:
    """Removed as a finding of endpoint_info says: by its id alone."""
    desired = node_group_dropped(customer)
    (vpce,) = (one.vpc_endpoint_id for one in customer.sandbox.aws.endpoints())
    return {"cluster_id": desired["cluster_id"], "vpc_endpoint_id": vpce, "state": "absent"}


def of_service(private_dns_name: str | None = None) -> Prepare:
    """A creation over another endpoint service, in an empty account."""

    def prepare(customer: Customer) -> Options:
        return {"service_name": customer.offered_service(private_dns_name), **customer.network().options}

    return prepare


def made_of_service(**options: Any) -> Prepare:
    """A finished one of another endpoint service, of which these options change."""

    def prepare(customer: Customer) -> Options:
        desired = of_service()(customer)
        succeeded(customer, desired)
        return {**desired, **options}

    return prepare


def after(prepare: Prepare, **options: Any) -> Prepare:
    """The same with other options."""
    return lambda customer: {**prepare(customer), **options}


def named_by_its_id(prepare: Prepare) -> Prepare:
    """The same, but the options name the cluster and the one interface endpoint alone."""

    def by_id(customer: Customer) -> Options:
        desired = prepare(customer)
        (vpce,) = [one.vpc_endpoint_id for one in customer.sandbox.aws.endpoints()]
        omitted = ("vpc_id", "subnet_ids", "security_group_ids")
        return {**{name: value for name, value in desired.items() if name not in omitted}, "vpc_endpoint_id": vpce}

    return by_id


# --- every transition -------------------------------------------------------------------------------------------

WHOLE_EDIT = (
    "set_tags",
    "remove_tags",
    "add_security_groups",
    "remove_security_groups",
    "add_subnets",
    "remove_subnets",
    "add_subnets",
    "remove_subnets",
    "set_ip_address_type",
    "disable_private_dns",
)
# What dualstack needs of subnets must not hinder those that have no IPv6.
WHOLE_EDIT_BACK = (*WHOLE_EDIT[:4], "set_ip_address_type", *WHOLE_EDIT[4:8], "enable_private_dns")
MORE_TO_DO = None
# The id that the options name is that of the one that was replaced.
WITHOUT_ID: Options = {"vpc_endpoint_id": None}
ABSENT: Options = {"state": "absent"}
AT_ONCE: Options = {"wait": False}
KEPT: Options = {"keep_vpc_endpoint": True}

TRANSITIONS: dict[str, Transition] = {
    # creating
    "create": Transition(CREATION, creation),
    "create with a name and tags": Transition(CREATION, after(creation, name="tidb", tags={"team": "a"})),
    "create without private DNS": Transition(CREATION[:2], after(creation, private_dns_enabled=False)),
    "create, not waiting": Transition(CREATION[:2], after(creation, **AT_ONCE), MORE_TO_DO),
    "create over service_name": Transition(CREATION[:1], of_service()),
    "create over service_name with a private name": Transition(
        ("create_vpc_endpoint", "enable_private_dns"), of_service("tidb.example.com")
    ),
    # changing in place
    "nothing": Transition((), made),
    "add subnets": Transition(("add_subnets",), resubnetted(slice(1), None)),
    "remove subnets": Transition(("remove_subnets",), resubnetted(None, slice(1))),
    "move to other subnets": Transition(("add_subnets", "remove_subnets"), resubnetted(slice(1), slice(1, 2))),
    "swap and move subnets": Transition(WHOLE_EDIT[4:8], edited("subnet_ids")),
    "security groups": Transition(WHOLE_EDIT[2:4], edited("security_group_ids")),
    "private DNS off": Transition(("disable_private_dns",), edited("private_dns_enabled")),
    "private DNS on": Transition(("enable_private_dns",), edited("private_dns_enabled", back=True)),
    "address type": Transition(("set_ip_address_type",), edited("ip_address_type")),
    "tags": Transition(("set_tags", "remove_tags"), edited("tags")),
    "tags, not purged": Transition(("set_tags",), after(edited("tags"), purge_tags=False)),
    "everything at once": Transition(WHOLE_EDIT, edited()),
    "everything at once, back": Transition(WHOLE_EDIT_BACK, edited(back=True)),
    "everything at once, not waiting": Transition(WHOLE_EDIT[:4], after(edited(), **AT_ONCE), MORE_TO_DO),
    "change one over service_name": Transition(("set_tags",), made_of_service(tags={"team": "a"})),
    # adopting
    "adopt by id": Transition(ADOPTION, adopted),
    "adopt by service and VPC": Transition(ADOPTION, adopted_by_its_vpc),
    "adopt without private DNS": Transition(ADOPTION[:2], after(adopted, private_dns_enabled=False)),
    "adopt and edit": Transition(("set_tags", "register_endpoint", *WHOLE_EDIT[2:9]), adopted_and_edited),
    "adopt what is registered": Transition(("set_tags", "enable_private_dns"), adopted_although_registered),
    "adopt, not waiting": Transition(ADOPTION[:2], after(adopted, **AT_ONCE), MORE_TO_DO),
    "complete a DISCOVERED registration": Transition(ADOPTION, discovered),
    "register what AWS accepted": Transition(ADOPTION, accepted_without_registration),
    # resuming
    "resume before the registration": Transition(CREATION[1:], made_and_not_registered),
    "resume while PENDING": Transition(CREATION[2:], begun()),
    "resume before private DNS": Transition(CREATION[2:], begun(seconds=60.0)),
    "resume before private DNS, not waiting": Transition(
        CREATION[2:], after(begun(seconds=60.0), **AT_ONCE), MORE_TO_DO
    ),
    "resume before private DNS takes effect": Transition(CREATION[2:], private_dns_under_way),
    "resume a removal whose registration is ending": Transition(REMOVAL[1:], registration_ending),
    "resume a removal whose interface endpoint is deleting": Transition(
        REMOVAL[:1], after(deleted_in_aws(seconds=0.0), **ABSENT)
    ),
    # repairing
    "repair a FAILED registration": Transition(REMOVAL + CREATION, registration_failed),
    "repair a rejected interface endpoint": Transition(REMOVAL + CREATION, dead("rejected")),
    "repair a failed interface endpoint": Transition(REMOVAL + CREATION, dead("failed")),
    "repair an expired interface endpoint": Transition(REMOVAL + CREATION, dead("expired")),
    "repair one deleted in AWS": Transition(
        REMOVAL[:1] + CREATION, after(deleted_in_aws(), vpc_endpoint_id=None, **REPAIRED)
    ),
    "repair one deleted in AWS, by id": Transition(
        REMOVAL[:1] + CREATION, after(deleted_in_aws(), **REPAIRED), WITHOUT_ID
    ),
    "repair one that AWS no longer lists": Transition(
        REMOVAL[:1] + CREATION, after(deleted_in_aws(seconds=4000.0), **REPAIRED), WITHOUT_ID
    ),
    "repair one terminated in TiDB Cloud": Transition(
        REMOVAL[1:] + CREATION, after(registration_ended, state="present", **REPAIRED)
    ),
    "repair one that is being terminated": Transition(
        REMOVAL[1:] + CREATION, after(registration_ending, state="present", **REPAIRED)
    ),
    "repair, not waiting": Transition(REMOVAL[:1], after(registration_failed, **AT_ONCE), MORE_TO_DO),
    # removing
    "delete": Transition(REMOVAL, after(made, **ABSENT)),
    "delete by id": Transition(REMOVAL, after(named_by_its_id(made), **ABSENT)),
    "delete, not waiting": Transition(REMOVAL[:1], after(made, **ABSENT, **AT_ONCE), MORE_TO_DO),
    "delete what was never finished": Transition(REMOVAL, after(begun(), **ABSENT)),
    "delete what was never registered": Transition(REMOVAL[1:], after(made_and_not_registered, **ABSENT)),
    "delete without a registration": Transition(REMOVAL[1:], registration_ended),
    "delete without an interface endpoint": Transition(
        REMOVAL[:1], after(deleted_in_aws(), vpc_endpoint_id=None, **ABSENT)
    ),
    "delete without an interface endpoint, by id": Transition(
        REMOVAL[:1], after(deleted_in_aws(seconds=4000.0), **ABSENT)
    ),
    "delete the registration alone": Transition(REMOVAL[:1], after(made, **ABSENT, **KEPT)),
    "delete what is not there": Transition((), after(creation, **ABSENT)),
    "delete after the cluster was dropped": Transition(REMOVAL[1:], cluster_dropped),
    "delete after the cluster was dropped, by id": Transition(REMOVAL[1:], cluster_dropped_and_endpoint_serving),
    "delete after the node group was dropped": Transition(REMOVAL[1:], node_group_dropped),
    "delete after the node group was dropped, by id": Transition(REMOVAL[1:], node_group_dropped_by_id),
    "delete over service_name": Transition(REMOVAL[1:], made_of_service(**ABSENT)),
}

# What sends each step, and what distinguishes it from other changes of an interface endpoint.
CALLS: dict[str, tuple[Call, str]] = {
    "create_vpc_endpoint": (("aws", "CreateVpcEndpoint"), "ClientToken"),
    "register_endpoint": (("tidbcloud", "CreatePrivateEndpointConnection"), "endpointId"),
    "terminate_registration": (("tidbcloud", "DeletePrivateEndpointConnection"), "connection_id"),
    "delete_vpc_endpoint": (("aws", "DeleteVpcEndpoints"), "VpcEndpointId.1"),
    "set_tags": (("aws", "CreateTags"), "Tag.1.Key"),
    "remove_tags": (("aws", "DeleteTags"), "Tag.1.Key"),
    "add_security_groups": (("aws", "ModifyVpcEndpoint"), "AddSecurityGroupId.1"),
    "remove_security_groups": (("aws", "ModifyVpcEndpoint"), "RemoveSecurityGroupId.1"),
    "add_subnets": (("aws", "ModifyVpcEndpoint"), "AddSubnetId.1"),
    "remove_subnets": (("aws", "ModifyVpcEndpoint"), "RemoveSubnetId.1"),
    "set_ip_address_type": (("aws", "ModifyVpcEndpoint"), "IpAddressType"),
    "enable_private_dns": (("aws", "ModifyVpcEndpoint"), "PrivateDnsEnabled"),
    "disable_private_dns": (("aws", "ModifyVpcEndpoint"), "PrivateDnsEnabled"),
}


def assert_fulfilled(result: Result, desired: Options) -> None:
    """The private endpoint that a run returned is exactly as desired; one that is to be gone is gone."""
    assert not result["failed"], result["msg"]
    endpoint = result["private_endpoint"]
    if desired.get("state") == "absent":
        assert endpoint["status"] == "not_configured"
        return
    assert (endpoint["status"], endpoint["stage"]) == ("active", "done")
    assert endpoint["private_dns_enabled"] is desired.get("private_dns_enabled", True)
    for option in ("vpc_id", "ip_address_type"):
        assert endpoint[option] == (desired.get(option) or endpoint[option])
    for option in ("subnet_ids", "security_group_ids"):
        assert endpoint[option] == sorted(desired.get(option) or endpoint[option])
    if desired.get("tags") is not None and desired.get("purge_tags", True):
        own = {key: value for key, value in endpoint["tags"].items() if not key.startswith("tidbcloud:")}
        assert own == desired["tags"]
