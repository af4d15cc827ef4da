# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts as a page of a list: what a list does not have counts as gone, so silence must not look like one."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.pages import is_page, items_of, next_page

KEY = "clusters"
ROW = {"clusterId": "10"}


@pytest.mark.parametrize(
    "page",
    [
        {KEY: []},
        {KEY: [ROW, {}]},
        {KEY: [], "totalSize": 3},
        {KEY: [ROW], "nextPageToken": "a/b="},
        {"totalSize": 0},
        {KEY: None, "totalSize": 0, "more": 1},
        {"nextPageToken": ""},
        {"nextPageToken": "2"},
        {KEY: None, "nextPageToken": "2"},
    ],
    ids=repr,
)
def test_a_list_of_objects_is_a_page_and_so_is_an_empty_one_that_json_left_out(page: dict[str, t.Any]) -> None:
    assert is_page(page, KEY)
    assert items_of(page, KEY) == (page.get(KEY) or [])


@pytest.mark.parametrize(
    "page",
    [
        {},
        {KEY: None},
        {KEY: ROW},
        {KEY: "10"},
        {KEY: [None]},
        {KEY: [ROW, "10"]},
        {"totalSize": 3},
        {"totalSize": False},
        {"totalSize": 3, "nextPageToken": "2"},
        {"nextPageToken": "2", "status": "ok"},
        {"privateEndpointConnections": []},
        {"privateEndpointConnections": [], "nextPageToken": ""},
    ],
    ids=repr,
)
def test_everything_else_says_nothing_about_what_there_is(page: dict[str, t.Any]) -> None:
    assert not is_page(page, KEY)


@pytest.mark.parametrize("token", [5, [], {}, False, "a\nb", "\ud800", "\u202e", "x" * 4097])
def test_a_token_that_cannot_be_sent_back_makes_no_page(token: object) -> None:
    assert not is_page({KEY: [ROW], "nextPageToken": token}, KEY)


def test_a_long_token_and_one_with_signs_of_addresses_are_sent_back_as_they_are() -> None:
    for token in ("x" * 4096, "a&b=c#d e/../"):
        assert is_page({KEY: [], "nextPageToken": token}, KEY)
        assert next_page({KEY: [], "nextPageToken": token}) == token


@pytest.mark.parametrize("page", [{KEY: [ROW]}, {KEY: [ROW], "nextPageToken": None}, {KEY: [ROW], "nextPageToken": ""}])
def test_the_last_page_has_no_next_one(page: dict[str, t.Any]) -> None:
    assert next_page(page) is None


def test_what_is_taken_from_a_page_is_a_list_of_its_own() -> None:
    page = {KEY: [ROW]}
    items_of(page, KEY).clear()
    assert page == {KEY: [ROW]}


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.none() | st.just(ROW), max_size=2)


@given(st.dictionaries(st.sampled_from([KEY, "totalSize", "nextPageToken", "other"]), JSON))
def test_whatever_is_a_page_can_be_read_as_one(page: dict[str, t.Any]) -> None:
    if is_page(page, KEY):
        assert all(isinstance(row, dict) for row in items_of(page, KEY))
        assert next_page(page) is None or isinstance(next_page(page), str)
        # An empty list was said, by the list itself or by what goes with it.
        assert items_of(page, KEY) or KEY in page or "totalSize" in page or "nextPageToken" in page
