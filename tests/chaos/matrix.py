# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of every job goes wrong in every way. The run converges, or ends with a clear error in time; after the
fault one more run converges; no run claims what is not true.
"""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos import promises
from tests.chaos.jobs import JOBS, Job
from tests.chaos.kinds import DOSES, KINDS, STUCK, Kind
from tests.chaos.place import SHORT_TIMEOUT, Subject
from tests.chaos.runner import Ended
from tests.sandbox.fault_kinds import CONNECT
from tests.sandbox.faults import STATE_CHANGES
from tests.support.customer import WRITING_CALLS, Result
from tests.support.transitions import Options

Call = tuple[str, str]
# How long a run waits for what a fault prevents forever (seconds of the run's own clock).
PATIENCE = 100
# The parts of a cell's name.
PARTS = 5


@dataclass(frozen=True)
class Cell:
    """One call of one job that goes wrong in one way."""

    job: str
    api: str
    call: str
    kind: str
    dose: str

    def __str__(self) -> str:
        return "/".join((self.job, self.api, self.call, self.kind, self.dose))

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Raises ValueError for an invalid name."""
        parts = text.split("/")
        if len(parts) != PARTS or parts[0] not in JOBS or parts[3] not in (*KINDS, STUCK.name) or parts[4] not in DOSES:
            raise ValueError(
                f"{text} is not JOB/API/CALL/FAULT/DOSE. Jobs: {', '.join(JOBS)}; faults: {', '.join(KINDS)}."
            )
        return cls(*parts)

    @property
    def fault(self) -> Kind:
        return STUCK if self.kind == STUCK.name else KINDS[self.kind]


@dataclass(frozen=True)
class Outcome:
    """What became of a cell. `hit`: its fault met a call. `ran_again`: whether the fault left anything to finish.
    `overrun`: seconds past the deadline, of a run by the real clock.
    """

    cell: Cell
    hit: bool = False
    succeeded: bool = False
    ran_again: bool = False
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    overrun: float = 0.0
    extra_mb: float = 0.0


@dataclass(frozen=True)
class Clean:
    """A job without faults: its calls with their counts, what it returns and how much memory it takes."""

    calls: Counter[Call]
    result: Result
    peak_mb: float


class Matrix:
    """The cells, in one place."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._clean: dict[str, Clean] = {}
        # The job that the place is prepared for, and its options.
        self._prepared: tuple[Job, Options] | None = None

    def cells(self, job: str) -> Iterator[Cell]:
        """All cells of a job, from the calls that it makes without faults."""
        calls = self.clean(JOBS[job]).calls
        connections = {(api, CONNECT): 2 for api, _call in calls}
        for (api, call), count in sorted({**calls, **connections}.items()):
            for kind in KINDS.values():
                for dose in kind.doses if kind.meets(api, call) else ():
                    if dose != "later" or count > 1:
                        yield Cell(job, api, call, kind.name, dose)
        for api, changes in STATE_CHANGES.items():
            for change in changes if not JOBS[job].reads else ():
                yield Cell(job, api, change, STUCK.name, *STUCK.doses)

    def clean(self, job: Job) -> Clean:
        """Run the job once in this place, without faults. Raises AssertionError if it fails.

        What a job that reads returns has ids, so it is true only of the state that it found.
        """
        if job.name not in self._clean or (job.reads and not self._is_prepared(job)):
            self._clean.pop(job.name, None)
            options = self._prepare(job)
            self._subject.sandbox.log.clear()
            ended = self._subject.end(job.module, options)
            broken = self._judged(job, options, ended)
            assert ended.result, ended
            assert (ended.result["failed"], broken) == (False, []), ended
            self._clean[job.name] = Clean(self._calls(), ended.result, ended.peak_mb)
            if not job.reads:
                self._prepared = None
        return self._clean[job.name]

    def run(self, cell: Cell) -> Outcome:
        """The job with the fault, and again without it if it sent anything that could have changed something."""
        subject, job, kind = self._subject, JOBS[cell.job], cell.fault
        clean = self.clean(job)
        options = self._prepare(job)
        subject.sandbox.log.clear()
        with self._going_wrong(cell) as has_hit:
            ended = self._faulted(job, options, kind)
            hit = has_hit()
        wait_timeout = SHORT_TIMEOUT if kind.hangs else None
        problems = promises.of_any_run(subject, ended, clean.peak_mb, wait_timeout)
        problems += self._judged(job, options, ended, believable=kind.may_be_so(cell.call))
        wrote = any(call in WRITING_CALLS for _api, call in self._calls())
        if wrote:
            self._prepared = None
            again = subject.end(job.module, options)
            problems += [f"the next run: {problem}" for problem in self._last(job, options, again, clean)]
        return Outcome(
            cell,
            hit,
            bool(ended.result and not ended.result["failed"]),
            wrote,
            problems,
            ended.seconds,
            max(0.0, ended.seconds - wait_timeout) if wait_timeout else 0.0,
            ended.peak_mb - clean.peak_mb,
        )

    @contextlib.contextmanager
    def _going_wrong(self, cell: Cell) -> Iterator[Callable[[], bool]]:
        """The fault is on as long as the context lasts, whose value says whether it has hit any call."""
        sandbox, kind = self._subject.sandbox, cell.fault
        with contextlib.ExitStack() as stack:
            if kind.secure:
                stack.enter_context(self._subject.by_https())
            if kind.settings:
                stack.callback(
                    sandbox.settings.change, {name: getattr(sandbox.settings, name) for name in kind.settings}
                )
                sandbox.settings.change(kind.settings)
                yield lambda: (cell.api, cell.call) in self._calls()
            else:
                stack.callback(sandbox.faults.clear)
                fault = sandbox.faults.add(kind.fault(cell.api, cell.call, cell.dose))
                yield lambda: fault.fired > 0

    def _calls(self) -> Counter[Call]:
        return Counter((entry.api, entry.call) for entry in self._subject.sandbox.log.entries() if entry.caller)

    def _faulted(self, job: Job, options: Options, kind: Kind) -> Ended:
        if kind.hangs:
            return self._subject.end(job.module, options, pace=1.0)
        return self._subject.end(job.module, {**options, "wait_timeout": PATIENCE})

    def _prepare(self, job: Job) -> Options:
        """Set up the state before the job, unless nothing has changed since."""
        if self._prepared is None or not self._is_prepared(job):
            self._subject.sandbox.reset()
            self._prepared = (job, job.prepare(self._subject))
        return self._prepared[1]

    def _is_prepared(self, job: Job) -> bool:
        return self._prepared is not None and self._prepared[0] is job

    def _last(self, job: Job, options: Options, ended: Ended, clean: Clean) -> list[str]:
        """The problems of the run after the fault."""
        problems = promises.of_any_run(self._subject, ended, clean.peak_mb, None) + self._judged(job, options, ended)
        if ended.result and ended.result["failed"]:
            problems.append(f"does not converge: {ended.result['msg'][:400]}")
        return problems + promises.of_convergence(self._subject)

    def _judged(self, job: Job, options: Options, ended: Ended, *, believable: bool = False) -> list[str]:
        """The problems of any run of the job; by now all faults must be off."""
        problems = promises.of_both_clouds(self._subject)
        result = ended.result
        if result is None:
            return problems
        if not job.reads:
            unfulfilled = promises.of_success(self._subject, _done(result, job.desired(options)))
            return problems + (promises.of_doubt(unfulfilled, result) if believable else unfulfilled)
        if believable or result["failed"] or job.name not in self._clean:
            return problems
        return problems + promises.of_reading(result, self._clean[job.name].result)


def _done(result: Result, desired: list[Options]) -> list[Options]:
    """The desired states whose run, or item, says that it succeeded."""
    results = result.get("results", [result])
    return [options for options, one in zip(desired, results, strict=False) if not one["failed"]]


@functools.cache
def _matrix(subject: Subject) -> Matrix:
    return Matrix(subject)


def cells_of(subject: Subject, job: str) -> list[Cell]:
    return list(_matrix(subject).cells(job))


def run_cell(subject: Subject, cell: Cell) -> Outcome:
    """Run the cell in this place; the outcome has what is wrong."""
    return _matrix(subject).run(cell)
