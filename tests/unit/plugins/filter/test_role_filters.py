# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the role."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.tidbcloud.privatelink.plugins.filter.role_filters import (
    FilterModule,
    split_list,
    with_tags,
    zone_ranges,
)

ZONES = ["use1-az1"]


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a,b", ["a", "b"]),
        (" a , ,b,", ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        (["a,b", "c"], ["a", "b", "c"]),
        (1372813089209061633, ["1372813089209061633"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_a_list_is_made_of_whatever_a_survey_or_a_play_hands_over(value: t.Any, items: list[str]) -> None:
    assert split_list(value) == items


def test_each_zone_has_the_part_of_its_number() -> None:
    ranges = zone_ranges("10.42.0.0/16", ["use1-az1", "use1-az4"])
    assert ranges == {"use1-az1": "10.42.0.0/19", "use1-az4": "10.42.96.0/19"}


@pytest.mark.parametrize(
    ("cidr", "problem"),
    [
        ("", "is not a range of addresses"),
        ("10.42.0.1/16", "write 10.42.0.0/16"),
        ("10.42.0.0/33", "has no valid prefix length"),
        ("everywhere", "is not a range of addresses"),
    ],
)
def test_what_is_not_a_range_is_refused(cidr: str, problem: str) -> None:
    with pytest.raises(AnsibleFilterError, match=problem):
        zone_ranges(cidr, ZONES)


def test_what_is_not_a_zone_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="'use1-' is not a zone"):
        zone_ranges("10.42.0.0/16", ["use1-"])


def test_a_resource_must_carry_all_of_the_tags() -> None:
    own: dict[str, t.Any] = {"id": "own", "tags": {"a": "1", "b": "2", "c": "3"}}
    others: list[dict[str, t.Any]] = [
        {"id": "other", "tags": {"a": "1", "b": "other"}},
        {"id": "part", "tags": {"a": "1"}},
        {"id": "none"},
    ]
    assert with_tags([own, *others], {"a": "1", "b": "2"}) == [own]


def test_an_id_that_native_jinja_made_a_number_is_found_as_a_tag() -> None:
    own: dict[str, t.Any] = {"tags": {"tidbcloud:cluster-id": "1379661944646413143"}}
    assert with_tags([own], {"tidbcloud:cluster-id": t.cast(str, 1379661944646413143)}) == [own]


def test_the_filters_have_the_names_that_are_documented() -> None:
    assert FilterModule().filters() == {"split_list": split_list, "zone_ranges": zone_ranges, "with_tags": with_tags}
