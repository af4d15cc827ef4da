# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook status fails on: statuses, codes of findings, and what could not be seen. Pure."""

from __future__ import annotations

import typing as t

from .foreign import printable
from .status_scope import TIDB_CLOUD, some, unread

Values = t.Mapping[str, t.Any]
STATUSES = ("not_configured", "initiating", "pending", "active", "deleting", "failed")
FINDINGS = (
    "not_registered",
    "interface_endpoint_missing",
    "leftover",
    "registration_failed",
    "drift",
    "private_dns_off",
    "duplicate_endpoint",
)
# ... about endpoint services of the user's own.
OWN_FINDINGS = (
    "connection_waiting",
    "connection_unpermitted",
    "zones_not_served",
    "private_dns_unverified",
    "principal_gone",
)
_LEFT_OUT = "your own endpoint services, which the filters leave out"
# What was named and not found, or could not be read: nobody knows what fail_on would have met there.
UNSEEN = ("not_found", "unreadable")
# Findings that only private endpoints of one status have. Those of the others depend on which side is missing.
_STATUS_OF = {
    "not_registered": "initiating",
    "leftover": "failed",
    "registration_failed": "failed",
    "private_dns_off": "active",
}


def unknown_words(fail_on: t.Sequence[str], statuses: t.Sequence[str] = ()) -> str:
    """What is wrong with the words, as a sentence; empty where nothing is. `statuses`: the only ones to look at."""
    words = (*STATUSES, *FINDINGS, *OWN_FINDINGS, *UNSEEN)
    unknown = sorted(set(fail_on) - set(words))
    if unknown:
        may = ", ".join(words)
        return f"fail_on names {', '.join(unknown)}; it may name statuses and codes of findings: {may}."
    return _left_out(fail_on, statuses)


def _left_out(fail_on: t.Sequence[str], statuses: t.Sequence[str]) -> str:
    """A word that can never be met would keep the playbook green."""
    of_status = {**{status: status for status in STATUSES}, **_STATUS_OF}
    lost = sorted({word for word in fail_on if of_status.get(word, statuses[0] if statuses else "") not in statuses})
    if not statuses or not lost:
        return ""
    more = ", ".join(sorted({of_status[word] for word in lost}))
    return (
        f"fail_on names {', '.join(lost)}, which private_connection_statuses leaves out, so that it would never be "
        f"met. Add to private_connection_statuses: {more}."
    )


def found_words(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Those of the words that describe something of what endpoint_info returned, and those of UNSEEN that do, named or
    not: where something could not be seen, that a word was not met proves nothing. Without any word, `not_found` if
    what was named is not there, and nothing else is either.
    """
    return sorted(_met(info, fail_on))


def found_sentence(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Why the playbook fails, as lines with the ids; none where it does not."""
    met = _met(info, fail_on)
    if met and not fail_on:
        return [f"Nothing was found of what was asked for: {some(met['not_found'])}."]
    found = [f"{word} ({some(ids)})" for word, ids in sorted(met.items()) if word in fail_on]
    unseen = [f"{word} ({some(ids)})" for word, ids in sorted(met.items()) if word not in fail_on]
    return [
        *([f"Found what fail_on names: {', '.join(found)}."] if found else []),
        *([f"What fail_on names could not be looked for everywhere: {', '.join(unseen)}."] if unseen else []),
    ]


def _met(info: Values, fail_on: t.Sequence[str]) -> dict[str, list[str]]:
    """By word: the ids of what it describes."""
    scope = info["scope"]
    is_empty = not (info["private_endpoints"] or info["endpoint_services"])
    named = [
        *((endpoint["status"], _id(endpoint)) for endpoint in info["private_endpoints"]),
        *((finding["code"], _id(finding)) for finding in info["findings"]),
        *(("not_found", one["id"]) for one in scope["not_found"]),
        *(
            ("unreadable", " ".join(word for word in (one["account"], one["region"]) if word))
            for one in scope["unreadable"]
        ),
        *(("unreadable", unread(one)) for one in scope["not_read"] if _matters(one, fail_on)),
        *([("unreadable", _LEFT_OUT)] if _leaves_out_own(scope, fail_on) else []),
    ]
    met: dict[str, list[str]] = {}
    for word, one in named:
        if word in (*fail_on, *UNSEEN) and (fail_on or (word == "not_found" and is_empty)):
            met.setdefault(word, []).append(printable(one))
    return met


def _leaves_out_own(scope: Values, fail_on: t.Sequence[str]) -> bool:
    """Whether fail_on names findings about services that were not read, since a filter is about something else."""
    return bool(set(fail_on) & set(OWN_FINDINGS)) and bool(scope["filters"].keys() - {"regions"})


def _matters(one: Values, fail_on: t.Sequence[str]) -> bool:
    """Whether what fail_on names might have been there: own services have findings of their own alone."""
    of_own = one["what"] != TIDB_CLOUD
    return any(word == "unreadable" or (word in OWN_FINDINGS) == of_own for word in fail_on)


def _id(one: Values) -> str:
    """Of the interface endpoint, else of the registration, else of the user's own service."""
    known = one["vpc_endpoint_id"] or one["private_endpoint_connection_id"] or one.get("service_id")
    return known or "without an id"
