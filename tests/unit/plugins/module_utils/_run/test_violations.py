# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the limits say: together, in order, fit to be shown."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import (
    LimitsViolated,
    Verdict,
    Violation,
    judged,
)

HOSTILE = "\x1b[2Jmain\nok: [localhost]"
FIRST = Violation("vpc_not_found", "There is no VPC.", "Name another.")
SECOND = Violation("subnet_not_found", "There is no subnet.", "Name two.")


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


def test_what_the_user_allows_is_a_warning_after_the_others() -> None:
    verdict = judged([FIRST, SECOND], ["One zone is missing."], {"vpc_not_found"}, ("vpc_dns_disabled",))
    assert verdict.violations == (SECOND,)
    assert verdict.warnings == (
        "One zone is missing.",
        "There is no VPC. Continuing, since allow_violations names vpc_not_found.",
    )
    assert verdict.unchecked == ("vpc_dns_disabled",)
