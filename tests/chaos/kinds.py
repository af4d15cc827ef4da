# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with a call, and how often: the sandbox's faults under the names of the matrix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.fault_kinds import CONNECT, TLS
from tests.sandbox.faults import HEADER_SETS

LASTING = 1_000_000
# The first call alone, all calls, and all but the first.
DOSES: dict[str, dict[str, int]] = {
    "once": {"times": 1},
    "always": {"times": LASTING},
    "later": {"times": LASTING, "after": 1},
}
BOTH = ("tidbcloud", "aws")


# A service that was never begun, or has no zones yet.
BELIEVABLE = {("GetPrivateLinkService", "404"), ("GetPrivateLinkService", "no_list")}
READING = re.compile("Describe|List")


@dataclass(frozen=True)
class Kind:
    """`fields` are those of the sandbox's fault; it hits calls whose name `calls` matches.

    What `hangs` runs by the real clock, what is `secure` over HTTPS. `settings` make the sandbox slow instead of a
    fault (sandbox seconds). A `believable` answer cannot be distinguished from the truth, so a run that only reads may
    believe it.
    """

    name: str
    fields: Mapping[str, Any]
    doses: tuple[str, ...] = ("always",)
    apis: tuple[str, ...] = BOTH
    calls: re.Pattern[str] = re.compile("")
    hangs: bool = False
    believable: bool = False
    secure: bool = False
    settings: Mapping[str, float] = field(default_factory=dict)

    def meets(self, api: str, call: str) -> bool:
        """Whether such a call can go wrong in this way."""
        return api in self.apis and self.secure == (call == CONNECT) and self.calls.match(call) is not None

    def may_be_so(self, call: str) -> bool:
        """Whether such an answer to the call cannot be distinguished from the truth."""
        return self.believable or (call, self.name) in BELIEVABLE

    def fault(self, api: str, call: str, dose: str) -> dict[str, Any]:
        """The fault as the sandbox accepts it."""
        return {"api": api, "call": call, **self.fields, **DOSES[dose]}


def _statuses() -> list[Kind]:
    """A fault that may pass is injected once and always; one that lasts, from the first call and from a later one."""
    passing = [
        Kind(str(status), {"kind": "status", "value": status}, ("once", "always"))
        for status in (408, 429, 500, 502, 503, 504)
    ]
    lasting = [
        Kind(str(status), {"kind": "status", "value": status}, ("always", "later"))
        for status in (400, 401, 403, 404, 409)
    ]
    absurd = [
        Kind(f"429-{name}", {"kind": "status", "value": 429, "headers": name}, apis=("tidbcloud",))
        for name in HEADER_SETS
    ]
    return [*passing, *lasting, *absurd]


def _codes() -> list[Kind]:
    """What AWS refuses. Source: "Error codes for the Amazon EC2 API"."""
    codes = ("UnauthorizedOperation", "RequestExpired", "InternalError", "OperationInProgress", "DependencyViolation")
    return [Kind(code, {"kind": "error", "value": code}, apis=("aws",)) for code in codes]


def _pages() -> list[Kind]:
    """What speaks HTTP and is not the API."""
    return [
        *(Kind(f"html-{status}", {"kind": "not_json", "value": status}) for status in (200, 302, 403, 404, 502)),
        *(Kind(f"xhtml-{status}", {"kind": "xhtml", "value": status}, ("always", "later")) for status in (200, 404)),
        Kind("xhtml-with-request-id", {"kind": "xhtml", "value": 200, "request_id": True}, ("always", "later")),
        Kind("foreign", {"kind": "foreign"}, ("always", "later")),
        Kind("foreign-with-request-id", {"kind": "foreign", "request_id": True}, ("always", "later")),
    ]


def _deliveries() -> list[Kind]:
    """What happens to an answer on its way."""
    names = ("reset", "lost", "reset_headers", "reset_body", "reset_end", "truncated", "longer")
    return [
        *(Kind(name, {"kind": name}, ("once", "always")) for name in names),
        *(Kind(f"{status}-after-effect", {"kind": "masked", "value": status}, tuple(DOSES)) for status in (500, 503)),
        Kind("throttled", {"kind": "throttle"}, ("once", "always")),
        Kind("unsuccessful", {"kind": "unsuccessful", "value": "InternalError"}, tuple(DOSES), ("aws",), _DELETING),
        Kind("silent", {"kind": "held"}, ("always", "later"), hangs=True),
        Kind("late", {"kind": "late", "value": 25.0}, hangs=True),
        Kind("endless", {"kind": "endless"}, hangs=True),
        Kind("drip", {"kind": "drip", "value": 1.0}, hangs=True),
        Kind("drip-headers", {"kind": "drip_headers", "value": 1.0}, hangs=True),
        Kind("endless-tokens", {"kind": "endless_tokens"}, calls=READING, hangs=True),
    ]


_DELETING = re.compile("DeleteVpcEndpoints")


def _shapes() -> list[Kind]:
    """Answers that the API does not describe, and answers that it does and that may be true."""
    unreadable = (
        "short",
        "malformed",
        "whole_list",
        "whole_text",
        "whole_number",
        "whole_null",
        "whole_empty",
        "no_list",
    )
    wrong = ("wrong_type", "wrong_container", "no_ids", "no_request_id", "deep", "missing", "null", "huge", "hostile")
    believable = ("extra", "unknown_enum", "backwards", "failed", "empty_list")
    return [
        *(Kind(name, {"kind": name}, ("always", "later")) for name in unreadable),
        *(Kind(name, {"kind": name}, ("always", "later"), believable=True) for name in (*wrong, *believable)),
        Kind("empty-pages", {"kind": "empty_page"}, calls=READING, hangs=True),
        *(Kind(name, {"kind": name}, calls=READING) for name in ("repeated_token", "hostile_token")),
        Kind("token-of-another-type", {"kind": "wrong_token"}, calls=READING),
        Kind("token-null", {"kind": "wrong_token", "value": False}, calls=READING),
    ]


def _connections() -> list[Kind]:
    """What keeps a request from arriving: for half a second of real time, or forever."""
    return [
        Kind("refused-for-a-while", {"kind": "refused", "value": 0.5}, ("once",)),
        Kind("refused", {"kind": "refused"}, ("once",)),
        *(Kind(name, {"kind": name}, tuple(DOSES), secure=True) for name in TLS),
    ]


def _lags() -> list[Kind]:
    """AWS shows what was done after 20 seconds."""
    lags = (
        ("lag-of-listing", "CreateVpcEndpoint", "endpoint_visible"),
        ("lag-of-tags", "CreateVpcEndpoint|CreateTags|DeleteTags", "tags_visible"),
        ("lag-of-changes", "ModifyVpcEndpoint", "modification_visible"),
    )
    return [Kind(name, {}, apis=("aws",), calls=re.compile(calls), settings={what: 20.0}) for name, calls, what in lags]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for make in (_statuses, _codes, _pages, _deliveries, _shapes, _connections, _lags)
    for kind in make()
}
# What does not happen by itself until the fault is cleared: these hit no call.
STUCK = Kind("stuck", {"kind": "stuck"}, ("once",))
