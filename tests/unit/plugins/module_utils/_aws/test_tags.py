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
    purged,
)


def test_only_the_tag_with_the_value_of_this_collection_makes_an_object_its_own() -> None:
    assert is_managed({MANAGED_BY_TAG: MANAGED_BY})
    assert not is_managed({MANAGED_BY_TAG: "terraform"})
    assert not is_managed({})


@pytest.mark.parametrize(("value", "protected"), [("true", True), ("True", True), ("false", False), ("", False)])
def test_a_boolean_of_yaml_protects_as_the_text_does(value: str, protected: bool) -> None:
    assert is_protected({PROTECTION_TAG: value}) is protected
    assert not is_protected({})


def test_purging_removes_what_is_not_named_and_nobody_elses() -> None:
    present = ["team", "env", "Name", "aws:cloudformation:stack-name", "tidbcloud:service-name", PROTECTION_TAG]
    assert purged(present, {"env"}) == ("team",)
    assert purged(present, {"env", "team"}) == ()
