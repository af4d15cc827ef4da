# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many private endpoints are read by few calls, joined, and nothing is concluded from what could not be read."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, balancer_api, provider_api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    NetworkInterface,
    Subnet,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import OwnService
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read import (
    Account,
    read_fleet,
    read_hosts,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import Filters
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.ownership import (
    CLUSTER_TAG,
    NODE_GROUP_TAG,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import (
    Cluster,
    EndpointService,
    NodeGroup,
    Registration,
)
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP,
    GROUP_ID,
    OTHER_VPC,
    OTHER_VPCE,
    PROJECT_ID,
    REGION,
    SERVICE,
    VPC,
    VPCE,
    ZONES,
    interface_endpoint,
    registration,
)
from tests.support.publication_literals import balancer, service

ACCOUNT = "210987654321"
OTHER_PROJECT = "1372813089209061634"


def refused(status: int) -> ApiError:
    return ApiError("refused", api="tidbcloud", status=status)


class Tidb:
    """TiDB Cloud. `asked`: what was, in order. `refusals`: what a question is answered with instead."""

    def __init__(self, *clusters: Cluster, rows: Sequence[Registration] = ()) -> None:
        self.clusters = clusters or (CLUSTER,)
        self.rows = list(rows)
        self.listed = True
        self.asked: list[str] = []
        self.refusals: dict[str, ApiError] = {}

    def _note(self, *question: object) -> None:
        self.asked.append(" ".join(str(word) for word in question if word))
        if question[0] in self.refusals:
            raise self.refusals[str(question[0])]

    def get_cluster(self, cluster_id: str) -> Cluster | None:
        self._note("cluster", cluster_id)
        return next((one for one in self.clusters if one.cluster_id == cluster_id), None)

    def listed_cluster(self, cluster_id: str) -> bool:
        self._note("listed?", cluster_id)
        return self.listed

    def list_clusters(self, project_id: str | None = None, cluster_ids: Sequence[str] = ()) -> list[Cluster]:
        self._note("clusters", project_id, *cluster_ids)
        return [one for one in self.clusters if project_id in (None, one.project_id)]

    def list_registrations(
        self,
        cluster_id: str = "-",
        node_group_id: str = "-",
        project_id: str | None = None,
        cloud_provider: str | None = None,
    ) -> list[Registration]:
        of_group = node_group_id != "-"
        self._note("registrations", *((cluster_id, node_group_id) if of_group else (project_id,)))
        return [row for row in self.rows if not of_group or row.node_group_id == node_group_id]

    def get_service(self, _cluster_id: str, node_group_id: str) -> EndpointService | None:
        self._note("service", node_group_id)
        return replace(SERVICE, node_group_id=node_group_id)


class Session:
    """Of one AWS account; a client is the session with the region of the client."""

    def __init__(self, account_id: str = ACCOUNT, region: str | None = None) -> None:
        self.account_id = account_id
        self.region = region

    def client(self, _service: str, region: str) -> tuple[str, str]:
        return (self.account_id, region)


Client = tuple[str, str]


class Aws:
    """AWS, by account and region. `asked`: each call with its region."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.endpoints: dict[Client, list[InterfaceEndpoint]] = {}
        self.zones: Mapping[str, Sequence[str]] = {}
        self.refusals: list[ApiError] = []
        # What an account and region is answered with instead.
        self.broken: dict[Client, BaseException] = {}
        self.asked: list[tuple[str, str]] = []
        for name, act in {
            "describe_vpc_endpoints": lambda ec2, filters: self._note("endpoints", ec2, self.endpoints.get(ec2, [])),
            "describe_network_interfaces": lambda ec2, ids: [NetworkInterface(one, "subnet-a") for one in ids],
            "describe_subnets": lambda ec2, ids: [Subnet(one, VPC, ZONES[0]) for one in ids],
            "describe_service_zones": lambda ec2, names: self._zones(ec2),
            "caller_account": lambda sts: sts[0],
        }.items():
            monkeypatch.setattr(api, name, act)
        monkeypatch.setattr(provider_api, "describe_own_services", lambda _ec2: [])

    def _note(self, what: str, client: Client, found: t.Any) -> t.Any:
        self.asked.append((what, client[1]))
        if client in self.broken:
            raise self.broken[client]
        return found

    def _zones(self, client: Client) -> Mapping[str, Sequence[str]]:
        self.asked.append(("zones", client[1]))
        if self.refusals:
            raise self.refusals[0]
        return self.zones


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    return Aws(monkeypatch)


def fleet(filters: Filters, tidb: Tidb, *accounts: Account) -> t.Any:
    return read_fleet(filters, t.cast(t.Any, tidb), accounts or (account(),))


def private_endpoints(filters: Filters, tidb: Tidb, *accounts: Account) -> list[str]:
    found = read_hosts(filters, t.cast(t.Any, tidb), accounts).private_endpoints
    return [str(one["vpc_endpoint_id"]) for one in found]


def account(account_id: str = ACCOUNT, region: str | None = REGION, regions: tuple[str, ...] = ()) -> Account:
    return Account(t.cast(t.Any, Session(account_id, region)), regions)


NAMED = Filters(cluster_ids=frozenset({CLUSTER_ID}))


def test_both_sides_are_joined_with_the_network_of_the_interface_endpoint(aws: Aws) -> None:
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint()]
    found = fleet(Filters(), Tidb(rows=[registration()]))
    (one,) = found.private_endpoints
    assert (one["status"], one["vpc_endpoint_id"], one["cluster_id"]) == ("active", VPCE, CLUSTER_ID)
    assert [row["network_interface_id"] for row in one["network_interfaces"]] == [f"eni-of-{VPCE}"]
    assert one["availability_zone_ids"] == [ZONES[0]]
    (service,) = found.endpoint_services
    assert service["node_group_id"] == GROUP_ID
    assert found.scope == {
        "accounts": [ACCOUNT],
        "regions": [REGION],
        "projects": [PROJECT_ID],
        "filters": {},
        "not_found": [],
        "unreadable": [],
        "not_read": [],
    }
    assert found.looked_at == {(ACCOUNT, REGION)}


def test_finding_nothing_is_empty_lists_and_no_error(aws: Aws) -> None:
    tidb = Tidb()
    tidb.clusters = ()
    found = fleet(Filters(), tidb)
    assert (found.endpoint_services, found.private_endpoints) == ([], [])
    assert found.scope["projects"] == []


# Which clusters


@pytest.mark.parametrize("provider", ["gcp", "azure", "alicloud"])
def test_clusters_of_other_providers_are_left_out(aws: Aws, provider: str) -> None:
    assert fleet(Filters(), Tidb(replace(CLUSTER, cloud_provider=provider))).endpoint_services == []
    assert len(fleet(Filters(), Tidb(replace(CLUSTER, cloud_provider=None))).endpoint_services) == 1


def test_named_clusters_are_asked_for_one_by_one_because_a_list_knows_one_project(aws: Aws) -> None:
    other = replace(CLUSTER, cluster_id="10", project_id=OTHER_PROJECT, node_groups=())
    tidb = Tidb(CLUSTER, other)
    private_endpoints(Filters(cluster_ids=frozenset({CLUSTER_ID, "10"})), tidb)
    assert tidb.asked[:2] == ["cluster 10", f"cluster {CLUSTER_ID}"]
    tidb.asked.clear()
    both = Filters(cluster_ids=frozenset({CLUSTER_ID, "10"}), project_ids=(OTHER_PROJECT, PROJECT_ID))
    private_endpoints(both, tidb)
    assert tidb.asked[:2] == [f"clusters {project} 10 {CLUSTER_ID}" for project in (OTHER_PROJECT, PROJECT_ID)]


@pytest.mark.parametrize("status", [400, 403])
def test_an_id_that_is_refused_and_not_listed_matches_nothing(aws: Aws, status: int) -> None:
    tidb = Tidb()
    tidb.refusals["cluster"], tidb.listed = refused(status), False
    assert private_endpoints(NAMED, tidb) == []


@pytest.mark.parametrize(("status", "listed"), [(400, True), (403, True), (401, False), (429, False), (500, False)])
def test_any_other_refusal_is_an_error_and_no_cluster_less(aws: Aws, status: int, listed: bool) -> None:
    tidb = Tidb()
    tidb.refusals["cluster"], tidb.listed = refused(status), listed
    with pytest.raises(ApiError):
        private_endpoints(NAMED, tidb)


# Which registrations


def groups(number: int) -> tuple[NodeGroup, ...]:
    return tuple(NodeGroup(str(one), is_default=one == 0) for one in range(number))


def asked_for_registrations(filters: Filters, tidb: Tidb) -> list[str]:
    private_endpoints(filters, tidb)
    return [asked.partition(" ")[2] for asked in tidb.asked if asked.startswith("registrations")]


def test_few_node_groups_of_named_clusters_are_asked_for_alone_and_many_by_their_project(aws: Aws) -> None:
    few, many = replace(CLUSTER, node_groups=groups(5)), replace(CLUSTER, node_groups=groups(6))
    assert asked_for_registrations(NAMED, Tidb(few)) == [f"{CLUSTER_ID} {one}" for one in range(5)]
    assert asked_for_registrations(NAMED, Tidb(many)) == [PROJECT_ID]


def test_a_cluster_whose_project_is_not_known_is_asked_for_by_its_node_groups_however_many(aws: Aws) -> None:
    many = replace(CLUSTER, node_groups=groups(6), project_id=None)
    assert asked_for_registrations(NAMED, Tidb(many)) == [f"{CLUSTER_ID} {one}" for one in range(6)]


def test_of_named_node_groups_only_those_are_asked_for(aws: Aws) -> None:
    both = replace(CLUSTER, node_groups=groups(3))
    assert asked_for_registrations(replace(NAMED, node_group_ids=frozenset({"2"})), Tidb(both)) == [f"{CLUSTER_ID} 2"]


def test_without_named_clusters_it_is_one_list_for_each_project(aws: Aws) -> None:
    assert asked_for_registrations(Filters(), Tidb()) == [""]
    assert asked_for_registrations(Filters(project_ids=("1", "2")), Tidb()) == ["1", "2"]


def test_a_list_that_is_not_found_is_empty_only_for_a_project_without_clusters(aws: Aws) -> None:
    tidb = Tidb(replace(CLUSTER, project_id=OTHER_PROJECT))
    tidb.refusals["registrations"] = refused(404)
    assert private_endpoints(Filters(project_ids=(PROJECT_ID,)), tidb) == []
    for filters in (Filters(project_ids=(OTHER_PROJECT,)), Filters()):
        with pytest.raises(ApiError):
            private_endpoints(filters, tidb)
    tidb.refusals["registrations"] = refused(500)
    with pytest.raises(ApiError):
        private_endpoints(Filters(project_ids=(PROJECT_ID,)), tidb)


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        (Filters(), True),
        (Filters(cluster_ids=frozenset({CLUSTER_ID})), True),
        (Filters(cluster_ids=frozenset({"10"})), False),
        (Filters(node_group_ids=frozenset({"10"})), False),
        (Filters(vpc_endpoint_ids=frozenset({OTHER_VPCE})), False),
        (Filters(vpc_endpoint_ids=frozenset({VPCE})), True),
        (Filters(regions=("eu-west-1",)), False),
        (Filters(regions=(REGION, "eu-west-1")), True),
        (Filters(statuses=frozenset({"failed"})), False),
        (Filters(statuses=frozenset({"active"})), True),
    ],
    ids=repr,
)
def test_each_filter_keeps_what_it_names(aws: Aws, filters: Filters, matches: bool) -> None:
    tidb = Tidb(CLUSTER, replace(CLUSTER, cluster_id="10"), rows=[registration()])
    assert private_endpoints(filters, tidb) == ([VPCE] if matches else [])


def test_a_registration_alone_is_in_no_vpc_that_is_known(aws: Aws) -> None:
    assert private_endpoints(Filters(vpc_ids=frozenset({VPC})), Tidb(rows=[registration()])) == []


# What AWS has


@pytest.mark.parametrize(
    ("one", "filters", "regions"),
    [
        (account(regions=("eu-west-1", "us-west-2")), Filters(regions=(REGION,)), ["eu-west-1", "us-west-2"]),
        (account(), Filters(regions=("eu-west-1",)), ["eu-west-1"]),
        (account(region="us-west-2"), Filters(), ["us-west-2"]),
        (account(region=None), Filters(), [REGION]),
    ],
    ids=["of the account", "of the filter", "of the credentials", "of the clusters"],
)
def test_an_account_is_read_in_its_own_regions_first(
    aws: Aws, one: Account, filters: Filters, regions: list[str]
) -> None:
    found = fleet(filters, Tidb(rows=[registration()]), one)
    assert [region for what, region in aws.asked if what == "endpoints"] == regions
    assert found.scope["regions"] == sorted(regions)


def test_several_accounts_are_read_and_tidb_cloud_once(aws: Aws) -> None:
    other = "310987654322"
    aws.endpoints = {
        (ACCOUNT, REGION): [interface_endpoint()],
        (other, REGION): [interface_endpoint(OTHER_VPCE, account_id=other)],
    }
    tidb = Tidb(rows=[registration(), registration(OTHER_VPCE)])
    found = fleet(Filters(), tidb, account(), account(other))
    assert {one["vpc_endpoint_id"]: one["account_id"] for one in found.private_endpoints} == {
        VPCE: ACCOUNT,
        OTHER_VPCE: other,
    }
    assert found.looked_at == {(ACCOUNT, REGION), (other, REGION)}
    assert len([asked for asked in tidb.asked if asked.startswith("registrations")]) == 1


OTHER_ACCOUNT = "310987654322"
DENIED = ApiError("You may not.", api="ec2", status=403)


@pytest.mark.parametrize("error", [DENIED, KeyError("a defect"), SystemExit(3)], ids=["denied", "defect", "exit"])
def test_a_region_that_cannot_be_read_is_named_and_never_stops_the_others(aws: Aws, error: BaseException) -> None:
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint()]
    aws.broken[ACCOUNT, "eu-west-1"] = error
    found = fleet(Filters(regions=("eu-west-1", REGION)), Tidb(rows=[registration()]))
    assert [one["aws_visible"] for one in found.private_endpoints] == [True]
    assert found.looked_at == {(ACCOUNT, REGION)}
    (unreadable,) = found.scope["unreadable"]
    assert (unreadable["account"], unreadable["region"]) == (ACCOUNT, "eu-west-1")
    assert unreadable["reason"].endswith(".")
    assert found.scope["regions"] == [REGION]


def test_an_account_that_cannot_be_read_is_named_as_the_user_named_it(aws: Aws) -> None:
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint()]
    aws.broken[OTHER_ACCOUNT, REGION] = DENIED
    role = "arn:aws:iam::310987654322:role/reader"
    denied = replace(account(OTHER_ACCOUNT), options={"assume_role_arn": role})
    lost = Account(PrivateLinkError("There is no such profile."), options={"profile": "lost"})
    found = fleet(Filters(), Tidb(rows=[registration()]), lost, denied, account())
    assert [one["vpc_endpoint_id"] for one in found.private_endpoints] == [VPCE]
    assert found.scope["unreadable"] == [
        {"account": "lost", "region": None, "reason": "There is no such profile."},
        {"account": role, "region": REGION, "reason": "You may not."},
    ]
    assert found.access == {ACCOUNT: {}}


def test_where_nothing_of_aws_can_be_read_the_first_error_ends_the_run(aws: Aws) -> None:
    aws.broken[ACCOUNT, REGION] = DENIED
    lost = Account(PrivateLinkError("There is no such profile."), options={"profile": "lost"})
    with pytest.raises(ApiError, match="You may not"):
        fleet(Filters(), Tidb(rows=[registration()]), account(), lost)
    with pytest.raises(PrivateLinkError, match="no such profile"):
        fleet(Filters(), Tidb(rows=[registration()]), lost, account())


def test_ids_that_were_not_found_and_places_that_were_not_read_are_warned_of(aws: Aws) -> None:
    aws.broken[OTHER_ACCOUNT, REGION] = DENIED
    warnings: list[str] = []
    filters = Filters(cluster_ids=frozenset({CLUSTER_ID, "10"}))
    both = (account(), account(OTHER_ACCOUNT))
    read_hosts(filters, t.cast(t.Any, Tidb()), both, warnings.append)
    assert [warning.split()[:3] for warning in warnings] == [["cluster_ids", "names", "10,"], ["AWS", "was", "not"]]


def test_a_cluster_of_another_provider_is_not_called_unknown(aws: Aws) -> None:
    found = fleet(NAMED, Tidb(replace(CLUSTER, cloud_provider="gcp")))
    (missing,) = found.scope["not_found"]
    assert (missing["id"], missing["reason"].split(".")[0]) == (CLUSTER_ID, "The cluster is on gcp")


STRANGE = {"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-0fffffffffffffff0"}


@pytest.mark.parametrize(
    ("endpoint", "filters", "ours"),
    [
        (interface_endpoint(tags={}), Filters(), True),
        (interface_endpoint(tags={}, **STRANGE), Filters(), False),
        (interface_endpoint(tags={CLUSTER_TAG: "10"}, **STRANGE), Filters(), True),
        (interface_endpoint(tags={CLUSTER_TAG: "10"}, **STRANGE), NAMED, False),
        (interface_endpoint(tags={CLUSTER_TAG: CLUSTER_ID}, **STRANGE), NAMED, True),
        (
            interface_endpoint(tags={CLUSTER_TAG: "10", NODE_GROUP_TAG: "2"}, **STRANGE),
            Filters(node_group_ids=frozenset({"2"})),
            True,
        ),
        (interface_endpoint(tags={CLUSTER_TAG: "10"}, **STRANGE), Filters(node_group_ids=frozenset({"2"})), False),
        (interface_endpoint(), Filters(vpc_ids=frozenset({OTHER_VPC})), False),
        (interface_endpoint(), Filters(vpc_endpoint_ids=frozenset({OTHER_VPCE})), False),
    ],
    ids=[
        "of a known service",
        "somebody else's",
        "of a dropped cluster",
        "of another dropped cluster",
        "of the dropped cluster",
        "of the dropped node group",
        "of no node group",
        "in another VPC",
        "another id",
    ],
)
def test_an_endpoint_is_ours_by_its_service_or_by_the_tags_of_a_cluster_that_is_gone(
    aws: Aws, endpoint: InterfaceEndpoint, filters: Filters, ours: bool
) -> None:
    aws.endpoints[ACCOUNT, REGION] = [endpoint]
    aws.zones = {str(SERVICE.service_name): ZONES}
    tidb = Tidb(rows=[registration(OTHER_VPCE)])
    assert (VPCE in private_endpoints(filters, tidb, account())) is ours


def test_a_deleted_endpoint_counts_only_while_it_is_registered(aws: Aws) -> None:
    """AWS lists it for about an hour."""
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint(state="deleted")]
    others = [registration(OTHER_VPCE)]
    assert private_endpoints(Filters(), Tidb(rows=others), account()) == [OTHER_VPCE]
    assert VPCE in private_endpoints(Filters(), Tidb(rows=[*others, registration()]), account())


def test_zones_that_aws_does_not_tell_are_asked_of_tidb_cloud_and_end_nothing(aws: Aws) -> None:
    rows = [registration()]
    aws.zones = {str(SERVICE.service_name): ZONES[:1]}
    tidb = Tidb(rows=rows)
    assert fleet(Filters(), tidb).endpoint_services[0]["availability_zone_ids"] == [ZONES[0]]
    assert f"service {GROUP_ID}" not in tidb.asked
    aws.refusals = [ApiError("denied", api="ec2")]
    assert fleet(Filters(), tidb).endpoint_services[0]["availability_zone_ids"] == list(ZONES)
    assert f"service {GROUP_ID}" in tidb.asked


def test_the_private_endpoints_alone_cost_no_request_for_a_service_and_without_accounts_none_to_aws(aws: Aws) -> None:
    tidb = Tidb(rows=[registration()])
    assert private_endpoints(Filters(), tidb) == [VPCE]
    assert aws.asked == []
    assert tidb.asked == ["clusters", "registrations"]


# Of which projects it is known what is registered


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        ([registration()], {PROJECT_ID, OTHER_PROJECT}),
        ([registration("")], {OTHER_PROJECT}),
        ([registration("", project_id=None)], set()),
        ([registration("", "DISCOVERED")], {PROJECT_ID, OTHER_PROJECT}),
    ],
    ids=["named", "one without an id", "one without an id of any project", "one that is not registered yet"],
)
def test_a_registration_that_does_not_say_of_which_endpoint_makes_its_project_unknown(
    aws: Aws, rows: list[Registration], known: set[str]
) -> None:
    found = fleet(Filters(project_ids=(PROJECT_ID, OTHER_PROJECT)), Tidb(rows=rows))
    assert found.known_projects == known


def test_when_each_endpoint_was_made_is_kept_and_null_where_aws_does_not_say(aws: Aws) -> None:
    made = datetime(2026, 1, 1, tzinfo=timezone.utc)
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint(created_at=made), interface_endpoint(OTHER_VPCE)]
    rows = [registration(), registration(OTHER_VPCE)]
    assert fleet(Filters(), Tidb(rows=rows)).created_at == {VPCE: made, OTHER_VPCE: None}


def test_what_is_returned_comes_in_one_order_however_the_clouds_list_it(aws: Aws) -> None:
    rows = [registration("vpce-b", cluster_id="2"), registration("vpce-c", cluster_id="1"), registration("vpce-a")]
    assert private_endpoints(Filters(), Tidb(rows=rows)) == private_endpoints(Filters(), Tidb(rows=rows[::-1]))
    assert GROUP in CLUSTER.node_groups


# Own services


@pytest.fixture
def own_of(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> dict[Client, t.Any]:
    """By account and region: its own service, or the error in place of the list."""
    found: dict[Client, t.Any] = {}

    def listed(ec2: Client) -> list[OwnService]:
        aws.asked.append(("own services", ec2[1]))
        one = found.get(ec2)
        if isinstance(one, Exception):
            raise one
        return [one] if one else []

    monkeypatch.setattr(provider_api, "describe_own_services", listed)
    monkeypatch.setattr(provider_api, "describe_principals", lambda _ec2, _id: ())
    monkeypatch.setattr(provider_api, "describe_connections", lambda _ec2, _id: ())
    monkeypatch.setattr(balancer_api, "describe_load_balancers", lambda _elb, _arns: [balancer()])
    return found


def test_own_services_follow_those_of_tidb_cloud(own_of: dict[Client, t.Any]) -> None:
    own_of[ACCOUNT, REGION] = service()
    found = fleet(Filters(), Tidb())
    assert [one["hosting"] for one in found.endpoint_services] == ["tidb_cloud", "self_hosted"]
    assert [(one.account, one.region) for one in found.own] == [(ACCOUNT, REGION)]
    hosts = read_hosts(Filters(), t.cast(t.Any, Tidb()), (account(),))
    assert [one["service_id"] for one in hosts.endpoint_services] == [service().service_id]


@pytest.mark.parametrize("filters", [NAMED, Filters(vpc_ids=frozenset({VPC})), Filters(statuses=frozenset({"failed"}))])
def test_a_filter_of_private_endpoints_costs_no_call_for_own_services(
    aws: Aws, own_of: dict[Client, t.Any], filters: Filters
) -> None:
    own_of[ACCOUNT, REGION] = service()
    assert fleet(filters, Tidb()).own == ()
    assert "own services" not in {what for what, _region in aws.asked}


def test_own_services_that_cannot_be_listed_are_said_and_private_endpoints_are_read(
    aws: Aws, own_of: dict[Client, t.Any]
) -> None:
    aws.endpoints[ACCOUNT, REGION] = [interface_endpoint()]
    own_of[ACCOUNT, REGION] = refused(403)
    found = fleet(Filters(), Tidb(rows=[registration()]))
    assert len(found.private_endpoints) == 1
    (row,) = found.scope["not_read"]
    assert (row["what"], row["account"], row["region"], row["reason"]) == (
        "endpoint services",
        ACCOUNT,
        REGION,
        "refused",
    )
    assert found.scope["unreadable"] == []


def test_without_tidb_cloud_own_services_alone_are_read_in_the_regions_that_can_be(
    aws: Aws, own_of: dict[Client, t.Any]
) -> None:
    own_of[ACCOUNT, REGION] = service()
    own_of[ACCOUNT, "eu-west-1"] = refused(403)
    found = read_fleet(Filters(), None, (account(regions=(REGION, "eu-west-1")),))
    assert [one["service_id"] for one in found.endpoint_services] == [service().service_id]
    assert [row["what"] for row in found.scope["not_read"]] == ["TiDB Cloud"]
    assert [row["region"] for row in found.scope["unreadable"]] == ["eu-west-1"]
    assert {what for what, _region in aws.asked} == {"own services"}
    assert read_hosts(Filters(), None, (account(),)).private_endpoints == []


def test_without_tidb_cloud_it_must_be_known_where_to_look_and_something_be_readable(
    own_of: dict[Client, t.Any],
) -> None:
    with pytest.raises(PrivateLinkError, match="in which region"):
        read_fleet(Filters(), None, (account(region=None),))
    own_of[ACCOUNT, REGION] = refused(403)
    with pytest.raises(ApiError):
        read_fleet(Filters(), None, (account(),))
