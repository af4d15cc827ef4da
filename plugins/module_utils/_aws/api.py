# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to AWS, one function each; the client comes first. Every one raises ApiError.

Source: Amazon EC2 API reference, version 2016-11-15.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from .._privatelink.errors import ApiError
from .._privatelink.model import InterfaceEndpoint, NetworkInterface, Subnet, Vpc, VpcEndpointService
from . import shapes
from .calls import Client, call, call_of, pages
from .failures import refused

ENDPOINT_NOT_FOUND = frozenset({"InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"})
ENDPOINT_MALFORMED = "InvalidVpcEndpointId.Malformed"
# "Interface VPC endpoints per VPC" of the service "vpc".
QUOTA_CODE = "L-29B6F2EB"
# The most values that EC2 takes for one filter.
FILTER_VALUES = 200
# The types of VPC endpoints as the filter C(vpc-endpoint-type) names them.
INTERFACE = "Interface"
GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"


class Created(t.NamedTuple):
    """The answer to CreateVpcEndpoint. C(age): how old the endpoint was when AWS answered, in seconds by AWS's own
    clock; null where it is not known.
    """

    endpoint: InterfaceEndpoint
    age: float | None = None


def describe_vpc_endpoints(
    ec2: Client,
    *,
    ids: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    types: Sequence[str] = (INTERFACE,),
) -> list[InterfaceEndpoint]:
    """The endpoints with these ids, or of these types that match all filters (V(vpc-id), V(service-name), …).

    Unknown ids are left out; an endpoint that was just made may be unknown for some seconds. Dead ones are listed, too.
    """
    if not ids:
        wanted = {**(filters or {}), "vpc-endpoint-type": types}
        return _endpoints(ec2, Filters=_filters(wanted))
    selection = {"Filters": _filters(filters)} if filters else {}
    try:
        return _endpoints(ec2, VpcEndpointIds=list(ids), **selection)
    except ApiError as error:
        if error.code not in ENDPOINT_NOT_FOUND and error.code != ENDPOINT_MALFORMED:
            raise
    if len(ids) == 1:
        return []
    # One unknown id hides the others, and the call does not always say which it was.
    return [found for one in ids for found in describe_vpc_endpoints(ec2, ids=[one], filters=filters)]


def create_vpc_endpoint(
    ec2: Client,
    *,
    vpc_id: str,
    service_name: str,
    subnet_ids: Sequence[str],
    security_group_ids: Sequence[str],
    ip_address_type: str | None,
    tags: Mapping[str, str],
    client_token: str,
) -> Created:
    """Ask for an interface endpoint, without private DNS: that needs the acceptance of the other side.

    The same token with the same parameters is answered with the first endpoint, also when it has been deleted since.
    """
    answer = call(
        ec2,
        "create_vpc_endpoint",
        VpcEndpointType="Interface",
        VpcId=vpc_id,
        ServiceName=service_name,
        SubnetIds=list(subnet_ids),
        SecurityGroupIds=list(security_group_ids),
        PrivateDnsEnabled=False,
        ClientToken=client_token,
        **({"IpAddressType": ip_address_type} if ip_address_type else {}),
        **({"TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": shapes.tag_list(tags)}]} if tags else {}),
    )
    endpoint = shapes.interface_endpoint(answer["VpcEndpoint"], ec2.meta.region_name)
    return Created(endpoint, shapes.age(endpoint, answer.get("ResponseMetadata") or {}))


def modify_vpc_endpoint(
    ec2: Client,
    vpc_endpoint_id: str,
    *,
    add_subnet_ids: Sequence[str] = (),
    remove_subnet_ids: Sequence[str] = (),
    add_security_group_ids: Sequence[str] = (),
    remove_security_group_ids: Sequence[str] = (),
    private_dns_enabled: bool | None = None,
    ip_address_type: str | None = None,
) -> None:
    """Change what is given. Only one modification may be under way: C(OperationInProgress) otherwise."""
    lists = {
        "AddSubnetIds": add_subnet_ids,
        "RemoveSubnetIds": remove_subnet_ids,
        "AddSecurityGroupIds": add_security_group_ids,
        "RemoveSecurityGroupIds": remove_security_group_ids,
    }
    changes: dict[str, object] = {name: list(ids) for name, ids in lists.items() if ids}
    if private_dns_enabled is not None:
        changes["PrivateDnsEnabled"] = private_dns_enabled
    if ip_address_type:
        changes["IpAddressType"] = ip_address_type
    call(ec2, "modify_vpc_endpoint", VpcEndpointId=vpc_endpoint_id, **changes)


def delete_vpc_endpoint(ec2: Client, vpc_endpoint_id: str) -> None:
    """Begin to delete; an endpoint that is gone already is fine. AWS answers refusals in a list, not as errors."""
    try:
        answer = call(ec2, "delete_vpc_endpoints", VpcEndpointIds=[vpc_endpoint_id])
    except ApiError as error:
        if error.code in ENDPOINT_NOT_FOUND:
            return
        raise
    for item in answer.get("Unsuccessful") or ():
        if (item.get("Error") or {}).get("Code") not in ENDPOINT_NOT_FOUND:
            raise refused(call_of(ec2, "delete_vpc_endpoints"), {**answer, **item})


def create_tags(ec2: Client, resource_id: str, tags: Mapping[str, str]) -> None:
    """Set tags; others stay."""
    call(ec2, "create_tags", Resources=[resource_id], Tags=shapes.tag_list(tags))


def delete_tags(ec2: Client, resource_id: str, keys: Iterable[str]) -> None:
    """Remove tags whatever their values are."""
    call(ec2, "delete_tags", Resources=[resource_id], Tags=[{"Key": key} for key in keys])


def describe_subnets(ec2: Client, ids: Sequence[str]) -> list[Subnet]:
    """Those of the subnets that exist."""
    return [shapes.subnet(item) for item in _matching(ec2, "describe_subnets", "Subnets", "subnet-id", ids)]


def describe_security_groups(ec2: Client, ids: Sequence[str]) -> dict[str, str]:
    """The VPC of each of the security groups that exist."""
    groups = _matching(ec2, "describe_security_groups", "SecurityGroups", "group-id", ids)
    return {group["GroupId"]: group.get("VpcId", "") for group in groups}


def describe_network_interfaces(ec2: Client, ids: Sequence[str]) -> list[NetworkInterface]:
    """Those of the endpoints' network interfaces that exist: they go minutes after their endpoint.

    Of more than one call takes by id, all that belong to interface endpoints are listed, a thousand on each page.
    """
    name, values = ("interface-type", ["vpc_endpoint"]) if len(ids) > FILTER_VALUES else ("network-interface-id", ids)
    items = _matching(ec2, "describe_network_interfaces", "NetworkInterfaces", name, values)
    wanted = set(ids)
    return [shapes.network_interface(item) for item in items if item["NetworkInterfaceId"] in wanted]


def describe_vpc(ec2: Client, vpc_id: str) -> Vpc | None:
    """The VPC with its DNS attributes, which private DNS needs; null if it is not there. Three calls."""
    found = _matching(ec2, "describe_vpcs", "Vpcs", "vpc-id", [vpc_id])
    if not found:
        return None
    support = call(ec2, "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsSupport")
    hostnames = call(ec2, "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsHostnames")
    return Vpc(
        vpc_id=vpc_id,
        dns_support=bool(support["EnableDnsSupport"]["Value"]),
        dns_hostnames=bool(hostnames["EnableDnsHostnames"]["Value"]),
        owner_id=found[0].get("OwnerId"),
    )


def describe_vpc_endpoint_service(ec2: Client, service_name: str) -> VpcEndpointService | None:
    """The endpoint service as this account sees it in this region; null where it is unknown or not permitted."""
    try:
        details = pages(ec2, "describe_vpc_endpoint_services", "ServiceDetails", ServiceNames=[service_name])
    except ApiError as error:
        if error.code == "InvalidServiceName":
            return None
        raise
    return shapes.vpc_endpoint_service(details[0], service_name) if details else None


def describe_service_zones(ec2: Client, service_names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The zone ids of those endpoint services that this account may see; older SDKs do not give them."""
    items = _matching(ec2, "describe_vpc_endpoint_services", "ServiceDetails", "service-name", service_names)
    services = [shapes.vpc_endpoint_service(item, "") for item in items]
    return {service.service_name: service.availability_zone_ids for service in services}


def endpoint_quota(service_quotas: Client) -> int | None:
    """How many interface and Gateway Load Balancer endpoints a VPC may have (C(vpc), L-29B6F2EB).

    Null where it cannot be read, for whatever reason: the default is 50, and this is advice only.
    """
    try:
        quota = call(service_quotas, "get_service_quota", ServiceCode="vpc", QuotaCode=QUOTA_CODE).get("Quota") or {}
    except ApiError:
        return None
    value = quota.get("Value")
    return int(value) if value is not None else None


def caller_account(sts: Client) -> str:
    """The id of the account that the credentials belong to."""
    return str(call(sts, "get_caller_identity")["Account"])


def _endpoints(ec2: Client, **selection: object) -> list[InterfaceEndpoint]:
    items = pages(ec2, "describe_vpc_endpoints", "VpcEndpoints", **selection)
    return [shapes.interface_endpoint(item, ec2.meta.region_name) for item in items]


def _matching(ec2: Client, method: str, key: str, name: str, ids: Sequence[str]) -> list[shapes.Json]:
    """By filter, not by id: one unknown id must not hide the others."""
    parts = [ids[start : start + FILTER_VALUES] for start in range(0, len(ids), FILTER_VALUES)]
    return [item for part in parts for item in pages(ec2, method, key, Filters=_filters({name: part}))]


def _filters(filters: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    return [{"Name": name, "Values": list(values)} for name, values in filters.items()]
