# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that does what a message advises, to be pasted into a playbook. Pure."""

from __future__ import annotations

import re
import typing as t

Option = t.Union[str, bool, None, t.Sequence[str]]
# Ids, names of services and regions are plain words. Others are quoted; what could break out of the quotes, or be taken
# for a template, is left out.
_PLAIN = re.compile(r"[A-Za-z0-9.-]+")
_QUOTABLE = re.compile(r"[A-Za-z0-9.:/_+=,@* -]+")
# Free words: YAML would take some of them for a boolean, a number or null.
_ALWAYS_QUOTED = frozenset({"profile", "assume_role_external_id", "self_hosted_name"})


def task(**options: Option) -> str:
    """The task of `private_endpoint` with these options; one that is null or empty is left out."""
    return task_of("private_endpoint", **options)


def task_of(module: str, **options: Option) -> str:
    """The task of that module of the collection. A list is exact, so one with an item that cannot be written is left
    out as a whole; `is_writable` says whether it can.
    """
    shown = (f"{option}: {text}" for option, value in options.items() if (text := _text(option, value)))
    return f"tidbcloud.privatelink.{module}: {{{', '.join(shown)}}}"


def is_writable(value: Option) -> bool:
    """Whether an option can have this value in a task that is pasted."""
    if value is None or isinstance(value, bool):
        return True
    return all(_QUOTABLE.fullmatch(one) for one in ([value] if isinstance(value, str) else value))


def _text(option: str, value: Option) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value == "" or not is_writable(value):
        return ""
    if not isinstance(value, str):
        return f"[{', '.join(_quoted(one) for one in value)}]"
    is_plain = _PLAIN.fullmatch(value) and not value.isdigit() and option not in _ALWAYS_QUOTED
    return value if is_plain else _quoted(value)


def _quoted(value: str) -> str:
    return f'"{value}"'
