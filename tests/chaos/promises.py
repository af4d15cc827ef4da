# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every run promises, whatever goes wrong. Each function returns what is broken, as sentences; none is good."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.chaos.place import GRACE, Subject
from tests.chaos.runner import Ended
from tests.sandbox.aws.endpoints import Endpoint
from tests.support.customer import Result
from tests.support.transitions import IN_PLACE, Options

# How much more memory than a run without faults a run may need (megabytes).
MOST_MB = 64.0
LONGEST_MESSAGE = 4000
ENDPOINT_ID = re.compile(r"vpce-\w+")
# What only a programmer can use: how Python shows errors and objects, and unexpected errors.
FOR_PROGRAMMERS = re.compile(
    r"a defect of tidbcloud|Traceback|MODULE FAILURE|\[Errno|0x[0-9a-f]{6,}|<\S+ object|line \d+ column|_ssl\.c"
    r"|ConnectionPool|NoneType"
    r"|\b(?:Key|Type|Value|Attribute|Index|Overflow|Recursion|OS|JSONDecode|Unicode\w+|Connection\w+|Protocol|MaxRetry"
    r"|NewConnection|ReadTimeout|ResponseParser|IncompleteRead|NameResolution|SSL|Assertion)(?:Error|Exception)\b"
)


def of_any_run(subject: Subject, ended: Ended, baseline_mb: float, wait_timeout: float | None) -> list[str]:
    """Any run ends with a result, in time and in little memory, speaks in sentences, and keeps its secrets.

    `wait_timeout`: real seconds; null if the run's clock was not the real one.
    """
    return [
        *_end(ended),
        *_size(ended, baseline_mb, wait_timeout),
        *_secrets(subject, ended),
        *(_words(ended.result) if ended.result else ()),
        *(_steps(ended.result) if ended.result else ()),
    ]


def _end(ended: Ended) -> Iterator[str]:
    if ended.was_killed:
        yield f"hangs: killed after {ended.seconds:.0f} seconds"
    elif ended.result is None or "Traceback" in ended.stderr:
        yield f"crashes: {_last(ended.stderr) or ended.stdout[:300]}"


def _last(text: str) -> str:
    return "; ".join(text.strip().splitlines()[-4:])[-500:]


def _size(ended: Ended, baseline_mb: float, wait_timeout: float | None) -> Iterator[str]:
    if ended.peak_mb - baseline_mb > MOST_MB:
        yield f"takes {ended.peak_mb - baseline_mb:.0f} MB more than a run without faults"
    if wait_timeout is not None and not ended.was_killed and ended.seconds > wait_timeout + GRACE:
        yield f"is late: took {ended.seconds:.1f} seconds with a wait_timeout of {wait_timeout:g}"


def _secrets(subject: Subject, ended: Ended) -> Iterator[str]:
    for secret in (subject.facts["tidbcloud"]["private_key"], subject.account["secret_key"]):
        if secret in ended.stdout or secret in ended.stderr:
            yield "shows a secret"


def _words(result: Result) -> Iterator[str]:
    if result["failed"] and len(str(result.get("msg", ""))) < 20:
        yield f"fails without a reason: {result.get('msg')!r}"
    for sentence in _sentences(result):
        if not sentence.isprintable():
            yield f"says what is not printable: {sentence[:200]!r}"
        found = FOR_PROGRAMMERS.search(sentence)
        if found:
            yield f"speaks to programmers ({found[0]}): {sentence[:400]!r}"
        if len(sentence) > LONGEST_MESSAGE:
            yield f"says {len(sentence)} characters: {sentence[:100]!r}"


def _sentences(result: Mapping[str, Any]) -> Iterator[str]:
    """All texts that are meant to be read, including those of items."""
    yield str(result.get("msg", ""))
    yield from map(str, result.get("warnings", []))
    yield from (str(text) for one in result.get("violations", []) for text in one.values())
    yield from (str(text) for one in result.get("steps", []) for text in one.values())
    yield from (str(one[key]) for one in result.get("findings", []) for key in ("message", "remedy"))
    for item in result.get("results", []):
        yield from _sentences(item)


def _steps(result: Result) -> Iterator[str]:
    for one in [result, *result.get("results", [])]:
        if "steps" in one and one.get("changed", False) != bool(one["steps"]):
            yield f"changed is {one.get('changed')} beside the steps {[step['name'] for step in one['steps']]}"


def of_both_clouds(subject: Subject) -> list[str]:
    """At any time: never a second live endpoint of one service in one VPC."""
    counts = Counter((one.vpc_id, one.service_name) for one in subject.live())
    return [f"twins: {count} live endpoints in {vpc_id}" for (vpc_id, _service), count in counts.items() if count > 1]


def of_success(subject: Subject, states: list[Options]) -> list[str]:
    """A run that says that it succeeded has reached the desired state."""
    return [problem for desired in states for problem in _unfulfilled(subject, desired)]


def of_doubt(problems: list[str], result: Result) -> list[str]:
    """The problems, without those of endpoints that a warning names because AWS may be right not to show them."""
    said = " ".join(map(str, result.get("warnings", [])))
    return [problem for problem in problems if not any(vpce in said for vpce in ENDPOINT_ID.findall(problem))]


def _unfulfilled(subject: Subject, desired: Options) -> Iterator[str]:
    live = [one for one in subject.live() if one.vpc_id == desired["vpc_id"]]
    if desired.get("state") == "absent":
        yield from (f"not done: {one.vpc_endpoint_id} is {one.state}" for one in live)
        left = [one.vpc_endpoint_id for one in subject.dead() if one.vpc_id == desired["vpc_id"]]
        yield from (f"not done: {vpce} is not deleted" for vpce in left)
        return
    if len(live) != 1:
        yield f"not done: {len(live)} live endpoints in {desired['vpc_id']}"
        return
    for name, (found, wanted) in _facts(subject, desired, live[0]).items():
        if found != wanted:
            yield f"not done: {name} is {found}, not {wanted}"


def _facts(subject: Subject, desired: Options, endpoint: Endpoint) -> dict[str, tuple[object, object]]:
    """Each fact as it is and as it was desired."""
    # A Name that no option sets is kept: it distinguishes endpoints.
    kept = {"Name"} - set(desired.get("tags") or ())
    tags = {
        key: value
        for key, value in subject.tags(endpoint).items()
        if key not in kept and not key.startswith("tidbcloud:")
    }
    is_tidb = "cluster_id" in desired
    facts: dict[str, tuple[object, object]] = {
        "the state": (endpoint.state, "available"),
        "the registration": (subject.registrations().get(endpoint.vpc_endpoint_id), "ACTIVE" if is_tidb else None),
        "tags": (tags, tags if desired.get("tags") is None else desired["tags"]),
    }
    unless_given = {"private_dns_enabled": is_tidb}
    for option in IN_PLACE:
        if option not in facts:
            found = getattr(endpoint, option)
            wanted = desired.get(option, unless_given.get(option))
            facts[option] = (_in_order(found), _in_order(found if wanted in (None, "", []) else wanted))
    return facts


def _in_order(value: object) -> object:
    return sorted(value) if isinstance(value, (list, tuple, set)) else value


def of_convergence(subject: Subject) -> list[str]:
    """After the last run: nothing is left over on either side."""
    live = {one.vpc_endpoint_id for one in subject.live()}
    registrations = subject.registrations()
    services = {one.vpc_endpoint_id for one in subject.live() if _is_of_tidb(subject, one)}
    return [
        *(f"orphan: {vpce} is registered ({registrations[vpce]}) and not live" for vpce in set(registrations) - live),
        *(f"orphan: {vpce} is live and not registered" for vpce in services - set(registrations)),
        *(f"left over: {one.vpc_endpoint_id} is {one.state}" for one in subject.dead()),
    ]


def _is_of_tidb(subject: Subject, endpoint: Endpoint) -> bool:
    groups = [
        group for cluster in subject.facts["clusters"].values() for group in cluster.get("node_groups", {}).values()
    ]
    return endpoint.service_name in [group["service_name"] for group in groups]


def of_reading(result: Result, clean: Result) -> list[str]:
    """A run that only reads and says that it succeeded saw what is there, or says that it does not know."""
    if result.get("reachable", False) is None:
        return []
    if any(row["what"] == "endpoint services" for row in result.get("scope", {}).get("not_read", ())):
        # It says so of the accounts' own services alone; all the rest is to be true.
        result = {**result, "scope": {**result["scope"], "not_read": []}}
    keys = sorted(set(clean) - {"warnings", "invocation"})
    return [
        f"not true: {key} is {json.dumps(result.get(key))[:300]}, not {json.dumps(clean[key])[:300]}"
        for key in keys
        if result.get(key) != clean[key]
    ]
