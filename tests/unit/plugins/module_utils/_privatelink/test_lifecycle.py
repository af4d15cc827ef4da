# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is there and whatever is wanted: nothing is touched before the limits were checked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import lifecycle, limit_facts, limits
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.errors import (
    LimitsViolated,
    PrivateLinkError,
    Verdict,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import NETWORK_STEPS, LimitFacts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import Plan, plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.wait import Deadline
from tests.unit.plugins.module_utils._privatelink.cases import Case, cases

# Whoever asks it for anything has touched something.
NOTHING = t.cast(t.Any, None)


def plannable() -> t.Iterator[tuple[Case, Plan]]:
    """All cases that have anything to do, with their plans."""
    for case in cases():
        try:
            planned = plan(case.wish, case.world.read(case.wish))
        except PrivateLinkError:
            continue
        if planned.steps:
            yield case, planned


def ensured(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """A run in that world, in which there is neither a network nor anything that could change it."""
    monkeypatch.setattr(lifecycle, "read_current", lambda wish, _clouds: case.world.read(wish))
    monkeypatch.setattr(limit_facts, "read_limit_facts", lambda _wish, here, _planned, _clouds: (here, LimitFacts()))
    lifecycle.ensure(case.wish, NOTHING, Deadline(900, 1), check_mode=False, warn=lambda _warning: None)


def test_no_step_is_taken_where_a_limit_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Plan] = []

    def check(_wish: object, _here: object, planned: Plan, _facts: object) -> Verdict:
        checked.append(planned)
        return Verdict((Violation("immutable_change", "It is so.", "Leave it."),))

    monkeypatch.setattr(limits, "check", check)
    every = list(plannable())
    for case, planned in every:
        with pytest.raises(LimitsViolated, match=r"It is so\. Leave it\."):
            ensured(monkeypatch, case)
        assert checked.pop() == planned, case
    assert len(every) > 500


def test_no_plan_makes_or_opens_anything_in_a_network_that_was_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [case for case, planned in plannable() if planned.names & NETWORK_STEPS]
    for case in every:
        with pytest.raises(LimitsViolated) as refused:
            ensured(monkeypatch, case)
        assert "vpc_not_found" in {violation.code for violation in refused.value.violations}, case
    assert len(every) > 200
