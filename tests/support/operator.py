# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer who runs the collection's playbooks, each in a process of its own, against a sandbox of this process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandbox.log import Entry
from tests.sandbox.sandbox import Sandbox

TREE = Path(__file__).resolve().parents[2] / ".cache" / "tree"
_READING = re.compile(r"Describe|Get|List|AssumeRole|Connect|.* \(DryRun\)$")


@dataclass(frozen=True)
class PlaybookRun:
    """How a playbook ended. `requests` are those to the clouds and the database."""

    status: int
    output: str
    requests: tuple[Entry, ...]

    @property
    def changed(self) -> int:
        """How many tasks changed something."""
        recap = re.findall(r"changed=(\d+)", self.output)
        return int(recap[-1]) if recap else 0

    @property
    def writing_calls(self) -> list[str]:
        """Calls that could have changed something, in order."""
        return [entry.call for entry in self.requests if not _READING.match(entry.call)]

    @property
    def exchanges(self) -> int:
        """Exchanges with TiDB Cloud, challenges counted."""
        return sum(entry.api == "tidbcloud" for entry in self.requests)


class Operator:
    """Runs playbooks; secrets come from the environment, everything else as extra variables."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self.sandbox = sandbox
        self.facts = sandbox.facts()
        configuration = home / "ansible.cfg"
        configuration.touch()
        account = self.facts["aws"]["accounts"]["main"]
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(home / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(TREE),
            "ANSIBLE_CONFIG": str(configuration),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "TIDBCLOUD_PUBLIC_KEY": self.facts["tidbcloud"]["public_key"],
            "TIDBCLOUD_PRIVATE_KEY": self.facts["tidbcloud"]["private_key"],
            "TIDBCLOUD_DEDICATED_ENDPOINT": self.facts["tidbcloud"]["dedicated_url"],
            "TIDBCLOUD_SERVERLESS_ENDPOINT": self.facts["tidbcloud"]["serverless_url"],
            "AWS_ACCESS_KEY_ID": account["access_key"],
            "AWS_SECRET_ACCESS_KEY": account["secret_key"],
            "AWS_ENDPOINT_URL": self.facts["aws"]["endpoint_url"],
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "no_proxy": "127.0.0.1",
        }

    def cluster_id(self, role: str = "main") -> str:
        return str(self.facts["clusters"][role]["cluster_id"])

    def zone_ids(self, role: str = "main") -> list[str]:
        """The zones of the cluster's default service."""
        group = next(iter(self.facts["clusters"][role]["node_groups"].values()))
        return sorted(group["zone_ids"])

    def check_options(self) -> dict[str, Any]:
        """The connectivity check reaches the sandbox's database on loopback, and logs in."""
        database = self.facts["database"]
        return {
            "check_connect_to": database["host"],
            "check_ca_path": database["ca_path"],
            "check_user": database["user"],
            "check_password": database["password"],
        }

    def play(self, playbook: str, *arguments: str, **options: Any) -> PlaybookRun:
        """Run a playbook of the collection, or one by its path, against the cluster "main" if no other is named.

        :param options: of the role, without the prefix private_connection_.
        """
        self.sandbox.log.clear()
        defaults = {"cluster_id": self.cluster_id(), "wait_delay": 0.2}
        variables = {f"private_connection_{name}": value for name, value in {**defaults, **options}.items()}
        return self.run(playbook, "-e", json.dumps({**variables, **self._unprefixed(variables)}), *arguments)

    def run(self, playbook: str, *arguments: str, environment: Mapping[str, str] | None = None) -> PlaybookRun:
        """Run a playbook with these arguments alone."""
        name = playbook if "/" in playbook else f"tidbcloud.privatelink.{playbook}"
        ended = subprocess.run(
            ["ansible-playbook", name, *arguments],
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return PlaybookRun(ended.returncode, ended.stdout, tuple(self.sandbox.log.entries()))

    @staticmethod
    def _unprefixed(variables: dict[str, Any]) -> dict[str, Any]:
        """fail_on is the one variable of a playbook that is not the role's."""
        name = "private_connection_fail_on"
        return {"fail_on": variables.pop(name)} if name in variables else {}
