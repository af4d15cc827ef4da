# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what reachability is judged by: TiDB Cloud as far as it answers, AWS as far as it permits. Changes nothing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from .._aws import api as aws
from .._aws import network_api as network
from .._aws.model import InterfaceEndpoint
from .._aws.network_model import Interface, SubnetRange, VpcNames
from .._aws.session import AwsSession
from .._aws.tags import is_managed
from .._privatelink.cluster_limits import aws_region
from .._privatelink.ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .._run.errors import ApiError, PrivateLinkError
from .._run.text import listed
from .._tidbcloud.api import TidbCloud
from .._tidbcloud.model import Registration
from .model import Facts, PrefixLists, Provider, Source
from .question import Question
from .security_groups import contains

_FORBIDDEN = 403
_Read = t.TypeVar("_Read")


def read_facts(question: Question, session: AwsSession, connect: t.Callable[[], TidbCloud]) -> Facts:
    """Raises PrivateLinkError if the endpoint, the source, the region or the port cannot be known, and ApiError.

    `connect` may raise PrivateLinkError as well: then the TiDB Cloud side is unknown.
    """
    provider = None
    if question.cluster_id or not session.region:
        provider = _read_provider(question, question.cluster_id, question.node_group_id, connect)
    region = _region(question, provider, session)
    ec2 = session.client("ec2", region)
    endpoint = _read_endpoint(ec2, question.vpc_endpoint_id, region)
    if provider is None or provider.cluster is None:
        provider = _read_tagged(question, endpoint, provider, connect)
    facts = Facts(
        port=_port(question, provider),
        endpoint=endpoint,
        source=_read_source(ec2, question, endpoint),
        provider=provider,
        private_dns_required=question.private_dns_required,
        interfaces=tuple(network.describe_interfaces(ec2, endpoint.network_interface_ids)),
    )
    return _with_network(facts, ec2)


def _read_tagged(
    question: Question, endpoint: InterfaceEndpoint, known: Provider | None, connect: t.Callable[[], TidbCloud]
) -> Provider:
    """The cluster of the ownership tags; without one, look for the registration, unless that was done before."""
    tagged = endpoint.tags.get(CLUSTER_TAG)
    if is_managed(endpoint.tags) and not tagged and not question.cluster_id:
        return Provider(expected=False)
    if known is not None and (question.cluster_id or known.registration or not tagged):
        return known
    group_id = question.node_group_id or endpoint.tags.get(NODE_GROUP_TAG)
    return _read_provider(question, question.cluster_id or tagged, group_id, connect)


def _read_provider(
    question: Question, cluster_id: str | None, group_id: str | None, connect: t.Callable[[], TidbCloud]
) -> Provider:
    row = None
    try:
        tidb = connect()
        if cluster_id is None:
            row = _registration(question, tidb.list_registrations(project_id=question.project_id))
            cluster_id = row.cluster_id if row else None
        cluster = tidb.get_cluster(cluster_id) if cluster_id else None
        if row is None and cluster is not None:
            groups = [group_id] if group_id else [group.node_group_id for group in cluster.node_groups]
            row = _registration(question, _registrations_of(tidb, cluster.cluster_id, groups))
    except PrivateLinkError as error:
        return Provider(cluster_id, group_id, unknown=f"TiDB Cloud could not be asked: {error}")
    unknown = None
    if cluster_id is None:
        unknown = (
            f"No registration of {question.vpc_endpoint_id} is in the project that was searched. Name cluster_id or "
            "project_id to include it."
        )
    return Provider(cluster_id, (row.node_group_id if row else None) or group_id, cluster, row, unknown)


def _registrations_of(tidb: TidbCloud, cluster_id: str, group_ids: t.Iterable[str]) -> t.Iterator[Registration]:
    for group_id in group_ids:
        yield from tidb.list_registrations(cluster_id, group_id)


def _registration(question: Question, rows: t.Iterable[Registration]) -> Registration | None:
    return next((row for row in rows if row.vpc_endpoint_id == question.vpc_endpoint_id), None)


def _region(question: Question, provider: Provider | None, session: AwsSession) -> str:
    own = None
    if provider is not None:
        row, cluster = provider.registration, provider.cluster
        own = (row.region if row else None) or (cluster.region if cluster else None)
    return aws_region(session.region, own, f"private endpoint {question.vpc_endpoint_id}")


def _port(question: Question, provider: Provider) -> int:
    if question.port:
        return question.port
    row, cluster = provider.registration, provider.cluster
    port = (row.port if row else None) or (cluster.port if cluster else None)
    if port is None:
        reason = f" {provider.unknown}" if provider.unknown else ""
        raise PrivateLinkError(f"The port of {question.vpc_endpoint_id} is not known; set port, usually 4000.{reason}")
    return port


def _read_endpoint(ec2: t.Any, vpc_endpoint_id: str, region: str) -> InterfaceEndpoint:
    found = aws.describe_vpc_endpoints(ec2, ids=[vpc_endpoint_id])
    if not found:
        raise _not_found("interface endpoint", vpc_endpoint_id, region)
    return found[0]


def _not_found(kind: str, object_id: str, region: str) -> PrivateLinkError:
    return PrivateLinkError(
        f"There is no {kind} {object_id} in {region} that these credentials can see. Check the id, the AWS account and "
        "the region."
    )


def _read_source(ec2: t.Any, question: Question, endpoint: InterfaceEndpoint) -> Source:
    region = ec2.meta.region_name
    if question.instance_id:
        instance = network.describe_instance(ec2, question.instance_id)
        if instance is None or not instance.interfaces:
            raise _not_found("instance with a network interface", question.instance_id, region)
        return Source(question.instance_id, instance.interfaces[0], instance)
    if question.network_interface_id:
        found = network.describe_interfaces(ec2, [question.network_interface_id])
        if not found:
            raise _not_found("network interface", question.network_interface_id, region)
        return Source(question.network_interface_id, found[0])
    return _read_address(ec2, endpoint, question.subnet_id, str(question.address))


def _read_address(ec2: t.Any, endpoint: InterfaceEndpoint, subnet_id: str | None, address: str) -> Source:
    """The interface with the address, in the named subnet or somewhere in the VPC of the interface endpoint."""
    try:
        address = str(ip_address(address))
    except ValueError:
        raise PrivateLinkError(f"source_address is {address!r}; give one IPv4 or IPv6 address.") from None
    subnet = _subnet_of(ec2, endpoint, subnet_id, address)
    found = network.describe_interface_at(ec2, subnet.vpc_id, address)
    if found is None:
        return Source(address, Interface(None, subnet.subnet_id, subnet.vpc_id, (address,), None))
    return Source(address, replace(found, addresses=(address,)))


def _subnet_of(ec2: t.Any, endpoint: InterfaceEndpoint, subnet_id: str | None, address: str) -> SubnetRange:
    if subnet_id is None:
        subnets = network.describe_subnet_ranges_of(ec2, endpoint.vpc_id)
        where = f"No subnet of {endpoint.vpc_id}, the VPC of {endpoint.vpc_endpoint_id}, has the address {address}. "
        otherwise = where + "Name the subnet in source_subnet_id where it is in another VPC."
    else:
        subnets = network.describe_subnet_ranges(ec2, [subnet_id])
        if not subnets:
            raise _not_found("subnet", subnet_id, ec2.meta.region_name)
        otherwise = f"{address} is not an address of {subnet_id}, which has {listed(subnets[0].cidrs, ' and ')}."
    found = next((subnet for subnet in subnets if any(contains(cidr, address) for cidr in subnet.cidrs)), None)
    if found is None:
        raise PrivateLinkError(otherwise)
    return found


@dataclass
class _Permitted:
    """Read what may be forbidden: then it is unknown, and does not end the run."""

    unread: dict[str, str] = field(default_factory=dict)

    def read(self, kind: str, read: t.Callable[[], _Read]) -> _Read | None:
        try:
            return read()
        except ApiError as error:
            if error.status != _FORBIDDEN or not error.request_id:  # An answer without one is not from AWS.
                raise
            self.unread[kind] = str(error)
            return None


def _with_network(facts: Facts, ec2: t.Any) -> Facts:
    may = _Permitted()
    ends = (facts.source.interface, *facts.interfaces)
    subnet_ids = sorted({end.subnet_id for end in ends})
    vpc_ids = sorted({facts.endpoint.vpc_id, facts.source.interface.vpc_id})
    group_ids = sorted({*facts.endpoint.security_group_ids, *(facts.source.interface.security_group_ids or ())})
    groups = may.read("security groups", lambda: network.describe_group_rules(ec2, group_ids)) or []
    tables = may.read("route tables", lambda: network.describe_route_tables(ec2, vpc_ids)) or []
    acls = may.read("network ACLs", lambda: network.describe_network_acls(ec2, vpc_ids)) or []
    facts = replace(
        facts,
        subnets={subnet.subnet_id: subnet for subnet in network.describe_subnet_ranges(ec2, subnet_ids)},
        security_groups={group.security_group_id: group for group in groups},
        route_tables=tuple(tables),
        network_acls=tuple(acls),
    )
    peering_ids = sorted(
        {route.target for table in tables for route in table.routes if route.target.startswith("pcx-")}
    )
    if peering_ids and not facts.same_vpc:
        peerings = may.read("peering connections", lambda: network.describe_peerings(ec2, peering_ids)) or []
        facts = replace(facts, peerings=tuple(peerings))
    names = _read_names(facts, ec2, may)
    return replace(facts, prefix_lists=_read_prefix_lists(facts, ec2), names=names, unread=may.unread)


def _read_names(facts: Facts, ec2: t.Any, may: _Permitted) -> VpcNames | None:
    if not facts.private_dns_required or not facts.same_vpc:
        return None
    vpc_id = facts.endpoint.vpc_id
    names = may.read("DNS attributes", lambda: network.describe_vpc_names(ec2, vpc_id))
    options_id = names.dhcp_options_id if names else None
    if names is None or options_id is None:
        return names
    servers = may.read("DHCP options", lambda: network.describe_name_servers(ec2, options_id))
    return replace(names, servers=servers)


def _read_prefix_lists(facts: Facts, ec2: t.Any) -> PrefixLists:
    """Those that a rule or a route names. One that another account shares may be unreadable: it is left out."""
    groups = facts.security_groups.values()
    rules = [rule for group in groups for rule in (*group.inbound, *group.outbound)]
    wanted = {list_id for rule in rules for list_id in rule.prefix_list_ids}
    wanted |= {
        route.destination
        for table in facts.route_tables
        for route in table.routes
        if route.destination.startswith("pl-")
    }
    entries: dict[str, tuple[str, ...]] = {}
    for list_id in sorted(wanted):
        try:
            entries[list_id] = network.prefix_list_entries(ec2, list_id)
        except ApiError as error:
            if not error.request_id or error.status is None or error.status >= 500:
                raise
    return entries
