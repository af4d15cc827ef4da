# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the clouds say, on its way to a terminal or a command: one printable line, or a host name and nothing else."""

from __future__ import annotations

import re
import typing as t

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import text

# Of a sentence of our own that quotes some of them.
SENTENCE = 2000
_LABEL = r"[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")


def printable(value: t.Any, most: int = text.MOST) -> t.Any:
    """Every text in the value, at any depth, on one line, printable, cut to `most` characters."""
    if isinstance(value, t.Mapping):
        return {text.printable(key, most): printable(item, most) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(item, most) for item in value]
    return text.printable(value, most) if isinstance(value, str) else value


def as_data(value: t.Any) -> t.Any:
    """The same value, whose texts Ansible takes for templates in no version.

    Containers are built again: those that Ansible 2.19 hands to filters template their items when they are read, and
    cannot be copied by their type.
    """
    if isinstance(value, t.Mapping):
        return {as_data(key): as_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_data(item) for item in value]
    return wrap_var(value) if isinstance(value, str) else value


def host_name(value: t.Any) -> str:
    """The value if it is a host name or an IPv4 address, else an empty text."""
    found = _HOST_NAME.fullmatch(value) if isinstance(value, str) else None
    return found.group() if found else ""
