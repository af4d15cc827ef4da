# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads many private endpoints at once: TiDB Cloud once, AWS once for each region, both sides joined."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from .._aws import api as aws
from .._aws.model import InterfaceEndpoint, NetworkInterface, Subnet
from .._aws.session import AwsSession
from .._privatelink.cluster_limits import is_on_aws
from .._privatelink.current import Network, Pair, Provider, pair_up
from .._privatelink.ownership import CLUSTER_TAG, NODE_GROUP_TAG
from .._privatelink.registrations import is_registered, rows_of
from .._privatelink.result import endpoint_service, shape
from .._privatelink.status import status_and_stage
from .._run.bounded import at_once
from .._run.errors import ApiError, PrivateLinkError, as_known
from .._tidbcloud.api import TidbCloud
from .._tidbcloud.model import Cluster, Registration
from .own_services import Reader
from .own_side import NOTHING_OWN, SERVICES, TIDB_CLOUD, Own, OwnSide, row
from .scope import Filters, Met, not_found, scope_warnings
from .services import GroupService, complete, services_of

NO_KEY = "No API key is set (tidbcloud_public_key and tidbcloud_private_key)."
# Up to this many lists of single node groups are read instead of one of their project.
_FEW_GROUPS = 5


@dataclass(frozen=True)
class Account:
    """One AWS account to read: its credentials and the regions to look in; none means those of the clusters found.

    `session` is the error instead if the options do not make one. `options`: those that name the account in `accounts`.
    """

    session: AwsSession | PrivateLinkError
    regions: tuple[str, ...] = ()
    options: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For a person, as long as its id is not known."""
        return self.options.get("assume_role_arn") or self.options.get("profile") or "the account of the AWS options"


@dataclass(frozen=True)
class AwsSide:
    """What the accounts hold. `looked_at` says where, as (account id, region), `unreadable` where it was not possible,
    `access` which options lead to an account.
    """

    endpoints: tuple[InterfaceEndpoint, ...] = ()
    interfaces: tuple[NetworkInterface, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    looked_at: frozenset[tuple[str, str]] = frozenset()
    unreadable: tuple[dict[str, str | None], ...] = ()
    access: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    own: OwnSide = NOTHING_OWN

    def __add__(self, other: AwsSide) -> AwsSide:
        return AwsSide(
            (*self.endpoints, *other.endpoints),
            (*self.interfaces, *other.interfaces),
            (*self.subnets, *other.subnets),
            self.looked_at | other.looked_at,
            (*self.unreadable, *other.unreadable),
            {**other.access, **self.access},
            self.own + other.own,
        )


@dataclass(frozen=True)
class Wanted:
    """What to look for in AWS: which interface endpoints, null for none, and whether the accounts' own services."""

    endpoint: t.Callable[[InterfaceEndpoint], bool] | None
    own: bool


@dataclass(frozen=True)
class Fleet:
    """What was found, in the shapes that `endpoint_info` returns, and in which accounts and regions of AWS.

    `created_at`: when each interface endpoint was made, null if AWS does not say. `known_projects`: those whose
    lists say of every interface endpoint whether it is registered. `access`: by account, the options that lead to it.
    `own`: the accounts' own services.
    """

    endpoint_services: list[dict[str, t.Any]]
    private_endpoints: list[dict[str, t.Any]]
    scope: dict[str, t.Any]
    looked_at: frozenset[tuple[str, str]]
    created_at: t.Mapping[str, datetime | None] = field(default_factory=dict)
    known_projects: frozenset[str] = frozenset()
    access: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    own: tuple[Own, ...] = ()


class Hosts(t.NamedTuple):
    """What the inventory shows, in the shapes that `endpoint_info` returns: private endpoints, and the accounts' own
    services.
    """

    private_endpoints: list[dict[str, t.Any]]
    endpoint_services: list[dict[str, t.Any]]


def read_fleet(filters: Filters, tidb: TidbCloud | None, accounts: t.Sequence[Account]) -> Fleet:
    """Reads services and private endpoints. Finding nothing is not an error, nor is one account or region that cannot
    be read beside others.

    Without TiDB Cloud, only the accounts' own services are read. Raises PrivateLinkError.
    """
    if tidb is None:
        return _own_alone(filters, accounts)
    listed = _read_clusters(filters, tidb)
    clusters = [cluster for cluster in listed if is_on_aws(cluster)]
    every = _read_registrations(filters, clusters, tidb)
    registrations = _wanted(filters, every)
    services = complete(_services(filters, clusters, every), tidb, partial(_zones, accounts))
    side = _read_aws(filters, accounts, services, registrations)
    offered = [endpoint_service(one.provider(one.cluster.region)) for one in services]
    return Fleet(
        [*offered, *(one.returned() for one in side.own.services)],
        _private_endpoints(filters, pair_up(side.endpoints, registrations), services, side),
        _scope(filters, clusters, side, not_found(filters, Met(listed, every, side.endpoints))),
        side.looked_at,
        {endpoint.vpc_endpoint_id: endpoint.created_at for endpoint in side.endpoints},
        _known_projects(_projects(filters, clusters), every),
        side.access,
        side.own.services,
    )


def _own_alone(filters: Filters, accounts: t.Sequence[Account]) -> Fleet:
    """The accounts' own services. Raises PrivateLinkError, also if it is not known where to look."""
    side = _look(accounts, filters, (), Wanted(None, own=True))
    if not side.looked_at:
        raise PrivateLinkError(
            "Without a TiDB Cloud API key, only your own endpoint services can be read, and it is not known in which "
            "region. Set region, AWS_REGION, the profile's region, or regions."
        )
    scope = _scope(filters, (), side, ())
    return Fleet(
        [one.returned() for one in side.own.services],
        [],
        {**scope, "not_read": [row(TIDB_CLOUD, NO_KEY), *scope["not_read"]]},
        side.looked_at,
        access=side.access,
        own=side.own.services,
    )


def _scope(
    filters: Filters, clusters: t.Sequence[Cluster], side: AwsSide, missing: t.Sequence[dict[str, t.Any]]
) -> dict[str, t.Any]:
    return {
        "accounts": sorted({account for account, _region in side.looked_at}),
        "regions": sorted({region for _account, region in side.looked_at}),
        "projects": _projects(filters, clusters),
        "filters": filters.returned(),
        "not_found": list(missing),
        "unreadable": list(side.unreadable),
        "not_read": list(side.own.not_read),
    }


def read_hosts(
    filters: Filters,
    tidb: TidbCloud | None,
    accounts: t.Sequence[Account],
    warn: t.Callable[[str], None] = lambda _warning: None,
) -> Hosts:
    """What the inventory shows: no request for a service of TiDB Cloud, two for a hundred registrations of a project.

    Without accounts AWS is not read: every private endpoint is then as its registration says. `warn` gets what the
    filters name and was not found, and what could not be read. Raises PrivateLinkError.
    """
    if tidb is None:
        alone = _own_alone(filters, accounts)
        for warning in scope_warnings(alone.scope):
            warn(warning)
        return Hosts([], alone.endpoint_services)
    listed = _read_clusters(filters, tidb)
    clusters = [cluster for cluster in listed if is_on_aws(cluster)]
    every = _read_registrations(filters, clusters, tidb)
    registrations = _wanted(filters, every)
    services = _services(filters, clusters, every)
    side = _read_aws(filters, accounts, services, registrations)
    missing = not_found(filters, Met(listed, every, side.endpoints))
    for warning in scope_warnings(_scope(filters, clusters, side, missing)):
        warn(warning)
    endpoints = _private_endpoints(filters, pair_up(side.endpoints, registrations), services, side)
    return Hosts(endpoints, [one.returned() for one in side.own.services])


def _read_clusters(filters: Filters, tidb: TidbCloud) -> list[Cluster]:
    """Dedicated clusters of every cloud; one project at a time, as the API lists them."""
    projects: t.Sequence[str | None] = filters.project_ids or (None,)
    if filters.cluster_ids and not filters.project_ids:
        # A named cluster may belong to any project; the list knows only the default one.
        found = [_read_cluster(tidb, cluster_id) for cluster_id in sorted(filters.cluster_ids)]
    else:
        found = [c for project in projects for c in tidb.list_clusters(project, sorted(filters.cluster_ids))]
    return [cluster for cluster in found if cluster is not None]


def _read_cluster(tidb: TidbCloud, cluster_id: str) -> Cluster | None:
    """Also null for an id that the API refuses (400, 403: not published) and lists no cluster for."""
    try:
        return tidb.get_cluster(cluster_id)
    except ApiError as refused:
        if refused.status not in (400, 403) or tidb.listed_cluster(cluster_id):
            raise
        return None


def _read_registrations(filters: Filters, clusters: t.Sequence[Cluster], tidb: TidbCloud) -> list[Registration]:
    """One list for each project; for a few named clusters, one for each node group.

    A project may have thousands of registrations, a hundred to a request, and a node group has only its own.
    """
    if not filters.cluster_ids or filters.project_ids:
        return [row for project in filters.project_ids or (None,) for row in _of_project(tidb, project, clusters)]
    groups = sum(max(1, len(cluster.node_groups)) for cluster in clusters)
    alone = [cluster for cluster in clusters if groups <= _FEW_GROUPS or not cluster.project_id]
    projects = sorted({cluster.project_id for cluster in clusters if cluster.project_id and cluster not in alone})
    return [
        *(row for cluster in alone for row in _of_cluster(filters, cluster, tidb)),
        *(row for project in projects for row in _of_project(tidb, project, clusters)),
    ]


def _of_cluster(filters: Filters, cluster: Cluster, tidb: TidbCloud) -> list[Registration]:
    ids = [group.node_group_id for group in cluster.node_groups]
    wanted = [one for one in ids if not filters.node_group_ids or one in filters.node_group_ids]
    # Without a node group the answer is incomplete, and only the list of the project is certain.
    return [row for group_id in (wanted if ids else [None]) for row in rows_of(tidb, cluster, group_id)]


def _of_project(tidb: TidbCloud, project_id: str | None, clusters: t.Sequence[Cluster]) -> list[Registration]:
    """A list that is not found is an error if the project has clusters: nothing is concluded from it."""
    try:
        return tidb.list_registrations(project_id=project_id, cloud_provider="aws")
    except ApiError as error:
        if error.status != 404 or any(project_id in (None, cluster.project_id) for cluster in clusters):
            raise
        return []


def _wanted(filters: Filters, registrations: t.Iterable[Registration]) -> list[Registration]:
    return [
        row
        for row in registrations
        if (not filters.cluster_ids or row.cluster_id in filters.cluster_ids)
        and (not filters.node_group_ids or row.node_group_id in filters.node_group_ids)
        and (not filters.vpc_endpoint_ids or row.vpc_endpoint_id in filters.vpc_endpoint_ids)
        and (not filters.regions or row.region in (None, *filters.regions))
    ]


def _services(
    filters: Filters, clusters: t.Iterable[Cluster], registrations: t.Iterable[Registration]
) -> list[GroupService]:
    wanted = filters.node_group_ids
    return [one for one in services_of(clusters, registrations) if not wanted or one.group.node_group_id in wanted]


def _zones(accounts: t.Sequence[Account], region: str, names: t.Sequence[str]) -> t.Mapping[str, t.Sequence[str]]:
    """The zones of services as AWS returns them: it allows any number of requests, TiDB Cloud does not."""
    sessions = [account.session for account in accounts if not isinstance(account.session, PrivateLinkError)]
    try:
        return aws.describe_service_zones(sessions[0].client("ec2", region), names) if sessions else {}
    except PrivateLinkError:
        return {}


def _read_aws(
    filters: Filters,
    accounts: t.Sequence[Account],
    services: t.Sequence[GroupService],
    registrations: t.Sequence[Registration],
) -> AwsSide:
    """One paged list for each account and region; which endpoints are ours is decided here. Raises as `_look`."""
    names = {one.service_name for one in services if one.service} | {row.service_name for row in registrations}
    clusters = {one.cluster.cluster_id for one in services} | filters.cluster_ids
    found_in = {one.cluster.region for one in services} | {row.region for row in registrations}
    is_wanted = partial(_is_ours, names=names, clusters=clusters, filters=filters)
    return _look(accounts, filters, found_in, Wanted(is_wanted, own=not filters.are_of_private_endpoints))


def _look(
    accounts: t.Sequence[Account], filters: Filters, found_in: t.Collection[str | None], wanted: Wanted
) -> AwsSide:
    """What the accounts hold of it. An account or region that cannot be read never stops the others.

    Raises PrivateLinkError if none can be read.
    """
    side = AwsSide()
    errors: list[PrivateLinkError] = []
    for account in accounts:
        read, failed = _read_account(account, account.regions or filters.regions, found_in, wanted)
        side += read
        errors += failed
    if errors and not side.looked_at:
        raise errors[0]
    return side


def _read_account(
    account: Account, regions: tuple[str, ...], found_in: t.Iterable[str | None], wanted: Wanted
) -> tuple[AwsSide, list[PrivateLinkError]]:
    """What it holds in those regions, else in its own, and the errors of those that could not be read."""
    if isinstance(account.session, PrivateLinkError):
        unreadable = [_unreadable(account.name, region, account.session) for region in regions or (None,)]
        return AwsSide(unreadable=tuple(unreadable)), [account.session]
    side, errors = AwsSide(), dict[str, PrivateLinkError]()
    for region in regions or _own_regions(account.session, found_in):
        try:
            side += _read_region(account, account.session, region, wanted)
        except BaseException as error:
            errors[region] = as_known(error, f"reading AWS in {region}")
    name = next((account_id for account_id, _region in side.looked_at), account.name)
    unreadable = [_unreadable(name, region, error) for region, error in errors.items()]
    return side + AwsSide(unreadable=tuple(unreadable)), list(errors.values())


def _unreadable(account: str, region: str | None, error: PrivateLinkError) -> dict[str, str | None]:
    return {"account": account, "region": region, "reason": str(error)}


def _read_region(account: Account, session: AwsSession, region: str, wanted: Wanted) -> AwsSide:
    """Private endpoints and own services are read at once: neither depends on the other."""
    ec2 = session.client("ec2", region)
    account_id = aws.caller_account(session.client("sts", region))
    looked_at = AwsSide(looked_at=frozenset({(account_id, region)}), access={account_id: account.options})
    if not wanted.own:
        return looked_at + _read_endpoints(ec2, wanted)
    endpoints, own = at_once(
        lambda: _read_endpoints(ec2, wanted), lambda: _read_own(session, account_id, region, wanted)
    )
    return looked_at + endpoints + AwsSide(own=own)


def _read_endpoints(ec2: t.Any, wanted: Wanted) -> AwsSide:
    if wanted.endpoint is None:
        return AwsSide()
    endpoints = [endpoint for endpoint in aws.describe_vpc_endpoints(ec2, filters={}) if wanted.endpoint(endpoint)]
    interfaces, subnets = _details(ec2, endpoints)
    return AwsSide(tuple(endpoints), tuple(interfaces), tuple(subnets))


def _read_own(session: AwsSession, account_id: str, region: str, wanted: Wanted) -> OwnSide:
    """That they cannot be read is an error only where nothing else is looked for."""
    reader = Reader(session, account_id, region)
    try:
        services = reader.listed()
    except BaseException as error:
        if wanted.endpoint is None:
            raise
        reason = str(as_known(error, f"reading {SERVICES}"))
        return OwnSide(not_read=(row(SERVICES, reason, account_id, region),))
    return reader.read(services)


def _own_regions(session: AwsSession, found_in: t.Iterable[str | None]) -> tuple[str, ...]:
    if session.region:
        return (session.region,)
    return tuple(sorted(region for region in found_in if region))


def _projects(filters: Filters, clusters: t.Sequence[Cluster]) -> list[str]:
    return sorted(filters.project_ids) or sorted({cluster.project_id for cluster in clusters if cluster.project_id})


def _known_projects(projects: t.Iterable[str], registrations: t.Iterable[Registration]) -> frozenset[str]:
    """A registration without the id of its interface endpoint may belong to any endpoint of its project."""
    unnamed = {row.project_id for row in registrations if is_registered(row) and not row.vpc_endpoint_id}
    return frozenset() if None in unnamed else frozenset(projects) - unnamed


def _is_ours(
    endpoint: InterfaceEndpoint, names: t.Collection[str | None], clusters: t.Collection[str], filters: Filters
) -> bool:
    """Whether it belongs to a known service, or was made for a cluster that is now gone."""
    tags = endpoint.tags
    dropped = (
        CLUSTER_TAG in tags
        and (not filters.cluster_ids or tags[CLUSTER_TAG] in clusters)
        and (not filters.node_group_ids or tags.get(NODE_GROUP_TAG) in filters.node_group_ids)
    )
    return (
        (endpoint.service_name in names or dropped)
        and (not filters.vpc_ids or endpoint.vpc_id in filters.vpc_ids)
        and (not filters.vpc_endpoint_ids or endpoint.vpc_endpoint_id in filters.vpc_endpoint_ids)
    )


def _details(ec2: t.Any, endpoints: t.Sequence[InterfaceEndpoint]) -> tuple[list[NetworkInterface], list[Subnet]]:
    interface_ids = sorted({interface_id for endpoint in endpoints for interface_id in endpoint.network_interface_ids})
    subnet_ids = sorted({subnet_id for endpoint in endpoints for subnet_id in endpoint.subnet_ids})
    return aws.describe_network_interfaces(ec2, interface_ids), aws.describe_subnets(ec2, subnet_ids)


def _private_endpoints(
    filters: Filters, pairs: t.Iterable[Pair], services: t.Sequence[GroupService], side: AwsSide
) -> list[dict[str, t.Any]]:
    by_group = {one.group.node_group_id: one for one in services}
    by_name = {one.service_name: one for one in services if one.service}
    interfaces: dict[str, NetworkInterface] = {item.network_interface_id: item for item in side.interfaces}
    subnets: dict[str, Subnet] = {item.subnet_id: item for item in side.subnets}
    shaped = []
    for pair in pairs:
        if filters.vpc_ids and pair.endpoint is None:
            continue  # only its own account knows which VPC it is in
        if pair.endpoint is not None and not (pair.listed or pair.registered):
            continue  # AWS lists a deleted one for about an hour; it matters only while it is registered
        of_group = by_group.get(_node_group_id(pair) or "")
        service = of_group or by_name.get(pair.endpoint.service_name if pair.endpoint else None)
        found = _shaped(pair, service, _network(pair.endpoint, subnets, interfaces))
        if not filters.statuses or found["status"] in filters.statuses:
            shaped.append(found)
    return sorted(shaped, key=lambda found: (found["cluster_id"] or "", found["vpc_endpoint_id"] or ""))


def _node_group_id(pair: Pair) -> str | None:
    """As its registration says, or the tag of an endpoint that is not registered."""
    registered = pair.registration.node_group_id if pair.registration else None
    return registered or (pair.endpoint.tags.get(NODE_GROUP_TAG) if pair.endpoint else None)


def _network(
    endpoint: InterfaceEndpoint | None,
    subnets: t.Mapping[str, Subnet],
    interfaces: t.Mapping[str, NetworkInterface],
) -> Network:
    if endpoint is None:
        return Network()
    return Network(
        tuple(subnets[one] for one in endpoint.subnet_ids if one in subnets),
        tuple(interfaces[one] for one in endpoint.network_interface_ids if one in interfaces),
    )


def _shaped(pair: Pair, service: GroupService | None, network: Network) -> dict[str, t.Any]:
    half = pair.endpoint or pair.registration
    region = half.region if half else None
    provider = service.provider(region) if service else Provider(region)
    return shape(pair, provider, network, status_and_stage(pair.endpoint, pair.registration, visible=pair.visible))
