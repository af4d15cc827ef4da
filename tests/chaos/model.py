# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything in any order: runs that create, edit, delete and look, faults, kills, time, and people who
change things in the consoles. At the end, without faults, each desired state is reached and nothing is left over.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.chaos import promises
from tests.chaos.kinds import KINDS
from tests.chaos.place import WAIT_TIMEOUT, Subject
from tests.chaos.runner import Ended
from tests.support.transitions import IN_PLACE, Options, editable

PATIENCE = 60
LIMIT = 40.0
# Hypothesis leaves out some rules in each example: many short examples have more of each.
STEPS = 12
CALLS = {
    "tidbcloud": (
        "GetCluster",
        "ListPrivateEndpointConnections",
        "GetPrivateLinkService",
        "CreatePrivateEndpointConnection",
        "GetPrivateEndpointConnection",
        "DeletePrivateEndpointConnection",
    ),
    "aws": (
        "DescribeVpcEndpoints",
        "DescribeSubnets",
        "CreateVpcEndpoint",
        "ModifyVpcEndpoint",
        "DeleteVpcEndpoints",
        "CreateTags",
        "DeleteTags",
        "DescribeNetworkInterfaces",
    ),
}
PLACES = 2
FORCED = ("rejected", "failed")
# A dead endpoint is replaced, or every run after a rejection would only report it.
REPAIRED = {"recreate_failed": True}


@dataclass
class History:
    """What was done, for the report: how often each kind of operation, and the events in order."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def add(self, kind: str, line: str) -> None:
        self.counts[kind] += 1
        self.lines.append(line)


places = st.integers(0, PLACES - 1)
states = st.sampled_from(["present", "present", "present", "absent"])
changes = st.sets(st.sampled_from(IN_PLACE))
faults = st.sampled_from([(api, call) for api, calls in CALLS.items() for call in calls]).flatmap(
    lambda call: st.fixed_dictionaries(
        {
            "api": st.just(call[0]),
            "call": st.just(call[1]),
            "kind": st.sampled_from(
                [kind.name for kind in KINDS.values() if kind.fields and not kind.hangs and kind.meets(*call)]
            ),
            "times": st.integers(1, 8),
            "after": st.integers(0, 3),
        }
    )
)


class World(RuleBasedStateMachine):
    """One place and everything that happens in it; each event is added to `history`."""

    subject: Subject
    history: History

    def __init__(self) -> None:
        super().__init__()
        self.subject.sandbox.reset()
        self.pairs = [editable(self.subject) for _place in range(PLACES)]
        self.desired: list[Options] = [{**one, **REPAIRED} for one, _other in self.pairs]

    @rule(place=places, state=states, changed=changes)
    def run(self, place: int, state: str, changed: set[str]) -> None:
        self.history.add("run", f"run {place}: {state}, {sorted(changed)}")
        self.judge(place, self.do(self.desire(place, state, changed)))

    @rule(place=places, state=states, changed=changes, fault=faults)
    def run_with_a_fault(self, place: int, state: str, changed: set[str], fault: dict[str, Any]) -> None:
        self.history.add("fault", f"run {place}: {state}, {sorted(changed)}, {fault}")
        fields = {**fault, **KINDS[fault["kind"]].fields}
        self.subject.sandbox.faults.add(fields)
        ended = self.do(self.desire(place, state, changed), wait_timeout=PATIENCE)
        self.subject.sandbox.faults.clear()
        self.judge(place, ended)

    @rule(place=places, state=states, changed=changes, number=st.integers(0, 20))
    def killed_run(self, place: int, state: str, changed: set[str], number: int) -> None:
        """Kill a run at its call of this number to AWS or TiDB Cloud, which takes effect afterwards."""
        self.history.add("kill", f"run {place}: {state}, {sorted(changed)}, killed at call {number}")
        api = ("tidbcloud", "aws")[number % 2]
        held = self.subject.sandbox.faults.add({"api": api, "call": "*", "kind": "held", "after": number // 2})
        run = self.subject.begin("private_endpoint", self.desire(place, state, changed))
        give_up = time.monotonic() + LIMIT
        while not (hangs := time.monotonic() > give_up) and not held.fired and not run.is_over():
            time.sleep(0.005)
        run.kill()
        ended = run.end(LIMIT)
        self.subject.sandbox.faults.clear()
        self.say([f"hangs before its call {number}"] if hangs else [])
        if not ended.was_killed:
            self.judge(place, ended)

    @rule()
    def a_second_passes(self) -> None:
        """Hypothesis starts with an example of only the simplest rule: this one costs nothing."""
        self.subject.sandbox.clock.advance(1.0)

    @rule()
    def look(self) -> None:
        self.history.add("info", "info")
        ended = self.subject.end("endpoint_info", {"regions": ["us-east-1"]})
        self.say(promises.of_any_run(self.subject, ended, ended.peak_mb, None))
        seen = {one["vpc_endpoint_id"] for one in (ended.result or {}).get("private_endpoints", [])}
        missed = {one.vpc_endpoint_id for one in self.subject.live()} - seen
        self.say([f"endpoint_info does not show {vpce}" for vpce in missed])

    @rule(seconds=st.sampled_from([30.0, 4000.0]))
    def pass_time(self, seconds: float) -> None:
        self.history.add("time", f"{seconds:g} seconds pass")
        self.subject.sandbox.clock.advance(seconds)

    @rule(number=st.integers(0, 3))
    def delete_by_hand(self, number: int) -> None:
        for one in self.subject.live()[number:]:
            self.history.add("interference", f"somebody deletes {one.vpc_endpoint_id}")
            self.subject.ec2().delete_vpc_endpoints(VpcEndpointIds=[one.vpc_endpoint_id])
            return

    @rule(number=st.integers(0, 3), state=st.sampled_from(FORCED))
    def force(self, number: int, state: str) -> None:
        for one in self.subject.live()[number:]:
            self.history.add("interference", f"{one.vpc_endpoint_id} becomes {state}")
            with self.subject.sandbox.clock.lock:
                self.subject.sandbox.aws.force_state(one.vpc_endpoint_id, state)
            return

    @rule(number=st.integers(0, 3), key=st.sampled_from(["team", "stage", "Name"]))
    def tag_by_hand(self, number: int, key: str) -> None:
        for one in self.subject.live()[number:]:
            self.history.add("interference", f"somebody tags {one.vpc_endpoint_id} {key}")
            self.subject.ec2().create_tags(Resources=[one.vpc_endpoint_id], Tags=[{"Key": key, "Value": "by hand"}])
            return

    @invariant()
    def no_twins(self) -> None:
        self.say(promises.of_both_clouds(self.subject))

    def desire(self, place: int, state: str, changed: set[str]) -> Options:
        one, other = self.pairs[place]
        options = {**one, **{option: other[option] for option in sorted(changed)}, **REPAIRED, "state": state}
        self.desired[place] = options
        return options

    def do(self, options: Options, wait_timeout: int = WAIT_TIMEOUT) -> Ended:
        return self.subject.end("private_endpoint", {**options, "wait_timeout": wait_timeout})

    def judge(self, place: int, ended: Ended) -> None:
        problems = promises.of_any_run(self.subject, ended, ended.peak_mb, None)
        if ended.result and not ended.result["failed"]:
            problems += promises.of_success(self.subject, [self.desired[place]])
        self.say(problems)

    def say(self, problems: list[str]) -> None:
        assert not problems, "\n".join([*self.history.lines[-80:], "", *problems])

    def teardown(self) -> None:
        """Without faults, one more run of each reaches its desired state."""
        self.subject.sandbox.faults.clear()
        for place, options in enumerate(self.desired):
            ended = self.do(options)
            self.judge(place, ended)
            self.say([f"does not converge: {ended.result['msg']}"] if ended.result and ended.result["failed"] else [])
        self.say(promises.of_both_clouds(self.subject) + promises.of_convergence(self.subject))


def explore(subject: Subject, operations: int, number: int, history: History) -> None:
    """Do that many operations, drawn by the seed `number`, in examples of `STEPS`.

    Raises AssertionError with the events before it, if a promise is broken.
    """
    # Some steps of an example are not operations.
    examples = -(-operations // (STEPS * 2 // 3))
    run_state_machine_as_test(
        seed(number)(type("World", (World,), {"subject": subject, "history": history})),
        settings=settings(
            # The first is the simplest.
            max_examples=1 + examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
