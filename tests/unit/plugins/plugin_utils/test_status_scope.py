# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was not looked at is said, and never called healthy."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.status_scope import Scope, some
from tests.support.fleet_facts import SCOPE

HEALTHY = "Nothing is wrong"
MISSING = {"option": "cluster_ids", "id": "12", "reason": "TiDB Cloud does not have it."}
UNREADABLE = {"account": "reader", "region": "eu-west-1", "reason": "It is disabled."}
UNJUDGED = {"vpc_endpoint_id": "vpce-1", "reason": "AWS was not looked at there."}


def scope(*regions: str | None, is_empty: bool = False, **parts: t.Any) -> Scope:
    return Scope({**SCOPE, **parts}, frozenset(regions), is_empty)


def test_everything_that_was_looked_at_is_named_with_the_filters() -> None:
    seen = scope(accounts=["1", "2"], regions=["eu-west-1", "us-east-1"], filters={"statuses": ["failed", "pending"]})
    assert seen.lines() == [
        "Looked at: TiDB Cloud project 7; AWS account 1, 2 in eu-west-1, us-east-1.",
        "Only: statuses failed, pending.",
    ]


def test_where_nothing_could_be_looked_at_it_is_said() -> None:
    assert scope(accounts=[], regions=[], projects=[]).lines() == [
        "Looked at: no TiDB Cloud project with a cluster on AWS; AWS was not looked at."
    ]


def test_unknown_ids_unreadable_places_and_what_was_not_judged_are_named() -> None:
    unjudged = [UNJUDGED, {**UNJUDGED, "vpc_endpoint_id": "vpce-2"}]
    assert scope(not_found=[MISSING], unreadable=[UNREADABLE], not_judged=unjudged).lines()[1:] == [
        "NOT FOUND: 12 (cluster_ids). TiDB Cloud does not have it.",
        "NOT READ: AWS reader, eu-west-1. It is disabled.",
        "NOT JUDGED: vpce-1, vpce-2. AWS was not looked at there.",
    ]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (scope("us-east-1"), "Nothing is wrong between the two sides."),
        (scope("us-east-1", filters={"cluster_ids": ["1"]}), f"{HEALTHY} between the two sides of what was looked at."),
        (scope("eu-west-1"), "No finding in what was looked at. The rest was not judged."),
        (scope(None), "No finding in what was looked at. The rest was not judged."),
        (scope("us-east-1", not_found=[MISSING]), "No finding in what was looked at. The rest was not judged."),
        (scope("us-east-1", unreadable=[UNREADABLE]), "No finding in what was looked at. The rest was not judged."),
        (scope("us-east-1", not_judged=[UNJUDGED]), "No finding in what was looked at. The rest was not judged."),
        (scope(is_empty=True, not_found=[MISSING]), "Nothing was found, so nothing was judged."),
        (scope(is_empty=True, filters={"vpc_ids": ["vpc-1"]}), "Nothing was found, so nothing was judged."),
        (scope(is_empty=True, accounts=[]), "Nothing was found, so nothing was judged."),
    ],
)
def test_nothing_is_wrong_is_said_only_of_what_was_read(seen: Scope, said: str) -> None:
    assert seen.no_findings() == said


@pytest.mark.parametrize(
    "part", [{"filters": {"vpc_ids": ["vpc-1"]}}, {"not_found": [MISSING]}, {"unreadable": [UNREADABLE]}]
)
def test_that_there_are_none_is_said_only_where_all_was_read(part: dict[str, t.Any]) -> None:
    assert scope().no_endpoints() == "There are no private endpoints."
    assert scope(**part).no_endpoints() == "No private endpoint was found in what was looked at."


def test_a_long_list_of_ids_is_cut_and_counted() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(number) for number in range(12)]).endswith("9 and 2 more")


KEYLESS = {"what": "TiDB Cloud", "account": None, "region": None, "service_id": None, "reason": "No API key is set."}
DENIED = {"what": "principals", "account": "1", "region": "us-east-1", "service_id": "vpce-svc-1", "reason": "No."}


def test_without_a_key_nothing_is_said_of_private_endpoints_but_that_they_were_not_looked_at() -> None:
    seen = scope(projects=[], not_read=[KEYLESS])
    assert seen.lines() == [
        "Looked at: TiDB Cloud was not looked at; AWS account 210987654321 in us-east-1.",
        "NOT READ: TiDB Cloud. No API key is set.",
    ]
    assert seen.no_endpoints() == "Private endpoints of TiDB Cloud: not looked at."
    assert HEALTHY not in seen.no_findings()


def test_what_was_not_read_of_own_services_is_named_and_not_healthy() -> None:
    seen = scope(not_read=[DENIED])
    assert seen.lines()[1:] == ["NOT READ: principals of vpce-svc-1 in 1, us-east-1. No."]
    assert HEALTHY not in seen.no_findings()


def test_own_services_are_called_healthy_where_there_are_any() -> None:
    healthy = Scope(SCOPE, frozenset(), False, has_own=True)
    assert healthy.no_findings() == "Nothing is wrong between the two sides, nor with your own endpoint services."
