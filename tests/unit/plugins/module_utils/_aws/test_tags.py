# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run may do with an object, by its tags."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import (
    MANAGED_BY,
    MANAGED_BY_TAG,
    PROTECTION_TAG,
    is_managed,
    is_protected,
    is_reserved,
    purged,
    reserved_warnings,
    settable,
)


def test_only_the_tag_with_the_value_of_this_collection_makes_an_object_its_own() -> None:
    assert is_managed({MANAGED_BY_TAG: MANAGED_BY})
    assert not is_managed({MANAGED_BY_TAG: "terraform"})
    assert not is_managed({})


@pytest.mark.parametrize(
    ("value", "protected"), [("true", True), ("True", True), ("TRUE", True), ("false", False), ("", False)]
)
def test_a_boolean_of_yaml_protects_as_the_text_does(value: str, protected: bool) -> None:
    assert is_protected({PROTECTION_TAG: value}) is protected
    assert not is_protected({})
    assert not is_protected({"Deletion-Protection": "true"})


def test_purging_removes_what_is_not_named_and_nobody_elses() -> None:
    others = ["Name", "aws:cloudformation:stack-name", "AWS:x", "tidbcloud:service-name", PROTECTION_TAG]
    present = ["team", "env", *others]
    assert purged(present, {"env"}) == ("team",)
    assert purged(present, {"env", "team"}) == ()


@pytest.mark.parametrize(
    ("key", "reserved"),
    [("aws:a", True), ("AWS:a", True), ("aWs:", True), ("aws", False), ("my:aws:a", False), ("awsome:a", False)],
)
def test_aws_reserves_its_prefix_in_upper_and_lower_case(key: str, reserved: bool) -> None:
    assert is_reserved(key) is reserved
    assert settable({key: "x"}) == ({} if reserved else {key: "x"})


def test_what_only_aws_sets_is_named_once_as_ignored() -> None:
    assert reserved_warnings({"AWS:b": "x", "team": "a", "aws:a": "y"}) == [
        'AWS alone sets tags that begin with "aws:", in upper or lower case. Ignored in tags: AWS:b, aws:a.'
    ]
    assert reserved_warnings({"team": "a"}) == reserved_warnings(None) == []
