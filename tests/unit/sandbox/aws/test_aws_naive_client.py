# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A naive client meets every rule of PrivateLink, and gets the error that AWS would return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_sandbox import (
    HOST,
    OTHER_ACCOUNT,
    PROVIDER,
    REGION,
    SERVICE,
    ZONES,
    Cloud,
    Vpc,
    create,
    create_available,
    describe,
    make_vpc,
    refused,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

NOT_ACCEPTED = f"Private DNS can only be enabled after the endpoint connection is accepted by the owner of {SERVICE}."
NO_SUCH_SERVICE = f"The Vpc Endpoint Service '{SERVICE}' does not exist"
UNKNOWN_ENDPOINT = "vpce-0123456789abcdef0"


def _conflict(vpc: Vpc) -> str:
    return (
        f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {HOST} in the "
        f"VPC {vpc.vpc_id}"
    )


def _duplicate(subnet_id: str) -> str:
    return (
        f"Found another VPC endpoint subnet in the availability zone of {subnet_id}. VPC endpoint subnets should be in "
        "different availability zones supported by the VPC endpoint service."
    )


def _second_subnet(ec2: EC2Client, vpc: Vpc, zone: str) -> str:
    return ec2.create_subnet(VpcId=vpc.vpc_id, CidrBlock="10.20.99.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]


def test_private_dns_at_create_is_refused_before_acceptance(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidParameter", NOT_ACCEPTED):
        create(ec2, vpc, PrivateDnsEnabled=True)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_a_client_that_says_nothing_of_private_dns_asks_for_it(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidParameter", NOT_ACCEPTED):
        ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=vpc.vpc_id,
            ServiceName=SERVICE,
            SubnetIds=[vpc.subnets["us-east-1b"]],
        )


def test_a_client_that_says_nothing_of_the_type_asks_for_a_gateway(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface])."):
        ec2.create_vpc_endpoint(VpcId=vpc.vpc_id, ServiceName=SERVICE)


def test_private_dns_is_refused_while_the_connection_waits_for_acceptance(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", NOT_ACCEPTED):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


def test_private_dns_is_refused_in_the_first_moments_after_acceptance(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    cloud.aws.accept(vpc_endpoint_id)
    cloud.clock.advance(cloud.settings.endpoint_available)
    assert describe(ec2, vpc_endpoint_id)["State"] == "available"
    with refused("InvalidParameter", NOT_ACCEPTED):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.private_dns_ready)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


@pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
def test_private_dns_needs_both_dns_attributes_of_the_vpc(cloud: Cloud, ec2: EC2Client, attribute: str) -> None:
    vpc = make_vpc(ec2)
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    ec2.modify_vpc_attribute(**{"VpcId": vpc.vpc_id, attribute: {"Value": False}})  # type: ignore[arg-type]
    with refused(
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        f"{vpc.vpc_id}",
    ):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


def test_private_dns_needs_a_service_with_a_private_name(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    nameless = "com.amazonaws.vpce.us-east-1.vpce-svc-0fedcba9876543210"
    cloud.aws.add_service(
        region=REGION, service_name=nameless, zone_ids=ZONES, private_dns_name=None, principals=["210987654321"]
    )
    vpc_endpoint_id = create_available(cloud, ec2, vpc, ServiceName=nameless)
    with refused(
        "InvalidParameter",
        f"Private DNS can't be enabled because the service {nameless} does not provide a private DNS name.",
    ):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


def test_two_endpoints_of_one_vpc_cannot_hold_the_same_private_name(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    first = create_available(cloud, ec2, vpc)
    second = create_available(cloud, ec2, vpc, ["us-east-1c"])
    ec2.modify_vpc_endpoint(VpcEndpointId=first, PrivateDnsEnabled=True)
    with refused("InvalidParameter", _conflict(vpc)):
        ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
    cloud.clock.advance(cloud.settings.endpoint_deleting + cloud.settings.name_freed)
    ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)


def test_the_same_private_name_is_free_in_another_vpc(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    for one in (vpc, make_vpc(ec2, cidr="10.30.0.0/16")):
        vpc_endpoint_id = create_available(cloud, ec2, one)
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


def test_a_zone_that_the_service_lacks_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    subnet_id = vpc.subnets["us-east-1a"]
    text = f"The VPC endpoint service {SERVICE} does not support the availability zone of the subnet: {subnet_id}."
    with refused("InvalidParameter", text):
        create(ec2, vpc, ["us-east-1b", "us-east-1a"])
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", text):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[subnet_id])


def test_two_subnets_of_one_zone_are_refused_at_create(ec2: EC2Client, vpc: Vpc) -> None:
    subnet_id = _second_subnet(ec2, vpc, "us-east-1b")
    with refused("DuplicateSubnetsInSameZone", _duplicate(subnet_id)):
        create(ec2, vpc, SubnetIds=[vpc.subnets["us-east-1b"], subnet_id])


def test_a_subnet_of_a_zone_already_there_cannot_be_added(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    subnet_id = _second_subnet(ec2, vpc, "us-east-1b")
    with refused("DuplicateSubnetsInSameZone", _duplicate(subnet_id)):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[subnet_id])


def test_subnets_of_one_zone_cannot_be_swapped_in_one_call(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc, ["us-east-1b", "us-east-1c"])
    subnet_id = _second_subnet(ec2, vpc, "us-east-1b")
    with refused("DuplicateSubnetsInSameZone", _duplicate(subnet_id)):
        ec2.modify_vpc_endpoint(
            VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[subnet_id], RemoveSubnetIds=[vpc.subnets["us-east-1b"]]
        )


def test_the_last_subnet_cannot_be_removed(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", "An interface VPC endpoint must always have at least one subnet."):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, RemoveSubnetIds=[vpc.subnets["us-east-1b"]])


def test_an_endpoint_without_a_subnet_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidParameter", "An interface VPC endpoint must always have at least one subnet."):
        create(ec2, vpc, [])


def test_the_last_security_group_cannot_be_removed(ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", "An Interface VPC Endpoint must always have at least one Security Group"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, RemoveSecurityGroupIds=[vpc.group_id])


def test_a_subnet_of_another_vpc_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    foreign = make_vpc(ec2, cidr="10.30.0.0/16").subnets["us-east-1c"]
    text = f"The subnet '{foreign}' does not belong to the VPC '{vpc.vpc_id}'"
    with refused("InvalidParameter", text):
        create(ec2, vpc, SubnetIds=[foreign])
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", text):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[foreign])


def test_a_security_group_of_another_vpc_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    foreign = make_vpc(ec2, cidr="10.30.0.0/16").group_id
    text = f"Security group {foreign} and subnet {vpc.subnets['us-east-1b']} belong to different networks."
    with refused("InvalidParameter", text):
        create(ec2, vpc, SecurityGroupIds=[foreign])
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameter", text):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSecurityGroupIds=[foreign])


def test_unknown_ids_are_refused_each_with_its_code(ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidVpcID.NotFound", "The vpc ID 'vpc-0123456789abcdef0' does not exist"):
        create(ec2, vpc, VpcId="vpc-0123456789abcdef0")
    with refused("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist"):
        create(ec2, vpc, SubnetIds=["subnet-0123456789abcdef0"])
    with refused("InvalidGroup.NotFound", "The security group 'sg-0123456789abcdef0' does not exist"):
        create(ec2, vpc, SecurityGroupIds=["sg-0123456789abcdef0"])
    with refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{UNKNOWN_ENDPOINT}' does not exist"):
        ec2.modify_vpc_endpoint(VpcEndpointId=UNKNOWN_ENDPOINT, PrivateDnsEnabled=True)
    with refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{UNKNOWN_ENDPOINT}' does not exist"):
        describe(ec2, UNKNOWN_ENDPOINT)
    with refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{UNKNOWN_ENDPOINT}' does not exist"):
        ec2.create_tags(Resources=[UNKNOWN_ENDPOINT], Tags=[{"Key": "Name", "Value": "orders"}])
    with refused("InvalidVpcEndpointId.Malformed", "Invalid Id: 'orders'"):
        describe(ec2, "orders")


def test_an_unknown_service_and_one_of_another_region_are_refused_alike(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    with refused("InvalidServiceName", "The Vpc Endpoint Service 'orders' does not exist"):
        create(ec2, vpc, ServiceName="orders")
    with refused("InvalidServiceName", NO_SUCH_SERVICE):
        cloud.client(region="us-west-2").describe_vpc_endpoint_services(ServiceNames=[SERVICE])


def test_an_account_that_is_not_permitted_sees_no_service(cloud: Cloud) -> None:
    cloud.aws.add_service(
        region=REGION, service_name=SERVICE, zone_ids=ZONES, private_dns_name=HOST, principals=["210987654321"]
    )
    other = cloud.client(account=OTHER_ACCOUNT)
    with refused("InvalidServiceName", NO_SUCH_SERVICE):
        other.describe_vpc_endpoint_services(ServiceNames=[SERVICE])
    assert other.describe_vpc_endpoint_services()["ServiceNames"] == []
    with refused("InvalidServiceName", NO_SUCH_SERVICE):
        create(other, make_vpc(other))


def test_a_second_change_is_refused_while_the_first_is_under_way(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1c"]])
    with refused("OperationInProgress", "VpcEndpoint modify operation in progress"):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1d"]])
    cloud.clock.advance(cloud.settings.endpoint_settle)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1d"]])


def test_the_endpoint_above_the_quota_is_refused(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    cloud.settings.endpoint_quota = 2
    first = create(ec2, vpc)
    create(ec2, vpc)
    with refused("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached."):
        create(ec2, vpc)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
    cloud.clock.advance(cloud.settings.endpoint_deleting)
    create(ec2, vpc)


def test_the_51st_endpoint_of_a_vpc_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    for _turn in range(50):
        create(ec2, vpc)
    with refused("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached."):
        create(ec2, vpc)


def test_a_client_token_used_again_with_other_parameters_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    create(ec2, vpc, ClientToken="orders-1")
    with refused(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    ):
        create(ec2, vpc, ["us-east-1c"], ClientToken="orders-1")


def test_a_client_token_used_again_answers_with_the_first_endpoint(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    first = create(ec2, vpc, ClientToken="orders-1")
    assert create(ec2, vpc, ClientToken="orders-1") == first
    assert len(ec2.describe_vpc_endpoints()["VpcEndpoints"]) == 1
    ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
    cloud.clock.advance(cloud.settings.endpoint_deleting)
    assert create(ec2, vpc, ClientToken="orders-1") == first, "also when that endpoint was deleted since"
    assert describe(ec2, first)["State"] == "deleted"
    cloud.clock.advance(cloud.settings.deleted_listed)
    assert create(ec2, vpc, ClientToken="orders-1") == first
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_requests_without_a_client_token_make_an_endpoint_each(ec2: EC2Client, vpc: Vpc) -> None:
    assert create(ec2, vpc) != create(ec2, vpc)


def test_a_rejected_endpoint_is_past_use(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create_available(cloud, ec2, vpc)
    ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.private_dns)
    cloud.aws.reject(vpc_endpoint_id)
    assert not cloud.aws.accept(vpc_endpoint_id)
    endpoint = describe(ec2, vpc_endpoint_id)
    assert (endpoint["State"], endpoint["PrivateDnsEnabled"]) == ("rejected", False)
    with refused(
        "IncorrectState", f"The VPC endpoint '{vpc_endpoint_id}' is in the state rejected and cannot be modified"
    ):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, PrivateDnsEnabled=True)


@pytest.mark.parametrize("state", ["failed", "expired", "rejected", "deleting", "deleted"])
def test_no_dead_endpoint_can_be_modified(cloud: Cloud, ec2: EC2Client, vpc: Vpc, state: str) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    cloud.aws.force_state(vpc_endpoint_id, state)
    with refused(
        "IncorrectState", f"The VPC endpoint '{vpc_endpoint_id}' is in the state {state} and cannot be modified"
    ):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1c"]])


def test_deleting_what_is_not_there_is_answered_not_raised(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    gone = create(ec2, vpc)
    cloud.aws.force_state(gone, "deleted")
    alive = create(ec2, vpc)
    answer = ec2.delete_vpc_endpoints(VpcEndpointIds=[UNKNOWN_ENDPOINT, alive, gone])
    assert [(item["ResourceId"], item["Error"]) for item in answer["Unsuccessful"]] == [
        (one, {"Code": "InvalidVpcEndpoint.NotFound", "Message": f"The Vpc Endpoint Id '{one}' does not exist"})
        for one in (UNKNOWN_ENDPOINT, gone)
    ]
    assert describe(ec2, alive)["State"] == "deleting"


def test_another_account_cannot_touch_an_endpoint(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    other = cloud.client(account=OTHER_ACCOUNT)
    with refused("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{vpc_endpoint_id}' does not exist"):
        describe(other, vpc_endpoint_id)
    assert other.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert other.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])["Unsuccessful"]
    assert describe(ec2, vpc_endpoint_id)["State"] == "pendingAcceptance"


def test_an_address_type_that_the_service_lacks_is_refused(ec2: EC2Client, vpc: Vpc) -> None:
    with refused(
        "InvalidParameter", f"The VPC endpoint service {SERVICE} does not support the IP address type: dualstack."
    ):
        create(ec2, vpc, IpAddressType="dualstack")
    with refused("InvalidParameterValue", "Invalid value 'ipx' for IpAddressType."):
        create(ec2, vpc, IpAddressType="ipx")


def test_tag_keys_of_aws_are_refused(ec2: EC2Client, vpc: Vpc) -> None:
    text = "Tag keys starting with 'aws:' are reserved for internal use"
    tags = [{"Key": "aws:name", "Value": "orders"}]
    with refused("InvalidParameterValue", text):
        create(ec2, vpc, TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": tags}])
    vpc_endpoint_id = create(ec2, vpc)
    with refused("InvalidParameterValue", text):
        ec2.create_tags(Resources=[vpc_endpoint_id], Tags=[{"Key": "AWS:name", "Value": "orders"}])


def test_an_unknown_filter_is_refused(ec2: EC2Client) -> None:
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        ec2.describe_vpc_endpoints(Filters=[{"Name": "colour", "Values": ["blue"]}])
    with refused("InvalidParameterValue", "The filter 'vpc-id' is invalid"):
        ec2.describe_vpc_endpoint_services(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])


def test_a_made_up_page_token_is_refused(ec2: EC2Client) -> None:
    with refused("InvalidNextToken", "The token 'page two' is invalid"):
        ec2.describe_vpc_endpoints(NextToken="page two")


def test_what_an_endpoint_uses_cannot_be_deleted_under_it(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    subnet_id = vpc.subnets["us-east-1b"]
    vpc_endpoint_id = create(ec2, vpc)
    interface_id = describe(ec2, vpc_endpoint_id)["NetworkInterfaceIds"][0]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.endpoint_deleting)
    assert describe(ec2, vpc_endpoint_id)["State"] == "deleted", "its interfaces are still there"
    with refused("DependencyViolation", f"resource {vpc.group_id} has a dependent object"):
        ec2.delete_security_group(GroupId=vpc.group_id)
    with refused("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted."):
        ec2.delete_subnet(SubnetId=subnet_id)
    with refused("DependencyViolation", f"The vpc '{vpc.vpc_id}' has dependencies and cannot be deleted."):
        ec2.delete_vpc(VpcId=vpc.vpc_id)
    with refused("InvalidParameterValue", f"Network interface '{interface_id}' is currently in use."):
        ec2.delete_network_interface(NetworkInterfaceId=interface_id)
    cloud.clock.advance(cloud.settings.interfaces_gone)
    ec2.delete_security_group(GroupId=vpc.group_id)
    for one in vpc.subnets.values():
        ec2.delete_subnet(SubnetId=one)
    ec2.delete_vpc(VpcId=vpc.vpc_id)
    assert ec2.describe_vpcs()["Vpcs"] == []


def test_a_vpc_with_a_security_group_of_its_own_cannot_be_deleted(ec2: EC2Client) -> None:
    vpc_id = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    group_id = ec2.create_security_group(GroupName="clients", Description="clients", VpcId=vpc_id)["GroupId"]
    with refused("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted."):
        ec2.delete_vpc(VpcId=vpc_id)
    ec2.delete_security_group(GroupId=group_id)
    ec2.delete_vpc(VpcId=vpc_id)


def test_dry_runs_write_nothing(ec2: EC2Client, vpc: Vpc) -> None:
    text = "Request would have succeeded, but DryRun flag is set."
    with refused("DryRunOperation", text):
        create(ec2, vpc, DryRun=True)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    vpc_endpoint_id = create(ec2, vpc)
    with refused("DryRunOperation", text):
        ec2.modify_vpc_endpoint(VpcEndpointId=vpc_endpoint_id, AddSubnetIds=[vpc.subnets["us-east-1c"]], DryRun=True)
    with refused("DryRunOperation", text):
        ec2.delete_vpc_endpoints(VpcEndpointIds=[vpc_endpoint_id], DryRun=True)
    with refused("DryRunOperation", text):
        ec2.delete_subnet(SubnetId=vpc.subnets["us-east-1d"], DryRun=True)
    endpoint = describe(ec2, vpc_endpoint_id)
    assert (endpoint["State"], endpoint["SubnetIds"]) == ("pendingAcceptance", [vpc.subnets["us-east-1b"]])
    assert len(ec2.describe_subnets()["Subnets"]) == 4


def test_only_the_owner_of_a_service_decides_about_connections(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    vpc_endpoint_id = create(ec2, vpc)
    service_id = SERVICE.rsplit(".", 1)[-1]
    with refused("InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist"):
        ec2.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    provider = cloud.client(account=PROVIDER)
    connections = provider.describe_vpc_endpoint_connections()["VpcEndpointConnections"]
    assert [(one["VpcEndpointId"], one["VpcEndpointState"]) for one in connections] == [
        (vpc_endpoint_id, "pendingAcceptance")
    ]
    provider.accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.endpoint_available)
    assert describe(ec2, vpc_endpoint_id)["State"] == "available"
    provider.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[vpc_endpoint_id])
    cloud.clock.advance(cloud.settings.connection_rejecting)
    assert describe(ec2, vpc_endpoint_id)["State"] == "rejected"
