# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Neither loading nor building the collection uses the network: every connection and name look-up would be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "ansible_collections.tidbcloud.privatelink"
# Python imports this file at its start, wherever it finds it.
WATCH = """
import os, sys

def watch(event, arguments):
    # Some library looks up 127.0.0.1 by its number, which asks no server.
    number = event == "socket.getaddrinfo" and arguments[0] == "127.0.0.1"
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") and not number:
        os.write(2, f"NETWORK {event} {arguments}\\n".encode())
        os._exit(97)

sys.addaudithook(watch)
"""
SEEN = 97


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that ends at its first look at the network."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch/sitecustomize.py").write_text(WATCH, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path / "watch"), "HOME": str(tmp_path)}


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_watch_sees_a_connection(watched: dict[str, str]) -> None:
    process = run(watched, sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9), 1)")
    assert process.returncode == SEEN, process.stderr


def test_no_plugin_talks_to_the_network_while_it_is_imported(watched: dict[str, str]) -> None:
    files = sorted((ROOT / "plugins").rglob("*.py"))
    names = [f"{NAME}.{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}" for path in files]
    # As Ansible does: its loader first, which finds collections by ANSIBLE_COLLECTIONS_PATH.
    code = (
        "import importlib, sys; from ansible.plugins import loader; loader.init_plugin_loader();"
        "print([importlib.import_module(name) and 1 for name in sys.argv[1:]].count(1))"
    )
    process = run(watched, sys.executable, "-c", code, *names)
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip() == str(len(names))


def test_the_collection_is_built_without_the_network(watched: dict[str, str], tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ansible",
        "galaxy",
        "collection",
        "build",
        "--output-path",
        str(tmp_path / "built"),
    ]
    process = run(watched, *command)
    assert process.returncode == 0, process.stderr
    assert len(list((tmp_path / "built").glob("tidbcloud-privatelink-*.tar.gz"))) == 1
