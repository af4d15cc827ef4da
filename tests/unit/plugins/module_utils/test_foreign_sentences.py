# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile text in every field of whatever a cloud says: each sentence about it is one printable line, the text cut."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import Instance, Route
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.findings import findings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_findings import own_findings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_side import Own
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_tasks import OwnTasks
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.cluster_limits import (
    cluster_violations,
    place_of,
    service_violations,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import check
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.result import private_endpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import LimitFacts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    LimitsViolated,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import MOST, Foreign, encodable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Seen
from tests.support.endpoint_literals import (
    AWS_SERVICE,
    CLUSTER,
    GROUP,
    HOST,
    NETWORK,
    PROJECT_ID,
    SERVICE,
    SUBNETS,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.healthy_endpoint import HEALTHY, LOOKED_AT
from tests.support.publication_literals import ACCOUNT, ROOT, balancer, connection, published
from tests.support.reachability_literals import CLIENT_ACL, GROUPS, NAMES, SERVER_ACL, WAY, from_away

HOSTILE = "\x1b[2J\nok: [localhost]\u202e\ud800" + "A" * 5000
TOO_MUCH = "A" * (MOST + 1)
Value = t.TypeVar("Value")


def variants(value: t.Any, hostile: str = HOSTILE) -> Iterator[t.Any]:
    """Copies of what a cloud said, each with hostile text in one other place."""
    if isinstance(value, str):
        # Also with a valid beginning.
        yield from (hostile, f"{value}{hostile}")
    elif is_dataclass(value):
        for field in fields(value):
            own = variants(getattr(value, field.name), hostile)
            yield from (replace(t.cast(t.Any, value), **{field.name: changed}) for changed in own)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from ((*value[:number], changed, *value[number + 1 :]) for changed in variants(item, hostile))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from ({**value, key: changed} for changed in variants(item, hostile))


def assert_shown(*texts: str | None) -> None:
    for text in texts:
        assert text is None or text.isprintable(), repr(text)[:400]
        assert text is None or TOO_MUCH not in text, text[:400]


def assert_violations_shown(violations: t.Iterable[Violation]) -> int:
    found = [text for violation in violations for text in (violation.message, violation.remedy)]
    assert_shown(*found)
    return len(found)


def assert_plan_shown(wanted: Desired, here: Current) -> int:
    try:
        planned = plan(wanted, here)
        assert_shown(*(text for step in planned.steps for text in step.returned().values()))
        facts = LimitFacts(aws_service=AWS_SERVICE, vpc=NETWORK, subnets=SUBNETS)
        verdict = check(wanted, here, planned, facts)
        assert_shown(*verdict.warnings)
        return assert_violations_shown(verdict.violations) + len(planned.steps)
    except PrivateLinkError as error:
        assert_shown(str(error))
        return assert_violations_shown(getattr(error, "violations", ()))


STATES: list[tuple[str, str | None]] = [
    ("available", "ACTIVE"),
    ("available", "FAILED"),
    ("failed", None),
    ("deleting", "DELETING"),
]
DESIRED = [
    desired(),
    desired(recreate_failed=True, tags={"a": "b"}, subnet_ids=("subnet-b",), private_dns_enabled=False),
    desired(state="absent"),
]


def test_plans_and_limits_of_whatever_is_there() -> None:
    seen = 0
    for state, registered in STATES:
        endpoint = interface_endpoint(state=state, last_error="why", dns_names=("name",), tags={"Name": "name"})
        row = registration(state=registered, message="why") if registered else None
        here = current(main=pair(endpoint, row), dead=(pair(endpoint, row),))
        for changed in variants(here):
            seen += sum(assert_plan_shown(wanted, changed) for wanted in DESIRED)
    assert seen > 1000


def test_what_a_cluster_forbids() -> None:
    seen = 0
    for cluster in (CLUSTER, replace(CLUSTER, cloud_provider="gcp"), replace(CLUSTER, state="PAUSED")):
        for changed in variants(cluster):
            for group_id in (None, GROUP.node_group_id, "1"):
                seen += assert_violations_shown(place_of(changed, group_id, "us-west-2").violations)
            provider = current(cluster=changed).provider
            creating = service_violations(desired(), provider, replace(SERVICE, state=HOSTILE))
            seen += assert_violations_shown([*cluster_violations(changed), *creating])
    assert seen > 100


def test_findings() -> None:
    seen = 0
    for state, registered in STATES:
        endpoint = interface_endpoint(state=state, private_dns_enabled=False)
        here = current(main=pair(endpoint, registration(state=registered, message="why")))
        for changed in variants(here):
            shaped = {**HEALTHY, **private_endpoint(desired(), changed), "project_id": PROJECT_ID}
            for finding in findings([shaped], LOOKED_AT, {PROJECT_ID}):
                assert_shown(finding["message"], finding["remedy"])
                seen += 1
    assert seen > 50


def test_findings_about_own_services() -> None:
    seen = 0
    record = PrivateDnsRecord("failed", "_abc", "TXT", "vpce:abc")
    found = published(connection(), connection("vpce-2", "available", "1"), principals=["AROAX", ROOT], record=record)
    one = replace(found, service=replace(found.service, private_dns_name="tidb.example.com"))
    whole = Own(one, ACCOUNT, "us-east-1", balancers=(balancer(zones=("us-east-1a", "us-east-1c")),))
    for changed in variants(whole):
        for finding in own_findings([changed], OwnTasks()):
            assert_shown(finding["message"], finding["remedy"])
            seen += 1
    assert seen > 50


def test_hops_and_blockers_of_reachability() -> None:
    seen = 0
    for facts in (WAY, from_away(Route("10.0.0.0/16", "pcx-1"), None)):
        for changed in variants(facts):
            try:
                judged = reachability(changed)
            except ValueError:  # What is not an address or a range is refused where answers are read.
                continue
            assert_shown(*(hop[key] for hop in judged["hops"] for key in ("message", "rule")))
            assert_shown(*(blocker[key] for blocker in judged["blockers"] for key in ("message", "remedy")))
            seen += len(judged["hops"])
    assert seen > 1000


SHELL = "x'; touch here; $(touch here) `touch here` \"&& touch here"
FACTS = [
    replace(WAY, security_groups={key: replace(group, inbound=(), outbound=()) for key, group in GROUPS.items()}),
    replace(WAY, network_acls=tuple(replace(acl, entries=()) for acl in (CLIENT_ACL, SERVER_ACL))),
    replace(WAY, names=replace(NAMES, dns_support=False), endpoint=replace(WAY.endpoint, private_dns_enabled=False)),
    replace(WAY, source=replace(WAY.source, instance=Instance("i-1", "stopped", ()))),
]


def test_commands_to_paste_into_a_shell_hold_nothing_that_a_shell_acts_on() -> None:
    remedies: list[str] = []
    for facts in FACTS:
        for changed in variants(facts, SHELL):
            try:
                remedies += [blocker["remedy"] for blocker in reachability(changed)["blockers"]]
            except ValueError:  # What is not an address or a range is refused where answers are read.
                continue
    planned = plan(desired(), current())
    for vpc in variants(replace(NETWORK, dns_support=False), SHELL):
        verdict = check(desired(), current(), planned, LimitFacts(aws_service=AWS_SERVICE, vpc=vpc))
        remedies += [violation.remedy for violation in verdict.violations]
    quoted = [remedy for remedy in remedies if re.search(r"--[a-z-]+ \S*x'\"'\"'; touch", remedy)]
    assert len(quoted) > 10
    assert not [remedy for remedy in remedies if re.search(r"--[a-z-]+ \S*x'; touch", remedy)]


def test_errors_violations_and_states_seen_are_one_printable_line() -> None:
    assert_shown(Seen(False, HOSTILE).state)
    violation = Violation("x", f"{Foreign(HOSTILE)} is there.", f"Remove {Foreign(HOSTILE)}.")
    assert_shown(violation.message, violation.remedy, str(LimitsViolated([violation])))


def test_data_stays_exactly_what_it_is() -> None:
    endpoint = interface_endpoint(tags={"Name": HOSTILE, HOSTILE: "x"})
    assert endpoint.tags == {"Name": HOSTILE, HOSTILE: "x"}
    assert endpoint.name == HOSTILE
    assert f"{endpoint.name}" != HOSTILE
    assert json.loads(json.dumps(endpoint.tags)) == endpoint.tags
    assert not isinstance(encodable(endpoint.name), Foreign)
    assert not isinstance(replace(CLUSTER, name="plain").name, Foreign)
    assert registration().host == HOST
