# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what goes wrong on purpose, and at which call."""

from __future__ import annotations

import dataclasses
import itertools
import random
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.sandbox import fault_kinds

# Real seconds, longer than any client may wait: even a test that forgets to clear its faults must end.
LONGEST_HELD = 300.0
LONGEST_SHUT = 300.0
# What answers say about the limit, as the service does (left_out: not at all) or absurdly.
LIMIT_HEADERS = ("Retry-After", "X-Ratelimit-Limit-Minute", "X-Ratelimit-Remaining-Minute", "X-Ratelimit-Reset")
HEADER_SETS: dict[str, str | None] = {
    "left_out": None,
    "negative": "-5",
    "huge": "9" * 400,
    "text": "soon",
    "nan": "NaN",
    "infinite": "inf",
    "empty": "",
    "past": "Thu, 01 Jan 1970 00:00:00 GMT",
}
# What happens by the sandbox's clock and can be held back, by the names of its settings.
STATE_CHANGES = {
    "tidbcloud": ("service_creating", "registration_accept", "registration_active", "registration_deleting"),
    "aws": ("endpoint_available", "private_dns", "endpoint_deleting", "interfaces_gone"),
}
# The same on the provider's side. Apart, because no job of the consumer's side comes by them.
PROVIDER_STATE_CHANGES = {
    "aws": (
        "configuration_available",
        "configuration_zones",
        "configuration_regions",
        "configuration_deleting",
        "connection_rejecting",
        "private_name_verification",
        "load_balancer_active",
    ),
}


def _state_changes(api: object) -> tuple[str, ...]:
    return (*STATE_CHANGES.get(str(api), ()), *PROVIDER_STATE_CHANGES.get(str(api), ()))


@dataclasses.dataclass
class Fault:
    """What goes wrong (`kind`, see `fault_kinds`) at calls named `call` of `api`.

    `call`: as in the request log, or * for any but those of `fault_kinds.APART`.
    `times`: how often it hits after it has skipped the first `after` calls; null: until the faults are cleared.
    `effect`: "before" does not handle the request, "after" handles it and then answers with the fault.
    `probability`: the share of those calls that it hits, drawn from `seed`: the same seed hits the same calls.
    One is chosen if none is given.
    `field`: which part of the answer a mutation changes, a pattern as in a shell, in any case.
    `headers`: which headers of the answer change: name to text, or to null to remove one; or one of `HEADER_SETS`.
    `where`: only requests with these details, as in the request log.
    `text`, `request_id`: for the kinds that name them.
    """

    id: int
    api: str
    call: str
    kind: str
    times: int | None = 1
    after: int = 0
    value: Any = None
    effect: str = ""
    probability: float = 1.0
    seed: int = 0
    field: str | None = None
    headers: Mapping[str, str | None] | str | None = None
    text: str = ""
    request_id: bool = False
    where: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def could_hit(self, api: str, call: str, detail: Mapping[str, Any]) -> bool:
        """Whether it would hit this call, chance aside. Counts the call as seen."""
        is_any = self.call == "*" and call not in fault_kinds.APART
        if api != self.api or not (is_any or self.call == call):
            return False
        if any(detail.get(name) != value for name, value in self.where.items()):
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.fired < self.times)


FIELDS = {field.name for field in dataclasses.fields(Fault)} - {"id", "seen", "fired"}


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cleared = threading.Condition(self._lock)
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []
        self._chances: dict[int, random.Random] = {}
        self.remembered: dict[str, Any] = {}
        """Page tokens that faults made up, and what they lead to (see pages.py)."""
        self.shut: Callable[[Fault], None] = lambda fault: None
        """Closes the ports of a fault's API; see the kind `refused`."""
        self.opened: Callable[[], None] = lambda: None
        """Returns when all ports are open that no fault closes."""

    def add(self, fields: Mapping[str, Any]) -> Fault:
        """Switch one on.

        :param fields: those of Fault except its number and its counts; api, call and kind are required.
        :raises ValueError: what is wrong with the fields, as a sentence.
        """
        unknown = set(fields) - FIELDS
        missing = {"api", "call", "kind"} - set(fields)
        if unknown or missing:
            raise ValueError(f"A fault has no field {sorted(unknown)} and needs {sorted(missing)}.")
        effect = fault_kinds.check(fields["kind"], fields.get("value"), fields.get("effect"))
        _check(fields)
        seed = fields.get("seed")
        seed = secrets.randbelow(2**32) if seed is None and fields.get("probability", 1) < 1 else seed or 0
        with self._lock:
            fault = Fault(**{**fields, "id": next(self._ids), "effect": effect, "seed": seed})
            self._chances[fault.id] = random.Random(seed)
            self._faults.append(fault)
        if (fault.kind, fault.call, fault.after, fault.probability) == ("refused", "*", 0, 1.0):
            fault.fired = 1
            self.shut(fault)
        return fault

    def list(self) -> list[Fault]:
        """All of them, including those that have fired."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Switch all off; ports that were closed are open again when it returns."""
        with self._lock:
            self._faults.clear()
            self._chances.clear()
            self.remembered.clear()
            self._cleared.notify_all()
        self.opened()

    def wait_until_cleared(self, fault: Fault, seconds: float = LONGEST_HELD) -> bool:
        """Wait until this one is switched off, or for that many real seconds; returns whether it is off."""
        with self._lock:
            return self._cleared.wait_for(lambda: not any(one is fault for one in self._faults), seconds)

    def take(self, api: str, call: str, detail: Mapping[str, Any] | None = None) -> Fault | None:
        """The fault that hits this call, counted as fired; every fault that fits has seen the call."""
        faults = [fault for fault in self.list() if fault.kind != "stuck"]
        return self._hit(faults, api, call, detail or {})

    def hold(self, change: str) -> Callable[[], bool]:
        """For a state change that falls due: a function that says whether it is still held back."""
        api = next((api for api in STATE_CHANGES if change in _state_changes(api)), "")
        fault = self._hit([fault for fault in self.list() if fault.kind == "stuck"], api, change, {})
        return lambda: any(one is fault for one in self.list())

    def _hit(self, faults: Sequence[Fault], api: str, call: str, detail: Mapping[str, Any]) -> Fault | None:
        with self._lock:
            # Chance is drawn for each fault that could hit, whether another one is first or not.
            hitting = [fault for fault in faults if fault.could_hit(api, call, detail) and self._has_chance(fault)]
            if not hitting:
                return None
            hitting[0].fired += 1
            return hitting[0]

    def _has_chance(self, fault: Fault) -> bool:
        chance = self._chances.get(fault.id)
        return chance is not None and chance.random() < fault.probability


def _check(fields: Mapping[str, Any]) -> None:
    """The fields that any kind may have."""
    kind, api, call = fields["kind"], fields["api"], fields["call"]
    if not all(_is_whole(number) for number in (fields.get("times") or 0, fields.get("after", 0))):
        raise ValueError("How often (times) and after how many calls (after) must be whole numbers.")
    probability = fields.get("probability", 1)
    if isinstance(probability, bool) or not isinstance(probability, (int, float)) or not 0 <= probability <= 1:
        raise ValueError("The probability must be a number from 0 to 1.")
    if not _is_whole(fields.get("seed") or 0):
        raise ValueError("The seed must be a whole number.")
    headers = fields.get("headers")
    if not (headers is None or isinstance(headers, Mapping) or headers in HEADER_SETS):
        raise ValueError(f"The headers must be an object or one of {', '.join(HEADER_SETS)}.")
    if kind == "set" and not fields.get("field"):
        raise ValueError("The fault set needs a field.")
    if kind == "stuck" and call not in _state_changes(api):
        raise ValueError(f"Nothing of {api} is called {call}. There are: {', '.join(_state_changes(api))}.")
    if kind in fault_kinds.TLS and call != fault_kinds.CONNECT:
        raise ValueError(f"The call of the fault {kind} must be {fault_kinds.CONNECT}.")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
