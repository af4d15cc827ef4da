# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts and changes from the command line, without a playbook."""

from __future__ import annotations

import json
import shlex
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.control_node import UNLIMITED, environment_of
from tests.support.customer import Customer

MODULE = "tidbcloud.privatelink.endpoint_info"
FACTS = f"ansible localhost -m {MODULE} -a 'cluster_id={{cluster_id}} region={{region}} vpc_id={{vpc_id}}'"
JSON = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}
UNKNOWN = "1379661944646419999"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time passes by itself."""
    settings = Settings(rate_limit=UNLIMITED, registration_accept=1.0)
    sandbox = Sandbox(settings, 10.0, tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


class Terminal:
    """A customer's terminal."""

    def __init__(self, customer: Customer, home: Path) -> None:
        self.home = home
        self.environment = environment_of(customer, home)

    def run(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # What Ansible itself says of the command, such as that -o is to go.
        quiet = dict.fromkeys(("ANSIBLE_INVENTORY_UNPARSED_WARNING", "ANSIBLE_DEPRECATION_WARNINGS"), "false")
        environment = {**self.environment, **quiet, "ANSIBLE_NOCOLOR": "true", **environment}
        return subprocess.run(
            shlex.split(command), env=environment, cwd=self.home, capture_output=True, text=True, check=False
        )


@pytest.fixture
def terminal(customer: Customer, tmp_path: Path) -> Terminal:
    return Terminal(customer, tmp_path)


@pytest.fixture
def made(customer: Customer) -> dict[str, t.Any]:
    options = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    return dict(customer.run("private_endpoint", **options)["private_endpoint"])


def test_facts_of_one_cluster_region_and_vpc_come_from_one_command(terminal: Terminal, made: dict[str, t.Any]) -> None:
    run = terminal.run(FACTS.format(**made))
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    head, _arrow, facts = run.stdout.partition(" => ")
    assert head == "localhost | SUCCESS"
    found = json.loads(facts)
    assert [one["vpc_endpoint_id"] for one in found["private_endpoints"]] == [made["vpc_endpoint_id"]]
    assert found["scope"]["filters"] == {"cluster_ids": [made["cluster_id"]], "vpc_ids": [made["vpc_id"]]}
    assert (found["findings"], found["scope"]["not_found"]) == ([], [])


def test_with_o_they_are_one_line_and_with_the_json_callback_a_document(
    terminal: Terminal, made: dict[str, t.Any]
) -> None:
    run = terminal.run(f"{FACTS.format(**made)} -o")
    assert (run.returncode, len(run.stdout.splitlines()), run.stderr) == (0, 1, ""), run.stdout
    line = json.loads(run.stdout.partition(" => ")[2])
    run = terminal.run(FACTS.format(**made), **JSON)
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    document = json.loads(run.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
    for found in (line, document):
        assert [one["status"] for one in found["private_endpoints"]] == ["active"]


def test_an_id_that_is_not_there_is_named_and_json_stays_json(terminal: Terminal, made: dict[str, t.Any]) -> None:
    command = FACTS.format(**{**made, "cluster_id": UNKNOWN})
    run = terminal.run(command)
    assert run.returncode == 0
    assert f"cluster_ids names {UNKNOWN}, which was not found." in " ".join((run.stdout + run.stderr).split())
    found = json.loads(terminal.run(command, **JSON).stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
    assert UNKNOWN in [one["id"] for one in found["scope"]["not_found"]]


TAGS = "tidbcloud.privatelink.private_endpoint"


@pytest.mark.exhaustive
def test_what_a_command_changes_is_a_table_and_no_other_line_where_programs_read(
    terminal: Terminal, made: dict[str, t.Any]
) -> None:
    options = {"cluster_id": made["cluster_id"], "vpc_endpoint_id": made["vpc_endpoint_id"], "tags": {"team": "orders"}}
    command = f"ansible localhost -m {TAGS} -a {shlex.quote(json.dumps(options))}"
    dry, once = terminal.run(f"{command} --check"), terminal.run(f"{command} --check -o")
    assert dry.returncode == once.returncode == 0, dry.stdout
    assert "A run would change on localhost:" in dry.stdout
    assert len(once.stdout.splitlines()) == 1
    assert json.loads(terminal.run(f"{command} --check", **JSON).stdout)["stats"]["localhost"]["changed"] == 1
    done = terminal.run(command)
    assert "Changed on localhost:" in done.stdout
    assert table_of(dry.stdout) == table_of(done.stdout)


def table_of(output: str) -> list[str]:
    """The lines of the table, without its title."""
    lines = output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.endswith("on localhost:"))
    return [line for line in lines[start + 1 :] if line.startswith("NAME") or "USD" in line or " (" in line]


@pytest.mark.exhaustive
def test_check_and_diff_show_a_fleet_as_the_run_after_it_does(
    terminal: Terminal, customer: Customer, made: dict[str, t.Any]
) -> None:
    options = {"cluster_id": made["cluster_id"], **customer.network().options}
    removed = {"cluster_id": made["cluster_id"], "vpc_endpoint_id": made["vpc_endpoint_id"], "state": "absent"}
    items = [options, removed]
    task = {"tidbcloud.privatelink.private_endpoints": {"endpoints": items, "wait_delay": 0.3}}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
    (terminal.home / "play.yml").write_text(yaml.safe_dump(play))
    dry = terminal.run("ansible-playbook play.yml --check --diff")
    assert dry.returncode == 0, dry.stdout
    first = f"1: cluster {made['cluster_id']} in {options['vpc_id']}"
    for shown in ("--- before", "+++ after", first, "monthly_cost_usd"):
        assert shown in dry.stdout
    done = terminal.run("ansible-playbook play.yml")
    assert done.returncode == 0, done.stdout
    rows = table_of(dry.stdout)
    assert rows == table_of(done.stdout)
    assert any("create_vpc_endpoint" in row for row in rows)
    assert any("delete_vpc_endpoint" in row for row in rows)
    again = terminal.run("ansible-playbook play.yml --diff")
    assert "on localhost:" not in again.stdout
