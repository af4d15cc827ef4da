# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A naive client provides an endpoint service: its life from creation to removal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_sandbox import ACCOUNT, OTHER_ACCOUNT, REGION, Cloud, Vpc, make_vpc, refused
from tests.support.provider_sandbox import (
    NO_SUCH_ID,
    ROOT_OF_OTHER,
    begin_balancer,
    connect,
    connections,
    make_balancer,
    publish,
    published,
    unsuccessful,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

TAKEN = "LBs are already associated with another VPC Endpoint Service Configuration"
CONNECTED = "Service has existing active VPC Endpoint connections!"
NONE_LEFT = "A VPC endpoint service must have at least one load balancer."


def _gone(service_id: str) -> str:
    return f"The VpcEndpointService Id '{service_id}' does not exist"


def _services(ec2: EC2Client, **asked: Any) -> list[str]:
    answer = ec2.describe_vpc_endpoint_service_configurations(**asked)
    return [one["ServiceId"] for one in answer["ServiceConfigurations"]]


def test_a_new_service_has_the_zones_of_its_load_balancer(cloud: Cloud, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    made = publish(cloud, [arn], AcceptanceRequired=True)
    service = published(cloud, made["ServiceId"])
    expected = {
        "ServiceName": f"com.amazonaws.vpce.{REGION}.{made['ServiceId']}",
        "ServiceType": [{"ServiceType": "Interface"}],
        "AvailabilityZones": ["us-east-1b", "us-east-1c"],
        "AvailabilityZoneIds": ["use1-az1", "use1-az2"],
        "NetworkLoadBalancerArns": [arn],
        "AcceptanceRequired": True,
        "SupportedIpAddressTypes": ["ipv4"],
        "SupportedRegions": [{"Region": REGION, "ServiceState": "Available"}],
        "BaseEndpointDnsNames": [f"{made['ServiceId']}.{REGION}.vpce.amazonaws.com"],
        "Tags": [],
    }
    assert {key: service[key] for key in expected} == expected
    assert "PrivateDnsName" not in service


def test_a_request_that_says_nothing_of_acceptance_asks_for_it(cloud: Cloud, vpc: Vpc) -> None:
    assert publish(cloud, [make_balancer(cloud, vpc)])["AcceptanceRequired"] is True


def test_a_new_service_is_pending_for_a_while(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    made: Any = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[make_balancer(cloud, vpc)])
    service_id = made["ServiceConfiguration"]["ServiceId"]
    assert made["ServiceConfiguration"]["ServiceState"] == "Pending"
    assert published(cloud, service_id)["ServiceState"] == "Pending", "not because somebody asked"
    cloud.clock.advance(cloud.settings.configuration_available)
    assert published(cloud, service_id)["ServiceState"] == "Available"


def test_a_new_service_is_in_no_list_for_a_while(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.configuration_visible = 20
    service_id = publish(cloud, [make_balancer(cloud, vpc)])["ServiceId"]
    with refused("InvalidVpcEndpointServiceId.NotFound", _gone(service_id)):
        published(cloud, service_id)
    assert _services(ec2) == []
    cloud.clock.advance(20)
    assert _services(ec2) == [service_id]


def test_a_service_without_a_load_balancer_is_refused(ec2: EC2Client) -> None:
    with refused("InvalidParameter", NONE_LEFT):
        ec2.create_vpc_endpoint_service_configuration(AcceptanceRequired=True)


def test_an_unknown_load_balancer_is_refused(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    other: Any = cloud.client(account=OTHER_ACCOUNT)
    for client in (other, cloud.client(region="us-west-2")):
        with refused("InvalidParameter", f"The load balancer '{arn}' does not exist"):
            client.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])


def test_a_load_balancer_that_is_provisioning_is_refused(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arn = begin_balancer(cloud, vpc)
    with refused("InvalidParameter", f"The load balancer '{arn}' is not active."):
        ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])


def test_an_application_load_balancer_is_refused(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc, Type="application")
    with refused("InvalidParameter", f"The load balancer '{arn}' is not a Network Load Balancer."):
        ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])


def test_a_load_balancer_belongs_to_one_service(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    first, second = make_balancer(cloud, vpc), make_balancer(cloud, vpc, name="more")
    publish(cloud, [first])
    with refused("InvalidParameter", TAKEN):
        ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[second, first])
    other = publish(cloud, [second])
    with refused("InvalidParameter", TAKEN):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=other["ServiceId"], AddNetworkLoadBalancerArns=[first])


def test_a_service_may_have_several_load_balancers_and_keeps_one(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    first, second = make_balancer(cloud, vpc), make_balancer(cloud, vpc, ("us-east-1d",), name="more")
    service_id = publish(cloud, [first])["ServiceId"]
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddNetworkLoadBalancerArns=[second])
    service = published(cloud, service_id)
    assert service["NetworkLoadBalancerArns"] == [first, second]
    assert service["AvailabilityZones"] == ["us-east-1b", "us-east-1c", "us-east-1d"]
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, RemoveNetworkLoadBalancerArns=[first])
    assert published(cloud, service_id)["AvailabilityZones"] == ["us-east-1d"]
    with refused("InvalidParameter", NONE_LEFT):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, RemoveNetworkLoadBalancerArns=[second])


def test_no_load_balancer_can_be_taken_off_while_endpoints_are_connected(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    first, second = make_balancer(cloud, vpc), make_balancer(cloud, vpc, name="more")
    service = publish(cloud, [first, second], [ROOT_OF_OTHER])
    connect(cloud, service)
    with refused("ExistingVpcEndpointConnections", CONNECTED):
        ec2.modify_vpc_endpoint_service_configuration(
            ServiceId=service["ServiceId"], RemoveNetworkLoadBalancerArns=[second]
        )


def test_zones_are_those_of_the_creation_until_the_service_looks_again(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    service_id = publish(cloud, [arn])["ServiceId"]
    zones = ["us-east-1b", "us-east-1c", "us-east-1d"]
    cloud.client("elbv2").set_subnets(LoadBalancerArn=arn, Subnets=[vpc.subnets[zone] for zone in zones])
    cloud.clock.advance(10_000)
    assert published(cloud, service_id)["AvailabilityZones"] == zones[:2]
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AcceptanceRequired=False)
    cloud.clock.advance(10_000)
    assert published(cloud, service_id)["AvailabilityZones"] == zones[:2], "another change does not make it look"
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id)
    assert published(cloud, service_id)["AvailabilityZones"] == zones[:2], "only after a while"
    cloud.clock.advance(cloud.settings.configuration_zones)
    assert published(cloud, service_id)["AvailabilityZones"] == zones


def test_a_modification_shows_late_but_counts_at_once(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)])
    service_id = service["ServiceId"]
    cloud.settings.modification_visible = 10
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AcceptanceRequired=False)
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service_id, AddAllowedPrincipals=[ROOT_OF_OTHER])
    assert published(cloud, service_id)["AcceptanceRequired"] is True
    assert ec2.describe_vpc_endpoint_service_permissions(ServiceId=service_id)["AllowedPrincipals"] == []
    assert connections(cloud, service_id) == {}
    vpc_endpoint_id = connect(cloud, service)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "pending"}, "permitted, and without acceptance"
    cloud.clock.advance(10)
    assert published(cloud, service_id)["AcceptanceRequired"] is False
    (found,) = ec2.describe_vpc_endpoint_service_permissions(ServiceId=service_id)["AllowedPrincipals"]
    assert found["Principal"] == ROOT_OF_OTHER


def test_the_same_token_makes_one_service(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arns = [make_balancer(cloud, vpc)]
    first = publish(cloud, arns, ClientToken="orders-1")
    assert publish(cloud, arns, ClientToken="orders-1")["ServiceId"] == first["ServiceId"]
    text = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
    with refused("IdempotentParameterMismatch", text):
        publish(cloud, arns, ClientToken="orders-1", AcceptanceRequired=False)
    assert _services(ec2) == [first["ServiceId"]]


def test_the_token_of_a_deleted_service_is_remembered(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    asked: Any = {"NetworkLoadBalancerArns": [make_balancer(cloud, vpc)], "ClientToken": "orders-1"}
    service_id = publish(cloud, asked["NetworkLoadBalancerArns"], ClientToken="orders-1")["ServiceId"]
    ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])
    cloud.clock.advance(10_000)

    def again() -> tuple[str, str]:
        service = ec2.create_vpc_endpoint_service_configuration(**asked)["ServiceConfiguration"]
        return service["ServiceId"], service["ServiceState"]

    assert again() == (service_id, "Deleting")
    cloud.settings.token_answer = "first"
    assert again() == (service_id, "Pending")
    assert _services(ec2) == []


def test_tags_find_a_service(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    tags = [{"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": "Name", "Value": "orders"}]}]
    first = publish(cloud, [make_balancer(cloud, vpc)], TagSpecifications=tags)["ServiceId"]
    second = publish(cloud, [make_balancer(cloud, vpc, name="more")])["ServiceId"]
    by_tag: Any = [{"Name": "tag:Name", "Values": ["orders"]}]
    assert _services(ec2, Filters=by_tag) == [first]
    ec2.create_tags(Resources=[second], Tags=[{"Key": "Name", "Value": "orders"}])
    assert _services(ec2, Filters=by_tag) == [first, second]
    ec2.delete_tags(Resources=[first], Tags=[{"Key": "Name"}])
    assert _services(ec2, Filters=by_tag) == [second]
    with refused("InvalidVpcEndpointServiceId.NotFound", _gone(NO_SUCH_ID)):
        ec2.create_tags(Resources=[NO_SUCH_ID], Tags=[{"Key": "Name", "Value": "orders"}])


@pytest.mark.parametrize(
    ("name", "value"),
    [("service-state", "Available"), ("supported-ip-address-types", "ipv4"), ("service-name", "com.amazonaws.*")],
)
def test_filters_choose_services(cloud: Cloud, ec2: EC2Client, vpc: Vpc, name: str, value: str) -> None:
    service_id = publish(cloud, [make_balancer(cloud, vpc)])["ServiceId"]
    assert _services(ec2, Filters=[{"Name": name, "Values": [value]}]) == [service_id]
    assert _services(ec2, Filters=[{"Name": name, "Values": ["nothing"]}]) == []
    assert _services(ec2, Filters=[{"Name": "service-id", "Values": [service_id]}]) == [service_id]


def test_services_come_in_pages(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    made = [publish(cloud, [make_balancer(cloud, vpc, name=f"orders{one}")])["ServiceId"] for one in range(3)]
    cloud.settings.aws_page_size = 2
    pages = [*ec2.get_paginator("describe_vpc_endpoint_service_configurations").paginate()]
    assert [[one["ServiceId"] for one in page["ServiceConfigurations"]] for page in pages] == [made[:2], made[2:]]


def test_unknown_and_malformed_ids_are_refused_each_with_its_code(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    calls: list[Any] = [
        lambda one: ec2.describe_vpc_endpoint_service_configurations(ServiceIds=[one]),
        lambda one: ec2.modify_vpc_endpoint_service_configuration(ServiceId=one, AcceptanceRequired=True),
        lambda one: ec2.describe_vpc_endpoint_service_permissions(ServiceId=one),
        lambda one: ec2.modify_vpc_endpoint_service_permissions(ServiceId=one, AddAllowedPrincipals=["*"]),
        lambda one: ec2.accept_vpc_endpoint_connections(ServiceId=one, VpcEndpointIds=["vpce-0123456789abcdef0"]),
        lambda one: ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=one),
    ]
    for call in calls:
        with refused("InvalidVpcEndpointServiceId.NotFound", _gone(NO_SUCH_ID)):
            call(NO_SUCH_ID)
        with refused("InvalidVpcEndpointServiceIdId.Malformed", "Invalid Id: 'orders'"):
            call("orders")


def test_another_account_cannot_touch_a_service(cloud: Cloud, vpc: Vpc) -> None:
    service_id = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])["ServiceId"]
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    assert _services(other) == []
    with refused("InvalidVpcEndpointServiceId.NotFound", _gone(service_id)):
        other.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AcceptanceRequired=False)
    answer = other.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])
    assert unsuccessful(answer) == {service_id: ("InvalidVpcEndpointService.NotFound", _gone(service_id))}
    assert published(cloud, service_id)["ServiceState"] == "Available"


def test_a_service_with_connections_is_not_deleted_and_nothing_is_raised(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc
) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])
    service_id, free_id = service["ServiceId"], publish(cloud, [make_balancer(cloud, vpc, name="more")])["ServiceId"]
    vpc_endpoint_id = connect(cloud, service)
    answer = ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id, free_id, NO_SUCH_ID])
    assert unsuccessful(answer) == {
        service_id: ("ExistingVpcEndpointConnections", CONNECTED),
        NO_SUCH_ID: ("InvalidVpcEndpointService.NotFound", _gone(NO_SUCH_ID)),
    }
    assert published(cloud, free_id)["ServiceState"] == "Deleting"
    assert connections(cloud, service_id) == {vpc_endpoint_id: "pendingAcceptance"}


@pytest.mark.parametrize(
    ("state", "blocks"),
    [("pendingAcceptance", True), ("pending", True), ("available", True), ("rejected", False), ("failed", False)],
)
def test_only_connections_that_may_still_work_block_the_deletion(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, state: str, blocks: bool
) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])
    cloud.aws.force_state(connect(cloud, service), state)
    answer = ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])
    assert bool(unsuccessful(answer)) == blocks


def test_a_rejected_connection_stays_listed_and_blocks_nothing(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])
    service_id, vpc_endpoint_id = service["ServiceId"], connect(cloud, service)
    ec2.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    answer = ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])
    assert unsuccessful(answer) == {service_id: ("ExistingVpcEndpointConnections", CONNECTED)}, "not rejected yet"
    cloud.clock.advance(cloud.settings.connection_rejecting)
    assert connections(cloud, service_id) == {vpc_endpoint_id: "rejected"}
    assert unsuccessful(ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])) == {}
    cloud.clock.advance(cloud.settings.configuration_deleting)
    with refused("InvalidVpcEndpointServiceId.NotFound", _gone(service_id)):
        published(cloud, service_id)


def test_a_service_that_is_being_deleted_cannot_be_changed_or_seen(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])
    ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])
    with refused("IncorrectState", f"The VPC endpoint service '{service['ServiceId']}' is being deleted."):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], AcceptanceRequired=False)
    assert (
        service["ServiceName"]
        not in cloud.client(account=OTHER_ACCOUNT).describe_vpc_endpoint_services()["ServiceNames"]
    )


def test_ipv6_needs_dualstack_load_balancers(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    text = f"The load balancer '{arn}' must be dualstack for the IP address type: ipv6."
    with refused("InvalidParameter", text):
        publish(cloud, [arn], SupportedIpAddressTypes=["ipv4", "ipv6"])
    service_id = publish(cloud, [arn])["ServiceId"]
    with refused("InvalidParameter", text):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddSupportedIpAddressTypes=["ipv6"])
    cloud.client("elbv2").set_ip_address_type(LoadBalancerArn=arn, IpAddressType="dualstack")
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddSupportedIpAddressTypes=["ipv6"])
    assert published(cloud, service_id)["SupportedIpAddressTypes"] == ["ipv4", "ipv6"]
    with refused("InvalidParameter", "A VPC endpoint service must support at least one IP address type."):
        ec2.modify_vpc_endpoint_service_configuration(
            ServiceId=service_id, RemoveSupportedIpAddressTypes=["ipv4", "ipv6"]
        )
    with refused("InvalidParameterValue", "Invalid value 'dualstack' for SupportedIpAddressTypes."):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AddSupportedIpAddressTypes=["dualstack"])


def test_the_payer_is_set_once_and_shown_to_both_sides(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    service = publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER])
    assert "PayerResponsibility" not in published(cloud, service["ServiceId"])
    ec2.modify_vpc_endpoint_service_payer_responsibility(
        ServiceId=service["ServiceId"], PayerResponsibility="ServiceOwner"
    )
    assert published(cloud, service["ServiceId"])["PayerResponsibility"] == "ServiceOwner"
    seen = cloud.client(account=OTHER_ACCOUNT).describe_vpc_endpoint_services(ServiceNames=[service["ServiceName"]])
    assert seen["ServiceDetails"][0]["PayerResponsibility"] == "ServiceOwner"
    with refused("InvalidParameterValue", "Invalid value 'EndpointOwner' for PayerResponsibility."):
        ec2.modify_vpc_endpoint_service_payer_responsibility(
            ServiceId=service["ServiceId"],
            PayerResponsibility="EndpointOwner",  # type: ignore[arg-type]
        )


def test_dry_runs_write_nothing(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    text = "Request would have succeeded, but DryRun flag is set."
    arn = make_balancer(cloud, vpc)
    with refused("DryRunOperation", text):
        ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn], DryRun=True)
    assert _services(ec2) == []
    service_id = publish(cloud, [arn])["ServiceId"]
    with refused("DryRunOperation", text):
        ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id], DryRun=True)
    assert published(cloud, service_id)["ServiceState"] == "Available"


def test_services_of_two_accounts_are_apart(cloud: Cloud, vpc: Vpc) -> None:
    mine = publish(cloud, [make_balancer(cloud, vpc)])
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    subnets = [make_vpc(other).subnets["us-east-1b"]]
    made = cloud.client("elbv2", OTHER_ACCOUNT).create_load_balancer(Name="orders", Type="network", Subnets=subnets)
    cloud.clock.advance(cloud.settings.load_balancer_active)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    theirs: Any = other.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])
    assert _services(cloud.client(account=ACCOUNT)) == [mine["ServiceId"]]
    assert _services(other) == [theirs["ServiceConfiguration"]["ServiceId"]]
