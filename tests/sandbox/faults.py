# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what goes wrong on purpose, and at which call."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

STATUSES = (400, 403, 429, 500, 502, 503)
PAGE_STATUSES = (200, 502)
LONGEST_HELD = 60.0  # real seconds: a test that forgets to clear its faults must end, too
# What happens by the sandbox's clock and can be kept from happening, by the names of its settings.
STATE_CHANGES = {
    "tidbcloud": ("service_creating", "registration_accept", "registration_active", "registration_deleting"),
    "aws": ("endpoint_available", "private_dns", "endpoint_deleting", "interfaces_gone"),
}


@dataclasses.dataclass
class Fault:
    """C(kind) strikes at calls named C(call) (V(*): any) of C(api): skips the first C(after), then strikes C(times).

    Kinds: V(latency) handles the request C(value) real seconds late; V(status) answers the HTTP status C(value), not
    handling; V(held) handles the request when the faults are cleared; V(reset) resets the connection before handling;
    V(lost) handles the request, then resets instead of answering; V(throttle) refuses, not handling, as the API does
    that is asked too often; V(truncated) handles the request and closes the connection half-way through the answer;
    V(late) handles the request and answers C(value) real seconds later; V(masked) handles the request and answers the
    HTTP status C(value) all the same; V(not_json) answers the HTML page of a proxy, not handling, with the HTTP status
    C(value) (502 where none is given).
    V(stuck) strikes no request: C(call) is one of C(STATE_CHANGES), which does not happen until the faults are cleared.
    """

    id: int
    api: str
    call: str
    kind: str
    times: int = 1
    after: int = 0
    value: float | None = None
    seen: int = 0
    fired: int = 0

    def strikes(self, api: str, call: str) -> bool:
        """Whether this call is hit. Counts the call as seen."""
        if api != self.api or self.call not in ("*", call):
            return False
        self.seen += 1
        return self.seen > self.after and self.fired < self.times


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cleared = threading.Condition(self._lock)
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []

    def add(self, fields: Mapping[str, Any]) -> Fault:
        """Switch one on.

        :param fields: C(api), C(call), C(kind) and, where they differ from the defaults, C(times), C(after), C(value).
        :raises ValueError: what the fields lack, as a sentence.
        """
        unknown = set(fields) - {"api", "call", "kind", "times", "after", "value"}
        missing = {"api", "call", "kind"} - set(fields)
        if unknown or missing:
            raise ValueError(f"A fault has no field {sorted(unknown)} and needs {sorted(missing)}.")
        if not all(_is_whole(fields.get(name, 0)) for name in ("times", "after")):
            raise ValueError("How often (times) and after how many calls (after) must be whole numbers.")
        _check_kind(fields["kind"], fields.get("value"))
        if fields["kind"] == "stuck" and fields["call"] not in STATE_CHANGES.get(fields["api"], ()):
            raise ValueError(f"Nothing of {fields['api']} is called {fields['call']}. There are: {STATE_CHANGES}.")
        with self._lock:
            fault = Fault(id=next(self._ids), **fields)
            self._faults.append(fault)
        return fault

    def list(self) -> list[Fault]:
        """All of them, also those that have fired."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._faults.clear()
            self._cleared.notify_all()

    def wait_until_cleared(self, fault: Fault) -> None:
        """Returns when this one is switched off, or after C(LONGEST_HELD)."""
        with self._lock:
            self._cleared.wait_for(lambda: fault not in self._faults, LONGEST_HELD)

    def take(self, api: str, call: str) -> Fault | None:
        """The fault that strikes this call, counted as fired; every fault that fits has seen the call."""
        return self._strike([fault for fault in self.list() if fault.kind != "stuck"], api, call)

    def hold(self, change: str) -> Callable[[], bool]:
        """For a state change that falls due: a function that says whether it is still kept from happening."""
        api = next((api for api, changes in STATE_CHANGES.items() if change in changes), "")
        fault = self._strike([fault for fault in self.list() if fault.kind == "stuck"], api, change)
        return lambda: any(one is fault for one in self.list())

    def _strike(self, faults: Sequence[Fault], api: str, call: str) -> Fault | None:
        with self._lock:
            striking = [fault for fault in faults if fault.strikes(api, call)]
            if not striking:
                return None
            striking[0].fired += 1
            return striking[0]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_kind(kind: object, value: object) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "latency": is_number,
        "status": value in STATUSES,
        "held": value is None,
        "reset": value is None,
        "lost": value is None,
        "throttle": value is None,
        "truncated": value is None,
        "late": is_number,
        "masked": value in STATUSES,
        "not_json": value is None or value in PAGE_STATUSES,
        "stuck": value is None,
    }
    if not isinstance(kind, str) or kind not in fits:
        raise ValueError(f"There is no fault {kind!r}. There are: {', '.join(fits)}.")
    if not fits[kind]:
        raise ValueError(
            f"The value of the fault {kind} does not fit: latency and late take seconds, status and masked one of "
            f"{STATUSES}, not_json one of {PAGE_STATUSES} or none, others none."
        )
