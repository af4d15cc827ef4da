# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module. If a role of this collection runs it, its errors name the role's variables, which its user sets."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from .role_words import CONNECTION, ROLES, in_provider_words, in_role_words


class WordedAction(ActionBase):  # type: ignore[misc]
    """The module of the task's name, with its own arguments."""

    _supports_check_mode = True
    _supports_async = True

    @property
    def role_prefix(self) -> str:
        """That of the variables of the role of this collection that the task belongs to; empty elsewhere."""
        role = getattr(self._task, "_role", None)
        return ROLES.get(role.get_name(), "") if role else ""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        result.update(self._run_module(task_vars))
        if not self.role_prefix:
            return result
        # Of the service of the user's own; a task that waits for one of TiDB Cloud names a cluster.
        is_of_provider = self.role_prefix == CONNECTION and bool(self._task.args.get("self_hosted_name"))
        named: dict[str, t.Any] = (in_provider_words if is_of_provider else in_role_words)(result, self.role_prefix)
        return named

    def _run_module(self, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        result: dict[str, t.Any] = self._execute_module(task_vars=task_vars, wrap_async=wrap_async)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result
