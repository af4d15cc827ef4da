# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    ENDPOINT_TIMEOUT,
    endpoint_arguments,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.result import (
    private_endpoint as shaped,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import private_endpoint
from tests.support import module_documents as documents
from tests.support.endpoint_literals import current
from tests.support.endpoint_literals import desired as wanted

if t.TYPE_CHECKING:
    from tests.support.customer import Customer, Network, Result

Options = dict[str, t.Any]
# Those of the one function that shapes it for every module; its own test holds them to the contract.
KEYS = set(shaped(wanted(), current()))
FAILURES = ("violations", "error")
CREATION = ["create_vpc_endpoint", "register_endpoint", "enable_private_dns"]
REMOVAL = ["terminate_registration", "delete_vpc_endpoint"]


@pytest.fixture
def network(customer: Customer) -> Network:
    return customer.network()


@pytest.fixture
def desired(customer: Customer, network: Network) -> Options:
    """Everything that a creation needs."""
    return {"cluster_id": customer.cluster_id("main"), **network.options}


def run(customer: Customer, desired: Options, **options: t.Any) -> Result:
    """A run that succeeds, after one in check mode that predicted it and changed nothing."""
    expected = customer.run("private_endpoint", check=True, **{**desired, **options})
    assert not expected["failed"], expected["msg"]
    assert customer.writing_calls == []
    result = customer.run("private_endpoint", **{**desired, **options})
    assert not result["failed"], result["msg"]
    assert (expected["changed"], expected["steps"]) == (result["changed"], result["steps"])
    assert expected["diff"] == result["diff"]
    assert result["changed"] == bool(result["steps"])
    assert result["changed"] or customer.writing_calls == []
    for one in (expected, result):
        assert set(one["private_endpoint"]) == KEYS
        documents.assert_returns(private_endpoint, one, besides=FAILURES)
    return result


def names(result: Result) -> list[str]:
    return [step["name"] for step in result["steps"]]


def unchanged(customer: Customer, desired: Options, **options: t.Any) -> Result:
    result = run(customer, desired, **options)
    assert names(result) == []
    assert result["diff"]["before"] == result["diff"]["after"]
    return result


def failing(customer: Customer, desired: Options, **options: t.Any) -> Result:
    result = customer.run("private_endpoint", **{**desired, **options})
    assert result["failed"]
    assert customer.writing_calls == []
    return result


def codes(result: Result) -> list[str]:
    return [violation["code"] for violation in result["violations"]]


# --- documentation ----------------------------------------------------------------------------------------------


def test_the_options_are_documented_as_they_are() -> None:
    taken = {**shared_arguments(), **endpoint_arguments(), **wait_arguments(ENDPOINT_TIMEOUT)}
    assert documents.shapes(documents.options(private_endpoint)) == documents.shapes(taken)


def test_the_examples_use_only_options_that_exist() -> None:
    documents.assert_examples_use_only(private_endpoint, "private_endpoint")


def test_the_documented_keys_are_those_that_are_returned() -> None:
    documented = yaml.safe_load(private_endpoint.RETURN)
    assert set(documented["private_endpoint"]["contains"]) == KEYS


# --- the life of one --------------------------------------------------------------------------------------------


def test_a_whole_life(customer: Customer, desired: Options, network: Network) -> None:
    """Create, again, modify, again, delete, again; each first in check mode."""
    made = run(customer, desired, name="tidb")
    assert names(made) == CREATION
    endpoint = made["private_endpoint"]
    main = customer.facts["clusters"]["main"]
    group = main["node_groups"]["DefaultGroup"]
    assert (endpoint["status"], endpoint["stage"], endpoint["vpc_endpoint_state"]) == ("active", "done", "available")
    assert (endpoint["host"], endpoint["port"]) == (group["host"], main["port"])
    assert endpoint["subnet_ids"] == sorted(network.subnet_ids)
    assert endpoint["availability_zone_ids"] == customer.zone_ids()[:2]
    assert {item["subnet_id"] for item in endpoint["network_interfaces"]} == set(network.subnet_ids)
    assert endpoint["private_dns_enabled"] is True
    assert endpoint["tags"] == {
        "Name": "tidb",
        "tidbcloud:managed-by": "tidbcloud.privatelink",
        "tidbcloud:cluster-id": main["cluster_id"],
        "tidbcloud:node-group-id": group["node_group_id"],
    }
    assert endpoint["monthly_cost_usd"] == 14.6
    assert made["diff"]["before"] == {"state": "absent", "monthly_cost_usd": 0.0}
    assert made["diff"]["after"]["monthly_cost_usd"] == 14.6
    assert made["diff"]["after"]["vpc_id"] == network.vpc_id

    again = unchanged(customer, desired, name="tidb")
    assert again["private_endpoint"] == endpoint
    assert customer.count("tidbcloud") <= 3
    assert customer.count("aws") <= 3

    edited = run(customer, desired, name="tidb", subnet_ids=network.subnet_ids[:1], tags={"stage": "test"})
    assert names(edited) == ["set_tags", "remove_subnets"]
    assert edited["private_endpoint"]["subnet_ids"] == [network.subnet_ids[0]]
    assert edited["private_endpoint"]["tags"] == {**endpoint["tags"], "stage": "test"}
    unchanged(customer, desired, name="tidb", subnet_ids=network.subnet_ids[:1])

    gone = run(customer, desired, name="tidb", state="absent")
    assert names(gone) == REMOVAL
    assert gone["private_endpoint"]["status"] == "not_configured"
    assert gone["private_endpoint"]["vpc_endpoint_id"] is None
    assert gone["diff"]["after"] == {"state": "absent", "monthly_cost_usd": 0.0}
    assert customer.sandbox.aws.summary()[customer.account["account_id"]]["network_interfaces"] == []
    again = unchanged(customer, desired, name="tidb", state="absent")
    # Learning which service it was needs no further request.
    assert {**again["private_endpoint"], "service_name": gone["private_endpoint"]["service_name"]} == gone[
        "private_endpoint"
    ]
    assert customer.count("tidbcloud") <= 3
    assert customer.count("aws") <= 3


def test_a_run_that_does_not_wait_tells_the_honest_status_and_the_next_goes_on(
    customer: Customer, desired: Options
) -> None:
    began = run(customer, desired, wait=False)
    assert names(began) == CREATION[:2]
    assert (began["private_endpoint"]["status"], began["private_endpoint"]["stage"]) == (
        "pending",
        "accept_endpoint_connection",
    )
    customer.sandbox.clock.advance(60)
    on = run(customer, desired, wait=False)
    assert names(on) == CREATION[2:]
    customer.sandbox.clock.advance(60)
    assert run(customer, desired, wait=False)["private_endpoint"]["status"] == "active"
    off = run(customer, desired, state="absent", wait=False)
    assert names(off) == REMOVAL[:1]
    assert off["private_endpoint"]["status"] == "deleting"
    customer.sandbox.clock.advance(60)
    assert names(run(customer, desired, state="absent", wait=False)) == REMOVAL[1:]
    customer.sandbox.clock.advance(60)
    assert run(customer, desired, state="absent", wait=False)["private_endpoint"]["status"] == "not_configured"


def test_a_run_that_times_out_names_its_steps_and_the_next_goes_on(customer: Customer, desired: Options) -> None:
    late = customer.run("private_endpoint", **desired, wait_timeout=2)
    assert late["failed"]
    assert [step["name"] for step in late["steps"]] == CREATION[:2]
    assert "last seen: interface endpoint vpce-" in late["msg"]
    documents.assert_returns(
        private_endpoint, late, besides=(*FAILURES, "private_endpoint", "diff", "unchecked_limits")
    )
    assert names(run(customer, desired)) in (CREATION[2:], [])
    assert customer.run("private_endpoint", **desired)["private_endpoint"]["status"] == "active"


def test_without_private_dns_it_is_done_once_it_is_accepted(customer: Customer, desired: Options) -> None:
    made = run(customer, desired, private_dns_enabled=False)
    assert names(made) == CREATION[:2]
    assert (made["private_endpoint"]["status"], made["private_endpoint"]["private_dns_enabled"]) == ("active", False)
    unchanged(customer, desired, private_dns_enabled=False)
    assert names(run(customer, desired)) == ["enable_private_dns"]
    assert customer.warnings == []
    assert names(run(customer, desired, private_dns_enabled=False)) == ["disable_private_dns"]


def test_subnets_and_groups_become_the_exact_sets(customer: Customer, desired: Options) -> None:
    ec2 = customer.ec2()
    third = ec2.create_subnet(
        VpcId=desired["vpc_id"], CidrBlock="10.7.9.0/24", AvailabilityZoneId=customer.zone_ids()[2]
    )["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=desired["vpc_id"], GroupName="others", Description="others")["GroupId"]
    run(customer, desired)
    wanted = {"subnet_ids": [desired["subnet_ids"][0], third], "security_group_ids": [group]}
    edited = run(customer, desired, **wanted)
    assert names(edited) == ["add_security_groups", "remove_security_groups", "add_subnets", "remove_subnets"]
    assert set(edited["private_endpoint"]["subnet_ids"]) == set(wanted["subnet_ids"])
    assert edited["private_endpoint"]["security_group_ids"] == [group]
    unchanged(customer, desired, **wanted)


def test_a_subnet_is_swapped_within_its_zone_while_another_zone_serves(customer: Customer, desired: Options) -> None:
    twin = customer.ec2().create_subnet(
        VpcId=desired["vpc_id"], CidrBlock="10.7.9.0/24", AvailabilityZoneId=customer.zone_ids()[0]
    )["Subnet"]["SubnetId"]
    run(customer, desired)
    assert names(run(customer, desired, subnet_ids=[twin, desired["subnet_ids"][1]])) == [
        "remove_subnets",
        "add_subnets",
    ]


def test_the_only_subnet_cannot_be_swapped_within_its_zone(customer: Customer, desired: Options) -> None:
    twin = customer.ec2().create_subnet(
        VpcId=desired["vpc_id"], CidrBlock="10.7.9.0/24", AvailabilityZoneId=customer.zone_ids()[0]
    )["Subnet"]["SubnetId"]
    run(customer, desired, subnet_ids=desired["subnet_ids"][:1])
    assert codes(failing(customer, desired, subnet_ids=[twin])) == ["immutable_change"]


def test_tags_are_purged_but_never_ours(customer: Customer, desired: Options) -> None:
    first = run(customer, desired, name="tidb", tags={"a": "1", "b": "2"})["private_endpoint"]["tags"]
    assert names(run(customer, desired, tags={"a": "1"}, purge_tags=False)) == []
    purged = run(customer, desired, tags={"a": "3"})
    assert names(purged) == ["set_tags", "remove_tags"]
    assert purged["private_endpoint"]["tags"] == {**{key: first[key] for key in first if key != "b"}, "a": "3"}
    emptied = run(customer, desired, tags={})["private_endpoint"]["tags"]
    assert set(emptied) == {"Name", "tidbcloud:managed-by", "tidbcloud:cluster-id", "tidbcloud:node-group-id"}
    unchanged(customer, desired)


# --- identity ---------------------------------------------------------------------------------------------------


def by_hand(customer: Customer, desired: Options, role: str = "main", name: str | None = None) -> str:
    """An interface endpoint that was made without this collection."""
    group = customer.facts["clusters"][role]["node_groups"]["DefaultGroup"]
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": name}]}] if name else []
    made = customer.ec2().create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=desired["vpc_id"],
        ServiceName=group["service_name"],
        SubnetIds=desired["subnet_ids"],
        SecurityGroupIds=desired["security_group_ids"],
        PrivateDnsEnabled=False,
        TagSpecifications=tags,
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def test_an_endpoint_made_by_hand_is_adopted_by_its_id_and_the_rest_is_done(
    customer: Customer, desired: Options
) -> None:
    vpce = by_hand(customer, desired)
    adopted = run(customer, {"cluster_id": desired["cluster_id"]}, vpc_endpoint_id=vpce)
    assert names(adopted) == ["set_tags", "register_endpoint", "enable_private_dns"]
    assert adopted["private_endpoint"]["vpc_endpoint_id"] == vpce
    assert len(customer.warnings) == 1
    assert vpce in customer.warnings[0]
    assert "private_dns_enabled=false" in customer.warnings[0]
    unchanged(customer, {"cluster_id": desired["cluster_id"]}, vpc_endpoint_id=vpce)
    # It now carries the ownership tags, so only the cluster must be named.
    unchanged(customer, {"cluster_id": desired["cluster_id"]})


def test_an_endpoint_made_by_hand_in_the_vpc_is_the_one_that_is_meant(customer: Customer, desired: Options) -> None:
    vpce = by_hand(customer, desired)
    assert run(customer, desired)["private_endpoint"]["vpc_endpoint_id"] == vpce
    assert customer.live_endpoints() == [vpce]


def test_only_a_name_or_an_id_distinguishes_several(customer: Customer, desired: Options) -> None:
    one, two = by_hand(customer, desired, name="one"), by_hand(customer, desired, name="two")
    assert codes(failing(customer, desired)) == ["ambiguous_match"]
    refused = failing(customer, desired, name="three")
    assert codes(refused) == ["ambiguous_match"]
    assert f"{one} (one)" in refused["msg"]
    assert f"{two} (two)" in refused["msg"]
    assert run(customer, desired, name="one")["private_endpoint"]["vpc_endpoint_id"] == one
    # Only one of them can hold the private name.
    assert codes(failing(customer, desired, name="two")) == ["private_dns_conflict"]
    assert run(customer, desired, name="two", private_dns_enabled=False)["private_endpoint"]["vpc_endpoint_id"] == two
    assert codes(failing(customer, desired, state="absent")) == ["ambiguous_match"]
    run(customer, desired, name="two", state="absent")
    assert customer.live_endpoints() == [one]


def test_removing_a_name_that_does_not_exist_removes_nothing(customer: Customer, desired: Options) -> None:
    run(customer, desired, name="tidb")
    assert names(run(customer, desired, name="other", state="absent")) == []
    assert len(customer.live_endpoints()) == 1


def test_each_node_group_has_private_endpoints_of_its_own(customer: Customer) -> None:
    network = customer.network(*customer.zone_ids("two-groups")[:1], region="us-west-2")
    desired: Options = {"cluster_id": customer.cluster_id("two-groups"), **network.options}
    analytics = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]
    default = run(customer, desired)["private_endpoint"]
    second = run(customer, desired, node_group_id=analytics["node_group_id"])["private_endpoint"]
    assert default["host"] != second["host"] == analytics["host"]
    assert len(customer.live_endpoints()) == 2
    removed = run(customer, {"cluster_id": desired["cluster_id"]}, state="absent")
    assert names(removed) == REMOVAL
    assert customer.live_endpoints() == [second["vpc_endpoint_id"]]


def test_what_serves_still_after_its_node_group_was_dropped_is_deleted_only_by_its_id(customer: Customer) -> None:
    network = customer.network(*customer.zone_ids("two-groups")[:1], region="us-west-2")
    analytics = customer.facts["clusters"]["two-groups"]["node_groups"]["analytics"]
    desired: Options = {"cluster_id": customer.cluster_id("two-groups"), "node_group_id": analytics["node_group_id"]}
    made = run(customer, {**desired, **network.options})["private_endpoint"]
    cluster, group = customer.sandbox.tidbcloud.estate.group(desired["cluster_id"], desired["node_group_id"])
    cluster.groups.remove(group)
    assert codes(failing(customer, desired, state="absent")) == ["node_group_not_found"]
    named = {"cluster_id": desired["cluster_id"], "vpc_endpoint_id": made["vpc_endpoint_id"], "state": "absent"}
    found = customer.run("private_endpoint", check=True, **named)["private_endpoint"]
    assert (found["node_group_id"], found["service_name"]) == (desired["node_group_id"], made["service_name"])
    assert names(run(customer, named)) == ["delete_vpc_endpoint"]
    assert customer.live_endpoints() == []


def test_a_node_group_that_never_was_has_nothing_to_delete_and_a_warning(customer: Customer, desired: Options) -> None:
    made = run(customer, desired)["private_endpoint"]["vpc_endpoint_id"]
    options: Options = {"cluster_id": desired["cluster_id"], "node_group_id": "1234567890123456789", "state": "absent"}
    assert names(run(customer, options)) == []
    assert "no longer has the node group of this private endpoint" in customer.warnings[-1]
    assert customer.live_endpoints() == [made]


def test_where_nothing_is_a_cluster_in_creation_says_that_the_service_comes_first(customer: Customer) -> None:
    creating = {"cluster_id": customer.cluster_id("creating"), "state": "absent"}
    returned = unchanged(customer, creating)["private_endpoint"]
    assert (returned["status"], returned["stage"]) == ("not_configured", "service_endpoint")
    assert customer.sandbox.log.entries(call="GetPrivateLinkService") == []


def test_what_a_delete_would_remove_is_returned_completely(customer: Customer, desired: Options) -> None:
    made = run(customer, desired)["private_endpoint"]
    returned = customer.run("private_endpoint", check=True, **desired, state="absent")["private_endpoint"]
    assert returned == made
    assert returned["network_interfaces"]


def test_an_endpoint_of_another_service_or_vpc_is_not_taken(customer: Customer, desired: Options) -> None:
    mine = run(customer, desired)["private_endpoint"]["vpc_endpoint_id"]
    other = customer.cluster_id("paused")
    for state in ("present", "absent"):
        refused = failing(customer, {"cluster_id": other, "vpc_endpoint_id": mine, "state": state})
        assert codes(refused) == ["endpoint_of_other_service"]
    elsewhere = customer.network()
    assert codes(failing(customer, desired, vpc_id=elsewhere.vpc_id, vpc_endpoint_id=mine)) == ["immutable_change"]


def test_an_id_that_names_nothing_is_an_error_except_with_absent(customer: Customer, desired: Options) -> None:
    unknown = "vpce-0123456789abcdef0"
    assert codes(failing(customer, desired, vpc_endpoint_id=unknown)) == ["vpc_endpoint_not_found"]
    assert names(run(customer, desired, vpc_endpoint_id=unknown, state="absent")) == []


# --- what has failed --------------------------------------------------------------------------------------------


def test_a_rejected_endpoint_is_replaced_only_where_the_user_says_so(customer: Customer, desired: Options) -> None:
    first = run(customer, desired, name="tidb", tags={"team": "a"})["private_endpoint"]["vpc_endpoint_id"]
    customer.sandbox.aws.reject(first)
    refused = failing(customer, desired)
    assert f"{first} is rejected" in refused["msg"]
    assert "recreate_failed=true" in refused["msg"]
    replaced = run(customer, desired, recreate_failed=True)
    assert names(replaced) == REMOVAL + CREATION
    assert replaced["private_endpoint"]["status"] == "active"
    assert replaced["private_endpoint"]["vpc_endpoint_id"] != first
    assert replaced["private_endpoint"]["tags"]["team"] == "a"
    assert customer.live_endpoints() == customer.registered() == [replaced["private_endpoint"]["vpc_endpoint_id"]]


def test_a_failed_registration_ends_the_wait_at_once_with_its_reason(customer: Customer, desired: Options) -> None:
    run(customer, desired, wait=False)
    (vpce,) = customer.registered()
    customer.sandbox.tidbcloud.estate.registrations.force(vpce, "FAILED", "The quota of the provider is used up")
    refused = failing(customer, desired)
    assert "registration FAILED (The quota of the provider is used up)" in refused["msg"]
    assert run(customer, desired, recreate_failed=True)["private_endpoint"]["status"] == "active"


def test_a_registration_whose_endpoint_is_gone_for_good_is_replaced_where_the_user_says_so(
    customer: Customer, desired: Options
) -> None:
    vpce = run(customer, desired)["private_endpoint"]["vpc_endpoint_id"]
    customer.ec2().delete_vpc_endpoints(VpcEndpointIds=[vpce])
    # So long that AWS no longer lists it.
    customer.sandbox.clock.advance(4000)
    refused = failing(customer, desired, vpc_endpoint_id=vpce)
    assert codes(refused) == ["vpc_endpoint_not_found"]
    assert "recreate_failed=true" in refused["msg"]
    replaced = run(customer, desired, vpc_endpoint_id=vpce, recreate_failed=True)
    assert names(replaced) == [REMOVAL[0], *CREATION]
    assert customer.registered() == customer.live_endpoints() == [replaced["private_endpoint"]["vpc_endpoint_id"]]


def test_only_the_registration_is_ended_where_the_endpoint_is_kept(customer: Customer, desired: Options) -> None:
    vpce = run(customer, desired)["private_endpoint"]["vpc_endpoint_id"]
    kept = run(customer, desired, state="absent", keep_vpc_endpoint=True)
    assert names(kept) == REMOVAL[:1]
    assert customer.registered() == []
    # Useless and billed, as the status says.
    assert (kept["private_endpoint"]["status"], kept["private_endpoint"]["vpc_endpoint_state"]) == (
        "failed",
        "rejected",
    )
    assert kept["private_endpoint"]["vpc_endpoint_id"] == vpce
    assert names(run(customer, desired, state="absent", keep_vpc_endpoint=True)) == []
    assert names(run(customer, desired, state="absent")) == REMOVAL[1:]


def test_what_a_dropped_cluster_left_is_removed_by_its_tags(customer: Customer, desired: Options) -> None:
    run(customer, desired)
    customer.sandbox.tidbcloud.estate.drop_cluster(desired["cluster_id"])
    removed = run(customer, {"cluster_id": desired["cluster_id"], "region": "us-east-1"}, state="absent")
    assert names(removed) == REMOVAL[1:]
    assert customer.live_endpoints() == []
    assert any("counts as dropped" in warning for warning in customer.warnings)


def test_a_dropped_clusters_endpoint_that_serves_on_is_removed_only_by_its_id(
    customer: Customer, desired: Options
) -> None:
    vpce = run(customer, desired)["private_endpoint"]["vpc_endpoint_id"]
    del customer.sandbox.tidbcloud.estate.clusters[desired["cluster_id"]]
    gone: Options = {"cluster_id": desired["cluster_id"], "region": "us-east-1", "state": "absent"}
    assert codes(failing(customer, gone)) == ["cluster_not_found"]
    assert names(run(customer, gone, vpc_endpoint_id=vpce)) == REMOVAL[1:]


def test_a_registration_of_another_account_is_left_alone_unless_it_is_named(
    customer: Customer, desired: Options
) -> None:
    from tests.support.customer import Customer as Somebody

    other = Somebody(customer.sandbox, "other")
    theirs = run(other, {"cluster_id": desired["cluster_id"], **other.network().options})["private_endpoint"]
    mine = run(customer, desired)["private_endpoint"]
    assert {theirs["account_id"], mine["account_id"]} == {"310987654322", "210987654321"}
    run(customer, desired, state="absent")
    assert customer.registered() == other.live_endpoints() == [theirs["vpc_endpoint_id"]]
    named = {"cluster_id": desired["cluster_id"], "vpc_endpoint_id": theirs["vpc_endpoint_id"]}
    assert codes(failing(customer, named)) == ["vpc_endpoint_not_found"]
    ended = run(customer, named, state="absent")
    assert names(ended) == REMOVAL[:1]
    assert customer.registered() == []


# --- other services ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("private_dns_name", [None, "tidb.example.com"])
def test_another_service_needs_neither_tidb_cloud_nor_its_key(
    customer: Customer, network: Network, private_dns_name: str | None
) -> None:
    service_name = customer.offered_service(private_dns_name)
    for half in ("PUBLIC", "PRIVATE"):
        del customer.environment[f"TIDBCLOUD_{half}_KEY"]
    desired: Options = {"service_name": service_name, **network.options}
    made = run(customer, desired)
    assert names(made) == ["create_vpc_endpoint", *(["enable_private_dns"] if private_dns_name else [])]
    endpoint = made["private_endpoint"]
    assert (endpoint["status"], endpoint["stage"]) == ("active", "done")
    assert endpoint["private_dns_enabled"] == bool(private_dns_name)
    assert (endpoint["cluster_id"], endpoint["endpoint_state"]) == (None, None)
    assert endpoint["tags"] == {"tidbcloud:managed-by": "tidbcloud.privatelink"}
    unchanged(customer, desired)
    assert names(run(customer, desired, state="absent")) == ["delete_vpc_endpoint"]
    assert customer.count("tidbcloud") == 0


def test_another_services_provider_is_waited_for(customer: Customer, network: Network) -> None:
    service_name = customer.offered_service(None, acceptance_required=True)
    late = customer.run("private_endpoint", service_name=service_name, **network.options, wait_timeout=30)
    assert late["failed"]
    assert "pendingacceptance" in late["msg"].lower()
    (vpce,) = customer.live_endpoints()
    customer.sandbox.aws.accept(vpce)
    assert run(customer, {"service_name": service_name, **network.options})["private_endpoint"]["status"] == "active"


# --- limits -----------------------------------------------------------------------------------------------------


def test_a_limit_that_is_allowed_to_break_is_a_warning_and_the_cloud_has_the_last_word(
    customer: Customer, desired: Options
) -> None:
    customer.sandbox.settings.endpoint_quota = 0
    result = customer.run("private_endpoint", **desired, allow_violations=["endpoint_quota_reached"])
    assert result["failed"]
    assert result["error"]["code"] == "VpcEndpointLimitExceeded"
    assert any("allow_violations names endpoint_quota_reached" in warning for warning in customer.warnings)


def test_a_network_that_a_play_makes_later_is_planned_with_in_check_mode_only(
    customer: Customer, desired: Options
) -> None:
    bare: Options = {"cluster_id": desired["cluster_id"], "allow_missing_network": True}
    planned = customer.run("private_endpoint", check=True, **bare)
    assert not planned["failed"]
    assert names(planned) == CREATION
    assert {"vpc_not_found", "zone_not_supported", "security_group_not_found"} <= set(planned["unchecked_limits"])
    # As amazon.aws returns what it would make.
    blank = customer.run("private_endpoint", check=True, **bare, vpc_id="", subnet_ids=[""], security_group_ids=[""])
    assert blank["unchecked_limits"] == planned["unchecked_limits"]
    assert "needs vpc_id, subnet_ids, security_group_ids" in failing(customer, bare)["msg"]
    partly = {**bare, "subnet_ids": ["subnet-00000000000000001"]}
    assert "needs vpc_id, security_group_ids." in failing(customer, partly)["msg"]


def test_a_protected_endpoint_can_be_released_and_removed(customer: Customer, desired: Options) -> None:
    run(customer, desired, tags={"deletion-protection": True})
    assert codes(failing(customer, desired, state="absent")) == ["deletion_protected"]
    run(customer, desired, tags={"deletion-protection": False})
    assert names(run(customer, desired, state="absent")) == REMOVAL


def test_failures_return_what_is_documented(customer: Customer, desired: Options) -> None:
    others = ("private_endpoint", "diff", "unchecked_limits")
    documents.assert_returns(private_endpoint, failing(customer, desired, subnet_ids=["x"]), besides=("error", *others))
    wrong = failing(customer, desired, tidbcloud_private_key="wrong-key-0123456789abcdef")
    documents.assert_returns(private_endpoint, wrong, besides=("violations", *others))


def test_a_role_is_assumed_for_another_account(customer: Customer, desired: Options) -> None:
    from tests.support.customer import Customer as Somebody

    other = Somebody(customer.sandbox, "other")
    network = other.network()
    role = f"arn:aws:iam::{other.account['account_id']}:role/privatelink"
    made = run(customer, {"cluster_id": desired["cluster_id"], **network.options}, assume_role_arn=role)
    assert made["private_endpoint"]["account_id"] == other.account["account_id"]
