# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    SERVICE_TIMEOUT,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import publication_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import shape
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import endpoint_service
from tests.support import module_documents as documents
from tests.support.publication_literals import connection, published

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Result

OWN = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cluster_id": {"type": "str"},
    "node_group_id": {"type": "str"},
    **publication_arguments(),
}
# What is returned only of a service of one's own.
SELF_HOSTED = (
    "service_id",
    "acceptance_required",
    "allowed_principals",
    "load_balancer_arns",
    "private_dns_name",
    "private_dns_name_record",
    "supported_ip_address_types",
    "regions",
    "payer",
    "connections",
    "tags",
    "created_at",
)


def look(customer: Customer, role: str = "main", **options: t.Any) -> Result:
    return customer.run("endpoint_service", cluster_id=customer.cluster_id(role), **options)


def calls(customer: Customer) -> list[str]:
    return [entry.call for entry in customer.requests if entry.status == 200]


def test_the_options_are_documented_as_they_are() -> None:
    taken = {**shared_arguments(), **wait_arguments(SERVICE_TIMEOUT), **OWN}
    assert documents.shapes(documents.options(endpoint_service)) == documents.shapes(taken)


def test_the_examples_use_only_options_that_exist() -> None:
    documents.assert_examples_use_only(endpoint_service, "endpoint_service")


@pytest.mark.parametrize("check", [True, False])
def test_an_active_service_takes_two_requests_and_none_to_aws(customer: Customer, check: bool) -> None:
    result = look(customer, check=check)
    main = customer.facts["clusters"]["main"]
    group = main["node_groups"]["DefaultGroup"]
    assert not result["failed"]
    assert result["endpoint_service"] == {
        "service_name": group["service_name"],
        "state": "active",
        "host": group["host"],
        "port": main["port"],
        "availability_zone_ids": group["zone_ids"],
        "region": "us-east-1",
        "cloud_provider": "aws",
        "cluster_id": main["cluster_id"],
        "cluster_name": "main-cluster",
        "cluster_state": "ACTIVE",
        "node_group_id": group["node_group_id"],
        "project_id": main["project_id"],
        "hosting": "tidb_cloud",
    }
    assert calls(customer) == ["GetCluster", "GetPrivateLinkService"]
    assert (result["changed"], result["steps"], result["diff"]) == (False, [], {"before": {}, "after": {}})
    own = dict.fromkeys(SELF_HOSTED)
    shown = {**result, "endpoint_service": {**result["endpoint_service"], **own}}
    documents.assert_returns(endpoint_service, shown, besides=("violations", "error"))


def test_a_service_of_ones_own_returns_what_is_documented() -> None:
    documented = documents.keys(yaml.safe_load(endpoint_service.RETURN))["endpoint_service"]
    found = shape(published(connection(), record=PrivateDnsRecord("verified")), "us-east-1", {})
    assert set(found) == set(documented)
    assert set(found["connections"][0]) == set(documented["connections"])
    assert set(found["private_dns_name_record"]) == set(documented["private_dns_name_record"])
    assert set(SELF_HOSTED) < set(documented)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "Exactly one of cluster_id and self_hosted_name is needed, but neither is given."),
        ({"cluster_id": "1", "self_hosted_name": "orders"}, "but both are given"),
        ({"cluster_id": "1", "load_balancer_arns": ["arn"]}, "load_balancer_arns needs self_hosted_name"),
        ({"self_hosted_name": "orders", "node_group_id": "1"}, "node_group_id needs cluster_id"),
    ],
)
def test_the_two_kinds_of_services_exclude_each_other(customer: Customer, options: dict[str, t.Any], says: str) -> None:
    result = customer.run("endpoint_service", **options)
    assert result["failed"]
    assert says in result["msg"]
    assert customer.requests == []


def test_a_failure_returns_what_is_documented(customer: Customer) -> None:
    result = look(customer, "google")
    documents.assert_returns(endpoint_service, result, besides=("endpoint_service", "diff", "error"))
    result = look(customer, tidbcloud_private_key="wrong-key-0123456789abcdef")
    documents.assert_returns(endpoint_service, result, besides=("endpoint_service", "diff", "violations"))


def test_a_service_that_is_being_created_is_waited_for(customer: Customer) -> None:
    result = look(customer, "service-creating")
    assert result["endpoint_service"]["state"] == "active"
    assert result["endpoint_service"]["availability_zone_ids"]
    assert not result["changed"]


@pytest.mark.parametrize("way", [{"wait": False}, {"check": True}])
def test_without_waiting_the_service_is_returned_as_it_is(customer: Customer, way: dict[str, bool]) -> None:
    began = customer.sandbox.clock.now()
    result = look(customer, "service-creating", **way)
    assert result["endpoint_service"]["state"] == "creating"
    assert result["endpoint_service"]["service_name"] is None
    assert customer.sandbox.clock.now() - began < 1


def test_a_service_that_takes_too_long_is_reported_with_its_last_state(customer: Customer) -> None:
    result = look(customer, "service-creating", wait_timeout=1)
    assert result["failed"]
    assert "last seen: the service is CREATING" in result["msg"]


def test_the_service_of_a_paused_cluster_is_still_returned(customer: Customer) -> None:
    result = look(customer, "paused")
    assert (result["endpoint_service"]["state"], result["endpoint_service"]["cluster_state"]) == ("active", "PAUSED")


def test_each_node_group_has_a_service_of_its_own(customer: Customer) -> None:
    groups = customer.facts["clusters"]["two-groups"]["node_groups"]
    default = look(customer, "two-groups")["endpoint_service"]
    analytics = look(customer, "two-groups", node_group_id=groups["analytics"]["node_group_id"])["endpoint_service"]
    assert default["service_name"] == groups["DefaultGroup"]["service_name"]
    assert analytics["service_name"] == groups["analytics"]["service_name"]


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("google", "provider_not_aws"),
        ("starter", "tier_not_dedicated"),
        ("creating", "cluster_not_ready"),
        ("service-absent", "service_not_created"),
    ],
)
def test_a_service_that_cannot_be_waited_for_is_refused_at_once(customer: Customer, role: str, code: str) -> None:
    result = look(customer, role)
    assert [violation["code"] for violation in result["violations"]] == [code]


def test_a_service_that_is_being_deleted_is_refused(customer: Customer) -> None:
    cluster = customer.sandbox.tidbcloud.estate.clusters[customer.cluster_id("main")]
    service = cluster.groups[0].service
    assert service is not None
    service.state = "DELETING"
    result = look(customer)
    assert [violation["code"] for violation in result["violations"]] == ["service_not_active"]
    assert "is being deleted" in result["msg"]


def test_a_cluster_that_is_not_there_is_refused(customer: Customer) -> None:
    result = customer.run("endpoint_service", cluster_id="1379661944646419999")
    assert [violation["code"] for violation in result["violations"]] == ["cluster_not_found"]


def test_a_service_cannot_be_deleted(customer: Customer) -> None:
    result = look(customer, state="absent")
    assert result["failed"]
    assert "goes with its cluster or node group" in result["msg"]
    assert customer.requests == []
