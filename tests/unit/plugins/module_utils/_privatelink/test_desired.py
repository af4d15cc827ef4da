# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.ownership import (
    CLUSTER_TAG,
    MANAGED_BY_TAG,
    NODE_GROUP_TAG,
    OWNERSHIP_TAGS,
    unwanted_tags,
    wanted_tags,
)
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    GROUP_ID,
    OWNED,
    SERVICE_NAME,
    desired,
    interface_endpoint,
)

KEYS = st.sampled_from(["Name", "team", "stage", "aws:cloudformation:stack-name", *sorted(OWNERSHIP_TAGS)])
TAGS = st.dictionaries(KEYS, st.sampled_from(["", "a", "b"]))


def purged(present: dict[str, str], **wanted: t.Any) -> tuple[str, ...]:
    return unwanted_tags(desired(**wanted), interface_endpoint(tags=present))


def test_a_private_endpoint_of_a_cluster_carries_who_manages_it_its_cluster_and_its_node_group() -> None:
    assert wanted_tags(desired(), GROUP_ID) == OWNED
    assert OWNED == {
        "tidbcloud:managed-by": "tidbcloud.privatelink",
        "tidbcloud:cluster-id": CLUSTER_ID,
        "tidbcloud:node-group-id": GROUP_ID,
    }


def test_a_private_endpoint_of_another_service_carries_only_who_manages_it() -> None:
    wanted = Desired(service_name=SERVICE_NAME)
    assert wanted_tags(wanted, None) == {MANAGED_BY_TAG: "tidbcloud.privatelink"}


def test_the_tags_of_the_user_and_the_name_come_on_top() -> None:
    tags = wanted_tags(desired(tags={"team": "a", "Name": "other"}, name="tidb"), GROUP_ID)
    assert tags == {**OWNED, "team": "a", "Name": "tidb"}


def test_the_user_cannot_take_the_ownership_away() -> None:
    theft = {MANAGED_BY_TAG: "me", CLUSTER_TAG: "1", NODE_GROUP_TAG: "2"}
    assert wanted_tags(desired(tags=theft), GROUP_ID) == OWNED


def test_tags_that_are_omitted_leave_all_tags_alone() -> None:
    assert purged({"team": "a"}) == ()


def test_without_purge_nothing_is_removed() -> None:
    assert purged({"team": "a"}, tags={}, purge_tags=False) == ()


def test_what_tags_does_not_name_is_removed() -> None:
    assert purged({"stage": "x", "team": "a", "keep": "b"}, tags={"keep": "c"}) == ("stage", "team")


@pytest.mark.parametrize("key", [*sorted(OWNERSHIP_TAGS), "Name", "aws:cloudformation:stack-name"])
def test_the_ownership_tags_the_name_and_those_of_aws_are_never_removed(key: str) -> None:
    assert purged({key: "x"}, tags={}) == ()


@given(TAGS, TAGS)
def test_no_tag_is_both_wanted_and_removed_and_what_is_removed_was_there(
    present: dict[str, str], tags: dict[str, str]
) -> None:
    removed = purged(present, tags=tags)
    assert not set(removed) & set(wanted_tags(desired(tags=tags), GROUP_ID))
    assert set(removed) <= set(present)
