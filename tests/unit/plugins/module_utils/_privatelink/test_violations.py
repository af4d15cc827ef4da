# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the limits say: together, in order, fit to be shown; and which of them a user may go against."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import LIMITS
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    ALLOWABLE,
    LimitsViolated,
    Verdict,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError

HOSTILE = "\x1b[2Jmain\nok: [localhost]"
FIRST = Violation("vpc_not_found", "There is no VPC.", "Name another.")
SECOND = Violation("subnet_not_found", "There is no subnet.", "Name two.")


def test_what_may_be_allowed_is_every_limit_that_a_rule_has_and_the_region() -> None:
    codes = [code for limit in LIMITS for code in limit.codes]
    assert sorted(ALLOWABLE) == sorted([*codes, "region_mismatch"])
    assert len(set(ALLOWABLE)) == len(ALLOWABLE)


def test_a_violation_quotes_a_cloud_on_one_printable_line() -> None:
    shown = Violation("vpc_not_found", f"There is no {HOSTILE}.", f"Ask {HOSTILE}.")
    assert shown.returned() == {
        "code": "vpc_not_found",
        "message": "There is no [2Jmain ok: [localhost].",
        "remedy": "Ask [2Jmain ok: [localhost].",
    }


def test_warnings_are_printable_too_and_stay_in_order() -> None:
    assert Verdict(warnings=(HOSTILE, "second")).warnings == ("[2Jmain ok: [localhost]", "second")


def test_the_error_says_each_with_its_remedy_in_the_order_found_and_returns_them_apart() -> None:
    error = LimitsViolated([FIRST, SECOND])
    assert isinstance(error, PrivateLinkError)
    assert str(error) == "There is no VPC. Name another. There is no subnet. Name two."
    assert error.returned() == {"violations": [FIRST.returned(), SECOND.returned()]}


def test_the_error_is_not_changed_by_whoever_made_the_list() -> None:
    found = [FIRST]
    error = LimitsViolated(found)
    found.append(SECOND)
    assert error.violations == (FIRST,)


def test_equal_violations_are_one() -> None:
    again = Violation("vpc_not_found", "There is no VPC.", "Name another.")
    assert {FIRST, again, SECOND} == {FIRST, SECOND}
