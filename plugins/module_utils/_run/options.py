# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of every module, whatever it does: how long it may take, and text that can be written."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote

from .errors import PrivateLinkError
from .text import is_encodable, printable
from .wait import Deadline

READ_TIMEOUT = 900  # seconds: reading a fleet of hundreds takes long at 100 requests a minute
LONGEST_TIME = 7 * 24 * 3600  # seconds: more is a mistake
WAIT_DELAY = 15.0  # seconds
# Hiding shorter ones would hide every other text that happens to contain them.
_SHORTEST_SECRET = 6


def wait_arguments(timeout: int) -> dict[str, t.Any]:
    """Argument spec: waiting, in seconds."""
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": timeout},
        "wait_delay": {"type": "float", "default": WAIT_DELAY},
    }


def read_arguments() -> dict[str, t.Any]:
    """Argument spec of a module that only reads: its deadline, in seconds."""
    return {"wait_timeout": {"type": "int", "default": READ_TIMEOUT}}


def deadline_of(params: t.Mapping[str, t.Any]) -> Deadline:
    """The deadline in the options. Raises PrivateLinkError for an impossible time."""
    delay = params.get("wait_delay", WAIT_DELAY)
    if not 0 <= params["wait_timeout"] <= LONGEST_TIME:
        found = params["wait_timeout"]
        raise PrivateLinkError(f"wait_timeout must be from 0 to {LONGEST_TIME} seconds, but is {printable(found)}.")
    _require_time("wait_delay", delay)
    return Deadline(params["wait_timeout"], delay)


def _require_time(option: str, seconds: float) -> None:
    """NaN, which compares with nothing, is rejected as well."""
    if not 0 < seconds <= LONGEST_TIME:
        raise PrivateLinkError(
            f"{option} must be greater than 0 and at most {LONGEST_TIME} seconds, but is {printable(seconds)}."
        )


def reject_unencodable(params: t.Mapping[str, t.Any]) -> None:
    """Ansible represents bytes that are not UTF-8 as lone surrogates, which no API takes. Raises PrivateLinkError."""
    for option, value in params.items():
        if not is_encodable(value):
            raise PrivateLinkError(f"{option} holds bytes that are not UTF-8. Give it as text in UTF-8.")


def hide_url_secrets(module: t.Any) -> None:
    """Keep the credentials in the URLs among the options out of all output."""
    for value in module.params.values():
        if isinstance(value, str) and "://" in value and "@" in value:
            user_info = value.split("://", 1)[1].rpartition("@")[0]
            password = user_info.partition(":")[2]
            secrets = {user_info, password, unquote(password)}
            module.no_log_values.update(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
