# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which service is meant, and which of its tags a run changes."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.ownership import (
    identify,
    is_of_name,
    not_found,
    unwanted_tags,
    wanted_tags,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import LimitsViolated
from tests.support.publication_literals import ID, TAGS, desired, service

SECOND = service(service_id="vpce-svc-2")


def codes(error: pytest.ExceptionInfo[LimitsViolated]) -> list[str]:
    return [violation.code for violation in error.value.violations]


def test_the_only_one_of_the_name_is_meant() -> None:
    assert identify(desired(), [service()], None) == service()
    assert identify(desired(), [], None) is None
    assert is_of_name(desired(), service())
    assert not is_of_name(desired(name="billing"), service())


@pytest.mark.parametrize("state", ["present", "absent"])
def test_several_of_the_name_are_listed(state: str) -> None:
    with pytest.raises(LimitsViolated, match=f"{ID} .*vpce-svc-2") as error:
        identify(desired(state=state), [service(), SECOND], None)
    assert codes(error) == ["ambiguous_match"]


def test_the_one_that_is_named_by_id_is_adopted_unless_another_has_the_name() -> None:
    by_hand = service(tags={"team": "data"})
    assert identify(desired(service_id=ID), [], by_hand) == by_hand
    with pytest.raises(LimitsViolated) as error:
        identify(desired(service_id=ID), [SECOND], by_hand)
    assert codes(error) == ["ambiguous_match"]
    assert identify(desired(service_id=ID, state="absent"), [SECOND], by_hand) == by_hand


def test_one_that_is_published_under_another_name_is_not_taken_over() -> None:
    with pytest.raises(LimitsViolated, match="'billing'") as error:
        identify(
            desired(name="billing-2", service_id=ID), [], service(tags={**TAGS, "tidbcloud:service-name": "billing"})
        )
    assert codes(error) == ["immutable_change"]


def test_one_that_is_named_and_does_not_exist_is_said_so() -> None:
    assert ID in not_found(ID, "us-east-1").message


def test_tags_of_the_user_come_beside_those_that_own_and_never_in_their_place() -> None:
    wanted = wanted_tags(desired(tags={"team": "data", "tidbcloud:service-name": "mine", "aws:a": "x", "AWS:b": "x"}))
    assert wanted == {"team": "data", **TAGS}


def test_only_given_tags_purge() -> None:
    carried = service(tags={**TAGS, "team": "data", "Name": "x", "deletion-protection": "true", "aws:x": "y"})
    assert unwanted_tags(desired(), carried) == ()
    assert unwanted_tags(desired(tags={}), carried) == ("team",)
    assert unwanted_tags(desired(tags={}, purge_tags=False), carried) == ()
