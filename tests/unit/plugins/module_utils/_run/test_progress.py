# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.progress import (
    FILE_VARIABLE,
    Count,
    progress_writer,
    time_left,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Await, Deadline, Seen, Work
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait_all import WorkGroup
from tests.support.stopped_time import Time


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the action plugin reads."""
    path = tmp_path / "progress"
    path.touch()
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def deadline(time: Time) -> Deadline:
    return Deadline(900, 1, clock=time.clock, sleep=time.sleep, spread=lambda low, high: 1.0)


def waits(what: str, looks: int, *, fails: bool = False, costs_request: bool = False) -> Work[None]:
    left = iter([*[False] * looks, True])
    yield Await(lambda: Seen(next(left), "not yet"), what, costs_request=costs_request)
    if fails:
        raise PrivateLinkError("It is broken.")


def test_lines_are_added_to_the_file_that_the_environment_names(file: Path) -> None:
    write = progress_writer()
    write("one")
    write("two")
    assert file.read_text() == "one\ntwo\n"


def test_a_line_is_one_line_whatever_it_quotes(file: Path) -> None:
    progress_writer()("a\nPLAY RECAP\x1b[2J\ud800\u2028b")
    assert file.read_text() == "a PLAY RECAP [2J b\n"


def test_without_the_action_plugin_nothing_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    progress_writer()("one")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_not_a_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "nowhere" / "progress"))
    progress_writer()("one")


def test_a_count_is_reported_when_it_changes_and_not_more_often_than_each_five_seconds() -> None:
    time, lines = Time(), list[str]()
    count = Count(lines.append, time.clock)
    for number in range(12):
        count.report(f"{number // 2} done".format)
        time.sleep(1)
    assert lines == ["2 done", "5 done"]


def test_a_count_that_is_due_now_is_reported_once() -> None:
    time, lines = Time(), list[str]()
    count = Count(lines.append, time.clock)
    for line in ("one", "two", "two", "three"):
        count.report(line.format, now=True)
    assert lines == ["one", "two", "three"]


def test_a_line_that_is_not_due_is_not_made() -> None:
    def never() -> str:
        raise AssertionError

    time = Time()
    count = Count(lambda _line: None, time.clock)
    count.report(never)


@pytest.mark.parametrize(
    ("requests", "text"), [(0, ""), (99, ""), (100, "; about 1 min at the rate limit"), (350, "; about 4 min")]
)
def test_the_time_that_the_rate_limit_takes_is_reported_from_a_minute_on(requests: int, text: str) -> None:
    assert time_left(requests).startswith(text)
    assert bool(time_left(requests)) == bool(text)


def test_each_stage_that_a_private_endpoint_waits_for_is_reported_once(file: Path) -> None:
    def work() -> Work[None]:
        yield from waits("what holds already", 0)
        yield from waits("the connection to be accepted", 3)
        yield from waits("private DNS", 1)

    deadline(Time()).drive(work())
    assert file.read_text().splitlines() == ["waiting for the connection to be accepted", "waiting for private DNS"]


def test_of_many_private_endpoints_the_numbers_done_failed_and_waiting_are_reported(file: Path) -> None:
    group: WorkGroup[None] = WorkGroup(deadline(Time()), lambda: None)
    group.drive({1: waits("it", 0), 2: waits("it", 1, fails=True), 3: waits("it", 3)})
    lines = file.read_text().splitlines()
    assert lines[-1] == "2 done, 1 failed, 0 waiting"
    assert lines[-2:-1] == ["1 done, 1 failed, 1 waiting"]


def test_the_registrations_that_are_left_tell_how_long_it_takes(file: Path) -> None:
    group: WorkGroup[None] = WorkGroup(deadline(Time()), lambda: None)
    group.drive({number: waits("it", 1, costs_request=True) for number in range(200)})
    assert "0 done, 0 failed, 200 waiting; about 2 min at the rate limit" in file.read_text().splitlines()
