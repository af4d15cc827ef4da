# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends a module: results and errors in one shape."""

from __future__ import annotations

import typing as t

from .errors import PrivateLinkError


def finish(module: t.Any, work: t.Callable[[], t.Mapping[str, t.Any]]) -> None:
    """Runs C(work) and returns its values; an error becomes C(msg) with its own fields and the C(steps) done."""
    try:
        returned = work()
    except PrivateLinkError as error:
        module.fail_json(msg=str(error), changed=bool(error.steps), steps=list(error.steps), **error.returned())
    else:
        module.exit_json(**returned)
