# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import threading
import types
from pathlib import Path

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.progress import FILE_VARIABLE
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.progress import SWITCH
from tests.support.fake_action import HOST, Action, printed_lines, writes


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was printed."""
    return printed_lines(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"\xff\xfe bad bytes\nand on\n", ["\ufffd\ufffd bad bytes", "and on"]),
        (b"\x1b[2Jok: [localhost]\rPLAY RECAP\n", ["[2Jok: [localhost] PLAY RECAP"]),
        (b"one\npart of a line", ["one", "part of a line"]),
        (b"\n\n \n", []),
        (b"x" * 100_000, [f"{'x' * 299}…"]),
        ("a\u2028b\x85c\n".encode(), ["a b c"]),
    ],
)
def test_every_line_is_printed_and_is_printable(lines: list[str], written: bytes, shown: list[str]) -> None:
    assert Action(writes(written)).run() == {"changed": False}
    assert lines == [f"{HOST}: {line}" for line in shown]


def test_a_line_that_comes_in_parts_is_one(lines: list[str]) -> None:
    def module(environment: dict[str, str]) -> None:
        for part in ("wai", "ting for ", "it\nand on"):
            with open(environment[FILE_VARIABLE], "a") as file:
                file.write(part)
            threading.Event().wait(0.01)  # the reader looks several times meanwhile

    Action(module).run()
    assert lines == [f"{HOST}: waiting for it", f"{HOST}: and on"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_the_file_is_gone_however_it_ends_and_the_environment_is_as_it_was(
    lines: list[str], tmp_path: Path, error: type[BaseException]
) -> None:
    there: list[Path] = []

    def module(environment: dict[str, str]) -> None:
        there.extend(tmp_path.iterdir())
        assert environment["OWN"] == "kept"
        raise error

    action = Action(module)
    action._task.environment = {"OWN": "kept"}
    with pytest.raises(error):
        action.run()
    assert len(there) == 1
    assert list(tmp_path.iterdir()) == []
    assert action._task.environment == {"OWN": "kept"}


def test_only_its_user_may_read_it(lines: list[str], tmp_path: Path) -> None:
    modes: list[int] = []
    Action(lambda environment: modes.append(os.stat(environment[FILE_VARIABLE]).st_mode & 0o777)).run()
    assert modes == [0o600]


def is_printed(lines: list[str], action: Action | None = None) -> bool:
    action = action or Action(writes(b""))
    action.module = writes(b"one\n")
    lines.clear()
    action.run()
    return bool(lines)


@pytest.mark.parametrize(
    ("callback", "shown"),
    [
        *dict.fromkeys(["default", "minimal", "debug", "yaml", "ansible.builtin.default", "awx_display"], True).items(),
        *dict.fromkeys(["ansible.posix.debug", "community.general.yaml", "ansible.builtin.minimal"], True).items(),
        *dict.fromkeys(
            ["json", "ansible.posix.json", "ansible.posix.jsonl", "oneline", "ansible.builtin.oneline"]
        ).items(),
        *dict.fromkeys(["null", "community.general.null", "junit", "my.own.callback", ""]).items(),
    ],
)
def test_lines_are_printed_among_what_people_read_and_nowhere_else(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, callback: str, shown: bool | None
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback)
    assert is_printed(lines) == bool(shown)


@pytest.mark.parametrize(("replaced", "shown"), [("", True), ("yaml", True), ("ansible.posix.json", False)])
def test_the_display_of_the_runner_is_what_it_took_the_place_of(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, replaced: str, shown: bool
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "awx_display")
    monkeypatch.setenv("ORIGINAL_STDOUT_CALLBACK", replaced)
    assert is_printed(lines) == shown


def test_a_command_that_prints_one_line_for_each_host_prints_no_other(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(one_line=True))
    assert not is_printed(lines)


@pytest.mark.parametrize("value", ["off", "OFF", " false", "no", "0"])
def test_they_are_switched_off_in_the_environment_of_ansible_or_of_the_task(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    action = Action(writes(b""))
    action._task.environment = [{SWITCH: value}]
    assert not is_printed(lines, action)
    monkeypatch.setenv(SWITCH, value)
    assert not is_printed(lines)
    action._task.environment = [{SWITCH: "on"}]
    assert is_printed(lines, action)


@pytest.mark.parametrize(
    ("owner", "attribute", "value"),
    [
        ("_task", "no_log", True),
        ("_task", "async_val", 60),
        ("_connection", "become", "sudo"),
        ("_connection", "transport", "ssh"),
    ],
)
def test_nothing_is_printed_of_what_is_secret_or_runs_elsewhere(
    lines: list[str], owner: str, attribute: str, value: object
) -> None:
    action = Action(writes(b""))
    assert is_printed(lines, action)
    setattr(getattr(action, owner), attribute, value)
    assert not is_printed(lines, action)


CHANGED = {
    "changed": True,
    "steps": [{"name": "set_tags", "target": "vpce-1", "detail": "team"}],
    "private_endpoint": {"cluster_name": "orders"},
    "diff": {"before": {"vpc_id": "vpc-1", "monthly_cost_usd": 7.3}, "after": {"monthly_cost_usd": 7.3}},
}


class Changing(Action):
    """A module that changes something."""

    def _execute_module(self, **_arguments: object) -> dict[str, object]:
        super()._execute_module()
        return dict(CHANGED)


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_a_task_changed_is_printed_after_it_and_its_result_is_as_it_was(
    lines: list[str], check_mode: bool
) -> None:
    action = Changing(writes(b"waiting for it\n"))
    action._task.check_mode = check_mode
    assert action.run() == CHANGED
    title = "A run would change" if check_mode else "Changed"
    assert lines[:2] == [f"{HOST}: waiting for it", f"{title} on {HOST}:"]
    assert lines[3].endswith("set_tags: team (vpce-1)")


def test_what_a_task_changed_is_printed_for_another_user_and_on_another_host_too(lines: list[str]) -> None:
    action = Changing(writes(b"waiting for it\n"))
    action._connection.transport = "ssh"
    action.run()
    assert lines[0] == f"Changed on {HOST}:"


def test_a_role_says_itself_what_its_tasks_changed(lines: list[str]) -> None:
    action = Changing(writes(b""))
    action._task._role = types.SimpleNamespace(get_name=lambda: "tidbcloud.privatelink.private_connection")
    action.run()
    assert lines == []


@pytest.mark.parametrize("keyword", ["no_log", "async_val"])
def test_what_a_task_changed_is_not_printed_where_its_result_is_hidden_or_to_come(
    lines: list[str], keyword: str
) -> None:
    action = Changing(writes(b""))
    action._connection.has_native_async = True
    setattr(action._task, keyword, 1)
    action.run()
    assert lines == []
