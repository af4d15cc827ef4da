# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of AWS PrivateLink that moto does not know, one function each. Pure: every fact is an argument.

Sources: "API" is the Amazon EC2 API reference (with its list of error codes), "guide" the AWS PrivateLink guide, "seen"
an error text published in the named project's issues. Where no published text was found the docstring says so: clients
must not depend on that wording.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.network import SecurityGroup, Subnet, Vpc
from tests.sandbox.aws.services import EndpointService

ADDRESS_TYPES = ("ipv4", "dualstack", "ipv6")


def endpoint_id_well_formed(vpc_endpoint_id: str) -> None:
    """API error codes: `InvalidVpcEndpointId.Malformed`."""
    if not re.fullmatch(r"vpce-([0-9a-f]{8}|[0-9a-f]{17})", vpc_endpoint_id):
        raise Refused("InvalidVpcEndpointId.Malformed", f"Invalid Id: '{vpc_endpoint_id}'")


def endpoint_type_is_interface(endpoint_type: str) -> None:
    """API CreateVpcEndpoint: the type defaults to Gateway. Text seen by users with S3."""
    if endpoint_type != "Interface":
        raise Refused(
            "InvalidParameter",
            f"Endpoint type ({endpoint_type}) does not match available service types ([Interface]).",
        )


def some_subnet(subnet_ids: Collection[str]) -> None:
    """Guide, "Create a VPC endpoint": an interface endpoint lives in at least one subnet. Wording not published."""
    if not subnet_ids:
        raise Refused("InvalidParameter", "An interface VPC endpoint must always have at least one subnet.")


def some_security_group(group_ids: Collection[str]) -> None:
    """Guide, "Associate a security group": at least one. Text seen: terraform-aws-modules/terraform-aws-vpc #595."""
    if not group_ids:
        raise Refused("InvalidParameter", "An Interface VPC Endpoint must always have at least one Security Group")


def subnets_in_vpc(subnets: Iterable[Subnet], vpc_id: str) -> None:
    """API CreateVpcEndpoint: the subnets are the VPC's. Wording not published."""
    for subnet in subnets:
        if subnet.vpc_id != vpc_id:
            raise Refused("InvalidParameter", f"The subnet '{subnet.subnet_id}' does not belong to the VPC '{vpc_id}'")


def groups_in_vpc(groups: Iterable[SecurityGroup], vpc_id: str, subnet_id: str) -> None:
    """Guide: groups of the endpoint's VPC, or associated with it (API AssociateSecurityGroupVpc).

    Text seen for other network interfaces: QT-DevOps/DevOpsIssues #256.
    """
    for group in groups:
        if vpc_id not in {group.vpc_id, *group.other_vpc_ids}:
            raise Refused(
                "InvalidParameter",
                f"Security group {group.group_id} and subnet {subnet_id} belong to different networks.",
            )


def groups_per_interface(group_ids: Collection[str], most: int) -> None:
    """VPC guide, "Quotas": L-2AFB9258. Text seen: kubernetes-sigs/aws-load-balancer-controller #682."""
    if len(set(group_ids)) > most:
        raise Refused(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        )


def group_can_be_associated(group: SecurityGroup, vpc_id: str) -> None:
    """API AssociateSecurityGroupVpc: another VPC than its own. Wording not published."""
    if vpc_id == group.vpc_id:
        raise Refused("InvalidParameterValue", f"Security group {group.group_id} already belongs to VPC {vpc_id}")


def zones_of_service(subnets: Iterable[Subnet], service: EndpointService, region: str) -> None:
    """Guide: only zones that the service is in. Text seen: terraform-aws-modules/terraform-aws-vpc #785.

    From another region any zone will do (guide, "Cross-Region access").
    """
    for subnet in subnets if region == service.region else ():
        if subnet.zone_id not in service.zone_ids:
            raise Refused(
                "InvalidParameter",
                f"The VPC endpoint service {service.service_name} does not support the availability zone of the "
                f"subnet: {subnet.subnet_id}.",
            )


def zones_known(kind: str, named: Iterable[str], known: Collection[str]) -> None:
    """API DescribeAvailabilityZones, by name or id. Text seen by many users.

    :param kind: zone or zone-id.
    """
    for one in named:
        if one not in known:
            raise Refused("InvalidParameterValue", f"Invalid availability {kind}: [{one}]")


def one_subnet_per_zone(present: Iterable[Subnet], added: Iterable[Subnet]) -> None:
    """Guide: one subnet in each zone. Also if the other one is removed in the same call.

    Text seen: terraform-aws-modules/terraform-aws-vpc #583.
    """
    taken = {subnet.zone_id for subnet in present}
    for subnet in added:
        if subnet.zone_id in taken:
            raise Refused(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet.subnet_id}. VPC endpoint "
                "subnets should be in different availability zones supported by the VPC endpoint service.",
            )
        taken.add(subnet.zone_id)


def address_type_possible(address_type: str, service: EndpointService, subnets: Iterable[Subnet]) -> None:
    """Guide, "IP address type": the service and every subnet must support it. Wording not published."""
    if address_type not in ADDRESS_TYPES:
        raise Refused("InvalidParameterValue", f"Invalid value '{address_type}' for IpAddressType.")
    if not service.has_address_type(address_type):
        raise Refused(
            "InvalidParameter",
            f"The VPC endpoint service {service.service_name} does not support the IP address type: {address_type}.",
        )
    for subnet in subnets:
        if address_type != "ipv4" and not subnet.has_ipv6:
            raise Refused(
                "InvalidParameter",
                f"The subnet {subnet.subnet_id} does not support the IP address type: {address_type}.",
            )


def private_dns_has_name(service: EndpointService) -> None:
    """Guide, "Manage DNS names": the provider must have configured a private name. Text seen by users."""
    if not service.private_dns_name:
        raise Refused(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service.service_name} does not provide a private DNS "
            "name.",
        )


def private_dns_is_verified(service: EndpointService) -> None:
    """Guide, "Manage DNS names": only once the provider has proved the domain to be its own. Text seen by users."""
    if not service.is_verified:
        raise Refused(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service.service_name} has not verified the private "
            "DNS name.",
        )


def private_dns_in_vpc(vpc: Vpc) -> None:
    """Guide, "Prerequisites": both DNS attributes of the VPC. Text seen: GuardDuty guide, Runtime Monitoring."""
    if not (vpc.dns_support and vpc.dns_hostnames):
        raise Refused(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
            f"{vpc.vpc_id}",
        )


def private_dns_accepted(accepted: bool, service: EndpointService) -> None:
    """Guide, "Access through endpoint services", step after the acceptance. Text seen: MSK and MongoDB Atlas users."""
    if not accepted:
        raise Refused(
            "InvalidParameter",
            "Private DNS can only be enabled after the endpoint connection is accepted by the owner of "
            f"{service.service_name}.",
        )


def private_dns_free(domain: str | None, vpc_id: str, domains_held: Collection[str | None]) -> None:
    """Guide: one endpoint of a VPC holds a private name. Text seen: users of secretsmanager and ecr endpoints."""
    if domain in domains_held:
        raise Refused(
            "InvalidParameter",
            f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {domain} in the "
            f"VPC {vpc_id}",
        )


def quota_left(in_use: int, quota: int) -> None:
    """Guide, "Quotas": 50 interface endpoints per VPC (L-29B6F2EB). Text seen: users of kinesis-streams endpoints."""
    if in_use >= quota:
        raise Refused("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")


def may_be_modified(endpoint: Endpoint) -> None:
    """API error codes: `IncorrectState`. A rejected, failed, expired or deleted endpoint cannot be changed.

    Wording not published.
    """
    if not endpoint.is_live:
        raise Refused(
            "IncorrectState",
            f"The VPC endpoint '{endpoint.vpc_endpoint_id}' is in the state {endpoint.state} and cannot be modified",
        )


def nothing_in_progress(endpoint: Endpoint, now: float, code: str = "OperationInProgress") -> None:
    """One modification at a time. Texts seen: hashicorp/terraform-provider-aws #42884 and, with InvalidParameter,
    mongodb/terraform-provider-mongodbatlas #590.
    """
    if now < endpoint.settles_at:
        messages = {
            "OperationInProgress": "VpcEndpoint modify operation in progress",
            "InvalidParameter": f"Cannot modify VPC Endpoint {endpoint.vpc_endpoint_id} at this time because there is "
            "an idempotent operation going on",
        }
        raise Refused(code, messages[code])


def same_request(fingerprint: str, first: str) -> None:
    """API, "Ensuring idempotency": a client token belongs to one request. Text seen: ubicloud/ubicloud #5898."""
    if fingerprint != first:
        raise Refused(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        )


def tag_keys_free(keys: Iterable[str]) -> None:
    """AWS General Reference, "Tag naming limits and requirements": aws: is AWS's own, in upper and lower case."""
    for key in keys:
        if key.lower().startswith("aws:"):
            raise Refused("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")


def subnet_unused(subnet_id: str, interface_ids: Sequence[str]) -> None:
    """API DeleteSubnet: nothing may be left in it, not even AWS's own network interfaces."""
    if interface_ids:
        raise Refused("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def group_unused(group_id: str, interface_ids: Sequence[str]) -> None:
    """API DeleteSecurityGroup: no network interface may carry it."""
    if interface_ids:
        raise Refused("DependencyViolation", f"resource {group_id} has a dependent object")


def vpc_unused(vpc_id: str, dependants: Sequence[object]) -> None:
    """API DeleteVpc: endpoints, own security groups and gateways must be gone before."""
    if dependants:
        raise Refused("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def interface_is_yours(interface_id: str, managed: bool) -> None:
    """API DeleteNetworkInterface: an endpoint's interfaces belong to AWS."""
    if managed:
        raise Refused("InvalidParameterValue", f"Network interface '{interface_id}' is currently in use.")
