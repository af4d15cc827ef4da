# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in a VPC has one live private endpoint, whatever options concurrent and interrupted runs differ in."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import Customer, Network, Result, run_and_tell
from tests.support.forks import PROCESSES, be_ready

# Sandbox seconds in a real one, where processes with clocks of their own meet.
SCALE = 20.0
LAG = 20.0
# What a run says if another one takes its changes back.
OVERTAKEN = ("something else changes it", "Another run changes it", "still missing")
OWNED = {"tidbcloud:managed-by": "tidbcloud.privatelink"}


@pytest.fixture
def network(customer: Customer) -> Network:
    return customer.network(*customer.zone_ids()[:3])


def desired(customer: Customer, network: Network, **options: t.Any) -> dict[str, t.Any]:
    base = {**network.options, "subnet_ids": list(network.subnet_ids[:1])}
    return {"cluster_id": customer.cluster_id("main"), **base, **options}


def another_group(customer: Customer, network: Network) -> str:
    group = customer.ec2().create_security_group(VpcId=network.vpc_id, GroupName="others", Description="others")
    return str(group["GroupId"])


def differing(customer: Customer, network: Network) -> dict[str, dict[str, t.Any]]:
    """Options of a run for each option that runs may differ in."""
    return {
        "tags": {"tags": {"stage": "test"}},
        "subnet": {"subnet_ids": [network.subnet_ids[1]]},
        "group": {"security_group_ids": [another_group(customer, network)]},
        "private DNS": {"private_dns_enabled": False},
    }


def assert_as_wanted(result: Result, options: dict[str, t.Any]) -> None:
    found = result["private_endpoint"]
    for option in ("subnet_ids", "security_group_ids", "private_dns_enabled"):
        if option in options:
            assert found[option] == options[option], option
    assert options.get("tags", {}).items() <= found["tags"].items()


def creations(customer: Customer) -> int:
    return len(customer.sandbox.log.entries(call="CreateVpcEndpoint"))


# --- a run that ended before AWS listed what it made


def interrupted(customer: Customer, network: Network, **options: t.Any) -> None:
    """A run that made an interface endpoint that AWS does not list yet, and that is gone."""
    customer.sandbox.settings.change({"endpoint_visible": LAG})
    result = customer.run("private_endpoint", **desired(customer, network, wait_timeout=2, **options))
    assert result["failed"]
    assert creations(customer) == 1
    assert len(customer.live_endpoints()) == 1


@pytest.mark.parametrize("option", ["tags", "subnet", "group", "private DNS"])
def test_after_an_interrupted_creation_a_run_with_another_option_ends_with_that_one(
    customer: Customer, network: Network, option: str
) -> None:
    options = differing(customer, network)[option]
    interrupted(customer, network)
    (made,) = customer.live_endpoints()
    result = customer.run("private_endpoint", **desired(customer, network, **options))
    assert not result["failed"], result["msg"]
    assert customer.live_endpoints() == customer.registered() == [made]
    assert_as_wanted(result, options)
    assert creations(customer) == 1
    again = customer.run("private_endpoint", **desired(customer, network, **options))
    assert (again["failed"], again["changed"], customer.writing_calls) == (False, False, [])


def test_what_differs_is_an_edit_and_the_steps_are_those_of_this_run_alone(
    customer: Customer, network: Network
) -> None:
    interrupted(customer, network)
    (made,) = customer.live_endpoints()
    result = customer.run("private_endpoint", **desired(customer, network, tags={"stage": "test"}))
    assert [step["name"] for step in result["steps"]] == ["set_tags", "register_endpoint", "enable_private_dns"]
    assert result["changed"]
    assert result["diff"]["before"]["subnet_ids"] == result["diff"]["after"]["subnet_ids"]
    assert result["diff"]["after"]["tags"]["stage"] == "test"
    assert result["diff"]["before"]["monthly_cost_usd"] == result["diff"]["after"]["monthly_cost_usd"]
    assert customer.warnings == [
        f"Another run made the interface endpoint {made} at the same time; this run adopted it."
    ]


def test_after_an_interrupted_creation_another_name_is_an_error_and_no_second_endpoint(
    customer: Customer, network: Network
) -> None:
    interrupted(customer, network, name="one")
    (made,) = customer.live_endpoints()
    result = customer.run("private_endpoint", **desired(customer, network, name="two"))
    assert [violation["code"] for violation in result["violations"]] == ["ambiguous_match"]
    assert f"{made} (one)" in result["msg"]
    assert customer.live_endpoints() == [made]
    assert not customer.run("private_endpoint", **desired(customer, network, name="one"))["failed"]
    assert customer.live_endpoints() == customer.registered() == [made]


def test_after_an_interrupted_creation_a_run_that_does_not_wait_adopts_it(customer: Customer, network: Network) -> None:
    interrupted(customer, network)
    (made,) = customer.live_endpoints()
    result = customer.run("private_endpoint", **desired(customer, network, wait=False, tags={"stage": "test"}))
    assert (result["failed"], result["private_endpoint"]["vpc_endpoint_id"]) == (False, made)
    assert [step["name"] for step in result["steps"]] == ["set_tags", "register_endpoint"]


def test_a_fleet_goes_on_from_an_interrupted_creation_too(customer: Customer, network: Network) -> None:
    interrupted(customer, network)
    (made,) = customer.live_endpoints()
    result = customer.run("private_endpoints", endpoints=[desired(customer, network, tags={"stage": "test"})])
    (item,) = result["results"]
    assert not item["failed"], item["msg"]
    assert item["private_endpoint"]["vpc_endpoint_id"] == made
    assert customer.live_endpoints() == customer.registered() == [made]
    assert_as_wanted(item, {"tags": {"stage": "test"}})


@pytest.mark.parametrize("lag", [20.0, 200.0])
def test_a_new_endpoint_that_is_listed_late_is_waited_for_and_made_once(
    customer: Customer, network: Network, lag: float
) -> None:
    customer.sandbox.settings.change({"endpoint_visible": lag})
    result = customer.run("private_endpoint", **desired(customer, network))
    assert not result["failed"], result["msg"]
    assert creations(customer) == 1
    assert len(customer.live_endpoints()) == 1
    assert [step["name"] for step in result["steps"]] == [
        "create_vpc_endpoint",
        "register_endpoint",
        "enable_private_dns",
    ]


# --- created, deleted and created again


@pytest.mark.parametrize("listed", [5.0, 3600.0])
def test_every_night_another_tag_costs_one_wait_at_most(customer: Customer, network: Network, listed: float) -> None:
    """Whether AWS lists the deleted one or only remembers its token."""
    customer.sandbox.settings.change({"deleted_listed": listed})
    clock = customer.sandbox.clock
    for night in range(4):
        began = clock.now()
        tags = {"night": str(night)}
        result = customer.run("private_endpoint", **desired(customer, network, tags=tags))
        assert not result["failed"], result["msg"]
        assert_as_wanted(result, {"tags": tags})
        assert "create_vpc_endpoint" in [step["name"] for step in result["steps"]]
        assert clock.now() - began < (90 if night and listed < 60 else 30)
        gone = customer.run("private_endpoint", **desired(customer, network, state="absent"))
        assert not gone["failed"], gone["msg"]
        clock.advance(10)
    assert customer.live_endpoints() == []


# --- several nodes at once


@pytest.fixture
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    """Of a sandbox whose time passes by itself, for processes that have clocks of their own."""
    be_ready()
    with Sandbox(Settings(rate_limit=1_000_000), SCALE, tmp_path_factory.mktemp("crowded")) as sandbox:
        yield Customer(sandbox)


def at_once(customer: Customer, module: str, runs: t.Iterable[dict[str, t.Any]]) -> list[Result]:
    answers: t.Any = PROCESSES.Queue()
    nodes = [
        PROCESSES.Process(
            target=run_and_tell,
            args=(answers, module, {"wait_delay": 0.2, "wait_timeout": 60, **one}, customer.environment),
        )
        for one in runs
    ]
    for node in nodes:
        node.start()
    results = [answers.get(timeout=100) for _node in nodes]
    for node in nodes:
        node.join()
    return results


@pytest.mark.exhaustive
@pytest.mark.parametrize("lag", [LAG, 0.0])
@pytest.mark.parametrize("module", ["private_endpoint", "private_endpoints"])
def test_four_nodes_with_different_options_make_one_private_endpoint(
    crowded: Customer, module: str, lag: float
) -> None:
    network = crowded.network(*crowded.zone_ids()[:3])
    crowded.sandbox.settings.change({"endpoint_visible": lag})
    alone = [desired(crowded, network, **options) for options in differing(crowded, network).values()]
    runs = alone if module == "private_endpoint" else [{"endpoints": [one]} for one in alone]
    results = at_once(crowded, module, runs)
    assert len(crowded.live_endpoints()) == 1
    assert crowded.registered() == crowded.live_endpoints()
    for result in results:
        assert not result["failed"] or any(said in result["msg"] for said in OVERTAKEN), result
    assert not all(result["failed"] for result in results), results
    (live,) = (one for one in crowded.sandbox.aws.endpoints() if one.is_live)
    asked_for = [{**desired(crowded, network), "private_dns_enabled": True, **one} for one in alone]
    state = ([*live.subnet_ids], [*live.security_group_ids], live.private_dns_enabled)
    assert state in [(one["subnet_ids"], one["security_group_ids"], one["private_dns_enabled"]) for one in asked_for]


def test_four_nodes_with_different_names_make_one_and_the_others_say_so(crowded: Customer) -> None:
    network = crowded.network()
    results = at_once(crowded, "private_endpoint", [desired(crowded, network, name=f"node-{one}") for one in range(4)])
    assert len(crowded.live_endpoints()) == 1
    assert crowded.registered() == crowded.live_endpoints()
    assert sum(not result["failed"] for result in results) == 1
    codes = [result["violations"][0]["code"] for result in results if result["failed"]]
    assert codes == ["ambiguous_match"] * 3


# --- duplicates that are there


def made_by_hand(customer: Customer, network: Network, **tags: str) -> str:
    """A second interface endpoint that says it is this collection's own."""
    ours = {**OWNED, "tidbcloud:cluster-id": customer.cluster_id("main"), **tags}
    first = customer.sandbox.aws.endpoints()[0]
    made = customer.ec2().create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network.vpc_id,
        ServiceName=first.service_name,
        SubnetIds=[network.subnet_ids[0]],
        SecurityGroupIds=list(network.security_group_ids),
        PrivateDnsEnabled=False,
        TagSpecifications=[
            {"ResourceType": "vpc-endpoint", "Tags": [{"Key": key, "Value": value} for key, value in ours.items()]}
        ],
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


@pytest.fixture
def kept(customer: Customer, network: Network) -> str:
    result = customer.run("private_endpoint", **desired(customer, network))
    return str(result["private_endpoint"]["vpc_endpoint_id"])


def test_duplicates_are_an_error_that_names_the_way_out_and_the_way_out_leaves_one(
    customer: Customer, network: Network, kept: str
) -> None:
    twin = made_by_hand(customer, network)
    refused = customer.run("private_endpoint", **desired(customer, network))
    assert [violation["code"] for violation in refused["violations"]] == ["ambiguous_match"]
    assert f"set remove_duplicates=true, which keeps {kept} (its registration is ACTIVE)" in refused["msg"]
    planned = customer.run("private_endpoint", check=True, **desired(customer, network, remove_duplicates=True))
    result = customer.run("private_endpoint", **desired(customer, network, remove_duplicates=True))
    assert not result["failed"], result["msg"]
    assert (result["steps"], result["diff"]) == (planned["steps"], planned["diff"])
    assert [(step["name"], step["target"]) for step in result["steps"]] == [("delete_vpc_endpoint", twin)]
    assert result["diff"]["before"]["monthly_cost_usd"] == 2 * result["diff"]["after"]["monthly_cost_usd"]
    assert customer.live_endpoints() == customer.registered() == [kept]
    assert not customer.run("private_endpoint", **desired(customer, network, remove_duplicates=True))["changed"]


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"deletion-protection": "true"}, "carries the tag deletion-protection=true"),
        ({"Name": "other"}, "is named 'other'"),
        ({"tidbcloud:managed-by": "somebody"}, "was not made by this collection"),
    ],
)
def test_what_remove_duplicates_never_removes_is_named_with_the_call_that_does(
    customer: Customer, network: Network, kept: str, tags: dict[str, str], reason: str
) -> None:
    twin = made_by_hand(customer, network, **tags)
    result = customer.run("private_endpoint", **desired(customer, network, remove_duplicates=True))
    assert [violation["code"] for violation in result["violations"]] == ["ambiguous_match"]
    assert f"remove_duplicates does not remove {twin} ({reason})" in result["msg"]
    call = f'{{state: absent, vpc_endpoint_id: {twin}, cluster_id: "{customer.cluster_id("main")}", region: us-east-1}}'
    assert call in result["msg"]
    assert customer.writing_calls == []
    assert set(customer.live_endpoints()) == {kept, twin}


def test_without_a_private_endpoint_to_keep_all_duplicates_go_registered_or_not(
    customer: Customer, network: Network, kept: str
) -> None:
    twin = made_by_hand(customer, network)
    adopted = customer.run(
        "private_endpoint", **desired(customer, network, vpc_endpoint_id=twin, private_dns_enabled=False)
    )
    assert not adopted["failed"], adopted["msg"]
    assert set(customer.registered()) == {kept, twin}
    result = customer.run("private_endpoint", **desired(customer, network, remove_duplicates=True, state="absent"))
    assert not result["failed"], result["msg"]
    assert customer.live_endpoints() == customer.registered() == []
    assert result["private_endpoint"]["status"] == "not_configured"


def test_duplicates_are_findings(customer: Customer, network: Network, kept: str) -> None:
    twin = made_by_hand(customer, network)
    result = customer.run("endpoint_info", cluster_ids=[customer.cluster_id("main")])
    (finding,) = result["findings"]
    assert (finding["code"], finding["vpc_endpoint_id"]) == ("duplicate_endpoint", twin)
    assert f"{kept}, which would be kept: its registration is ACTIVE" in finding["message"]
    assert finding["monthly_cost_usd"] > 0
