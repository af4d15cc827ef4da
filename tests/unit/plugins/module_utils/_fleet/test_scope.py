# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ids that name nothing that was read are reported, each with what that means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import (
    Filters,
    Met,
    not_found,
    scope_warnings,
)
from tests.support.endpoint_literals import (
    CLUSTER,
    CLUSTER_ID,
    GROUP_ID,
    OTHER_VPC,
    OTHER_VPCE,
    PROJECT_ID,
    VPC,
    VPCE,
    interface_endpoint,
    registration,
)

NOTHING = Met((), (), ())
BY_API = Met((CLUSTER,), (), ())
BY_ROW = Met((), (registration(),), ())
BY_TAG = Met((), (), (interface_endpoint(),))
STRANGE = "1379661944646419999"


def test_without_filters_nothing_is_missing() -> None:
    assert not_found(Filters(), NOTHING) == []
    assert Filters().returned() == {}


@pytest.mark.parametrize(
    ("filters", "met"),
    [
        (Filters(cluster_ids=frozenset({CLUSTER_ID})), [BY_API, BY_ROW, BY_TAG]),
        (Filters(node_group_ids=frozenset({GROUP_ID})), [BY_API, BY_ROW, BY_TAG]),
        (Filters(project_ids=(PROJECT_ID,)), [BY_API, BY_ROW]),
        (Filters(vpc_ids=frozenset({VPC})), [BY_TAG]),
        (Filters(vpc_endpoint_ids=frozenset({VPCE})), [BY_ROW, BY_TAG]),
    ],
)
def test_an_id_that_either_cloud_shows_is_found_and_one_that_none_shows_is_named(
    filters: Filters, met: list[Met]
) -> None:
    assert [not_found(filters, one) for one in met] == [[]] * len(met)
    ((option, (one,)),) = filters.returned().items()
    (missing,) = not_found(filters, NOTHING)
    assert (missing["option"], missing["id"]) == (option, one)
    assert missing["reason"].endswith(".")


def test_each_unknown_id_is_named_beside_those_that_are_there() -> None:
    filters = Filters(cluster_ids=frozenset({CLUSTER_ID, STRANGE}), vpc_ids=frozenset({VPC, OTHER_VPC}))
    found = not_found(filters, Met((CLUSTER,), (), (interface_endpoint(),)))
    assert [one["id"] for one in found] == [STRANGE, OTHER_VPC]
    assert not_found(Filters(vpc_endpoint_ids=frozenset({OTHER_VPCE})), BY_TAG)[0]["id"] == OTHER_VPCE


def test_a_cluster_of_another_cloud_is_said_to_be_there() -> None:
    google = Met((replace(CLUSTER, cloud_provider="gcp"),), (), ())
    (missing,) = not_found(Filters(cluster_ids=frozenset({CLUSTER_ID})), google)
    assert missing["reason"].startswith("The cluster is on gcp.")


def test_what_is_missing_is_warned_of() -> None:
    unreadable = {"account": "1", "region": None, "reason": "The profile is not there."}
    missing = {"option": "cluster_ids", "id": "12", "reason": "It is not there."}
    unread = {"what": "principals", "account": "1", "region": "us-east-1", "service_id": "vpce-svc-1", "reason": "No."}
    alone = {"what": "TiDB Cloud", "account": None, "region": None, "service_id": None, "reason": "No API key."}
    found = {"not_found": [missing], "unreadable": [unreadable], "not_read": [unread, alone]}
    assert scope_warnings(found) == [
        "cluster_ids names 12, which was not found. It is not there.",
        "AWS was not read in 1, so what is there is missing here: The profile is not there.",
        "Not read, so missing here: principals of vpce-svc-1 in 1, us-east-1. No.",
        "Not read, so missing here: TiDB Cloud. No API key.",
    ]
