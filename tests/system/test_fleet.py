# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of private endpoints costs, and that one bad item never stops the others, against the sandbox."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.sandbox.tidbcloud.seed import DEFAULT_PROJECT, SECOND_PROJECT
from tests.support.customer import Customer, Network
from tests.support.new_clusters import clusters, endpoints_of_new_clusters


def calls(customer: Customer, api: str) -> dict[str, int]:
    return dict(customer.sandbox.log.counts()[api])


@pytest.mark.parametrize("number", [1, 100, 101])
def test_an_unchanged_run_reads_by_lists(customer: Customer, network: Network, number: int) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, number)
    assert customer.run("private_endpoints", endpoints=endpoints)["summary"]["changed"] == number
    result = customer.run("private_endpoints", endpoints=endpoints)
    assert (result["changed"], result["summary"]) == (False, {"ok": number, "changed": 0, "failed": 0})
    pages = math.ceil(number / 100)
    assert customer.count("tidbcloud") == 2 * pages + 1
    assert customer.count("aws") == 3


def test_two_projects_cost_two_lists_each_and_share_the_challenge(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 2)
    endpoints += [
        {"cluster_id": cluster_id, "project_id": SECOND_PROJECT, **network.options}
        for cluster_id in clusters(customer, 2, SECOND_PROJECT)
    ]
    customer.run("private_endpoints", endpoints=endpoints)
    assert customer.run("private_endpoints", endpoints=endpoints)["summary"]["ok"] == 4
    assert customer.count("tidbcloud") == 2 * 2 + 1


def test_a_first_run_asks_for_each_service_and_registers_each_endpoint_once_and_polls_for_all_together(
    customer: Customer, network: Network
) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 30)
    result = customer.run("private_endpoints", endpoints=endpoints)
    assert result["summary"] == {"ok": 30, "changed": 30, "failed": 0}
    asked = calls(customer, "tidbcloud")
    assert (asked["GetPrivateLinkService"], asked["CreatePrivateEndpointConnection"]) == (30, 30)
    assert customer.count("tidbcloud") <= 60 + 10
    assert {one["private_endpoint"]["status"] for one in result["results"]} == {"active"}


def test_a_fleet_is_deleted_with_a_request_for_each_and_shared_polls(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 30)
    customer.run("private_endpoints", endpoints=endpoints)
    result = customer.run("private_endpoints", state="absent", endpoints=endpoints)
    assert result["summary"] == {"ok": 30, "changed": 30, "failed": 0}
    assert calls(customer, "tidbcloud")["DeletePrivateEndpointConnection"] == 30
    assert customer.count("tidbcloud") <= 30 + 10
    assert calls(customer, "aws")["DescribeNetworkInterfaces"] <= 3
    assert (customer.live_endpoints(), customer.registered()) == ([], [])


def test_check_mode_predicts_each_item_and_changes_nothing(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 3)
    customer.run("private_endpoints", endpoints=endpoints[:1])
    dry = customer.run("private_endpoints", check=True, endpoints=endpoints)
    assert customer.writing_calls == []
    wet = customer.run("private_endpoints", endpoints=endpoints)
    assert [one["changed"] for one in dry["results"]] == [False, True, True]
    for predicted, done in zip(dry["results"], wet["results"], strict=True):
        assert (predicted["steps"], predicted["diff"], predicted["changed"]) == (
            done["steps"],
            done["diff"],
            done["changed"],
        )


def test_an_item_is_answered_like_the_single_module(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 1)
    customer.run("private_endpoints", endpoints=endpoints)
    single = customer.run("private_endpoint", **endpoints[0])
    (item,) = customer.run("private_endpoints", endpoints=endpoints)["results"]
    assert {**single, "msg": ""} == {**item, "invocation": single["invocation"]}


def test_a_wrong_project_concerns_its_own_items_only(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 2)
    endpoints[0]["project_id"] = "1372813089209069999"
    result = customer.run("private_endpoints", endpoints=endpoints)
    # The cluster is found on its own, and names its project.
    assert result["summary"] == {"ok": 2, "changed": 2, "failed": 0}


def test_what_fails_while_all_are_waited_for_stops_nothing_and_the_next_run_repairs_it(
    customer: Customer, network: Network
) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 4)
    fault = {"api": "tidbcloud", "call": "CreatePrivateEndpointConnection", "kind": "status", "value": 500, "times": 14}
    customer.sandbox.faults.add(fault)
    broken = customer.run("private_endpoints", endpoints=endpoints)
    assert broken["failed"]
    assert broken["summary"] == {"ok": 2, "changed": 4, "failed": 2}
    customer.sandbox.faults.clear()
    repaired = customer.run("private_endpoints", endpoints=endpoints)
    assert repaired["summary"]["failed"] == 0
    assert len(customer.live_endpoints()) == len(customer.registered()) == 4


def test_the_items_of_a_list_count_together_towards_the_quota_of_their_vpc(
    customer: Customer, network: Network
) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 4)
    customer.sandbox.settings.change({"endpoint_quota": 3})
    result = customer.run("private_endpoints", check=True, endpoints=endpoints)
    assert [one["failed"] for one in result["results"]] == [False, False, False, True]
    assert result["results"][3]["violations"][0]["code"] == "endpoint_quota_reached"
    assert "and other items make 3 more" in result["results"][3]["msg"]


def test_facts_about_many_private_endpoints_are_read_by_lists(customer: Customer, network: Network) -> None:
    endpoints = endpoints_of_new_clusters(customer, network, 101)
    customer.run("private_endpoints", endpoints=endpoints)
    result = customer.run("endpoint_info")
    assert len(result["private_endpoints"]) == 101
    own = [one for one in result["endpoint_services"] if one["cluster_name"].startswith("fleet-")]
    assert len(own) == 101
    assert all(len(one["availability_zone_ids"]) == 3 and one["state"] == "active" for one in own)
    # Only the services of the sandbox's own clusters, which nobody uses, are asked for one by one.
    others = sum(
        len(cluster.groups)
        for cluster in customer.sandbox.tidbcloud.estate.clusters.values()
        if cluster.project_id == DEFAULT_PROJECT and cluster.provider == "aws" and not cluster.name.startswith("fleet-")
    )
    assert calls(customer, "tidbcloud") == {
        "ListClusters": 1 + 2,
        "ListPrivateEndpointConnections": 2,
        "GetPrivateLinkService": others,
    }


PROFILES = """
[profile no-helper]
credential_process = /there/is/no/such/helper

[profile no-token]
role_arn = arn:aws:iam::210987654321:role/connector
web_identity_token_file = /there/is/no/such/token

[profile silent-helper]
credential_process = /bin/true
"""
BROKEN = ("no-helper", "no-token", "silent-helper", "no-such-profile")


def test_credentials_that_cannot_be_used_are_the_error_of_their_item_alone(
    customer: Customer, network: Network, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(PROFILES)
    customer.environment["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    good, *others = endpoints_of_new_clusters(customer, network, 1 + len(BROKEN))
    endpoints = [{**other, "profile": profile} for other, profile in zip(others, BROKEN, strict=True)]
    result = customer.run("private_endpoints", endpoints=[*endpoints, good])
    assert result["summary"] == {"ok": 1, "changed": 1, "failed": len(BROKEN)}
    assert [one["failed"] for one in result["results"]] == [True] * len(BROKEN) + [False]
    for number, one in enumerate(result["results"][:-1], start=1):
        assert "a defect of" not in one["msg"], one["msg"]
        assert f"Item {number}: " in result["msg"]


def test_accounts_whose_credentials_cannot_be_used_never_stop_the_others(
    customer: Customer, network: Network, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(PROFILES)
    customer.environment["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    options = {"cluster_id": customer.cluster_id("main"), **network.options}
    made = customer.run("private_endpoint", **options)["private_endpoint"]
    role = {"assume_role_arn": f"arn:aws:iam::{customer.account['account_id']}:role/reader"}
    accounts = [*({"profile": profile} for profile in BROKEN), role]
    result = customer.run("endpoint_info", accounts=[{**one, "regions": ["us-east-1"]} for one in accounts])
    assert [one["vpc_endpoint_id"] for one in result["private_endpoints"]] == [made["vpc_endpoint_id"]]
    assert [one["account"] for one in result["scope"]["unreadable"]] == list(BROKEN)
