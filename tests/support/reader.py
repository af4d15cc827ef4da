# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who follows the documentation: copies what it says, puts in IDs of their own, and runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.customer import Customer
from tests.support.operator import Operator
from tests.support.written import Block, with_values

HOST_IN_VPC = ("ansible_host: 10.20.0.25", "ansible_host: 10.0.1.25\n      ansible_user: ec2-user")
"""How the pages describe the host that clients are on. Here, it is this machine."""


@dataclass(frozen=True)
class Entered:
    """How the last command of a block ended. Standard error is apart, as for a program that reads the output."""

    status: int
    output: str
    errors: str

    @property
    def said(self) -> str:
        return f"{self.output}\n{self.errors}"


class Reader:
    """Works in an empty directory with the sandbox's keys in the environment, and nothing else."""

    def __init__(self, operator: Operator, directory: Path) -> None:
        self.operator = operator
        self.directory = directory
        network = Customer(operator.sandbox).network()
        self.values = {
            "1234567890123456789": operator.cluster_id(),
            "vpc-0123456789abcdef0": network.vpc_id,
            "subnet-0123456789abcdef0": network.subnet_ids[0],
            "subnet-0123456789abcdef1": network.subnet_ids[1],
            "sg-0123456789abcdef0": network.security_group_ids[0],
            "/etc/ssl/tidb-cloud-ca.pem": str(operator.facts["database"]["ca_path"]),
            # The customer's VPC has another range than that of the examples.
            "10.0.8.": "10.7.200.",
            **dict.fromkeys(HOST_IN_VPC, "ansible_connection: local"),
        }

    def save(self, name: str, block: Block) -> None:
        """Save a block as a file."""
        (self.directory / name).write_text(with_values(block.text, self.values), encoding="utf-8")

    def reach_the_database(self) -> None:
        """This machine is in no VPC: the check connects to where the sandbox's database listens."""
        variables = self.directory / "host_vars" / "localhost.yml"
        variables.parent.mkdir()
        variables.write_text(f"private_connection_check_connect_to: {self.operator.facts['database']['host']}\n")

    def enter(self, commands: Block | str, **environment: str) -> Entered:
        """Type the commands of a block, one after the other, until one fails."""
        text = commands.text if isinstance(commands, Block) else commands
        return entered(with_values(text, self.values), self.directory, {**self.operator.environment, **environment})


def entered(commands: str, directory: Path, environment: Mapping[str, str]) -> Entered:
    """How a shell ends that is given these commands."""
    ended = subprocess.run(
        ["/bin/bash", "-euc", commands],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Entered(ended.returncode, ended.stdout, ended.stderr)


def bare_environment(home: Path) -> dict[str, str]:
    """An empty home and a narrow path, to which the environment with Ansible is added."""
    return {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_NOCOLOR": "true",
        "no_proxy": "127.0.0.1",
    }
