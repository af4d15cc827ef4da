# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory held without garbage collection: modules keep the collector from running (`_aws/descriptions.py`)."""

from __future__ import annotations

import contextlib
import gc
import tracemalloc
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def collected_by_nobody() -> Iterator[None]:
    """Memory is traced, and what refers to itself stays, for as long as the context lasts."""
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
        gc.enable()


def raised_by(act: Callable[[], object]) -> Exception:
    """The error that it raises, with all that this holds."""
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("It raised nothing.")
