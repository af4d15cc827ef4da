# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ids of TiDB Cloud: decimal strings of 19 or 20 digits, too large for a floating-point number to hold exactly."""

from __future__ import annotations

import re

from .._run.errors import PrivateLinkError
from .._run.text import printable

# An unsigned 64-bit number has 20 digits at most.
_DIGITS = re.compile(r"[0-9]{1,20}")
# Ids in an answer that later requests have in their path. Never "-", which means all, or "..".
_ANSWERED = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_ROUNDED = re.compile(r"[-+]?[0-9]+(\.[0-9]*(e[-+]?[0-9]+)?|e[-+]?[0-9]+)", re.IGNORECASE)


def tidb_id(value: object, name: str = "id") -> str:
    """The id as a string of digits. `name` is the option it came from, for the message.

    An int is exact and accepted. Raises PrivateLinkError for anything that cannot be an id, above all for a number that
    YAML, JSON or a template has rounded: it would be the id of another cluster, or of none.
    """
    digits = (answered_text(value) or "").strip()
    if _DIGITS.fullmatch(digits):
        return digits
    raise PrivateLinkError(f"The {name} must be a string of digits, but {_found(value)}")


def answered_id(value: object) -> str | None:
    """The id in an answer, null if there is none."""
    text = answered_text(value)
    return text if text is not None and _ANSWERED.fullmatch(text) else None


def answered_text(value: object) -> str | None:
    """The text in an answer, null if there is none. An int that can be an id is accepted: JSON has it exactly."""
    # Python refuses to convert one with very many digits.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**20 else None
    return value if isinstance(value, str) else None


def _found(value: object) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return "it is empty; the id of a cluster is in the address of its page in the TiDB Cloud console."
    shown = _shown(value)
    rounded = isinstance(value, float) or (isinstance(value, str) and _ROUNDED.fullmatch(value.strip()) is not None)
    if rounded:
        return f"{shown} was found, a number that may have been rounded on its way; quote the id in YAML."
    return f"{shown} was found; write the digits alone, and quote them in YAML."


def _shown(value: object) -> str:
    try:
        return printable(repr(value), 60)
    except ValueError:
        return "a number of thousands of digits"
