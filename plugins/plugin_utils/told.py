# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module and prints the lines that it writes meanwhile. The module's result is as it is without."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import typing as t
from collections.abc import Iterator

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.progress import FILE_VARIABLE

# Seconds between two looks at the file, which is on this host.
EVERY = 0.5


class ToldAction(ActionBase):  # type: ignore[misc]
    """Where the module runs on this host as this user and is waited for, its progress is printed; else it just runs."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        host = str((task_vars or {}).get("inventory_hostname", ""))
        with self._told(host) if self._can_tell() else contextlib.nullcontext():
            result.update(self._execute_module(task_vars=task_vars, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _can_tell(self) -> bool:
        return self._connection.transport == "local" and not self._task.async_val and self._connection.become is None

    @contextlib.contextmanager
    def _told(self, host: str) -> Iterator[None]:
        descriptor, path = tempfile.mkstemp(prefix="tidbcloud-privatelink-")
        environment = self._task.environment
        own = environment if isinstance(environment, list) else [environment or {}]
        self._task.environment = [*own, {FILE_VARIABLE: path}]
        over = threading.Event()
        reader = threading.Thread(target=_print_lines, args=(descriptor, over, host), daemon=True)
        reader.start()
        try:
            yield
        finally:
            over.set()
            reader.join()
            self._task.environment = environment
            os.unlink(path)


def _print_lines(descriptor: int, over: threading.Event, host: str) -> None:
    display = Display()
    with open(descriptor, encoding="utf-8") as file:
        is_last = False
        while not is_last:
            is_last = over.wait(EVERY)
            for line in file.read().splitlines():
                display.display(f"{host}: {line}")
