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
# What was named and not found, or could not be read: nobody knows what fail_on would have met there.
UNSEEN = ("not_found", "unreadable")


def unknown_words(fail_on: t.Sequence[str]) -> str:
    """What is wrong with the words, as a sentence; empty where nothing is."""
    words = (*STATUSES, *FINDINGS, *OWN_FINDINGS, *UNSEEN)
    unknown = sorted(set(fail_on) - set(words))
    if not unknown:
        return ""
    may = ", ".join(words)
    return f"fail_on names {', '.join(unknown)}; it may name statuses and codes of findings: {may}."


def found_words(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Those of the words that describe something of what endpoint_info returned, and those of UNSEEN that do, named or
    not: where something could not be seen, that a word was not met proves nothing.
    """
    return sorted(_met(info, fail_on))


def found_sentence(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Why the playbook fails, as lines with the ids; none where it does not."""
    met = _met(info, fail_on)
    found = [f"{word} ({some(ids)})" for word, ids in sorted(met.items()) if word in fail_on]
    unseen = [f"{word} ({some(ids)})" for word, ids in sorted(met.items()) if word not in fail_on]
    return [
        *([f"Found what fail_on names: {', '.join(found)}."] if found else []),
        *([f"What fail_on names could not be looked for everywhere: {', '.join(unseen)}."] if unseen else []),
    ]


def _met(info: Values, fail_on: t.Sequence[str]) -> dict[str, list[str]]:
    """By word: the ids of what it describes."""
    scope = info["scope"]
    named = [
        *((endpoint["status"], _id(endpoint)) for endpoint in info["private_endpoints"]),
        *((finding["code"], _id(finding)) for finding in info["findings"]),
        *(("not_found", one["id"]) for one in scope["not_found"]),
        *(
            ("unreadable", " ".join(word for word in (one["account"], one["region"]) if word))
            for one in scope["unreadable"]
        ),
        *(("unreadable", unread(one)) for one in scope["not_read"] if _matters(one, fail_on)),
    ]
    met: dict[str, list[str]] = {}
    for word, one in named:
        if fail_on and word in (*fail_on, *UNSEEN):
            met.setdefault(word, []).append(printable(one))
    return met


def _matters(one: Values, fail_on: t.Sequence[str]) -> bool:
    """Whether what fail_on names might have been there: own services have findings of their own alone."""
    of_own = one["what"] != TIDB_CLOUD
    return any(word == "unreadable" or (word in OWN_FINDINGS) == of_own for word in fail_on)


def _id(one: Values) -> str:
    """Of the interface endpoint, else of the registration, else of the user's own service."""
    known = one["vpc_endpoint_id"] or one["private_endpoint_connection_id"] or one.get("service_id")
    return known or "without an id"
