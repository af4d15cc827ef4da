# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of target groups. Pure.

AWS takes 32 letters, digits and hyphens, and gives a name to one target group of a region only. So the name is made of
what cannot be changed: two runs that want the same make one, and what differs gets another.
"""

from __future__ import annotations

import hashlib
import re

_SHOWN = 12
_DIGITS = 8


def prefix_of(name: str) -> str:
    """What the names of all target groups of this name begin with."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:_SHOWN].strip("-") or "tidb"
    return f"{plain}-{_digest(name)}-"


def target_group_name(name: str, *settings: object) -> str:
    """The name of the target group with these settings."""
    return prefix_of(name) + _digest("\n".join(str(one) for one in settings))


def is_of_name(group_name: str, name: str) -> bool:
    return group_name.startswith(prefix_of(name))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
