# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible and AWX print while a run waits, and that nothing else differs."""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import ansible_runner
import pytest
import yaml

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.control_node import UNLIMITED, environment_of
from tests.support.customer import Customer

MODULE = "tidbcloud.privatelink.private_endpoint"
Task = dict[str, t.Any]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself."""
    settings = Settings(rate_limit=UNLIMITED, registration_accept=10.0)
    sandbox = Sandbox(settings, 10.0, tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


Play = t.Callable[..., "WatchedPlay"]


class WatchedPlay:
    """A play on the control node, as AWX runs it. `lines`: those between tasks and results."""

    def __init__(self, directory: Path, environment: dict[str, str], *tasks: Task) -> None:
        (directory / "project").mkdir(parents=True, exist_ok=True)
        play = [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]
        (directory / "project" / "play.yml").write_text(yaml.safe_dump(play))
        self.run = ansible_runner.run(
            private_data_dir=str(directory),
            playbook="play.yml",
            envvars=environment,
            quiet=True,
        )
        events = list(self.run.events)
        self.lines = [event["stdout"] for event in events if event["stdout"].startswith("localhost: ")]
        self.results = [
            {**event["event_data"]["res"]} for event in events if event["event"] in ("runner_on_ok", "runner_on_failed")
        ]


@pytest.fixture
def play(customer: Customer, tmp_path: Path) -> Play:
    return functools.partial(WatchedPlay, tmp_path, environment_of(customer, tmp_path))


def test_the_stages_that_are_waited_for_are_printed_and_the_result_is_as_ever(
    customer: Customer,
    play: Play,
) -> None:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options, "wait_delay": 0.3}
    task = {MODULE: options, "environment": {"UNRELATED": "kept"}}
    dry = play({**task, "check_mode": True})
    made = play(task)
    again = play(task)
    assert made.lines == [
        "localhost: waiting for TiDB Cloud to accept the connection",
        "localhost: waiting for the private endpoint to be ready",
    ]
    assert (dry.lines, again.lines) == ([], [])
    assert [watched.results[0]["changed"] for watched in (dry, made, again)] == [True, True, False]
    plain = customer.run("private_endpoint", **options)
    assert again.results[0]["private_endpoint"] == plain["private_endpoint"]
    assert set(again.results[0]) - {"_ansible_no_log"} == set(plain) - {"failed"}


def test_of_a_list_the_counts_are_printed(
    customer: Customer,
    play: Play,
) -> None:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    other = {**options, "cluster_id": customer.cluster_id("paused")}
    module = "tidbcloud.privatelink.private_endpoints"
    watched = play({module: {"endpoints": [options, other], "wait_delay": 0.3}})
    assert watched.lines[0] == "localhost: 2 of 2 checked"
    assert watched.lines[-1] == "localhost: 1 done, 1 failed, 0 waiting"
    assert watched.results[0]["summary"] == {"ok": 1, "changed": 1, "failed": 1}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "keywords", [{"async": 60, "poll": 1}, {"delegate_to": "127.0.0.1"}], ids=["async", "delegate_to"]
)
def test_with_async_and_delegation_the_task_does_the_same(
    customer: Customer,
    play: Play,
    keywords: Task,
) -> None:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options, "wait_delay": 0.3}
    check = {"ansible.builtin.assert": {"that": "made.private_endpoint.status == 'active' and made is changed"}}
    watched = play({MODULE: options, "register": "made", **keywords}, check)
    assert watched.run.status == "successful", watched.run.stdout.read()
    assert bool(watched.lines) == ("async" not in keywords)


PLURAL = "tidbcloud.privatelink.private_endpoints"
LINE = "localhost: 1 of 1 checked"


def checked(customer: Customer) -> Task:
    """A task that writes one line and changes nothing."""
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    return {PLURAL: {"endpoints": [options]}, "check_mode": True}


@pytest.mark.parametrize(
    ("callback", "shown"),
    [("default", 1), ("minimal", 1), ("ansible.posix.json", 0), ("ansible.builtin.oneline", 0)],
)
def test_only_where_people_read_the_output_lines_are_in_it_and_none_under_no_log_or_switched_off(
    customer: Customer, tmp_path: Path, callback: str, shown: int
) -> None:
    task = checked(customer)
    block = {"block": [task], "no_log": True}
    off = {**task, "environment": {"TIDBCLOUD_PRIVATELINK_PROGRESS": "off"}}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task, block, off]}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
    environment = {**environment_of(customer, tmp_path), "ANSIBLE_STDOUT_CALLBACK": callback}
    run = subprocess.run(
        ["ansible-playbook", "play.yml"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    assert run.stdout.count(LINE) == shown
    if callback.endswith("json"):
        assert json.loads(run.stdout)["stats"]["localhost"]["failures"] == 0


def test_a_command_that_prints_one_line_for_each_host_prints_no_other(customer: Customer, tmp_path: Path) -> None:
    options = json.dumps(checked(customer)[PLURAL])
    command = ["ansible", "localhost", "--check", "-m", PLURAL, "-a", options]
    outputs = [
        subprocess.check_output([*command, *more], env=environment_of(customer, tmp_path), cwd=tmp_path, text=True)
        for more in ([], ["-o"])
    ]
    assert [output.count(LINE) for output in outputs] == [1, 0]
    assert len(outputs[1].splitlines()) == 1


def test_a_user_who_gives_up_leaves_no_file_behind(customer: Customer, tmp_path: Path) -> None:
    """The file is there while the module waits for an answer, and Ansible is interrupted as a terminal does it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        task = {MODULE: {"cluster_id": customer.cluster_id("main"), "tidbcloud_api_url": url}}
        (tmp_path / "play.yml").write_text(
            yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
        )
        run = subprocess.Popen(
            ["ansible-playbook", "play.yml"],
            env=environment_of(customer, tmp_path),
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        silent.settimeout(60)
        for _attempt in range(
            3
        ):  # Ansible itself does not mind an interruption in the moment in which it begins a task.
            silent.accept()[0].close()
        assert list(tmp_path.rglob("tidbcloud-privatelink-*"))
        os.killpg(run.pid, signal.SIGINT)
        run.wait(timeout=60)
    assert not list(tmp_path.rglob("tidbcloud-privatelink-*"))
