# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to AWS, one function each; the client comes first. Every one raises ApiError.

Source: Amazon EC2 API reference, version 2016-11-15.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .._run.errors import ApiError, PrivateLinkError
from . import shapes
from .calls import BoundedClient, Client, advised, as_it_is, call, call_of, pages
from .failures import is_denied, refused, unreadable
from .fields import Json, Unreadable, flag, identifier, inner, items, text, whole
from .model import InterfaceEndpoint, NetworkInterface, Subnet, Vpc, VpcEndpointService
from .refusals import is_unknown_part

ENDPOINT_NOT_FOUND = frozenset({"InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"})
ENDPOINT_MALFORMED = "InvalidVpcEndpointId.Malformed"
# "Interface VPC endpoints per VPC" of the service "vpc".
QUOTA_CODE = "L-29B6F2EB"
# More than any quota.
MOST_ENDPOINTS = 1_000_000
# The most values that EC2 takes for one filter.
FILTER_VALUES = 200
# The types of VPC endpoints as the filter `vpc-endpoint-type` names them.
INTERFACE = "Interface"
GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"
_Item = t.TypeVar("_Item")


class Created(t.NamedTuple):
    """The answer to CreateVpcEndpoint. `age`: how old the endpoint was when AWS answered, in seconds by AWS's own
    clock; null if it is not known.
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
    """The endpoints with these ids, or of these types that match all filters (`vpc-id`, `service-name`, …).

    Unknown ids are left out; a new endpoint may be unknown for some seconds. Dead ones are listed, too.
    """
    if not ids:
        wanted = {**(filters or {}), "vpc-endpoint-type": types}
        return _endpoints(ec2, Filters=_filters(wanted))
    selection = {"Filters": _filters(filters)} if filters else {}
    try:
        return _endpoints(ec2, VpcEndpointIds=list(ids), **selection)
    except ApiError as error:
        if not _is_unknown(error):
            raise
    if len(ids) == 1:
        return []
    # One unknown id hides the others, and the error does not always say which it was.
    return [found for one in ids for found in describe_vpc_endpoints(ec2, ids=[one], filters=filters)]


def require_answer(ec2: Client, vpc_endpoint_id: str) -> None:
    """Asks for one id: AWS returns the endpoint, or says that it does not know it.

    Raises ApiError if the answer does neither: then a list without the endpoint proves nothing.
    """
    try:
        found = _endpoints(ec2, VpcEndpointIds=[vpc_endpoint_id])
    except ApiError as error:
        if not _is_unknown(error):
            raise
        return
    if all(one.vpc_endpoint_id != vpc_endpoint_id for one in found):
        what = f"it neither has {vpc_endpoint_id} nor says that it does not exist"
        raise unreadable(call_of(ec2, "describe_vpc_endpoints"), what)


def create_vpc_endpoint(
    ec2: Client,
    *,
    vpc_id: str,
    service_name: str,
    subnet_ids: Sequence[str],
    security_group_ids: Sequence[str],
    tags: Mapping[str, str],
    client_token: str,
    ip_address_type: str | None = None,
) -> Created:
    """Ask for an interface endpoint, without private DNS: that needs the acceptance of the other side.

    AWS answers the same token and parameters with the first endpoint, even if it has been deleted since.
    """
    return call(
        ec2,
        "create_vpc_endpoint",
        lambda answer: _created(answer, ec2.meta.region_name),
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
    """Change what is given. Only one modification may be under way; AWS answers others with `OperationInProgress`."""
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
    call(ec2, "modify_vpc_endpoint", _is_done, VpcEndpointId=vpc_endpoint_id, **changes)


def delete_vpc_endpoint(ec2: Client, vpc_endpoint_id: str) -> None:
    """Begin to delete; an endpoint that is already gone is fine. AWS returns refusals in a list, not as errors."""
    try:
        refusals = call(ec2, "delete_vpc_endpoints", _refusals, VpcEndpointIds=[vpc_endpoint_id])
    except ApiError as error:
        if error.code in ENDPOINT_NOT_FOUND and error.request_id:
            return
        raise
    for refusal in refusals:
        reason = refused(call_of(ec2, "delete_vpc_endpoints"), refusal)
        if reason.code not in ENDPOINT_NOT_FOUND:
            raise reason


def create_tags(ec2: Client, resource_id: str, tags: Mapping[str, str]) -> None:
    """Set tags; others stay."""
    call(ec2, "create_tags", as_it_is, Resources=[resource_id], Tags=shapes.tag_list(tags))


def delete_tags(ec2: Client, resource_id: str, keys: Iterable[str]) -> None:
    """Remove tags whatever their values are."""
    call(ec2, "delete_tags", as_it_is, Resources=[resource_id], Tags=[{"Key": key} for key in keys])


def describe_subnets(ec2: Client, ids: Sequence[str]) -> list[Subnet]:
    """Those of the subnets that exist."""
    return _matching(ec2, "describe_subnets", "Subnets", shapes.subnet, "subnet-id", ids)


def describe_security_groups(ec2: Client, ids: Sequence[str]) -> dict[str, str]:
    """The VPC of each of the security groups that exist."""
    return dict(_matching(ec2, "describe_security_groups", "SecurityGroups", shapes.security_group, "group-id", ids))


def describe_associated_groups(ec2: Client, vpc_id: str, ids: Sequence[str]) -> frozenset[str] | None:
    """Those of the security groups of other VPCs that may be used in this one, too.

    Null if it is not known within seconds, for whatever reason; SDKs of before November 2024 cannot ask.
    """
    if "describe_security_group_vpc_associations" not in ec2.meta.method_to_api_mapping:
        return None
    filters = _filters({"group-id": ids, "vpc-id": [vpc_id]})
    method, key = "describe_security_group_vpc_associations", "SecurityGroupVpcAssociations"
    try:
        found = pages(advised(ec2), method, key, shapes.group_association, Filters=filters)
    except PrivateLinkError:
        return None
    return frozenset(group for group, vpc, state in found if vpc == vpc_id and state == "associated")


def describe_network_interfaces(ec2: Client, ids: Sequence[str]) -> list[NetworkInterface]:
    """The endpoints' network interfaces that exist; they outlive their endpoint by minutes.

    For more ids than one call takes, all that belong to interface endpoints are listed, a thousand on each page.
    """
    name, values = ("interface-type", ["vpc_endpoint"]) if len(ids) > FILTER_VALUES else ("network-interface-id", ids)
    shape = shapes.network_interface
    found = _matching(ec2, "describe_network_interfaces", "NetworkInterfaces", shape, name, values)
    wanted = set(ids)
    return [interface for interface in found if interface.network_interface_id in wanted]


def describe_vpc(ec2: Client, vpc_id: str) -> Vpc | None:
    """The VPC with its DNS attributes, which private DNS needs; null if it does not exist, or not yet for each call.
    Three calls.
    """
    found = _matching(ec2, "describe_vpcs", "Vpcs", shapes.vpc, "vpc-id", [vpc_id])
    if not found:
        return None
    try:
        support, hostnames = describe_dns_attributes(ec2, vpc_id)
    except ApiError as error:  # What one call lists, the next may not know yet.
        if not is_unknown_part(error):
            raise
        return None
    return replace(found[0], vpc_id=vpc_id, dns_support=support, dns_hostnames=hostnames)


def describe_dns_attributes(ec2: Client, vpc_id: str) -> tuple[bool, bool]:
    """Whether the VPC resolves names, and whether its hosts get names. Two calls."""
    support = call(
        ec2,
        "describe_vpc_attribute",
        lambda answer: shapes.vpc_attribute(answer, "EnableDnsSupport"),
        VpcId=vpc_id,
        Attribute="enableDnsSupport",
    )
    hostnames = call(
        ec2,
        "describe_vpc_attribute",
        lambda answer: shapes.vpc_attribute(answer, "EnableDnsHostnames"),
        VpcId=vpc_id,
        Attribute="enableDnsHostnames",
    )
    return support, hostnames


def describe_vpc_endpoint_service(ec2: Client, service_name: str) -> VpcEndpointService | None:
    """The endpoint service as this account sees it in this region; null if it is unknown or not permitted."""
    try:
        details = pages(
            ec2,
            "describe_vpc_endpoint_services",
            "ServiceDetails",
            lambda item: shapes.vpc_endpoint_service(item, service_name),
            ServiceNames=[service_name],
        )
    except ApiError as error:
        if error.code == "InvalidServiceName":
            return None
        raise
    return details[0] if details else None


def describe_service_zones(ec2: Client, service_names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The zone ids of the endpoint services that this account may see; older SDKs do not return them.

    Empty if AWS does not answer within seconds, for whatever reason: this is for display only.
    """

    def shape(item: Json) -> VpcEndpointService:
        return shapes.vpc_endpoint_service(item, "")

    try:
        services = _matching(
            advised(ec2), "describe_vpc_endpoint_services", "ServiceDetails", shape, "service-name", service_names
        )
    except PrivateLinkError:
        return {}
    return {service.service_name: service.availability_zone_ids for service in services}


def endpoint_quota(service_quotas: Client) -> int | None:
    """How many interface and Gateway Load Balancer endpoints a VPC may have (`vpc`, L-29B6F2EB).

    Null if it is not known within seconds, for whatever reason: the default is 50, and this is only advice.
    """
    try:
        return call(
            advised(service_quotas),
            "get_service_quota",
            lambda answer: whole(inner(answer, "Quota"), "Value", 0, MOST_ENDPOINTS),
            ServiceCode="vpc",
            QuotaCode=QUOTA_CODE,
        )
    except PrivateLinkError:
        return None


def caller_account(sts: Client) -> str:
    """The id of the account that the credentials belong to."""
    return call(sts, "get_caller_identity", lambda answer: identifier(answer, "Account"))


@dataclass(frozen=True)
class DryRun:
    """Whether a call would be permitted; null if AWS does not say. `refusal` is the error that it would meet.

    `done` is what the call returned, where a stand-in for AWS does not support DryRun and carried it out.
    """

    permitted: bool | None
    refusal: ApiError | None = None
    done: object = None


class _Asking:
    """A client of boto3 whose calls all ask only for permission."""

    def __init__(self, boto: t.Any) -> None:
        self._boto = boto
        self.meta = boto.meta

    def __getattr__(self, method: str) -> Callable[..., t.Any]:
        return partial(getattr(self._boto, method), DryRun=True)


def dry_run(ec2: Client, act: Callable[[Client], object]) -> DryRun:
    """Ask EC2, for three seconds at most, whether it would permit the one call that `act` makes with a client.

    A refusal for any reason but a missing permission says nothing about permissions. Raises nothing: this is advice.
    """
    client = advised(ec2)
    asking = replace(client, boto=_Asking(client.boto)) if isinstance(client, BoundedClient) else _Asking(client)
    try:
        return DryRun(None, done=act(asking))
    except ApiError as error:
        if error.code == "DryRunOperation":
            return DryRun(True)
        return DryRun(False, error) if is_denied(error) else DryRun(None)
    except PrivateLinkError:
        return DryRun(None)


def _created(answer: Json, region: str) -> Created:
    endpoint = shapes.made_endpoint(inner(answer, "VpcEndpoint"), region)
    return Created(endpoint, shapes.age(endpoint, inner(answer, "ResponseMetadata")))


def _is_unknown(error: ApiError) -> bool:
    """Whether AWS itself said that it has no such endpoint."""
    return bool(error.request_id) and (error.code in ENDPOINT_NOT_FOUND or error.code == ENDPOINT_MALFORMED)


def _is_done(answer: Json) -> None:
    """Raises Unreadable if AWS says that it did not do it; older answers say nothing."""
    if "Return" in answer and not flag(answer, "Return"):
        raise Unreadable("it says that nothing was done")


def _refusals(answer: Json) -> list[dict[str, object]]:
    """What was not deleted, each with the answer's metadata, as ClientError has them."""
    if "Unsuccessful" not in answer:
        raise Unreadable("Unsuccessful is missing")
    refusals = []
    for item in items(answer, "Unsuccessful"):
        error = inner(item, "Error")
        said = {key: text(error, key) for key in ("Code", "Message")}
        refusals.append({"Error": said, "ResponseMetadata": answer.get("ResponseMetadata")})
    return refusals


def _endpoints(ec2: Client, **selection: object) -> list[InterfaceEndpoint]:
    region = ec2.meta.region_name
    return pages(
        ec2,
        "describe_vpc_endpoints",
        "VpcEndpoints",
        lambda item: shapes.interface_endpoint(item, region),
        **selection,
    )


def _matching(
    ec2: Client, method: str, key: str, shape: Callable[[Json], _Item], name: str, ids: Sequence[str]
) -> list[_Item]:
    """By filter, not by id: one unknown id must not hide the others."""
    parts = [ids[start : start + FILTER_VALUES] for start in range(0, len(ids), FILTER_VALUES)]
    return [item for part in parts for item in pages(ec2, method, key, shape, Filters=_filters({name: part}))]


def _filters(filters: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    return [{"Name": name, "Values": list(values)} for name, values in filters.items()]
