# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong with the input: one clear sentence, nothing changed, no traceback and no secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.support.customer import Customer, Network
from tests.support.refused_runs import assert_clean, codes, error, refused

CHECKOUT = Path(__file__).resolve().parents[2]
NO_CLUSTER = "1379661944646419999"


MODULES = ("private_endpoint", "endpoint_service", "endpoint_info")


def options_of(module: str, complete: dict[str, t.Any]) -> dict[str, t.Any]:
    if module == "private_endpoint":
        return complete
    return {"cluster_id": complete["cluster_id"]} if module == "endpoint_service" else {}


# --- keys and addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("half", ["public", "private"])
@pytest.mark.parametrize("way", ["missing", "empty"])
def test_half_a_key_that_is_not_given_is_named(
    customer: Customer, complete: dict[str, t.Any], module: str, half: str, way: str
) -> None:
    variable = f"TIDBCLOUD_{half.upper()}_KEY"
    if way == "missing":
        del customer.environment[variable]
    else:
        customer.environment[variable] = ""
    result = refused(customer, module, **options_of(module, complete))
    assert f"tidbcloud_{half}_key" in result["msg"]
    assert variable in result["msg"]
    assert customer.requests == []


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("half", ["public", "private"])
def test_a_wrong_key_is_reported_with_its_options_and_the_rights_it_needs(
    customer: Customer, complete: dict[str, t.Any], module: str, half: str
) -> None:
    wrong = "wrong-key-0123456789abcdef"
    result = refused(customer, module, **options_of(module, complete), **{f"tidbcloud_{half}_key": wrong})
    assert error(result)["status"] == 401
    assert "TIDBCLOUD_PRIVATE_KEY" in result["msg"]
    assert "Owner" in result["msg"]
    assert half == "public" or wrong not in json.dumps(result)


def test_a_wrong_key_does_not_look_like_a_dropped_cluster(customer: Customer, complete: dict[str, t.Any]) -> None:
    assert not customer.run("private_endpoint", **complete)["failed"]
    result = refused(customer, **complete, state="absent", tidbcloud_private_key="wrong-key-0123456789abcdef")
    assert error(result)["status"] == 401
    assert len(customer.live_endpoints()) == 1


@pytest.mark.parametrize("module", MODULES)
def test_an_api_that_cannot_be_reached_is_named(customer: Customer, complete: dict[str, t.Any], module: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    result = refused(customer, module, **options_of(module, complete), tidbcloud_api_url=url)
    assert error(result)["api"] == "tidbcloud"
    assert "127.0.0.1" in result["msg"]
    assert "tidbcloud_api_url" in result["msg"]


@pytest.mark.parametrize(
    "url", ["http://tidb.example.com", "https://me:secret-of-mine@tidb.example.com", "ftp://127.0.0.1", "nonsense"]
)
def test_an_address_that_cannot_be_used_is_refused_before_any_request(
    customer: Customer, complete: dict[str, t.Any], url: str
) -> None:
    result = refused(customer, **complete, tidbcloud_api_url=url)
    assert "tidbcloud_api_url" in result["msg"]
    assert "secret-of-mine" not in result["msg"]
    assert customer.requests == []


def test_a_ca_file_that_is_not_there_is_named(customer: Customer, complete: dict[str, t.Any]) -> None:
    assert "/no/such/ca.pem" in refused(customer, **complete, tidbcloud_ca_path="/no/such/ca.pem")["msg"]


@pytest.mark.parametrize("half", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_wrong_aws_key_is_reported(customer: Customer, complete: dict[str, t.Any], half: str) -> None:
    customer.environment[half] = "AKIAWRONGWRONGWRONG0"
    result = refused(customer, **complete)
    assert (error(result)["api"], error(result)["code"]) == ("ec2", "AuthFailure")
    assert "AWS_SECRET_ACCESS_KEY" in result["msg"]


def test_missing_aws_keys_are_reported(customer: Customer, complete: dict[str, t.Any]) -> None:
    del customer.environment["AWS_ACCESS_KEY_ID"], customer.environment["AWS_SECRET_ACCESS_KEY"]
    assert "no AWS credentials were found" in refused(customer, **complete)["msg"]


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
@pytest.mark.parametrize("option", ["wait_delay", "wait_timeout"])
def test_waiting_for_less_than_nothing_is_refused(
    customer: Customer, complete: dict[str, t.Any], module: str, option: str
) -> None:
    result = refused(customer, module, **{**options_of(module, complete), option: -1})
    assert option in result["msg"]
    assert customer.requests == []


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("seconds", [0, -1])
def test_a_request_that_may_take_no_time_is_refused(
    customer: Customer, complete: dict[str, t.Any], module: str, seconds: float
) -> None:
    result = refused(customer, module, **options_of(module, complete), tidbcloud_timeout=seconds)
    assert "tidbcloud_timeout" in result["msg"]
    assert customer.requests == []


# --- ids --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
@pytest.mark.parametrize("option", ["cluster_id", "node_group_id"])
@pytest.mark.parametrize(
    "value", [1.379661944646413e18, "1.379661944646413e+18", "13796.0", "main-cluster", "-1", "1" * 21]
)
def test_an_id_that_is_none_or_was_rounded_is_refused(
    customer: Customer, complete: dict[str, t.Any], module: str, option: str, value: object
) -> None:
    result = refused(customer, module, **{**options_of(module, complete), option: value})
    assert option in result["msg"]
    assert "quote" in result["msg"]
    assert customer.requests == []


@pytest.mark.parametrize("option", ["cluster_ids", "node_group_ids", "project_ids", "project_id"])
def test_the_facts_take_no_rounded_id_either(customer: Customer, option: str) -> None:
    value: object = 1.379661944646413e18
    result = refused(customer, "endpoint_info", **{option: value if option == "project_id" else [value]})
    assert option.removesuffix("s") in result["msg"]
    assert "quote" in result["msg"]


def test_an_exact_number_is_an_id(customer: Customer, complete: dict[str, t.Any]) -> None:
    result = customer.run("private_endpoint", check=True, **{**complete, "cluster_id": int(complete["cluster_id"])})
    assert result["private_endpoint"]["cluster_id"] == complete["cluster_id"]


@pytest.mark.parametrize("option", ["subnet_ids", "security_group_ids"])
def test_an_empty_list_is_refused_with_what_to_do_instead(
    customer: Customer, complete: dict[str, t.Any], option: str
) -> None:
    result = refused(customer, **{**complete, option: []})
    assert result["msg"].startswith(f"{option} is an empty list")
    assert f"Omit {option}" in result["msg"]
    assert customer.requests == []


@pytest.mark.parametrize(
    "desired", [{}, {"cluster_id": ""}, {"service_name": ""}, {"cluster_id": "", "service_name": ""}]
)
def test_neither_a_cluster_nor_a_service_is_refused(
    customer: Customer, network: Network, desired: dict[str, str]
) -> None:
    result = refused(customer, **network.options, **desired)
    assert "cluster_id" in result["msg"]
    assert "service_name" in result["msg"]


def test_a_cluster_and_a_service_at_once_are_refused(customer: Customer, complete: dict[str, t.Any]) -> None:
    result = refused(customer, **complete, service_name="com.amazonaws.vpce.us-east-1.vpce-svc-1")
    assert "cluster_id" in result["msg"]
    assert "service_name" in result["msg"]


def test_a_node_group_without_a_cluster_is_refused(customer: Customer, network: Network) -> None:
    result = refused(customer, **network.options, service_name="com.amazonaws.vpce.us-east-1.x", node_group_id="1")
    assert "node_group_id" in result["msg"]


def test_empty_strings_count_as_not_given(customer: Customer, complete: dict[str, t.Any]) -> None:
    empty = ("node_group_id", "service_name", "vpc_endpoint_id", "name", "project_id", "region")
    given: dict[str, t.Any] = dict.fromkeys(empty, "")
    result = customer.run("private_endpoint", **complete, **given)
    assert result["private_endpoint"]["status"] == "active"


def test_an_empty_string_for_a_list_counts_as_not_given(customer: Customer, complete: dict[str, t.Any]) -> None:
    assert customer.run("private_endpoint", **complete)["changed"]
    result = customer.run("private_endpoint", **{**complete, "subnet_ids": "", "security_group_ids": ""})
    assert (result["failed"], result["changed"]) == (False, False)


def test_answers_of_a_survey_are_those_that_were_meant(customer: Customer, complete: dict[str, t.Any]) -> None:
    left_empty = ("profile", "endpoint_url", "tags", "tidbcloud_api_url", "tidbcloud_public_key", "ip_address_type")
    given: dict[str, t.Any] = dict.fromkeys((*left_empty, "assume_role_arn", "allow_violations"), "")
    pasted = {name: f"{value} " for name, value in complete.items() if isinstance(value, str)}
    listed = {name: " , ".join(value) for name, value in complete.items() if isinstance(value, list)}
    result = customer.run("private_endpoint", **{**given, **pasted, **listed, "region": "us-east-1\n"})
    assert result["private_endpoint"]["status"] == "active", result["msg"]
    assert not customer.run("private_endpoint", **complete)["changed"]
    found = customer.run("endpoint_info", cluster_ids=f"{complete['cluster_id']} ,", statuses="", regions=" us-east-1")
    assert [one["vpc_id"] for one in found["private_endpoints"]] == [complete["vpc_id"]]


@pytest.mark.parametrize("state", ["", " "])
def test_an_empty_state_is_refused_and_never_the_default(
    customer: Customer, complete: dict[str, t.Any], state: str
) -> None:
    result = customer.run("private_endpoint", **complete, state=state)
    assert "value of state must be one of: present, absent" in result["msg"]
    assert customer.sandbox.log.entries() == []


def test_a_tag_without_a_value_is_not_set(customer: Customer, complete: dict[str, t.Any]) -> None:
    result = customer.run("private_endpoint", **complete, tags={"team": None, "cost": ""})
    tags = result["private_endpoint"]["tags"]
    assert (tags["cost"], "team" in tags) == ("", False)
    items = [{"cluster_id": f"{complete['cluster_id']} ", "vpc_id": complete["vpc_id"], "tags": {"team": None}}]
    result = customer.run("private_endpoints", endpoints=items)
    assert "team" not in result["results"][0]["private_endpoint"]["tags"]


# --- the provider side ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
@pytest.mark.parametrize(
    ("role", "code", "word"),
    [
        ("google", "provider_not_aws", "gcp"),
        ("starter", "tier_not_dedicated", "Starter"),
        ("creating", "cluster_not_ready", "CREATING"),
        ("service-absent", "service_not_created", "Create Private Endpoint Connection"),
    ],
)
def test_a_cluster_that_can_have_no_private_endpoint_is_refused(
    customer: Customer, complete: dict[str, t.Any], module: str, role: str, code: str, word: str
) -> None:
    result = refused(customer, module, **{**options_of(module, complete), "cluster_id": customer.cluster_id(role)})
    assert codes(result) == {code}
    assert word in result["msg"]


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
def test_a_cluster_that_does_not_exist_is_refused(customer: Customer, complete: dict[str, t.Any], module: str) -> None:
    result = refused(customer, module, **{**options_of(module, complete), "cluster_id": NO_CLUSTER})
    assert codes(result) == {"cluster_not_found"}
    assert NO_CLUSTER in result["msg"]


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
def test_a_node_group_that_does_not_exist_is_refused_with_those_that_do(
    customer: Customer, complete: dict[str, t.Any], module: str
) -> None:
    result = refused(customer, module, **options_of(module, complete), node_group_id="1")
    assert codes(result) == {"node_group_not_found"}
    assert "DefaultGroup" in result["msg"]


@pytest.mark.parametrize("module", ["private_endpoint", "endpoint_service"])
@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_region_that_is_not_the_clusters_is_refused(
    customer: Customer, complete: dict[str, t.Any], module: str, way: str
) -> None:
    options = dict(options_of(module, complete))
    if way == "option":
        options["region"] = "us-west-2"
    else:
        customer.environment["AWS_REGION"] = "us-west-2"
    result = refused(customer, module, **options)
    assert codes(result) == {"region_mismatch"}
    assert "us-west-2" in result["msg"]
    assert "us-east-1" in result["msg"]


def test_a_private_endpoint_of_a_cluster_that_was_paused_later_is_left_as_it_is(
    customer: Customer, complete: dict[str, t.Any]
) -> None:
    assert customer.run("private_endpoint", **complete)["changed"]
    customer.sandbox.tidbcloud.estate.set_cluster_state(complete["cluster_id"], "PAUSED")
    result = customer.run("private_endpoint", **complete)
    assert (result["failed"], result["changed"]) == (False, False)


def test_the_endpoint_service_of_a_cluster_cannot_be_deleted(customer: Customer, complete: dict[str, t.Any]) -> None:
    result = refused(customer, "endpoint_service", cluster_id=complete["cluster_id"], state="absent")
    assert "goes with its cluster" in result["msg"]
    assert customer.requests == []


# --- the network ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["vpc_id", "subnet_ids", "security_group_ids"])
def test_a_creation_without_a_part_of_the_network_says_which(
    customer: Customer, complete: dict[str, t.Any], option: str
) -> None:
    del complete[option]
    result = refused(customer, **complete)
    assert f"needs {option}." in result["msg"]


def test_everything_that_is_wrong_is_said_at_once(customer: Customer, complete: dict[str, t.Any]) -> None:
    other = customer.network("use1-az6", "use1-az6", dns=False)
    wrong: dict[str, t.Any] = {
        "vpc_id": other.vpc_id,
        "subnet_ids": [*other.subnet_ids, complete["subnet_ids"][0], "subnet-0123456789abcdef0"],
        "security_group_ids": [*complete["security_group_ids"], "sg-0123456789abcdef0"],
    }
    result = refused(customer, cluster_id=customer.cluster_id("paused"), **wrong)
    assert {violation["code"] for violation in result["violations"]} == {
        "cluster_not_ready",
        "subnet_not_found",
        "subnet_not_in_vpc",
        "zone_not_supported",
        "subnets_share_zone",
        "security_group_not_found",
        "security_group_not_in_vpc",
        "vpc_dns_disabled",
    }


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_endpoint_of_another_service_is_left_alone(
    customer: Customer, complete: dict[str, t.Any], state: str
) -> None:
    mine = customer.run("private_endpoint", **complete)["private_endpoint"]["vpc_endpoint_id"]
    result = refused(customer, cluster_id=customer.cluster_id("service-creating"), vpc_endpoint_id=mine, state=state)
    assert codes(result) <= {"endpoint_of_other_service", "service_not_active"}


def test_an_available_endpoint_of_a_cluster_that_is_not_found_is_left_alone(
    customer: Customer, complete: dict[str, t.Any]
) -> None:
    made = customer.run("private_endpoint", **complete)["private_endpoint"]
    # As if the key belonged to another organization: TiDB Cloud has no such cluster, AWS continues to serve it.
    del customer.sandbox.tidbcloud.estate.clusters[complete["cluster_id"]]
    incomplete: list[dict[str, t.Any]] = [{"vpc_id": complete["vpc_id"]}, {}]
    for desired in incomplete:
        result = refused(customer, cluster_id=complete["cluster_id"], state="absent", region="us-east-1", **desired)
        assert codes(result) == {"cluster_not_found"}
    assert customer.live_endpoints() == [made["vpc_endpoint_id"]]


# --- the whole way through Ansible ------------------------------------------------------------------------------


def test_nothing_secret_is_shown_however_much_is_asked_for(customer: Customer, complete: dict[str, t.Any]) -> None:
    arguments = {
        **complete,
        "cluster_id": NO_CLUSTER,
        "tidbcloud_private_key": customer.facts["tidbcloud"]["private_key"],
        "secret_key": customer.account["secret_key"],
        "access_key": customer.account["access_key"],
    }
    run = subprocess.run(
        [
            *(sys.executable, "-m", "ansible", "adhoc", "localhost", "-vvv"),
            *("-m", "tidbcloud.privatelink.private_endpoint", "-a", json.dumps(arguments)),
        ],
        env={
            **customer.environment,
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "ANSIBLE_HOME": str(CHECKOUT / ".cache/ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache/tree"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    output = run.stdout + run.stderr
    assert run.returncode == 2, output
    assert "cluster_not_found" in output
    assert_clean(customer, output)
