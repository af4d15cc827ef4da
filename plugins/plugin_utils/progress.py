# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module, prints the lines that it writes meanwhile, and what it changed. The module's result stays the same."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import typing as t
from collections.abc import Iterator

from ansible import constants, context
from ansible.utils.display import Display

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.progress import FILE_VARIABLE
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import printable

from .changes import change_lines
from .worded import WordedAction

# Seconds between two looks at the file, which is on this host.
EVERY = 0.5
# The most bytes read in one look: no module writes as much.
MOST = 64 * 1024
SWITCH = "TIDBCLOUD_PRIVATELINK_PROGRESS"
_OFF = frozenset({"off", "false", "no", "0"})
# Callbacks whose output people read. Others print for programs, which a line in between would break.
_FOR_PEOPLE = frozenset(
    {
        "default",
        "minimal",
        "debug",
        "yaml",
        "ansible.builtin.default",
        "ansible.builtin.minimal",
        "ansible.posix.debug",
        "community.general.yaml",
    }
)
# The display of ansible-runner, and so of AWX. It prints what the callback that it replaces would.
_RUNNER = "awx_display"
_REPLACED_BY_RUNNER = "ORIGINAL_STDOUT_CALLBACK"


class ProgressAction(WordedAction):
    """Print the module's progress where it runs on this host as this user and is waited for, and print what it changed.

    The role prints its own table of what changed, with the network.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        if self._may_print() and not self.role_prefix:
            check_mode = bool(getattr(self._task, "check_mode", False))
            for line in change_lines(result, self._host(task_vars), check_mode=check_mode):
                Display().display(line)
        return result

    def _run_module(self, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        is_here = self._connection.transport == "local" and self._connection.become is None
        with self._printed(self._host(task_vars)) if is_here and self._may_print() else contextlib.nullcontext():
            return super()._run_module(task_vars)

    @staticmethod
    def _host(task_vars: dict[str, t.Any] | None) -> str:
        return str((task_vars or {}).get("inventory_hostname", ""))

    def _may_print(self) -> bool:
        return (
            not self._task.async_val
            and not self._task.no_log
            and is_for_people(constants.DEFAULT_STDOUT_CALLBACK)
            and self._is_switched_on()
        )

    def _is_switched_on(self) -> bool:
        """The task's own environment overrides that of Ansible."""
        of_task: dict[str, t.Any] = {}
        self._compute_environment_string(of_task)
        value = of_task.get(SWITCH, os.environ.get(SWITCH, ""))
        return str(value).strip().lower() not in _OFF

    @contextlib.contextmanager
    def _printed(self, host: str) -> Iterator[None]:
        # If Ansible ends this process, it still removes its own temporary directory.
        descriptor, path = tempfile.mkstemp(prefix="tidbcloud-privatelink-", dir=constants.DEFAULT_LOCAL_TMP)
        environment = self._task.environment
        own = environment if isinstance(environment, list) else [environment or {}]
        over = threading.Event()
        reader = threading.Thread(target=_print_lines, args=(descriptor, over, host), daemon=True)
        reader.start()
        try:
            self._task.environment = [*own, {FILE_VARIABLE: path}]
            yield
        finally:
            self._task.environment = environment
            os.unlink(path)
            over.set()
            reader.join()


def is_for_people(callback: str) -> bool:
    """Whether people read what the stdout callback of that name prints."""
    if context.CLIARGS.get("one_line"):
        return False  # ansible -o: one line for each host and nothing else
    if callback == _RUNNER:
        callback = os.environ.get(_REPLACED_BY_RUNNER) or "default"
    return callback in _FOR_PEOPLE


def _print_lines(descriptor: int, over: threading.Event, host: str) -> None:
    display = Display()
    with open(descriptor, "rb") as file:
        started = b""
        is_last = False
        while not is_last:
            is_last = over.wait(EVERY)
            *lines, started = (started[-MOST:] + file.read(MOST)).split(b"\n")
            for line in [*lines, started] if is_last else lines:
                text = printable(line.decode("utf-8", "replace"))
                if text:
                    display.display(f"{printable(host)}: {text}")
