# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read_options import filter_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import shape
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import endpoint_info, private_endpoint
from tests.support import module_documents as documents
from tests.support.publication_literals import published

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Network, Result

FAILURES = ("violations", "error")
OWN_KEYS = tuple(shape(published(), "us-east-1", {}))


def look(customer: Customer, **options: t.Any) -> Result:
    """The facts, which are the same in check mode; nothing ever changes or fails."""
    result = customer.run("endpoint_info", **options)
    assert not result["failed"], result["msg"]
    assert result["changed"] is False
    assert customer.writing_calls == []
    # What is returned only of a service of one's own is null in this copy.
    shown = {**result, "endpoint_services": [{**dict.fromkeys(OWN_KEYS), **one} for one in result["endpoint_services"]]}
    documents.assert_returns(endpoint_info, shown, besides=FAILURES)
    expected = customer.run("endpoint_info", check=True, **options)
    facts = ("endpoint_services", "private_endpoints", "findings", "costs", "scope")
    assert [expected[name] for name in facts] == [result[name] for name in facts]
    return result


def connect(customer: Customer, role: str = "main", region: str = "us-east-1", **options: t.Any) -> dict[str, t.Any]:
    network = customer.network(*customer.zone_ids(role)[:1], region=region)
    desired = {"cluster_id": customer.cluster_id(role), **network.options, **options}
    result = customer.run("private_endpoint", **desired)
    assert not result["failed"], result["msg"]
    return dict(result["private_endpoint"])


def ids(result: Result) -> list[str]:
    return [endpoint["vpc_endpoint_id"] for endpoint in result["private_endpoints"]]


def codes(result: Result) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def test_the_options_are_documented_as_they_are() -> None:
    taken = {**shared_arguments(), **filter_arguments(), **read_arguments()}
    assert documents.shapes(documents.options(endpoint_info)) == documents.shapes(taken)


def test_the_examples_use_only_options_that_exist() -> None:
    documents.assert_examples_use_only(endpoint_info, "endpoint_info")


def test_a_private_endpoint_is_documented_with_the_same_keys_as_by_the_module_that_makes_it() -> None:
    here = documents.keys(yaml.safe_load(endpoint_info.RETURN)["private_endpoints"]["contains"])
    assert here == documents.keys(yaml.safe_load(private_endpoint.RETURN)["private_endpoint"]["contains"])


def test_where_nothing_matches_the_lists_are_empty(customer: Customer) -> None:
    result = look(customer, cluster_ids=["1379661944646419999"])
    assert (result["endpoint_services"], result["private_endpoints"], result["findings"]) == ([], [], [])
    assert result["costs"] is None
    (missing,) = result["scope"]["not_found"]
    assert (missing["option"], missing["id"]) == ("cluster_ids", "1379661944646419999")


def test_without_filters_the_default_project_is_read(customer: Customer) -> None:
    result = look(customer)
    found = {service["cluster_name"]: service["state"] for service in result["endpoint_services"]}
    assert found == {
        "main-cluster": "active",
        "two-groups-cluster": "active",
        "creating-cluster": "creating",
        "paused-cluster": "active",
        "service-creating-cluster": "creating",
    }
    assert len(result["endpoint_services"]) == 6
    assert result["private_endpoints"] == []
    assert result["scope"] == {
        "accounts": ["210987654321"],
        "regions": ["us-east-1", "us-west-2"],
        "projects": [customer.facts["tidbcloud"]["projects"]["default"]],
        "filters": {},
        "not_found": [],
        "unreadable": [],
        "not_read": [],
        "not_judged": [],
    }


def test_a_private_endpoint_is_returned_as_by_the_module_that_made_it(customer: Customer) -> None:
    made = connect(customer)
    result = look(customer)
    assert result["private_endpoints"] == [made]
    assert result["findings"] == []


def test_named_clusters_may_be_of_any_project(customer: Customer) -> None:
    result = look(customer, cluster_id=customer.cluster_id("second-project"))
    assert [service["cluster_name"] for service in result["endpoint_services"]] == ["second-project-cluster"]
    assert result["scope"]["projects"] == [customer.facts["tidbcloud"]["projects"]["second"]]


@pytest.mark.parametrize("option", ["project_id", "project_ids"])
def test_a_project_is_read_alone(customer: Customer, option: str) -> None:
    second = customer.facts["tidbcloud"]["projects"]["second"]
    result = look(customer, **{option: second if option == "project_id" else [second]})
    assert [service["cluster_name"] for service in result["endpoint_services"]] == ["second-project-cluster"]


def test_filters_are_kept(customer: Customer) -> None:
    east, west = connect(customer), connect(customer, "two-groups", "us-west-2")
    assert ids(look(customer)) == [east["vpc_endpoint_id"], west["vpc_endpoint_id"]]
    for filters in (
        {"cluster_ids": [east["cluster_id"]]},
        {"cluster_id": east["cluster_id"]},
        {"node_group_id": east["node_group_id"]},
        {"vpc_id": east["vpc_id"]},
        {"vpc_endpoint_ids": [east["vpc_endpoint_id"]]},
        {"regions": ["us-east-1"]},
    ):
        assert ids(look(customer, **filters)) == [east["vpc_endpoint_id"]], filters
    assert ids(look(customer, status="active")) == [east["vpc_endpoint_id"], west["vpc_endpoint_id"]]
    assert ids(look(customer, statuses=["failed", "deleting"])) == []


def test_a_node_group_is_read_without_the_private_endpoints_of_its_siblings(customer: Customer) -> None:
    group = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]
    connect(customer, "two-groups", "us-west-2")
    analytics = connect(customer, "two-groups", "us-west-2", node_group_id=group["node_group_id"])
    result = look(customer, node_group_id=group["node_group_id"])
    assert result["private_endpoints"] == [analytics]
    assert result["findings"] == []


def test_an_endpoint_of_another_project_is_not_judged(customer: Customer) -> None:
    from tests.support.customer import Customer as Somebody

    other = Somebody(customer.sandbox, "other")
    connect(other, "second-project")
    result = look(other)
    assert result["findings"] == []


def test_an_endpoint_of_another_account_is_known_by_its_registration_and_not_judged(customer: Customer) -> None:
    from tests.support.customer import Customer as Somebody

    theirs = connect(Somebody(customer.sandbox, "other"))
    result = look(customer)
    (returned,) = result["private_endpoints"]
    assert returned["vpc_endpoint_id"] == theirs["vpc_endpoint_id"]
    assert (returned["aws_visible"], returned["status"], returned["stage"]) == (False, "active", "done")
    assert (returned["vpc_id"], returned["monthly_cost_usd"]) == (None, None)
    assert result["findings"] == []


def test_an_endpoint_of_a_region_that_was_not_looked_at_is_not_judged(customer: Customer) -> None:
    connect(customer, "two-groups", "us-west-2")
    result = look(customer, region="us-east-1")
    (returned,) = result["private_endpoints"]
    assert returned["aws_visible"] is False
    assert result["findings"] == []
    (unjudged,) = result["scope"]["not_judged"]
    assert unjudged["vpc_endpoint_id"] == returned["vpc_endpoint_id"]
    assert "us-west-2" in unjudged["reason"]


def test_several_accounts_are_read_and_tidb_cloud_once(customer: Customer) -> None:
    from tests.support.customer import Customer as Somebody

    other = Somebody(customer.sandbox, "other")
    mine, theirs = connect(customer), connect(other)
    roles = [f"arn:aws:iam::{one.account['account_id']}:role/reader" for one in (customer, other)]
    result = look(customer, accounts=[{"assume_role_arn": role, "regions": ["us-east-1"]} for role in roles])
    assert sorted(ids(result)) == sorted([mine["vpc_endpoint_id"], theirs["vpc_endpoint_id"]])
    assert all(endpoint["aws_visible"] for endpoint in result["private_endpoints"])
    assert result["scope"]["accounts"] == ["210987654321", "310987654322"]
    assert [entry.call for entry in customer.requests].count("ListPrivateEndpointConnections") == 1


def test_an_account_that_cannot_be_read_is_named_and_the_others_are_read(customer: Customer) -> None:
    mine = connect(customer)
    role = f"arn:aws:iam::{customer.account['account_id']}:role/reader"
    both = [{"assume_role_arn": role, "regions": ["us-east-1"]}, {"profile": "lost", "regions": ["us-east-1"]}]
    result = look(customer, accounts=both, include_costs=True)
    assert ids(result) == [mine["vpc_endpoint_id"]]
    (unreadable,) = result["scope"]["unreadable"]
    assert (unreadable["account"], unreadable["region"]) == ("lost", "us-east-1")
    assert "lost" in unreadable["reason"]
    assert result["costs"]["not_included"][-1] == "AWS in lost, us-east-1: it could not be read"
    lost_first = look(customer, accounts=both[::-1], include_costs=True)
    assert (ids(lost_first), lost_first["costs"]["total_monthly_usd"]) == (ids(result), 7.3)


def test_where_no_account_can_be_read_the_run_fails(customer: Customer) -> None:
    result = customer.run("endpoint_info", accounts=[{"profile": "lost", "regions": ["us-east-1"]}])
    assert result["failed"]
    assert "lost" in result["msg"]


def test_private_dns_that_is_off_is_a_finding_and_no_status(customer: Customer) -> None:
    made = connect(customer, private_dns_enabled=False)
    result = look(customer)
    assert result["private_endpoints"][0]["status"] == "active"
    assert codes(result) == ["private_dns_off"]
    (finding,) = result["findings"]
    assert finding["vpc_endpoint_id"] == made["vpc_endpoint_id"]
    assert finding["severity"] == "warning"


def test_an_endpoint_that_nobody_registered_is_an_orphan(customer: Customer) -> None:
    vpce = made_by_hand(customer, customer.network())
    result = look(customer)
    assert codes(result) == ["not_registered"]
    assert result["findings"][0]["vpc_endpoint_id"] == vpce
    assert result["findings"][0]["monthly_cost_usd"] == 14.6


def test_what_is_left_after_a_termination_or_a_dropped_cluster_is_found(customer: Customer) -> None:
    made = connect(customer)
    customer.run("private_endpoint", cluster_id=made["cluster_id"], state="absent", keep_vpc_endpoint=True)
    left = connect(customer, "two-groups", "us-west-2")
    customer.sandbox.tidbcloud.estate.drop_cluster(left["cluster_id"])
    result = look(customer, regions=["us-east-1", "us-west-2"])
    assert {finding["vpc_endpoint_id"]: finding["code"] for finding in result["findings"]} == {
        made["vpc_endpoint_id"]: "leftover",
        left["vpc_endpoint_id"]: "leftover",
    }


def test_what_is_left_of_a_dropped_node_group_is_found_with_the_ids_that_remove_it(customer: Customer) -> None:
    group_id = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]["node_group_id"]
    left = connect(customer, "two-groups", "us-west-2", node_group_id=group_id)
    customer.sandbox.tidbcloud.estate.drop_group(left["cluster_id"], group_id)
    result = look(customer, regions=["us-west-2"])
    assert codes(result) == ["leftover"]
    (found,) = result["private_endpoints"]
    assert [found[key] for key in ("cluster_id", "node_group_id")] == [left["cluster_id"], group_id]


@pytest.mark.parametrize("status", [400, 403])
def test_an_id_that_the_api_refuses_and_does_not_list_matches_nothing(customer: Customer, status: int) -> None:
    connect(customer)
    fault = {"api": "tidbcloud", "call": "GetCluster", "kind": "status"}
    customer.sandbox.faults.add({**fault, "value": status, "times": 2})
    result = look(customer, cluster_id="1234567890123456789")
    assert (result["endpoint_services"], result["private_endpoints"], result["findings"]) == ([], [], [])


def test_a_registration_whose_endpoint_aws_lists_as_deleted_has_failed(customer: Customer) -> None:
    made = connect(customer)
    customer.ec2().delete_vpc_endpoints(VpcEndpointIds=[made["vpc_endpoint_id"]])
    customer.sandbox.clock.advance(60)
    result = look(customer)
    (returned,) = result["private_endpoints"]
    assert (returned["status"], returned["stage"], returned["endpoint_state"]) == (
        "failed",
        "interface_endpoint",
        "ACTIVE",
    )
    assert returned["monthly_cost_usd"] == 0
    assert codes(result) == ["interface_endpoint_missing"]


def test_a_deleted_endpoint_without_a_registration_is_not_returned(customer: Customer) -> None:
    made = connect(customer)
    customer.run("private_endpoint", cluster_id=made["cluster_id"], state="absent")
    assert look(customer)["private_endpoints"] == []


def test_a_failed_registration_is_found_with_its_reason(customer: Customer) -> None:
    made = connect(customer)
    customer.sandbox.tidbcloud.estate.registrations.force(made["vpc_endpoint_id"], "FAILED", "The quota is used up")
    result = look(customer)
    assert (result["private_endpoints"][0]["status"], codes(result)) == ("failed", ["registration_failed"])
    assert "The quota is used up" in result["findings"][0]["message"]


def test_costs_are_returned_on_request(customer: Customer) -> None:
    made = connect(customer)
    result = look(customer, include_costs=True)
    assert result["costs"]["total_monthly_usd"] == result["private_endpoints"][0]["monthly_cost_usd"] == 7.3
    assert result["costs"]["by_cluster"] == {made["cluster_id"]: 7.3}
    assert result["costs"]["by_account"] == {made["account_id"]: 7.3}


def test_a_failure_returns_what_is_documented(customer: Customer) -> None:
    result = customer.run("endpoint_info", tidbcloud_private_key="wrong-key-0123456789abcdef")
    assert result["failed"]
    assert result["error"]["status"] == 401
    assert "private_endpoints" not in result


# The remedies of findings, as they are printed

TASK = re.compile(r"tidbcloud\.privatelink\.private_endpoint: (\{[^}]*\})")


def remedied(customer: Customer, code: str, **options: t.Any) -> list[dict[str, t.Any]]:
    """The options of the tasks in the remedy of the one finding."""
    result = look(customer, **options)
    assert codes(result) == [code]
    tasks = [yaml.safe_load(found) for found in TASK.findall(result["findings"][0]["remedy"])]
    assert tasks
    return tasks


def run_each(customer: Customer, tasks: list[dict[str, t.Any]]) -> list[str]:
    """The status after each, one after the other, on a control node whose own region is another one."""
    customer.environment["AWS_REGION"] = "eu-west-1"
    results = [customer.run("private_endpoint", **task) for task in tasks]
    del customer.environment["AWS_REGION"]
    assert not [result["msg"] for result in results if result["failed"]]
    return [result["private_endpoint"]["status"] for result in results]


def made_by_hand(customer: Customer, network: Network, tags: dict[str, str] | None = None) -> str:
    """An interface endpoint of the cluster "main" that is not registered."""
    group = customer.facts["clusters"]["main"]["node_groups"]["DefaultGroup"]
    pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    more = {"TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": pairs}]} if pairs else {}
    made = customer.ec2().create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network.vpc_id,
        ServiceName=group["service_name"],
        SubnetIds=list(network.subnet_ids),
        SecurityGroupIds=list(network.security_group_ids),
        PrivateDnsEnabled=False,
        **more,
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def test_an_endpoint_that_is_not_registered_is_adopted_and_removed(customer: Customer) -> None:
    made_by_hand(customer, customer.network())
    assert run_each(customer, remedied(customer, "not_registered")) == ["active", "not_configured"]


def test_private_dns_that_is_off_is_switched_on(customer: Customer) -> None:
    connect(customer, private_dns_enabled=False)
    (task,) = remedied(customer, "private_dns_off")
    assert run_each(customer, [task]) == ["active"]
    assert codes(look(customer)) == []


def test_a_leftover_is_removed(customer: Customer) -> None:
    made = connect(customer)
    customer.run("private_endpoint", cluster_id=made["cluster_id"], state="absent", keep_vpc_endpoint=True)
    assert run_each(customer, remedied(customer, "leftover")) == ["not_configured"]
    assert codes(look(customer)) == []


def test_what_is_left_of_a_dropped_cluster_and_of_a_dropped_group_is_removed(customer: Customer) -> None:
    group_id = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]["node_group_id"]
    left = connect(customer, "two-groups", "us-west-2", node_group_id=group_id)
    customer.sandbox.tidbcloud.estate.drop_group(left["cluster_id"], group_id)
    assert run_each(customer, remedied(customer, "leftover", regions=["us-west-2"])) == ["not_configured"]
    customer.sandbox.tidbcloud.estate.drop_cluster(connect(customer)["cluster_id"])
    assert run_each(customer, remedied(customer, "leftover", regions=["us-east-1"])) == ["not_configured"]


def test_a_registration_whose_endpoint_is_gone_is_removed(customer: Customer) -> None:
    made = connect(customer)
    customer.ec2().delete_vpc_endpoints(VpcEndpointIds=[made["vpc_endpoint_id"]])
    customer.sandbox.clock.advance(60)
    assert run_each(customer, remedied(customer, "interface_endpoint_missing")) == ["not_configured"]
    assert customer.registered() == []


def test_a_failed_registration_is_replaced_and_removed(customer: Customer) -> None:
    made = connect(customer)
    customer.sandbox.tidbcloud.estate.registrations.force(made["vpc_endpoint_id"], "FAILED", "The quota is used up")
    replaced, removed = remedied(customer, "registration_failed")
    assert run_each(customer, [replaced]) == ["active"]
    (again,) = ids(look(customer))
    customer.sandbox.tidbcloud.estate.registrations.force(again, "FAILED", "The quota is used up")
    _replaced, removed = remedied(customer, "registration_failed")
    assert run_each(customer, [removed]) == ["not_configured"]


def test_two_sides_that_disagree_are_removed(customer: Customer) -> None:
    network = customer.network()
    vpce = made_by_hand(customer, network)
    customer.run("private_endpoint", cluster_id=customer.cluster_id("main"), vpc_endpoint_id=vpce, wait=False)
    customer.sandbox.tidbcloud.estate.registrations.force(vpce, "ACTIVE", "")
    assert run_each(customer, remedied(customer, "drift")) == ["not_configured"]


def test_duplicates_are_removed_by_either_way(customer: Customer) -> None:
    network = customer.network(*customer.zone_ids()[:1])
    options = {"cluster_id": customer.cluster_id("main"), **network.options}
    made = customer.run("private_endpoint", **options)["private_endpoint"]
    for _way in range(2):
        made_by_hand(customer, network, made["tags"])
        tasks = remedied(customer, "duplicate_endpoint")
        assert run_each(customer, [tasks[_way]]) == [["active", "not_configured"][_way]]
        assert ids(look(customer)) == [made["vpc_endpoint_id"]]


def test_of_another_account_the_remedy_names_what_leads_to_it(customer: Customer) -> None:
    from tests.support.customer import Customer as Somebody

    other = Somebody(customer.sandbox, "other")
    connect(other, private_dns_enabled=False)
    role = f"arn:aws:iam::{other.account['account_id']}:role/operator"
    (task,) = remedied(customer, "private_dns_off", accounts=[{"assume_role_arn": role, "regions": ["us-east-1"]}])
    assert run_each(customer, [task]) == ["active"]
