# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import module as boundary
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError, Unexpected
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import (
    LeftBehind,
    finish,
    in_time,
    warner,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline

HOSTILE = "a\x1b[2J\nok: [localhost]\u202e\ud800"


class Module:
    """The part of a module that ending it needs. `result`: what would be printed."""

    def __init__(self, **params: t.Any) -> None:
        self.params = {"wait_timeout": 900, **params}
        self.no_log_values: set[str] = set()
        self.result: dict[str, t.Any] = {}
        self.warnings: list[str] = []

    def exit_json(self, **values: t.Any) -> None:
        self.result = json.loads(json.dumps(values).encode())

    def fail_json(self, msg: str, **values: t.Any) -> None:
        self.result = json.loads(json.dumps({"failed": True, "msg": msg, **values}).encode())

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)


def ended(work: t.Callable[[Deadline], t.Any], **params: t.Any) -> dict[str, t.Any]:
    module = Module(**params)
    finish(module, work)
    return module.result


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for."""
    monkeypatch.setattr(boundary, "LAST_RESORT", -9.9)


def test_what_the_work_returns_is_the_result_and_the_deadline_is_that_of_the_options() -> None:
    assert ended(lambda deadline: {"seconds": deadline.seconds}, wait_timeout=7) == {"seconds": 7}


def test_an_error_is_a_failure_with_its_fields_and_the_steps_done() -> None:
    def work(_deadline: Deadline) -> t.NoReturn:
        error = PrivateLinkError("It is refused.")
        error.steps = [{"name": "set_tags"}]
        raise error

    assert ended(work) == {"failed": True, "msg": "It is refused.", "changed": True, "steps": [{"name": "set_tags"}]}


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), ValueError(HOSTILE), MemoryError(), TypeError()])
def test_an_unexpected_exception_is_reported_as_a_defect_that_can_be_reported(error: Exception) -> None:
    def work(deadline: Deadline) -> t.NoReturn:
        deadline.doing = "reading the weather"
        raise error

    result = ended(work)
    assert result["msg"].startswith("An unexpected error while reading the weather: a defect of tidbcloud")
    assert "/issues" in result["msg"]
    assert type(error).__name__ not in result["msg"]
    assert isinstance(result["exception"], str)
    assert type(error).__name__ in result["exception"]
    assert (result["changed"], result["steps"]) == (False, [])
    assert result["error"] == {"code": type(error).__name__, "status": None, "api": None, "request_id": None}


class Panic(BaseException):
    """As libraries in other languages raise it."""


@pytest.mark.parametrize("error", [SystemExit(3), Panic("broken")])
def test_foreign_code_can_neither_end_the_process_nor_slip_through(error: BaseException) -> None:
    def work(_deadline: Deadline) -> t.NoReturn:
        raise error

    result = ended(work)
    assert result["failed"] is True
    assert result["error"]["code"] == type(error).__name__


def test_options_that_cannot_be_used_are_reported_within_the_boundary() -> None:
    assert "wait_timeout must be" in ended(lambda _deadline: {}, wait_timeout=-1)["msg"]
    assert "name holds bytes" in ended(lambda _deadline: {}, name="\udcff")["msg"]


def test_a_work_that_never_ends_is_left_behind_with_what_is_known(impatient: None) -> None:
    never = threading.Event()

    def work(deadline: Deadline) -> dict[str, t.Any]:
        deadline.so_far = lambda: {"changed": True, "steps": [{"name": "create_vpc_endpoint"}]}
        deadline.doing = "waiting for the moon"
        never.wait()
        return {}

    result = ended(work, wait_timeout=0)
    assert "while waiting for the moon: a peer neither answers nor fails" in result["msg"]
    assert (result["changed"], result["steps"]) == (True, [{"name": "create_vpc_endpoint"}])
    assert not [thread for thread in threading.enumerate() if thread.is_alive() and not thread.daemon][1:]
    never.set()


def test_the_values_of_a_fleet_that_is_left_behind_are_its_own(impatient: None) -> None:
    never = threading.Event()

    def work(deadline: Deadline) -> None:
        deadline.so_far = lambda: {"changed": False, "failed": True, "msg": "2 of 3 failed.", "results": [1, 2, 3]}
        never.wait()

    assert ended(work, wait_timeout=0) == {
        "changed": False,
        "failed": True,
        "msg": "2 of 3 failed.",
        "results": [1, 2, 3],
        "steps": [],
    }
    never.set()


def test_the_last_resort_is_within_what_a_run_promises() -> None:
    assert Deadline(0, 1).for_calls() + boundary.LAST_RESORT < 15


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ({"name": "a\ud800b"}, {"name": "a\ufffdb"}),
        ({"\udcffkey": 1.5}, {"\ufffdkey": 1.5}),
        ({"cost": float("inf"), "other": [float("nan")]}, {"cost": None, "other": [None]}),
        ({"set": frozenset({"a"}), "pair": (1, None, True)}, {"set": ["a"], "pair": [1, None, True]}),
        ({"error": ValueError("an object")}, {"error": "an object"}),
    ],
)
def test_what_a_module_returns_can_be_written_as_json(returned: t.Any, shown: t.Any) -> None:
    assert ended(lambda _deadline: returned) == shown


def test_what_is_nested_without_end_does_not_break_the_result() -> None:
    deep: list[t.Any] = []
    for _level in range(5000):
        deep = [deep]
    assert ended(lambda _deadline: {"deep": deep, "name": "kept"})["name"] == "kept"


def test_data_is_returned_as_it_is_however_odd() -> None:
    assert ended(lambda _deadline: {"tags": {"Name": "a\x1b[2J\n{{ 1 }}"}}) == {"tags": {"Name": "a\x1b[2J\n{{ 1 }}"}}


def test_messages_and_warnings_are_one_printable_line() -> None:
    def work(_deadline: Deadline) -> t.NoReturn:
        raise PrivateLinkError(f"Cluster {HOSTILE} is gone.")

    module = Module()
    warner(module)(f"Beware of {HOSTILE}.")
    for text in (ended(work)["msg"], *module.warnings):
        assert text.isprintable()


def test_a_warning_goes_past_amazon_aws_which_would_hand_it_over_once_more() -> None:
    class AwsModule:
        def __init__(self, plain: Module) -> None:
            self._module = plain

    plain = Module()
    warner(AwsModule(plain))("Beware.")
    assert plain.warnings == ["Beware."]


def test_a_caller_that_is_not_a_module_gets_one_kind_of_error(impatient: None) -> None:
    never = threading.Event()
    params = {"wait_timeout": 0}
    with pytest.raises(LeftBehind):
        in_time(params, lambda _deadline: never.wait())
    with pytest.raises(Unexpected):
        in_time(params, lambda _deadline: dict[str, int]()["missing"])
    never.set()


def test_a_user_who_gives_up_is_not_kept() -> None:
    def work(_deadline: Deadline) -> t.NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ended(work)
