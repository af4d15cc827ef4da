# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both halves of the demonstration share: they run playbooks as a user does, and say what is to be seen."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sandbox import process

WIDTH = 100


class DemoError(Exception):
    """The demonstration did not show what it promised; the text says what it was."""


def environment_of(facts: Mapping[str, Any], directory: Path) -> dict[str, str]:
    """Keys come from the environment; the caller's own settings must not interfere."""
    words = map(shlex.split, process.read_environment(directory).splitlines())
    keys = dict(value.split("=", 1) for word, value, *_more in words if word == "export")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TIDBCLOUD_"))}
    configuration = directory / "ansible.cfg"
    configuration.touch()
    return {
        **own,
        **keys,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # The output, the recap above all, must be the usual one.
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_STDOUT_CALLBACK": "default",
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
    }


def play(
    name: str, variables: Mapping[str, str], environment: Mapping[str, str], secrets: Mapping[str, str] | None = None
) -> int:
    """Run a playbook of the collection, showing its output; returns the number of changed tasks in its recap.

    :param secrets: variables that the command must not show: they go into a file that only this user can read.
    """
    command = ["ansible-playbook", f"tidbcloud.privatelink.{name}"]
    for variable, value in variables.items():
        command += ["-e", f"{variable}={value}"]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        if secrets:
            file.write("".join(f"{variable}: '{value}'\n" for variable, value in secrets.items()))
            file.flush()
            command += ["-e", f"@{file.name}"]
        print("\n$ " + " \\\n    ".join(_pairs(command)) + "\n", flush=True)
        lines: list[str] = []
        with subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as run:
            for line in run.stdout or ():
                lines.append(line)
                print("  " + line, end="", flush=True)
    recap = re.search(r"changed=(\d+)", "".join(lines[-5:]))
    if run.returncode or recap is None:
        raise DemoError(f"{name} ended with status {run.returncode}; its output above says why.")
    return int(recap[1])


def _pairs(command: list[str]) -> list[str]:
    """The command with each -e beside its value, one a line."""
    quoted = [shlex.quote(word) for word in command]
    return [" ".join(quoted[:2]), *(f"-e {quoted[index + 1]}" for index in range(2, len(quoted), 2))]


def title(text: str) -> None:
    print(f"\n\033[1m=== {text} ===\033[0m" if sys.stdout.isatty() else f"\n=== {text} ===", flush=True)


def say(text: str) -> None:
    print("\n" + textwrap.fill(text, WIDTH, break_on_hyphens=False), flush=True)
