# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of AWS PrivateLink for those who provide a service, one function each. Pure: every fact is an argument.

Sources as in `rules`: "API" is the Amazon EC2 API reference, "guide" the AWS PrivateLink guide, "seen" a text published
in the named project. Where no published text was found the docstring says so: clients must not depend on that wording.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from tests.sandbox.aws.balancers import Balancer
from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.private_names import PrivateName
from tests.sandbox.aws.services import DELETING, EndpointService

ADDRESS_TYPES = ("ipv4", "ipv6")
FEWEST_ZONES = 2
"""Of a service that other regions reach."""
ZONES_OF_ONE_REGION = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4"})
"""Guide, "Cross-Region access", considerations."""


def some_load_balancer(load_balancer_arns: Collection[str]) -> None:
    """Guide, "Create an endpoint service": at least one, at all times. Wording not published."""
    if not load_balancer_arns:
        raise Refused("InvalidParameter", "A VPC endpoint service must have at least one load balancer.")


def load_balancer_known(balancer: Balancer | None, load_balancer_arn: str) -> Balancer:
    """API CreateVpcEndpointServiceConfiguration: the caller's own, in the same region. Wording not published."""
    if balancer is None:
        raise Refused("InvalidParameter", f"The load balancer '{load_balancer_arn}' does not exist")
    return balancer


def load_balancer_usable(balancer: Balancer) -> None:
    """Guide: a Network Load Balancer, and one that is ready. Wording not published."""
    if balancer.type != "network":
        raise Refused("InvalidParameter", f"The load balancer '{balancer.arn}' is not a Network Load Balancer.")
    if balancer.state != "active":
        raise Refused("InvalidParameter", f"The load balancer '{balancer.arn}' is not active.")


def load_balancer_free(taken_by: EndpointService | None, service: EndpointService | None) -> None:
    """A load balancer belongs to one service. Text seen: openshift/hypershift."""
    if taken_by is not None and taken_by is not service:
        raise Refused("InvalidParameter", "LBs are already associated with another VPC Endpoint Service Configuration")


def nothing_connected(connections: Iterable[Endpoint]) -> None:
    """API DeleteVpcEndpointServiceConfigurations and guide, "Change the load balancers": rejected ones do not count.

    Text seen: openshift/hypershift.
    """
    if any(one.is_live for one in connections):
        raise Refused("ExistingVpcEndpointConnections", "Service has existing active VPC Endpoint connections!")


def may_be_changed(service: EndpointService) -> None:
    """API error codes: `IncorrectState`. Wording not published."""
    if service.state == DELETING:
        raise Refused("IncorrectState", f"The VPC endpoint service '{service.service_id}' is being deleted.")


def address_types_possible(address_types: Collection[str], balancers: Iterable[Balancer]) -> None:
    """Guide, "IP address types": at least one; IPv6 only where every load balancer is dualstack. Wording not published.

    API: "The possible values are ipv4 and ipv6".
    """
    for one in address_types:
        if one not in ADDRESS_TYPES:
            raise Refused("InvalidParameterValue", f"Invalid value '{one}' for SupportedIpAddressTypes.")
    if not address_types:
        raise Refused("InvalidParameter", "A VPC endpoint service must support at least one IP address type.")
    for balancer in balancers:
        if "ipv6" in address_types and balancer.ip_address_type != "dualstack":
            raise Refused(
                "InvalidParameter",
                f"The load balancer '{balancer.arn}' must be dualstack for the IP address type: ipv6.",
            )


def regions_possible(regions: Collection[str], known: Collection[str], zone_ids: Collection[str]) -> None:
    """Guide, "Cross-Region access": two zones at least, and none of those that do not take part.

    Wording not published.
    """
    for region in regions:
        if region not in known:
            raise Refused("InvalidParameterValue", f"Invalid value '{region}' for SupportedRegions.")
    if regions and len(zone_ids) < FEWEST_ZONES:
        raise Refused("InvalidParameter", "A VPC endpoint service with supported Regions needs two Availability Zones.")
    for zone_id in zone_ids if regions else ():
        if zone_id in ZONES_OF_ONE_REGION:
            raise Refused("InvalidParameter", f"The Availability Zone '{zone_id}' does not support other Regions.")


def private_name_possible(name: str) -> None:
    """Guide, "Manage DNS names": labels of 63 characters, 255 in all; in lower case. Wording not published."""
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if len(name) > 255 or not re.fullmatch(rf"(\*\.)?{label}(\.{label})+", name):
        raise Refused("InvalidParameter", f"The private DNS name '{name}' is invalid.")


def one_request_for_the_name(private_dns_name: str | None, remove: bool) -> None:
    """API error codes: `InvalidParameterCombination`. Wording not published."""
    if private_dns_name and remove:
        raise Refused(
            "InvalidParameterCombination", "PrivateDnsName and RemovePrivateDnsName cannot be used at the same time."
        )


def has_private_name(service: EndpointService) -> PrivateName:
    """API StartVpcEndpointServicePrivateDnsVerification: there must be something to verify. Wording not published."""
    if service.private_name is None:
        raise Refused(
            "InvalidParameter", f"The VPC endpoint service '{service.service_id}' does not have a private DNS name."
        )
    return service.private_name


def payer_known(payer: str) -> None:
    """API ModifyVpcEndpointServicePayerResponsibility: `ServiceOwner` alone, "you cannot set it back"."""
    if payer != "ServiceOwner":
        raise Refused("InvalidParameterValue", f"Invalid value '{payer}' for PayerResponsibility.")


def waits_for_a_decision(endpoint: Endpoint, accepting: bool) -> None:
    """API error codes: `IncorrectState`, here in `Unsuccessful`. Wording not published."""
    if endpoint.state != "pendingAcceptance" if accepting else not endpoint.is_live:
        raise Refused(
            "IncorrectState",
            f"The VPC endpoint '{endpoint.vpc_endpoint_id}' is in the state {endpoint.state} and cannot be "
            f"{'accepted' if accepting else 'rejected'}",
        )


def endpoints_named(vpc_endpoint_ids: Sequence[str]) -> None:
    """API AcceptVpcEndpointConnections: "You must specify" them. Text: API error codes, `MissingParameter`."""
    if not vpc_endpoint_ids:
        raise Refused("MissingParameter", "The request must contain the parameter VpcEndpointId")
