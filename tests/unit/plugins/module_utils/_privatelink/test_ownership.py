# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tags make an endpoint ours, which a run sets, and which it never removes."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import MANAGED_BY_TAG
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.ownership import (
    CLUSTER_TAG,
    NODE_GROUP_TAG,
    tags_after,
    unwanted_tags,
    wanted_tags,
)
from tests.support.endpoint_literals import CLUSTER_ID, GROUP_ID, OWNED, SERVICE_NAME, desired, interface_endpoint

# What no purge removes.
KEPT = [*OWNED, "tidbcloud:claim", "tidbcloud:", "Name", "aws:created", "AWS:created", "deletion-protection"]
KEYS = st.sampled_from([*KEPT, "name", "team", "stage", "a"])
TAGS = st.dictionaries(KEYS, st.sampled_from(["", "x", "y"]), max_size=6)


def test_a_name_goes_before_a_tag_of_that_name_and_the_tag_counts_without_one() -> None:
    assert wanted_tags(desired(tags={"Name": "b"}, name="a"), GROUP_ID)["Name"] == "a"
    assert wanted_tags(desired(tags={"Name": "b"}), GROUP_ID)["Name"] == "b"


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


@pytest.mark.parametrize("key", KEPT)
def test_the_tags_of_this_collection_the_name_the_protection_and_those_of_aws_are_never_removed(key: str) -> None:
    assert purged({key: "x"}, tags={}) == ()


def test_a_protection_that_tags_names_is_set() -> None:
    assert wanted_tags(desired(tags={"deletion-protection": "false"}), GROUP_ID)["deletion-protection"] == "false"


def test_a_tag_of_aws_is_never_set() -> None:
    assert wanted_tags(desired(tags={"aws:a": "x", "Aws:b": "x", "team": "a"}), GROUP_ID) == {**OWNED, "team": "a"}


@given(TAGS, TAGS)
def test_no_tag_is_both_wanted_and_removed_and_what_is_removed_was_there(
    present: dict[str, str], tags: dict[str, str]
) -> None:
    removed = purged(present, tags=tags)
    assert not set(removed) & set(wanted_tags(desired(tags=tags), GROUP_ID))
    assert set(removed) <= set(present)


@given(there=TAGS, tags=st.none() | TAGS, purge=st.booleans())
def test_only_what_the_user_may_have_set_is_ever_removed(
    there: dict[str, str], tags: dict[str, str] | None, purge: bool
) -> None:
    wanted = desired(tags=tags, purge_tags=purge)
    removed = unwanted_tags(wanted, interface_endpoint(tags=there))
    assert set(removed) <= {"name", "team", "stage", "a"} & set(there)
    if tags is None or not purge:
        assert removed == ()
    else:
        assert {"name", "team", "stage", "a"} & set(there) - set(tags) == set(removed)
    assert list(removed) == sorted(removed)


@given(there=TAGS, tags=st.none() | TAGS, purge=st.booleans(), name=st.none() | st.just("tidb"))
def test_what_is_there_after_the_run_is_what_its_two_steps_leave(
    there: dict[str, str], tags: dict[str, str] | None, purge: bool, name: str | None
) -> None:
    wanted, endpoint = desired(tags=tags, purge_tags=purge, name=name), interface_endpoint(tags=there)
    left = {**there, **wanted_tags(wanted, GROUP_ID)}
    assert not any(key.lower().startswith("aws:") for key in wanted_tags(wanted, GROUP_ID))
    for key in unwanted_tags(wanted, endpoint):
        del left[key]
    assert tags_after(wanted, GROUP_ID, endpoint) == left
    # The next run has nothing to do.
    done = interface_endpoint(tags=left)
    assert unwanted_tags(wanted, done) == ()
    assert tags_after(wanted, GROUP_ID, done) == left


def test_a_new_endpoint_has_what_is_wanted_and_no_more() -> None:
    assert tags_after(desired(tags={"team": "a"}), GROUP_ID, None) == {**OWNED, "team": "a"}
