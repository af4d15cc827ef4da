# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugins without Ansible: what runs as the module is a function, and what they print is a list."""

from __future__ import annotations

import types
import typing as t
from pathlib import Path

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.progress import FILE_VARIABLE
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import progress
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.progress import SWITCH, ProgressAction
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.worded import WordedAction

HOST = "localhost"


class Action(ProgressAction):
    """An action plugin with a fake Ansible. `module` is what runs as the module, with its environment."""

    def __init__(self, module: t.Callable[[dict[str, str]], object]) -> None:
        self.module = module
        self._task = types.SimpleNamespace(async_val=0, no_log=False, environment=None, args={})
        shell = types.SimpleNamespace(tmpdir="")
        self._connection = types.SimpleNamespace(transport="local", become=None, has_native_async=False, _shell=shell)

    def run(self) -> dict[str, t.Any]:  # type: ignore[override]
        return super().run(None, {"inventory_hostname": HOST})

    def _environment(self) -> dict[str, str]:
        environments = self._task.environment
        listed = environments if isinstance(environments, list) else [environments or {}]
        return {name: value for environment in listed for name, value in environment.items()}

    def _compute_environment_string(self, raw_environment_out: dict[str, str] | None = None) -> str:
        if raw_environment_out is not None:
            raw_environment_out.update(self._environment())
        return ""

    def _execute_module(self, **_arguments: t.Any) -> dict[str, t.Any]:
        self.module(self._environment())
        return {"changed": False}

    def _remove_tmp_path(self, *_arguments: t.Any, **_details: t.Any) -> None:
        """Nothing was made."""


def printed_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What action plugins print from now on, as a person at a terminal would read it."""
    printed: list[str] = []
    monkeypatch.setattr(progress, "EVERY", 0.001)
    monkeypatch.setattr(progress, "Display", lambda: types.SimpleNamespace(display=printed.append))
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda _self, _tmp, _vars: {})
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "default")
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict())
    for variable in (SWITCH, "ORIGINAL_STDOUT_CALLBACK"):
        monkeypatch.delenv(variable, raising=False)
    return printed


def writes(text: bytes) -> t.Callable[[dict[str, str]], object]:
    """A module that writes this to whatever file it is given."""

    def module(environment: dict[str, str]) -> None:
        if path := environment.get(FILE_VARIABLE):
            Path(path).write_bytes(text)

    return module


def assert_stands_for_the_module_of_its_task(
    plugin: type[ProgressAction], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Lines that the module writes are printed; what runs is the task's own module, with its own arguments."""
    printed = printed_lines(monkeypatch, tmp_path)
    asked: list[dict[str, t.Any]] = []

    class Tried(plugin, Action):  # type: ignore[misc, valid-type]
        def _execute_module(self, **arguments: t.Any) -> dict[str, t.Any]:
            asked.append(arguments)
            return {**Action._execute_module(self), "steps": ["as the module says"]}

    assert Tried(writes(b"waiting for AWS\n")).run() == {"changed": False, "steps": ["as the module says"]}
    assert printed == [f"{HOST}: waiting for AWS"]
    # With another name, or arguments of its own, the plugin would be another module.
    assert [{"module_name", "module_args"} & set(arguments) for arguments in asked] == [set()]
    # Ansible would skip it in check mode, and refuse it with async.
    assert (plugin._supports_check_mode, plugin._supports_async) == (True, True)


def assert_runs_the_module_of_its_task(plugin: type[WordedAction], monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs is the task's own module, with its own arguments; its result is returned as it is."""
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda _self, _tmp, _vars: {})
    asked: list[dict[str, t.Any]] = []

    class Tried(plugin):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            self._task = types.SimpleNamespace(async_val=0, _role=None, args={})
            shell = types.SimpleNamespace(tmpdir="")
            self._connection = types.SimpleNamespace(has_native_async=False, _shell=shell)

        def _execute_module(self, **arguments: t.Any) -> dict[str, t.Any]:
            asked.append(arguments)
            return {"changed": False, "msg": "Set vpc_id."}

        def _remove_tmp_path(self, *_arguments: t.Any, **_details: t.Any) -> None:
            """Nothing was made."""

    assert Tried().run(None, {"inventory_hostname": HOST}) == {"changed": False, "msg": "Set vpc_id."}
    assert [{"module_name", "module_args"} & set(arguments) for arguments in asked] == [set()]
    assert (plugin._supports_check_mode, plugin._supports_async) == (True, True)
