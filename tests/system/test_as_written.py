# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands and first examples of the documentation do what it says, run as they are written.

Only the IDs are the reader's own, and the host in the VPC is this machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.support.operator import Operator
from tests.support.reader import Reader, bare_environment, entered
from tests.support.written import ROOT, block, with_values

README = ROOT / "README.md"
ROLE = ROOT / "roles/private_connection/README.md"
CONNECTIVITY = ROOT / "docs/connectivity.md"
FLEETS = ROOT / "docs/fleets.md"
SEE = "See what there is"


@pytest.fixture
def reader(moving: Sandbox, tmp_path: Path) -> Reader:
    moving.reset()
    directory = tmp_path / "here"
    directory.mkdir()
    return Reader(Operator(moving, tmp_path), directory)


def changed(output: str) -> list[int]:
    """How many tasks each playbook changed something in."""
    return [int(number) for number in re.findall(r"changed=(\d+)", output)]


def test_facts_are_printed_for_people_and_for_programs(reader: Reader) -> None:
    asked = block(README, "shell", "endpoint_info", SEE)
    shown = reader.enter(asked)
    assert shown.status == 0, shown.said
    assert json.loads(shown.output.partition("=>")[2])["scope"]["regions"] == ["us-east-1"]
    one_line = reader.enter(f"{asked.text.rstrip()} -o").output.strip()
    assert "\n" not in one_line
    facts = json.loads(one_line.partition("=>")[2])
    assert [one["cluster_id"] for one in facts["endpoint_services"]] == [reader.operator.cluster_id()]
    (settings,) = re.findall(r"`(ANSIBLE_LOAD_CALLBACK_PLUGINS=\S+ ANSIBLE_STDOUT_CALLBACK=\S+)`", README.read_text())
    printed = reader.enter(f"{settings} {asked.text}").output
    (task,) = json.loads(printed)["plays"][0]["tasks"]
    assert task["hosts"]["localhost"]["endpoint_services"] == facts["endpoint_services"]


@pytest.mark.exhaustive
def test_the_example_of_the_role_in_ones_own_vpc_checks_from_a_host_there(reader: Reader) -> None:
    reader.save("connect.yml", block(ROLE, "yaml", "private_connection_vpc_id"))
    reader.save("inventory.yml", block(README, "yaml", "app-server"))
    reader.reach_the_database()
    run = reader.enter("ansible-playbook -i inventory.yml connect.yml")
    assert run.status == 0, run.said
    assert "Checked from app-server" in run.output


@pytest.mark.exhaustive
def test_the_check_of_every_host_has_all_that_it_uses_and_stops_where_it_must_here(reader: Reader) -> None:
    """Its name is known in the VPC only, and this machine is not in it."""
    reader.save("connect.yml", block(README, "yaml", "private_endpoint:"))
    reader.save("ping.yml", block(CONNECTIVITY, "yaml", "endpoint_ping:"))
    inventory = "application: {hosts: {10.0.1.25: {ansible_connection: local}}}\n"
    (reader.directory / "inventory.yml").write_text(inventory, encoding="utf-8")
    run = reader.enter("ansible-playbook connect.yml && ansible-playbook -i inventory.yml ping.yml")
    assert run.status != 0
    assert '"failed_stage": "resolve"' in run.output, run.said


@pytest.mark.exhaustive
def test_what_exists_is_exported_into_the_readers_directory_and_taken_over(reader: Reader) -> None:
    reader.save("connect.yml", block(README, "yaml", "private_endpoint:"))
    reader.save("adopt.yml", block(FLEETS, "yaml", "vars_files"))
    assert reader.enter("ansible-playbook connect.yml").status == 0
    run = reader.enter(block(FLEETS, "shell", "export_file"))
    assert (run.status, (reader.directory / "fleet.yml").is_file()) == (0, True), run.said
    run = reader.enter("ansible-playbook adopt.yml")
    assert (run.status, changed(run.output)) == (0, [0]), run.said


@pytest.mark.exhaustive
def test_the_inventory_for_awx_runs_modules_on_the_python_that_ansible_runs_on(reader: Reader) -> None:
    reader.save("inventory.yml", block(ROOT / "docs/awx.md", "yaml", "ansible_python_interpreter"))
    command = f"{Path(sys.executable).parent}/ansible-playbook -i inventory.yml tidbcloud.privatelink.status"
    run = reader.enter(command, PATH="/usr/bin:/bin")
    assert run.status == 0, run.said


@pytest.mark.exhaustive
def test_the_sandbox_is_started_used_and_stopped_as_the_readme_says(tmp_path: Path) -> None:
    sandbox = f"python -m tests.sandbox --directory {tmp_path}/sandbox".replace("sandbox --", "sandbox {} --", 1)
    values = {
        "make sandbox-up": f"{sandbox.format('start')} --scale 20",
        "make sandbox-down": sandbox.format("stop"),
        ".cache/sandbox": f"{tmp_path}/sandbox",
        "$PWD/.venv/bin": str(Path(sys.executable).parent),
    }
    commands = with_values(block(README, "shell", "sandbox.env").text, values)
    try:
        run = entered(commands, ROOT, bare_environment(tmp_path))
    finally:
        entered(sandbox.format("stop"), ROOT, bare_environment(tmp_path))
    assert run.status == 0, run.said
    assert "Checked from localhost" in run.output
    assert len(changed(run.output)) == 3


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", ["git+https", "tidbcloud-privatelink-*"])
def test_the_collection_is_installed_without_galaxy(tmp_path: Path, way: str) -> None:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    commands = block(README, "shell", way, "Installation").text
    address = "git+https://github.com/tidbcloud-privatelink/tidbcloud.privatelink.git"
    # No Galaxy listens there.
    environment = {**bare_environment(home), "ANSIBLE_GALAXY_SERVER": "http://127.0.0.1:9"}
    run = entered(commands.replace(address, f"git+file://{checkout}"), checkout, environment)
    assert run.status == 0, run.said
    shown = entered("ansible-doc tidbcloud.privatelink.private_endpoint", home, environment)
    assert str(home) in shown.output, shown.said
