# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cases of a large table are tried on each change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

EVERY = 3


def sampled(cases: Iterable[Any]) -> list[Any]:
    """The cases for `parametrize`: every third is tried on each change, and all by "make nightly"."""
    return [case if number % EVERY == 0 else _exhaustive(case) for number, case in enumerate(cases)]


def _exhaustive(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.exhaustive)
