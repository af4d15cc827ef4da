# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many places at once, each a process with a sandbox of its own: most faults cost waiting, not processor time."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing.util import Finalize
from typing import Any, TypeVar

from tests.chaos.place import Subject, a_place

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

PLACES = 3 * (os.cpu_count() or 1)
_subject: list[Subject] = []


def _begin() -> None:
    stack = ExitStack()
    _subject.append(stack.enter_context(a_place()))
    Finalize(None, stack.close, exitpriority=10)


def _do(work: Callable[[Subject, Any], Any], item: Any) -> Any:
    return work(_subject[0], item)


@contextlib.contextmanager
def open_places(count: int = PLACES) -> Iterator[Executor]:
    """A pool of that many places; each starts with its first work."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, _begin) as executor:
        yield executor


def each(
    places: Executor, work: Callable[[Subject, Item], Outcome], items: Sequence[Item]
) -> Iterator[tuple[Item, Outcome]]:
    """The results of `work`, a function of a module, for each item, in the order in which they end."""
    doing = {places.submit(_do, work, item): item for item in items}
    for done in as_completed(doing):
        yield doing[done], done.result()
