# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that does what a message advises, to be pasted into a playbook. Pure."""

from __future__ import annotations

import re
import typing as t

Option = t.Union[str, bool, None]
# Ids, names of services and regions are plain words. Others are quoted; what could break out of the quotes, or be taken
# for a template, is left out.
_PLAIN = re.compile(r"[A-Za-z0-9.-]+")
_QUOTABLE = re.compile(r"[A-Za-z0-9.:/_+=,@ -]+")
# Free words: YAML would take some of them for a boolean, a number or null.
_ALWAYS_QUOTED = frozenset({"profile", "assume_role_external_id"})


def task(**options: Option) -> str:
    """The task of `private_endpoint` with these options; one that is null or empty is left out."""
    shown = (f"{option}: {text}" for option, value in options.items() if (text := _text(option, value)))
    return f"tidbcloud.privatelink.private_endpoint: {{{', '.join(shown)}}}"


def _text(option: str, value: Option) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not value or not _QUOTABLE.fullmatch(value):
        return ""
    is_plain = _PLAIN.fullmatch(value) and not value.isdigit() and option not in _ALWAYS_QUOTED
    return value if is_plain else f'"{value}"'
