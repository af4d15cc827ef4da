# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection is to be follows from the options."""

from __future__ import annotations

import json

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection

CLUSTER = "1234567890123456789"
VPC_RANGE = "10.42.0.0/16"


def test_a_connection_with_a_network_of_its_own_makes_all_of_it_and_names_it_after_the_cluster() -> None:
    wanted = WantedConnection(cluster_id=CLUSTER, vpc_cidr=VPC_RANGE)
    assert (wanted.makes_vpc, wanted.makes_subnets, wanted.makes_security_group) == (True, True, True)
    assert wanted.name == wanted.endpoint_name == f"tidbcloud-{CLUSTER}"
    assert wanted.owned_with("7") == {
        "tidbcloud:managed-by": "tidbcloud.privatelink",
        "tidbcloud:cluster-id": CLUSTER,
        "Name": f"tidbcloud-{CLUSTER}",
        "tidbcloud:node-group-id": "7",
    }
    assert "tidbcloud:node-group-id" not in wanted.owned_with(None)


def test_the_node_group_is_in_the_name_only_where_it_is_given() -> None:
    assert WantedConnection(cluster_id=CLUSTER, node_group_id="7").name == f"tidbcloud-{CLUSTER}-7"


def test_in_a_vpc_of_the_user_only_a_given_name_names_the_private_endpoint() -> None:
    wanted = WantedConnection(cluster_id=CLUSTER, vpc_id="vpc-1")
    assert (wanted.name, wanted.endpoint_name) == (f"tidbcloud-{CLUSTER}", "")
    assert WantedConnection(cluster_id=CLUSTER, vpc_id="vpc-1", given_name="orders").endpoint_name == "orders"


def test_only_what_is_set_is_an_option_of_the_private_endpoint() -> None:
    assert WantedConnection(cluster_id=CLUSTER, vpc_id="vpc-1").endpoint == {}
    given = WantedConnection(cluster_id=CLUSTER, vpc_id="vpc-1", given_name="a", subnet_ids=("subnet-1",))
    assert given.endpoint == {"name": "a", "subnet_ids": ["subnet-1"]}


@pytest.mark.parametrize("options", [{"vpc_endpoint_id": "vpce-1"}, {"service_name": "com.amazonaws.vpce.x"}])
def test_nothing_is_made_around_an_endpoint_that_is_adopted_or_a_service_of_others(options: dict[str, str]) -> None:
    wanted = WantedConnection(**options)  # type: ignore[arg-type]
    assert (wanted.makes_network, wanted.makes_subnets, wanted.makes_security_group) == (False, False, False)
    assert wanted.endpoint_name == ""


def test_the_whole_vpc_may_connect_if_no_client_is_named_and_else_only_those_named() -> None:
    assert WantedConnection(vpc_cidr=VPC_RANGE).admitted_cidrs == (VPC_RANGE,)
    assert WantedConnection(vpc_cidr=VPC_RANGE, client_cidrs=("10.0.0.0/8",)).admitted_cidrs == ("10.0.0.0/8",)
    assert WantedConnection(vpc_cidr=VPC_RANGE, client_security_group_ids=("sg-1",)).admitted_cidrs == ()


@pytest.mark.parametrize(
    ("on_failed_check", "check", "verifies"),
    [("revert", True, True), ("revert", False, False), ("fail", True, False), ("keep", True, False)],
)
def test_a_change_is_verified_where_a_failed_check_undoes_it(on_failed_check: str, check: bool, verifies: bool) -> None:
    assert WantedConnection(on_failed_check=on_failed_check, check=check).verifies is verifies


def test_it_is_the_same_after_a_playbook_has_handed_it_to_a_module() -> None:
    wanted = WantedConnection(cluster_id=CLUSTER, subnet_ids=("subnet-1",), tags={"team": "data"})
    assert WantedConnection.of(json.loads(json.dumps(wanted.returned()))) == wanted


def test_a_run_fails_where_it_could_not_check_what_it_was_to_check() -> None:
    assert not WantedConnection(cluster_id=CLUSTER).needs_check
    assert WantedConnection(cluster_id=CLUSTER, state="verify").needs_check
    assert WantedConnection(cluster_id=CLUSTER, requires_check=True).needs_check
    assert WantedConnection(cluster_id=CLUSTER, on_failed_check="revert").needs_check


@pytest.mark.parametrize(
    ("options", "names_nothing", "finds_another"),
    [
        ({}, True, True),
        ({"vpc_id": "vpc-1"}, False, True),
        ({"vpc_cidr": VPC_RANGE}, False, True),
        ({"given_name": "orders"}, False, False),
        ({"vpc_endpoint_id": "vpce-1"}, False, False),
    ],
)
def test_another_private_endpoint_may_be_meant_where_none_is_named(
    options: dict[str, str], names_nothing: bool, finds_another: bool
) -> None:
    wanted = WantedConnection(cluster_id=CLUSTER, **options)  # type: ignore[arg-type]
    assert (wanted.names_nothing, wanted.finds_another) == (names_nothing, finds_another)
