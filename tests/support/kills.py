# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed during one of its calls.

The call is held before it takes effect, its caller is killed meanwhile, and then it takes effect.
"""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.sandbox.faults import Fault
from tests.sandbox.log import Entry
from tests.support.customer import Customer, run_alone
from tests.support.forks import PROCESSES

# Real seconds, on a machine that does much else.
GIVE_UP = 60.0


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + GIVE_UP
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.002)


@dataclass(frozen=True)
class Call:
    """A call and how many of the same name came before it in its run."""

    name: str
    number: int


NOT_KILLED = Call("", 0)


def calls_in(entries: Sequence[Entry], api: str) -> list[Call]:
    """The calls to one cloud in order, without challenges."""
    names = [entry.call for entry in entries if entry.api == api and entry.caller]
    return [Call(name, names[:index].count(name)) for index, name in enumerate(names)]


@dataclass(frozen=True)
class Victim:
    """A run of `module` with `options`; `api` is the cloud during whose calls it is killed, `writes` those that change
    something. `once_dead` runs between the death of the caller and the effect of its call.
    """

    customer: Customer
    module: str
    options: Mapping[str, Any]
    api: str
    writes: Collection[str]
    once_dead: Callable[[], None] = lambda: None

    def killed_at(self, call: str, number: int) -> list[Call]:
        """The calls to `api` of a run that was killed during the `number`-th (from 0) of those named `call`.

        The call itself takes effect after its caller's death. NOT_KILLED is the last where the run never came to that
        call and ended by itself.
        """
        sandbox = self.customer.sandbox
        sandbox.log.clear()
        held: Fault = sandbox.faults.add({"api": self.api, "call": call, "kind": "held", "after": number})
        arguments = (self.module, {**self.options, "wait_delay": 0.05}, self.customer.environment)
        process = PROCESSES.Process(target=run_alone, args=arguments)
        process.start()
        until(lambda: held.fired == 1 or not process.is_alive())
        process.kill()
        process.join()
        if not held.fired:
            sandbox.faults.clear()
            assert process.exitcode == 0
            return [*calls_in(sandbox.log.entries(), self.api), NOT_KILLED]
        assert process.exitcode == -signal.SIGKILL
        self.once_dead()
        sandbox.faults.clear()
        until(lambda: any(entry.fault for entry in sandbox.log.entries()))
        last = sandbox.log.entries()[-1]
        assert (last.api, last.fault) == (self.api, "held"), "it was killed too late"
        assert last.status == 200 or last.call not in self.writes, "it took no effect"
        return calls_in(sandbox.log.entries(), self.api)


def killed_at_each(kill: Callable[[str, int], list[Call]], writes: Collection[str]) -> None:
    """Plays `kill` (from a call's name and number to the calls of the run, see Victim) until each call was killed."""
    kills: list[Call] = []
    for number in itertools.count():
        *before, last = kill("*", number)
        if last is NOT_KILLED:
            break
        kills.append(last)
    # A run that nobody kills has no more calls; one that polls more often shifts those after it, and some are made at
    # once: what was passed over is killed by its name.
    assert len(before) <= len(kills)
    for missed in sorted(set(before) - set(kills), key=str):
        if kill(missed.name, missed.number)[-1] == missed:
            kills.append(missed)
    assert {one for one in before if one.name in writes} <= set(kills)
    assert {one.name for one in before} == {one.name for one in kills}
