# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of boto3 as objects of the domain; junk of every kind is in `test_hostile_answers`."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.fields import Unreadable

REGION = "us-east-1"
ENDPOINT = "vpce-0a1b2c3d4e5f60718"
CREATED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
ITEM: dict[str, t.Any] = {
    "VpcEndpointId": ENDPOINT,
    "VpcEndpointType": "Interface",
    "State": "available",
    "VpcId": "vpc-1",
    "ServiceName": "com.example",
}


@pytest.mark.parametrize("state", ["pendingAcceptance", "PendingAcceptance", "PENDINGACCEPTANCE", "pendingacceptance"])
def test_a_state_is_one_however_aws_spells_it(state: str) -> None:
    assert shapes.interface_endpoint({**ITEM, "State": state}, REGION).state == "pendingacceptance"


@pytest.mark.parametrize("missing", ["VpcEndpointId", "State", "VpcId", "ServiceName"])
def test_one_that_is_listed_has_what_tells_it_apart(missing: str) -> None:
    for lacking in ({**ITEM, missing: ""}, {key: value for key, value in ITEM.items() if key != missing}):
        with pytest.raises(Unreadable, match=f"{missing} is missing"):
            shapes.interface_endpoint(lacking, REGION)


@pytest.mark.parametrize("kind", ["Resource", "ServiceNetwork"])
def test_one_that_leads_to_no_service_needs_none(kind: str) -> None:
    found = shapes.interface_endpoint({**ITEM, "ServiceName": None, "VpcEndpointType": kind}, REGION)
    assert (found.vpc_endpoint_id, found.service_name) == (ENDPOINT, "")


@given(st.dictionaries(st.text("abc:-/", min_size=1), st.text("xyz é"), max_size=5))
def test_tags_come_back_as_they_were_sent(tags: dict[str, str]) -> None:
    assert shapes.made_endpoint({**ITEM, "Tags": shapes.tag_list(tags)}, REGION).tags == tags


def test_a_tag_without_a_value_is_empty_and_one_without_a_key_is_none() -> None:
    tags = [{"Key": "a"}, {"Key": "b", "Value": None}, {"Value": "lost"}, {"Key": "", "Value": "lost"}]
    assert shapes.made_endpoint({**ITEM, "Tags": tags}, REGION).tags == {"a": "", "b": ""}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({}, None),
        ({"LastError": {}}, None),
        ({"LastError": {"Code": "NoCapacity"}}, "NoCapacity"),
        ({"LastError": {"Code": "NoCapacity", "Message": "No capacity."}}, "No capacity."),
        ({"LastError": {"Message": "No capacity."}, "FailureReason": "Try later."}, "No capacity. Try later."),
        ({"LastError": {"Message": "No capacity."}, "FailureReason": "No capacity."}, "No capacity."),
        ({"LastError": {"Message": "\x1b[2Jno\n"}}, "[2Jno"),
    ],
)
def test_why_it_failed_is_said_once_and_on_one_line(item: dict[str, t.Any], reason: str | None) -> None:
    assert shapes.made_endpoint({**ITEM, **item}, REGION).last_error == reason


@pytest.mark.parametrize(
    ("answer", "found"),
    [({"EnableDnsSupport": {"Value": True}}, True), ({"EnableDnsSupport": {"Value": False}}, False)],
)
def test_an_attribute_of_a_vpc_is_what_aws_says(answer: dict[str, t.Any], found: bool) -> None:
    assert shapes.vpc_attribute(answer, "EnableDnsSupport") is found


@pytest.mark.parametrize(
    "answer", [{}, {"EnableDnsSupport": {}}, {"EnableDnsSupport": None}, {"EnableDnsHostnames": {"Value": True}}]
)
def test_an_attribute_that_is_not_there_is_not_one_that_is_off(answer: dict[str, t.Any]) -> None:
    with pytest.raises(Unreadable, match="EnableDnsSupport is missing"):
        shapes.vpc_attribute(answer, "EnableDnsSupport")


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({}, None),
        ({"PrivateDnsName": "tidb.example.com"}, "tidb.example.com"),
        ({"PrivateDnsNames": [{}, {"PrivateDnsName": "b.example.com"}]}, "b.example.com"),
        (
            {"PrivateDnsName": "a.example.com", "PrivateDnsNames": [{"PrivateDnsName": "b.example.com"}]},
            "a.example.com",
        ),
    ],
)
def test_the_private_name_of_a_service_is_its_own_or_the_first_of_several(
    item: dict[str, t.Any], name: str | None
) -> None:
    assert shapes.vpc_endpoint_service(item, "com.example").private_dns_name == name


@pytest.mark.parametrize(
    ("state", "verified"), [("verified", True), ("Verified", True), ("pendingVerification", False), (None, False)]
)
def test_only_a_verified_name_counts_as_verified(state: str | None, verified: bool) -> None:
    item = {"PrivateDnsNameVerificationState": state}
    found = shapes.vpc_endpoint_service(item, "com.example")
    assert found.private_dns_verified is verified
    assert found.unverified == (None if verified else state)


def test_a_service_that_aws_does_not_name_is_the_one_that_was_asked_for() -> None:
    assert shapes.vpc_endpoint_service({}, "com.example").service_name == "com.example"
    assert shapes.vpc_endpoint_service({"ServiceName": "com.other"}, "com.example").service_name == "com.other"


@pytest.mark.parametrize(
    ("timestamp", "metadata", "age"),
    [
        (CREATED, {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 12:00:07 GMT"}}, 7.0),
        (CREATED.replace(tzinfo=None), {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 13:00:00 GMT"}}, 3600.0),
        (CREATED, {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 12:00:07 GMT"}, "RetryAttempts": 1}, None),
        (CREATED, {"HTTPHeaders": {"date": "yesterday"}}, None),
        (CREATED, {"HTTPHeaders": {}}, None),
        (CREATED, {}, None),
        (None, {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 12:00:07 GMT"}}, None),
        ("2026-01-01", {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 12:00:07 GMT"}}, None),
    ],
)
def test_the_age_of_an_endpoint_is_by_the_clock_of_aws_and_null_where_it_is_not_known(
    timestamp: object, metadata: dict[str, t.Any], age: float | None
) -> None:
    item = {"VpcEndpointId": ENDPOINT, "CreationTimestamp": timestamp}
    assert shapes.age(shapes.made_endpoint(item, REGION), metadata) == age
