# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why clients cannot connect, as one verdict: what fails, why, and what to change. Pure.

What the check found comes from endpoint_ping, why from reachability_info. Either may be missing: the verdict then says
what is not known.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .causes_left import Facts, causes_left
from .check_source import unchecked
from .foreign import SENTENCE, printable

Values = t.Mapping[str, t.Any]
# A name that does not resolve and an address that does not answer can be AWS's configuration, and so can an endpoint
# that is not in effect: its connections are closed, or nothing comes.
_STAGES_OF_THE_WAY = frozenset({"resolve", "tcp"})
_PROBLEMS_OF_THE_WAY = frozenset({"closed", "timed_out"})
NO_REASON = "no reason was given"


@dataclass(frozen=True)
class Outcome:
    """How a check ended. `reachable` is null where it could not run; `way_is_doubtful`: AWS may be the reason;
    `is_without_way`: no connection could be opened at all.

    What a server answered, that it is not the right one for example, says that the way there is open.
    """

    reachable: bool | None
    way_is_doubtful: bool = False
    is_without_way: bool = False

    @property
    def ran(self) -> bool:
        return self.reachable is not None

    def returned(self) -> dict[str, t.Any]:
        return {
            "ran": self.ran,
            "reachable": self.reachable,
            "way_is_doubtful": self.way_is_doubtful,
            "is_without_way": self.is_without_way,
        }


def said(ping: Values) -> str:
    """What the check found, without the causes that it guesses."""
    return str(ping.get("found") or ping.get("msg") or NO_REASON)


def outcome(ping: Values) -> Outcome:
    """What the result of endpoint_ping says, also where the host was not reached or has no interpreter."""
    reachable = ping.get("reachable")
    if not isinstance(reachable, bool):
        return Outcome(None)
    without_way = not reachable and ping.get("failed_stage") in _STAGES_OF_THE_WAY
    doubtful = without_way or (not reachable and ping.get("problem") in _PROBLEMS_OF_THE_WAY)
    return Outcome(reachable, way_is_doubtful=doubtful, is_without_way=without_way)


def with_check(endpoint: Values, ping: Values, host: str) -> dict[str, t.Any]:
    """The result of the role: the private endpoint, what a check from `host` found, and that nothing was undone.

    `check` is null where nothing was checked; why clients cannot connect is found out later.
    """
    check: dict[str, t.Any] = {"host": host, "reachable": outcome(ping).reachable, "verdict": []}
    return {**endpoint, "check": None if ping.get("skipped") else check, "reverted": None}


def with_place(result: Values, ping: Values, source: Values, host: str) -> dict[str, t.Any]:
    """The result after it was looked where the check's host is: nothing was checked from one that `is_outside`."""
    checked = with_check(result, ping, host)
    if not source.get("is_outside"):
        return checked
    line = unchecked(printable(result), printable(ping), printable(host))
    return {**checked, "check": {"host": host, "reachable": None, "verdict": [line]}}


def unchecked_line(result: Values) -> str:
    """Why it was not checked that clients can connect; empty where it was, or where the check could not run."""
    check = result.get("check") or {}
    return str(check["verdict"][0]) if check.get("verdict") and check.get("reachable") is None else ""


def why_unverifiable(result: Values, ping: Values) -> str:
    """Why the check before a change shows nothing; empty where it does."""
    if not outcome(ping).ran:
        return str(printable(said(ping), SENTENCE))
    return unchecked_line(result)


@dataclass(frozen=True)
class Case:
    """What is known of a check that failed, its texts printable.

    `host` was checked from; `endpoint`, `ping` and `way` are as private_endpoint, endpoint_ping and
    reachability_info return them, `way` empty where AWS was not asked, for the reason `not_judged`. `source`
    names the host in AWS; `connect_to`: the addresses that clients use in place of the host name; `is_in_vpc`: that the
    host was found in the VPC of the private endpoint.
    """

    host: str
    endpoint: Values
    ping: Values
    way: Values
    source: str
    not_judged: str
    connect_to: tuple[str, ...]
    is_in_vpc: bool

    @property
    def by_address(self) -> bool:
        return bool(self.connect_to)

    @property
    def facts(self) -> Facts:
        return Facts(self.endpoint, self.way, self.connect_to, self.is_in_vpc)


def case(known: Values) -> Case:
    """From what the role knows."""
    return Case(
        host=printable(str(known["check_host"])),
        endpoint=printable(known["result"]),
        ping=printable(known["ping"], SENTENCE),
        way=printable(known.get("way") or {}, SENTENCE),
        source=printable(" ".join(str(value) for value in (known.get("source") or {}).values())),
        not_judged=printable(known.get("not_judged") or "", SENTENCE),
        connect_to=tuple(printable(known.get("connect_to") or [])),
        is_in_vpc=bool(known.get("is_in_vpc")),
    )


def verdict(of: Case) -> list[str]:
    """The lines, the first one what fails."""
    found = outcome(of.ping)
    if not found.ran:
        return [
            f"The check could not run on {of.host}, so it is not known whether clients can connect: {said(of.ping)}"
        ]
    return [_what_fails(of), *_why(of, found), *_unknown(of.way), *_causes(of)]


def _what_fails(of: Case) -> str:
    return (
        f"What fails, from {of.host}: {said(of.ping)} The problem is {of.ping.get('problem')} in stage "
        f"{of.ping.get('failed_stage')}."
    )


def _why(of: Case, found: Outcome) -> list[str]:
    blocked = [line for blocker in _blockers(of.way) for line in _why_and_change(blocker["message"], blocker["remedy"])]
    if blocked:
        return blocked
    if not found.way_is_doubtful:
        return ["Why: it is not the way there, and so not AWS's configuration."]
    if "hops" not in of.way:
        return _without_aws(of)
    if not of.way.get("reachable"):
        return ["Why: nothing in AWS's configuration blocks for certain."]
    return [
        f"Why: nothing in AWS's configuration, which lets connections pass from {of.source} to "
        f"{of.endpoint['vpc_endpoint_id']} and back. Look at the host itself, its firewall, routes and resolver, and "
        "at what answers behind the endpoint."
    ]


def _without_aws(of: Case) -> list[str]:
    """What the private endpoint itself says."""
    endpoint, lines = of.endpoint, []
    if endpoint.get("cluster_state") not in (None, "ACTIVE"):
        lines += _why_and_change(
            f"cluster {endpoint['cluster_id']} is {endpoint['cluster_state']}.",
            "wait until the cluster is ACTIVE; where it is PAUSED, resume it in the TiDB Cloud console.",
        )
    if not endpoint.get("private_dns_enabled") and not of.by_address:
        lines += _why_and_change(
            f"private DNS of {endpoint['vpc_endpoint_id']} is off, so that {endpoint['host']} does not resolve to it.",
            "set private_connection_private_dns_enabled to true, or name addresses in "
            "private_connection_check_connect_to.",
        )
    return [*lines, f"Not known: whether AWS's configuration lets connections pass. {of.not_judged}".rstrip()]


def _why_and_change(why: str, change: str) -> list[str]:
    return [f"Why: {why}", f"What to change: {change}"]


def _blockers(way: Values) -> t.Sequence[Values]:
    return way.get("blockers") or []


def _unknown(way: Values) -> list[str]:
    """Each once: hops of one way are repeated for each address."""
    messages = [hop["message"] for hop in way.get("hops") or [] if hop["verdict"] == "unknown"]
    return [f"Not known: {message}" for message in dict.fromkeys(messages)]


def _causes(of: Case) -> list[str]:
    """What endpoint_ping guesses, where nothing is certain and as far as the facts allow it."""
    if _blockers(of.way):
        return []
    left = causes_left(of.ping.get("causes") or [], of.facts)
    return [f"{'Or' if number else 'Likely'}: {cause}" for number, cause in enumerate(left)]
