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
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.support.operator import Operator
from tests.support.reader import Reader, bare_environment, entered
from tests.support.remains import remains
from tests.support.written import ROOT, block, with_values

README = ROOT / "README.md"
ROLE = ROOT / "roles/private_connection/README.md"
CONNECTIVITY = ROOT / "docs/connectivity.md"
FLEETS = ROOT / "docs/fleets.md"
SEE = "See what there is"
CONNECT_WITH_A_NETWORK = "The same without writing a playbook, with a VPC of its own"


@pytest.fixture
def reader(moving: Sandbox, tmp_path: Path) -> Reader:
    moving.reset()
    directory = tmp_path / "here"
    directory.mkdir()
    return Reader(Operator(moving, tmp_path), directory)


@pytest.fixture
def limited(reader: Reader) -> Iterator[Reader]:
    """One whom AWS permits what the policy for all uses allows, and no more."""
    key = reader.operator.facts["aws"]["accounts"]["main"]["access_key"]
    authorizer = reader.operator.sandbox.aws.authorizer
    authorizer.attach(key, json.loads((ROOT / "docs/iam-policy.json").read_text(encoding="utf-8")))
    yield reader
    authorizer.detach(key)


def changed(output: str) -> list[int]:
    """How many tasks each playbook changed something in."""
    return [int(number) for number in re.findall(r"changed=(\d+)", output)]


def not_checked(output: str) -> list[str]:
    """The lines that say that the connection was not checked."""
    return [line for line in output.splitlines() if "not checked" in line.lower()]


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
def test_what_the_first_example_makes_is_checked_shown_and_removed_by_the_next_commands(limited: Reader) -> None:
    limited.save("connect.yml", block(README, "yaml", "private_endpoint:"))
    limited.save("inventory.yml", block(README, "yaml", "app-server"))
    limited.reach_the_database()
    run = limited.enter(block(README, "shell", "connect.yml"))
    assert (run.status, changed(run.output)) == (0, [1, 1]), run.said
    assert "monthly_cost_usd" in run.output
    main = limited.operator.facts["clusters"]["main"]
    assert f"{main['node_groups']['DefaultGroup']['host']}:{main['port']}" in run.output
    run = limited.enter(block(README, "shell", "privatelink.check"))
    assert (run.status, changed(run.output)) == (0, [0]), run.said
    assert "Checked from app-server" in run.output
    run = limited.enter(block(README, "shell", "privatelink.status", SEE))
    (vpce,) = [one.vpc_endpoint_id for one in limited.operator.sandbox.aws.endpoints() if one.is_live]
    assert (run.status, vpce in run.output) == (0, True), run.said
    run = limited.enter(block(README, "shell", "endpoint_info", SEE))
    assert json.loads(run.output.partition("=>")[2])["private_endpoints"][0]["vpc_endpoint_id"] == vpce
    run = limited.enter(block(README, "shell", "disconnect", "Remove it"))
    assert run.status == 0, run.said
    assert [one for one in limited.operator.sandbox.aws.endpoints() if one.is_live] == []


@pytest.mark.exhaustive
def test_a_connection_with_a_new_vpc_is_made_and_not_checked_and_removed_without_a_trace(limited: Reader) -> None:
    before = remains(limited.operator.facts)
    run = limited.enter(block(README, "shell", "connect", CONNECT_WITH_A_NETWORK))
    assert run.status == 0, run.said
    assert len(not_checked(run.output)) == 1, run.output
    assert "FAILED - RETRYING" not in run.output
    assert len(remains(limited.operator.facts)) > len(before)
    run = limited.enter(block(README, "shell", "disconnect", "Remove it"))
    assert run.status == 0, run.said
    assert remains(limited.operator.facts) == before


@pytest.mark.exhaustive
def test_the_first_example_of_the_role_connects_and_verify_proves_it(reader: Reader) -> None:
    reader.save("connect.yml", block(ROLE, "yaml", "private_connection_vpc_cidr"))
    run = reader.enter("ansible-playbook connect.yml")
    assert run.status == 0, run.said
    assert len(not_checked(run.output)) == 1, run.output
    run = reader.enter(block(ROLE, "shell", "privatelink.connect"))
    assert (run.status, changed(run.output)) == (0, [0]), run.said
    reader.save("inventory.yml", block(CONNECTIVITY, "yaml", "app-server:"))
    reader.save("verify.yml", block(CONNECTIVITY, "yaml", "tasks_from: verify"))
    run = reader.enter("ansible-playbook -i inventory.yml verify.yml")
    assert run.status != 0, "Nothing says yet where the database is."
    reader.reach_the_database()
    for commands in (
        "ansible-playbook -i inventory.yml verify.yml",
        block(CONNECTIVITY, "shell", "privatelink.check", "One verdict: the playbook `check`"),
    ):
        run = reader.enter(commands)
        assert (run.status, changed(run.output)) == (0, [0]), run.said
        assert "Checked from app-server" in run.output


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
