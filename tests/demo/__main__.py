# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a connection, for a first-time viewer: "make demo"."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sandbox import process
from tests.support.remains import remains

WIDTH = 100
# Sandbox seconds in a real one.
SPEED = 5
VPC_RANGE = "10.42.0.0/16"


class DemoError(Exception):
    """The demonstration did not show what it promised; the text says what it was."""


def main() -> int:
    """The exit status."""
    began = time.monotonic()
    # The sandbox goes down whatever ends the demonstration.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="privatelink-demo-") as directory:
            _with_sandbox(Path(directory))
    except (DemoError, process.SandboxError) as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        return 1
    took = time.monotonic() - began
    say(f"That was all of it, in {took:.0f} seconds. README.md says how to use it with real accounts.")
    return 0


def _with_sandbox(directory: Path) -> None:
    title("What you are going to see")
    say(
        "A TiDB Cloud cluster runs in another AWS account. A private endpoint lets the machines in a VPC of "
        "yours reach it over AWS's own network, without the internet. To make one takes steps in both clouds, in the "
        "right order; Ansible takes them here with one command, then removes everything again."
    )
    say(
        "You need no account. A sandbox imitates both clouds on this machine: the APIs of TiDB Cloud and AWS, and "
        f"the cluster's database. It listens on 127.0.0.1 only, and its clock runs {SPEED} times as fast as yours. The "
        "commands are what you would run against the real ones."
    )
    title("Starting the sandbox")
    facts = process.start(directory, [f"--scale={SPEED}"])
    try:
        _show(facts, directory)
    finally:
        title("Stopping the sandbox")
        process.stop(directory)
        say("It is gone, and everything in it.")


def _show(facts: Mapping[str, Any], directory: Path) -> None:
    cluster = facts["clusters"]["main"]
    say(f"It has a cluster named {cluster['name']} in {cluster['region']}, and an AWS account with nothing in it.")
    prove_empty(facts, "The AWS account is empty, and TiDB Cloud has no private endpoint")

    environment = _environment(facts, directory)
    connection = {"private_connection_cluster_id": cluster["cluster_id"]}
    database = facts["database"]
    new = {
        **connection,
        "private_connection_vpc_cidr": VPC_RANGE,
        "private_connection_check_connect_to": database["host"],
        "private_connection_check_ca_path": database["ca_path"],
        "private_connection_check_user": database["user"],
    }
    password = {"private_connection_check_password": database["password"]}

    title("1. Connect: from an empty account to a login")
    say(
        "Ansible makes a VPC, a subnet in each zone of the cluster's endpoint service, a security group that lets the "
        "cluster's port in and nothing else, and the interface endpoint; registers it with TiDB Cloud; waits until it "
        "is accepted; switches private DNS on; then logs in to the database."
    )
    say(
        "Simulated: the cluster's host name would resolve inside the VPC only, and this machine is not in it. So the "
        "check connects to 127.0.0.1 (private_connection_check_connect_to), where the sandbox's database listens, and "
        "trusts the sandbox's own CA (private_connection_check_ca_path). It still asks for the host name and checks "
        "the certificate against it, and the database answers only while the private endpoint is active."
    )
    if play("connect", new, environment, password) == 0:
        raise DemoError("the first connect changed nothing.")

    title("2. Connect again: nothing to do")
    say("The same command again reads both clouds, finds everything as desired, and changes nothing.")
    changed = play("connect", new, environment, password)
    print(f"\nsecond connect: changed={changed}", flush=True)
    if changed:
        raise DemoError("the second connect changed something.")

    title("3. Status: what there is, in both clouds")
    play("status", connection, environment)

    title("4. Disconnect: nothing is left")
    say("The same steps backwards. Only what Ansible made is removed; it is recognized by its tags.")
    play("disconnect", connection, environment)
    prove_empty(facts, "Checked without Ansible, by boto3 and plain HTTP: nothing is left in either cloud")


def _environment(facts: Mapping[str, Any], directory: Path) -> dict[str, str]:
    """Keys come from the environment; the caller's own settings must not interfere."""
    lines = process.read_environment(directory).splitlines()
    keys = dict(shlex.split(line)[1].split("=", 1) for line in lines)
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


def prove_empty(facts: Mapping[str, Any], claim: str) -> None:
    found = remains(facts)
    if found:
        raise DemoError("something is left:\n" + "\n".join(found))
    say(claim + ".")


def title(text: str) -> None:
    print(f"\n\033[1m=== {text} ===\033[0m" if sys.stdout.isatty() else f"\n=== {text} ===", flush=True)


def say(text: str) -> None:
    print("\n" + textwrap.fill(text, WIDTH, break_on_hyphens=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
