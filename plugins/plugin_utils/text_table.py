# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as aligned lines. Pure."""

from __future__ import annotations

import typing as t

# A line of its own: an empty one would be lost.
GAP = " "


def table(rows: t.Sequence[t.Sequence[str]]) -> list[str]:
    """One line for each row, the columns but the last one padded to their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]) for row in rows]
