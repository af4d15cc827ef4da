# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever exists and whatever is desired: nothing is touched before the limits were checked."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import lifecycle, limit_facts, limits
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.identify import find
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import Outcome, carry_out
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import NETWORK_STEPS
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import LimitFacts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    LimitsViolated,
    Verdict,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError, WaitFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.support.endpoint_literals import (
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.plan_cases import Case, cases
from tests.support.scripted_clouds import Clouds, refusal

# Any call of it would touch something.
NOTHING = t.cast(t.Any, None)


def plannable() -> t.Iterator[tuple[Case, Plan]]:
    """All cases that have anything to do, with their plans."""
    for case in cases():
        try:
            planned = plan(case.wanted, case.world.read(case.wanted))
        except PrivateLinkError:
            continue
        if planned.steps:
            yield case, planned


def ensured(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """A run in that world, in which there is neither a network nor anything that could change it."""
    monkeypatch.setattr(lifecycle, "read_current", lambda wanted, _clouds: case.world.read(wanted))
    monkeypatch.setattr(limit_facts, "read_limit_facts", lambda *_state: LimitFacts())
    lifecycle.ensure(
        case.wanted, NOTHING, Deadline(900, 1), check_mode=False, warn=lambda _warning: None, is_rehearsal=True
    )


def test_no_step_is_taken_where_a_limit_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Plan] = []

    def check(_wanted: object, _here: object, planned: Plan, _facts: object, _reserved: object) -> Verdict:
        checked.append(planned)
        return Verdict((Violation("immutable_change", "It is so.", "Leave it."),))

    monkeypatch.setattr(limits, "check", check)
    every = list(plannable())
    for case, planned in every:
        with pytest.raises(LimitsViolated, match=r"It is so\. Leave it\."):
            ensured(monkeypatch, case)
        assert checked.pop() == planned, case
    assert len(every) > 500


def test_what_no_run_can_do_is_a_warning_even_of_a_run_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_wanted: Desired, _clouds: object) -> t.NoReturn:
        raise PrivateLinkError("no")

    monkeypatch.setattr(lifecycle, "read_current", read)
    said: list[str] = []
    wanted = desired(allow_violations=frozenset({"region_mismatch"}))
    with pytest.raises(PrivateLinkError, match="no"):
        lifecycle.ensure(wanted, NOTHING, Deadline(900, 1), check_mode=False, warn=said.append)
    assert said == [*wanted.warnings]
    assert len(said) == 1


def test_a_warning_about_options_comes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done = current(main=pair(interface_endpoint(), registration()))
    monkeypatch.setattr(lifecycle, "read_current", lambda _wanted, _clouds: done)
    said: list[str] = []
    wanted = desired(tags={"aws:a": "b"}, purge_tags=False)
    outcome = lifecycle.ensure(wanted, NOTHING, Deadline(900, 1), check_mode=False, warn=said.append)
    assert said == [*wanted.warnings] == [*outcome.warnings]


def test_no_plan_makes_or_opens_anything_in_a_network_that_was_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [case for case, planned in plannable() if planned.has(*NETWORK_STEPS)]
    for case in every:
        with pytest.raises(LimitsViolated) as refused:
            ensured(monkeypatch, case)
        assert "vpc_not_found" in {violation.code for violation in refused.value.violations}, case
    assert len(every) > 200


# --- another run's endpoint


class Rivals(Clouds):
    """Clouds in which another run has a live endpoint that AWS does not list before this run asks for its own."""

    def has(self, vpce: str, **fields: t.Any) -> None:
        created_at = datetime.fromtimestamp(self.time.now - 5, tz=timezone.utc)
        self.listed_after = 5
        self._made_at[vpce] = self.time.now
        self.endpoints[vpce] = interface_endpoint(vpce, created_at=created_at, private_dns_enabled=False, **fields)
        self.registrations[vpce] = registration(vpce)

    def delete_vpc_endpoint(self, ec2: object, vpc_endpoint_id: str) -> None:
        super().delete_vpc_endpoint(ec2, vpc_endpoint_id)
        self.endpoints[vpc_endpoint_id] = replace(self.endpoints[vpc_endpoint_id], state="deleted")

    def read_again(self, wanted: Desired, before: Current, _clouds: object) -> Current:
        ids = [wanted.vpc_endpoint_id] if wanted.vpc_endpoint_id else []
        found = find(wanted, self.vpc_endpoints(ids=ids), list(self.registrations.values()))
        return replace(before, found=found)


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> Rivals:
    rivals = Rivals(monkeypatch)
    monkeypatch.setattr(lifecycle, "read_again", rivals.read_again)
    return rivals


def carried(rivals: Rivals, wanted: Desired, before: Current) -> Outcome:
    outcome = Outcome(wanted, before, before, plan(wanted, before))
    return rivals.deadline.drive(carry_out(outcome, t.cast(t.Any, rivals)))


def names(outcome: Outcome) -> list[str]:
    return [step.name for step in outcome.planned.steps]


def test_what_differs_from_another_runs_endpoint_is_an_edit_and_a_step(rivals: Rivals) -> None:
    rivals.has("vpce-rival", subnet_ids=("subnet-b",))
    rivals.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    outcome = carried(rivals, desired(), current())
    assert outcome.desired.vpc_endpoint_id == "vpce-rival"
    assert names(outcome) == ["add_subnets", "remove_subnets", "enable_private_dns"]
    diff = outcome.returned()["diff"]
    assert (diff["before"]["subnet_ids"], diff["after"]["subnet_ids"]) == (["subnet-b"], ["subnet-a"])
    assert outcome.notes == (
        "Another run made the interface endpoint vpce-rival at the same time; this run adopted it.",
    )


def test_where_nothing_differs_from_another_runs_endpoint_nothing_was_changed(rivals: Rivals) -> None:
    rivals.has("vpce-rival")
    rivals.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    outcome = carried(rivals, desired(private_dns_enabled=False), current())
    returned = outcome.returned()
    assert (returned["changed"], returned["steps"]) == (False, [])
    assert returned["diff"]["before"] == returned["diff"]["after"]


def test_one_that_was_withdrawn_is_reported_and_not_a_step(rivals: Rivals) -> None:
    rivals.has("vpce-rival")
    outcome = carried(rivals, desired(), current())
    assert names(outcome) == ["enable_private_dns"]
    assert outcome.notes[0].endswith("vpce-1, which this run had made, was deleted again.")


def test_what_was_removed_before_is_a_step_and_in_the_difference(rivals: Rivals) -> None:
    dead = interface_endpoint(state="rejected", private_dns_enabled=False)
    rivals.endpoints[VPCE] = dead
    rivals.has("vpce-rival")
    rivals.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    before = current(dead=(pair(dead),))
    outcome = carried(rivals, desired(recreate_failed=True), before)
    assert names(outcome) == ["delete_vpc_endpoint", "enable_private_dns"]
    diff = outcome.returned()["diff"]
    assert diff["before"]["monthly_cost_usd"] == 2 * diff["after"]["monthly_cost_usd"]


def test_an_error_after_an_adoption_names_the_steps_of_this_run(rivals: Rivals) -> None:
    rivals.has("vpce-rival", tags={})
    rivals.refusals["create_vpc_endpoint"] = [refusal("IdempotentParameterMismatch")]
    rivals.refusals["modify_vpc_endpoint"] = [refusal("UnauthorizedOperation")]
    with pytest.raises(PrivateLinkError) as failed:
        carried(rivals, desired(), current())
    assert [step["name"] for step in failed.value.steps] == ["set_tags"]


def test_what_another_run_changes_after_it_was_as_desired_is_reported_before_the_deadline(rivals: Rivals) -> None:
    rivals.endpoints[VPCE] = interface_endpoint(subnet_ids=("subnet-b",))
    rivals.registrations[VPCE] = registration()
    wanted, before = desired(vpc_endpoint_id=VPCE), current()
    outcome = Outcome(wanted, before, before, Plan())
    with pytest.raises(WaitFailed, match=r"was as desired, but no longer is: .*add_subnets subnet-a"):
        rivals.deadline.drive(lifecycle.settled(outcome, t.cast(t.Any, rivals)))
    assert sum(rivals.time.slept) == pytest.approx(60)
