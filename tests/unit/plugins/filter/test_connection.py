# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role asks about a connection: each filter passes on what it gets, and returns plain data."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.tidbcloud.privatelink.plugins.filter import connection, words
from ansible_collections.tidbcloud.privatelink.plugins.filter.connection import (
    admitting_rules,
    connection_options,
    connection_ownership,
    network_differs,
    own_endpoints,
    removable_network,
    undoable_steps,
    wanted_subnets,
)
from tests.support.role_runs import ADD_GROUP, ENDPOINT, changed

OWN = {"Name": "tidbcloud-1"}


def look(*, keeps_zones: bool, **options: t.Any) -> dict[str, t.Any]:
    wanted = connection_options({"cluster_id": "1", "vpc_cidr": "10.42.0.0/16", **options})
    return {"wanted": wanted, "private_endpoint": ENDPOINT, "keeps_zones": keeps_zones}


def test_options_come_with_what_follows_from_them_and_with_what_is_wrong() -> None:
    found = connection_options({"state": "present", "cluster_id": "1", "check_source_address": "10.0.0.1"})
    assert (found["name"], found["makes_network"], found["check_source"]) == (
        "tidbcloud-1",
        True,
        {"address": "10.0.0.1"},
    )
    assert "Say where the private endpoint is to be" in found["problems"][0]


def test_the_node_group_belongs_to_the_ownership_where_it_is_known() -> None:
    wanted = look(keeps_zones=True)["wanted"]
    assert connection_ownership(wanted, "7")["tidbcloud:node-group-id"] == "7"
    assert connection_ownership(wanted, "") == wanted["ownership"]


def test_subnets_are_where_the_endpoint_is_or_where_the_service_is() -> None:
    service = {"endpoint_service": {"availability_zone_ids": ["use1-az2"]}}
    assert wanted_subnets(look(keeps_zones=True), {"skipped": True})["zones"] == ["use1-az1"]
    assert wanted_subnets(look(keeps_zones=False), service)["subnets"] == [
        {"availability_zone_id": "use1-az2", "cidr_block": "10.42.32.0/19"}
    ]
    assert wanted_subnets(look(keeps_zones=False), {})["zones"] == []


def test_a_zone_that_is_none_is_an_error_of_the_filter() -> None:
    service = {"endpoint_service": {"availability_zone_ids": ["zone-"]}}
    with pytest.raises(AnsibleFilterError, match="'zone-' is not a zone"):
        wanted_subnets(look(keeps_zones=False), service)


def test_the_rules_are_for_the_port_of_the_cluster() -> None:
    [rule] = admitting_rules(look(keeps_zones=True))
    assert rule == {"proto": "tcp", "ports": [4000], "cidr_ip": ["10.42.0.0/16"]}


@pytest.mark.parametrize(
    ("network", "differs"),
    [
        ({"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}, False),
        ({"subnet_ids": [], "security_group_ids": []}, False),
        ({"subnet_ids": ["subnet-1", "subnet-2"], "security_group_ids": []}, True),
        ({"subnet_ids": [], "security_group_ids": ["sg-2"]}, True),
    ],
)
def test_a_network_differs_where_one_of_its_known_parts_does(network: dict[str, list[str]], differs: bool) -> None:
    assert network_differs(network, {"private_endpoint": ENDPOINT}) is differs


def test_lists_of_others_are_judged_by_what_plugin_utils_say() -> None:
    assert undoable_steps(changed(ADD_GROUP)) == [ADD_GROUP]
    own = {"vpc_endpoint_id": "vpce-1", "vpc_endpoint_state": "available", "tags": OWN}
    assert own_endpoints([own, {**own, "tags": {}}], OWN) == [own]
    empty: dict[str, list[t.Any]] = {"subnets": [], "security_groups": [], "endpoints": [], "interfaces": []}
    found = removable_network({"vpc_ids": ["vpc-1"], **empty}, OWN, [])
    assert found["vpcs"] == [{"id": "vpc-1", "is_unused": True}]


@pytest.mark.parametrize("module", [connection, words])
def test_every_filter_is_documented_with_its_arguments(module: t.Any) -> None:
    for name, function in module.FilterModule().filters().items():
        document = yaml.safe_load((Path(module.__file__).parent / f"{name}.yml").read_text(encoding="utf-8"))
        documented = document["DOCUMENTATION"]
        arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
        assert (documented["name"], list(documented["options"])) == (name, ["_input", *arguments[1:]])
        assert f"tidbcloud.privatelink.{name}" in document["EXAMPLES"]
