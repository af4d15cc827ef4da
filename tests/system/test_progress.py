# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible and AWX print while a run waits, and that everything else is as it is without it."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Iterator
from pathlib import Path

import ansible_runner
import pytest
import yaml

from tests.customer import Customer
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.system.test_shared_key import UNLIMITED, environment_of

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


Play = t.Callable[..., "Played"]


class Played:
    """A play on the control node, as AWX runs it. C(told): the lines between tasks and results."""

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
        self.told = [event["stdout"] for event in events if event["stdout"].startswith("localhost: ")]
        self.results = [
            {**event["event_data"]["res"]} for event in events if event["event"] in ("runner_on_ok", "runner_on_failed")
        ]


@pytest.fixture
def play(customer: Customer, tmp_path: Path) -> Play:
    return functools.partial(Played, tmp_path, environment_of(customer, tmp_path))


def test_the_stages_that_are_waited_for_are_printed_and_the_result_is_as_ever(
    customer: Customer,
    play: Play,
) -> None:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options, "wait_delay": 0.3}
    task = {MODULE: options, "environment": {"UNRELATED": "kept"}}
    dry = play({**task, "check_mode": True})
    made = play(task)
    again = play(task)
    assert made.told == [
        "localhost: waiting for TiDB Cloud to accept the connection",
        "localhost: waiting for the private endpoint to be ready",
    ]
    assert (dry.told, again.told) == ([], [])
    assert [played.results[0]["changed"] for played in (dry, made, again)] == [True, True, False]
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
    played = play({module: {"endpoints": [options, other], "wait_delay": 0.3}})
    assert played.told[0] == "localhost: 2 of 2 checked"
    assert played.told[-1] == "localhost: 1 done, 0 failed, 0 waiting"
    assert played.results[0]["summary"] == {"ok": 1, "changed": 1, "failed": 1}


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
    played = play({MODULE: options, "register": "made", **keywords}, check)
    assert played.run.status == "successful", played.run.stdout.read()
    assert bool(played.told) == ("async" not in keywords)
