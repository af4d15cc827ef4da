# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of faults: what each does, the value it accepts, and whether the request is handled."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

STATUSES = (400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504)
PAGE_STATUSES = (200, 302, 403, 404, 502)
BEFORE, AFTER = "before", "after"
EITHER = (BEFORE, AFTER)


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


VALUES: dict[str, Callable[[object], bool]] = {
    "none": lambda value: value is None,
    "seconds": _is_seconds,
    "seconds or none": lambda value: value is None or _is_seconds(value),
    f"one of {STATUSES}": lambda value: value in STATUSES,
    f"one of {PAGE_STATUSES} or none": lambda value: value is None or value in PAGE_STATUSES,
    "text": lambda value: isinstance(value, str) and value != "",
    "anything": lambda value: True,
}
NONE, SECONDS, SECONDS_OR_NONE, STATUS, PAGE, TEXT, ANYTHING = VALUES


@dataclasses.dataclass(frozen=True)
class Kind:
    """value: which of VALUES it accepts. effects: those it can have, the default first."""

    says: str
    value: str = NONE
    effects: tuple[str, ...] = (AFTER,)


WAITS = {
    "latency": Kind("the request is handled so many seconds late", SECONDS, (BEFORE,)),
    "late": Kind("the answer comes so many seconds after the handling", SECONDS),
    "held": Kind("the request is handled when the faults are cleared", NONE, (BEFORE,)),
}
INSTEAD = {
    "status": Kind("this HTTP status, in the API's shape", STATUS, EITHER),
    "masked": Kind("status with the effect after", STATUS),
    "throttle": Kind("the API's own answer to too many requests", NONE, EITHER),
    "error": Kind("an error with this code, in the API's shape", TEXT, EITHER),
    "not_json": Kind("the HTML page of a proxy, which is not XML", PAGE, EITHER),
    "xhtml": Kind(
        "the page of a portal, well-formed; request_id: with one that botocore mistakes for AWS's", PAGE, EITHER
    ),
    "foreign": Kind("the well-formed answer of another API; request_id as with xhtml", PAGE, EITHER),
    "body": Kind("the field text as the whole body, with this HTTP status (200)", ANYTHING, EITHER),
    "unsuccessful": Kind(
        "AWS: every id that was to be deleted, accepted or rejected in Unsuccessful[], with this code", TEXT, EITHER
    ),
}
DELIVERIES = {
    "reset": Kind("the connection is reset, nothing is answered", NONE, EITHER),
    "lost": Kind("reset with the effect after"),
    "reset_headers": Kind("reset half-way through the headers"),
    "reset_body": Kind("reset half-way through the body"),
    "reset_end": Kind("reset after the whole answer"),
    "truncated": Kind("the connection is closed half-way through the body"),
    "longer": Kind("more body than was announced"),
    "endless": Kind("a body without end: until the client goes or the faults are cleared, 256 MB at most"),
    "drip_headers": Kind("the headers byte by byte, so many seconds each", SECONDS),
    "drip": Kind("the body byte by byte, so many seconds each", SECONDS),
    "refused": Kind(
        "the port is closed for so many seconds, or until the faults are cleared; call * closes it at once",
        SECONDS_OR_NONE,
        EITHER,
    ),
}
MUTATIONS = {
    "headers": Kind("the answer as it is; only the field headers changes it"),
    "short": Kind("half of the body, announced as the whole"),
    "malformed": Kind("a body with a broken syntax"),
    "whole_list": Kind("a list instead of the object"),
    "whole_text": Kind("a text instead of the object"),
    "whole_number": Kind("a number instead of the object"),
    "whole_null": Kind("null instead of the object"),
    "whole_empty": Kind("an object without any field"),
    "missing": Kind("without the field, or without any scalar field"),
    "null": Kind("null in the field, or in every scalar field"),
    "wrong_type": Kind("another type in the field, or in every scalar field"),
    "wrong_container": Kind("lists become objects, objects lists"),
    "unknown_enum": Kind("an unknown value in the field, or in every field that has an enumeration"),
    "extra": Kind("every object has unknown fields"),
    "huge": Kind("text of so many characters (65,536), numbers of 5,000 digits", ANYTHING),
    "hostile": Kind("escape sequences, line ends, templates, lone surrogates, bidi in the field or in every text"),
    "deep": Kind("100,000 levels in the field, or in one more"),
    "set": Kind("this value in the field, wherever it is", ANYTHING),
    "backwards": Kind("states that were reached are still answered as the ones before"),
    "failed": Kind("states are answered as FAILED"),
    "empty_list": Kind("lists are empty"),
    "no_list": Kind("the lists' keys are missing"),
    "no_ids": Kind("every id but the request's is missing"),
    "no_request_id": Kind("the request's id is missing, in the headers, too"),
}
PAGES = {
    "empty_page": Kind("an empty page with a token; the requested one follows"),
    "repeated_token": Kind("every page has the same token"),
    "endless_tokens": Kind("every page has a new token"),
    "wrong_token": Kind("a token of another type: this value, or 7", ANYTHING),
    "hostile_token": Kind("a token as with hostile"),
}
# By the counted connections to the HTTPS port, before there is a request: their call is Connect.
TLS = {
    "tls_garbage": Kind("bytes that are not TLS", NONE, (BEFORE,)),
    "tls_reset": Kind("reset during the handshake", NONE, (BEFORE,)),
    "tls_expired": Kind("an expired certificate", NONE, (BEFORE,)),
    "tls_untrusted": Kind("a certificate of another authority", NONE, (BEFORE,)),
    "tls_wrong_name": Kind("a certificate for another host", NONE, (BEFORE,)),
}
CONNECT = "Connect"
# The call of an unsigned request: its answer asks for credentials, whatever was requested.
CHALLENGE = "Challenge"
APART = frozenset({CONNECT, CHALLENGE})
"""Not calls of an API: a fault for every call leaves them alone."""
STUCK = {"stuck": Kind("a change of state does not happen until the faults are cleared", NONE, ())}
KINDS: dict[str, Kind] = {**WAITS, **INSTEAD, **DELIVERIES, **MUTATIONS, **PAGES, **TLS, **STUCK}


def check(kind: object, value: object, effect: object) -> str:
    """The effect of a fault of this kind.

    :raises ValueError: there is no such kind, or value or effect do not fit it.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"There is no fault {kind!r}. There are: {', '.join(KINDS)}.")
    it = KINDS[kind]
    if not VALUES[it.value](value):
        raise ValueError(f"The value of the fault {kind} does not fit: it accepts {it.value}.")
    if effect is not None and effect not in it.effects:
        raise ValueError(f"The effect of the fault {kind} does not fit: it can be {' or '.join(it.effects) or 'none'}.")
    return str(effect) if effect else next(iter(it.effects), "")
