# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""If the private endpoint of a connection is not there, another one of the cluster may be meant, or must be left."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.cluster_endpoints import choice
from tests.support.endpoint_literals import OWNED
from tests.support.role_runs import ENDPOINT, wanted

OWN = {"tidbcloud:managed-by": "tidbcloud.privatelink", "tidbcloud:cluster-id": "1"}
NOTHING = {"vpc_id": ""}


def endpoint(vpce: str = "vpce-1", tags: dict[str, str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {**ENDPOINT, "vpc_endpoint_id": vpce, "tags": OWN if tags is None else tags, **more}


def chosen(*found: dict[str, t.Any], there: bool = True, **options: t.Any) -> dict[str, t.Any]:
    return choice(found, wanted(**{**NOTHING, **options}), vpc_is_there=there).returned()


@pytest.mark.parametrize("state", ["verify", "absent"])
def test_the_only_one_is_meant_where_none_is_named(state: str) -> None:
    found = chosen(endpoint(), state=state)
    assert (found["endpoint"], found["problem"]) == (endpoint(), "")
    assert found["others"].startswith("Cluster 1 has vpce-1 (")
    assert chosen(state=state) == {"endpoint": {}, "problem": "", "others": ""}


def test_what_this_collection_did_not_make_is_checked_but_not_removed() -> None:
    foreign = endpoint(tags={"Name": "by-hand"})
    assert chosen(foreign, state="verify")["endpoint"] == foreign
    refused = chosen(foreign, state="absent")
    assert refused["endpoint"] == {}
    assert refused["problem"] == (
        "Nothing was removed: the only private endpoint was not made by this collection. Cluster 1 has vpce-1 (named "
        "by-hand, in vpc-1, us-east-1, active, not made by this collection). Name the one to remove with "
        "private_connection_vpc_endpoint_id, private_connection_vpc_id or private_connection_name."
    )
    assert chosen(endpoint(tags={**OWN, "tidbcloud:cluster-id": "2"}), state="absent")["endpoint"] == {}
    assert OWNED.keys() >= OWN.keys()


def test_an_available_one_of_a_cluster_that_the_key_does_not_show_is_not_removed() -> None:
    unknown = endpoint(cluster_state=None)
    refused = chosen(unknown, state="absent")
    assert refused["endpoint"] == {}
    assert refused["problem"].startswith("Nothing was removed: TiDB Cloud does not show cluster 1 to this API key")
    assert chosen(unknown, state="verify")["endpoint"] == unknown
    assert chosen({**unknown, "vpc_endpoint_state": "rejected"}, state="absent")["endpoint"]


@pytest.mark.parametrize("state", ["verify", "absent"])
def test_of_several_none_is_chosen_and_all_are_listed(state: str) -> None:
    refused = chosen(endpoint(), endpoint("vpce-2"), state=state)
    assert refused["endpoint"] == {}
    assert "vpce-1 (without a name, in vpc-1" in refused["problem"]
    assert "vpce-2 (without a name, in vpc-1" in refused["problem"]


def test_a_dead_one_is_not_checked_and_one_that_is_being_deleted_makes_the_removal_doubtful() -> None:
    for state in ("rejected", "failed", "expired", "deleting"):
        assert chosen(endpoint(vpc_endpoint_state=state), state="verify")["endpoint"] == {}
        assert chosen(endpoint(vpc_endpoint_state=state), state="absent")["endpoint"]
        assert chosen(endpoint(vpc_endpoint_state=state), endpoint("vpce-2"), state="absent")["problem"]
    for gone in ("deleted", None):
        assert chosen(endpoint(vpc_endpoint_state=gone), state="absent")["endpoint"] == {}


def test_a_vpc_that_holds_none_names_the_others_and_one_that_does_not_exist_is_an_error() -> None:
    held = chosen(endpoint(vpc_id="vpc-2"), state="absent", vpc_id="vpc-1")
    assert (held["endpoint"], held["problem"]) == ({}, "")
    assert "Cluster 1 has vpce-1 (without a name, in vpc-2" in held["others"]
    lost = chosen(endpoint(vpc_id="vpc-2"), state="absent", vpc_id="vpc-1", there=False)
    assert lost["problem"].startswith("There is no VPC vpc-1 in this region")
    assert chosen(state="absent", vpc_id="vpc-1", there=False)["problem"] == ""


def test_a_network_to_be_made_names_the_connection() -> None:
    named = chosen(endpoint(), state="absent", vpc_cidr="10.42.0.0/16")
    assert (named["endpoint"], named["problem"], bool(named["others"])) == ({}, "", True)


def test_no_text_of_a_cloud_makes_a_line_of_its_own() -> None:
    hostile = "x\nok: [localhost]\x1b[2J"
    found = chosen(endpoint(hostile, {"Name": hostile}, vpc_id=hostile, region=hostile), endpoint(), state="absent")
    assert found["problem"].isprintable()
