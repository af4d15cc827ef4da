# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands, as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import process
from tests.sandbox.__main__ import main


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "sandbox"
    process.stop(tmp_path / "sandbox")


def _facts(directory: Path) -> dict[str, object]:
    facts: dict[str, object] = json.loads((directory / "sandbox.json").read_text())
    return facts


def test_one_command_starts_it_others_ask_it_and_one_stops_it(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--directory", str(directory)]
    assert main(["start", *options, "--scale", "50", "--set", "rate_limit=7"]) == 0
    process_id = int(str(_facts(directory)["pid"]))
    assert os.getsid(process_id) == process_id
    assert process.ask(directory, "GET", "/settings")["rate_limit"] == 7

    assert main(["start", *options]) == 1
    assert "already runs" in capsys.readouterr().err

    assert main(["status", *options]) == 0
    assert "main-cluster" in capsys.readouterr().out
    assert main(["reset", *options]) == 0

    capsys.readouterr()
    assert main(["env", *options]) == 0
    assert capsys.readouterr().out == (directory / "sandbox.env").read_text()
    shown = subprocess.run(
        ["sh", "-c", f". {directory}/sandbox.env && echo $SANDBOX_CONTROL_URL $ANSIBLE_COLLECTIONS_PATH"],
        capture_output=True,
        check=True,
    )
    control_url, tree = shown.stdout.decode().split()
    assert control_url == _facts(directory)["control_url"]
    assert (Path(tree) / "ansible_collections/tidbcloud/privatelink").samefile(process.CHECKOUT)

    own = dict.fromkeys(("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"), "of-the-user")
    taken = subprocess.run(
        ["sh", "-c", f". {directory}/sandbox.env && env"], env={**os.environ, **own}, capture_output=True, check=True
    )
    assert b"of-the-user" not in taken.stdout

    assert main(["stop", *options]) == 0
    assert not process.is_running(directory)
    assert not (directory / "sandbox.json").exists()


def test_one_that_was_killed_leaves_nothing_in_the_way(directory: Path) -> None:
    facts = process.start(directory, [])
    os.kill(facts["pid"], signal.SIGKILL)
    while process.is_running(directory):
        time.sleep(0.01)
    with pytest.raises(process.SandboxError, match="No sandbox runs"):
        process.read_facts(directory)
    assert process.start(directory, [])["pid"] != facts["pid"]
    assert process.stop(directory)


@pytest.mark.parametrize("command", ["status", "env", "reset"])
def test_where_none_runs_a_command_says_so(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--directory", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"No sandbox runs in {tmp_path}.\n"


def test_stopping_where_none_runs_is_not_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "--directory", str(tmp_path / "nothing")]) == 0
    assert capsys.readouterr().out == "No sandbox runs.\n"


@pytest.mark.parametrize("option", ["--set=speed=1", "--set=rate_limit=many", "--scale=0"])
def test_an_option_that_does_not_fit_starts_nothing(tmp_path: Path, option: str) -> None:
    assert main(["start", "--directory", str(tmp_path), option]) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_fails_shows_the_log(tmp_path: Path) -> None:
    # The authority's certificate cannot be written where a directory is.
    (tmp_path / "ca.pem").mkdir()
    with pytest.raises(process.SandboxError, match=r"ca\.pem"):
        process.start(tmp_path, [])


def test_the_process_can_be_run_in_the_foreground(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.sandbox", "serve", "--directory", str(tmp_path)]
    with subprocess.Popen(command, cwd=process.CHECKOUT, stdin=subprocess.DEVNULL) as running:
        while not (tmp_path / "sandbox.json").exists():
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(10) == 0
