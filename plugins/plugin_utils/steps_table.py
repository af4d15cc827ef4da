# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run does, or would do, and what it costs a month before and after, as aligned lines. Pure."""

from __future__ import annotations

import typing as t

from .foreign import SENTENCE, printable
from .text_table import table

Values = t.Mapping[str, t.Any]
_HEADER = ("NAME", "USD/MONTH BEFORE", "AFTER", "STEPS")
_NO_STEPS = "nothing to do"
_NO_PRICE = "not known"


def steps_table(rows: t.Sequence[Values]) -> list[str]:
    """A header, one line for each step of each row, and a total where there are several rows; nothing without rows.

    A row has `name`, `steps` (texts), and `monthly_before` and `monthly_after` in USD, null where no price is known:
    the total is then not known either. Every text may come from a cloud: it is printed on one line.
    """
    if not rows:
        return []
    lines = [line for row in rows for line in _lines(row)]
    return table([_HEADER, *lines, *([_total(rows)] if len(rows) > 1 else [])])


def _lines(row: Values) -> list[tuple[str, ...]]:
    first, *others = printable(row["steps"], SENTENCE) or [_NO_STEPS]
    costs = (_usd(row["monthly_before"]), _usd(row["monthly_after"]))
    return [(printable(row["name"]), *costs, first), *(("", "", "", step) for step in others)]


def _total(rows: t.Sequence[Values]) -> tuple[str, ...]:
    sums = (_sum([row[moment] for row in rows]) for moment in ("monthly_before", "monthly_after"))
    count = sum(len(row["steps"]) for row in rows)
    return ("TOTAL", *map(_usd, sums), f"{count} step{'' if count == 1 else 's'}")


def _sum(amounts: t.Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _usd(amount: float | None) -> str:
    return _NO_PRICE if amount is None else f"{amount:.2f}"
