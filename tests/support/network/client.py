# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host in the VPC, as Ansible manages it from outside: its interpreter runs inside."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.network import tools
from tests.support.network.mariadb import PASSWORD, USER, MariaDb
from tests.support.network.vpc import CLIENT, HOST, PORT, Vpc

Result = dict[str, Any]


class Client:
    """`directory` gets Ansible's files. `timeout` of the checks is in seconds, for one whole check."""

    def __init__(self, vpc: Vpc, database: MariaDb, directory: Path) -> None:
        self._vpc = vpc
        self._database = database
        self._directory = directory
        interpreter = directory / "python-in-the-vpc"
        command = shlex.join(vpc.command(CLIENT, sys.executable))
        interpreter.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        interpreter.chmod(0o755)
        self.inventory = directory / "inventory.json"
        host = {"ansible_connection": "local", "ansible_python_interpreter": str(interpreter)}
        self.inventory.write_text(json.dumps({"all": {"hosts": {CLIENT: host}}}), encoding="utf-8")
        (directory / "ansible_collections/tidbcloud").mkdir(parents=True)
        (directory / "ansible_collections/tidbcloud/privatelink").symlink_to(tools.ROOT)

    def ping(self, **options: Any) -> Result:
        """What `endpoint_ping` returns there."""
        program = [sys.executable, "-m", "tests.support.network.module"]
        python_path = os.pathsep.join([str(tools.ROOT), str(self._directory)])
        text = json.dumps(self._options(options))
        printed = self._vpc.run(CLIENT, "env", f"PYTHONPATH={python_path}", *program, text=text, may_fail=True)
        return {"failed": False, **json.loads(printed)}

    def ping_by_ansible(self, **options: Any) -> Result:
        """The same, run by Ansible from outside."""
        arguments = json.dumps(self._options(options))
        module = "tidbcloud.privatelink.endpoint_ping"
        done = subprocess.run(
            [sys.executable, "-m", "ansible", "adhoc", CLIENT, "-i", self.inventory, "-m", module, "-a", arguments],
            env={
                **tools.environment(),
                "HOME": str(self._directory),
                "ANSIBLE_COLLECTIONS_PATH": str(self._directory),
                "ANSIBLE_HOME": str(self._directory / "ansible"),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if f"{CLIENT} | " not in done.stdout:
            raise RuntimeError(done.stdout + done.stderr)
        return {"failed": f"{CLIENT} | FAILED!" in done.stdout, **json.loads(done.stdout.partition("=>")[2])}

    def reference(
        self, *, port: int = PORT, login_password: str = PASSWORD, timeout: float = 10, **_options: Any
    ) -> str:
        """What PyMySQL says there. Its timeout is for each address, that of the check for all of them."""
        request = {"host": HOST, "port": port, "user": USER, "password": login_password, "timeout": timeout / 2}
        text = json.dumps({**request, "ca_pem": self._database.ca_pem})
        return self._vpc.run(CLIENT, sys.executable, "-m", "tests.support.network.reference", text=text).strip()

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        usual = {"host": HOST, "port": PORT, "ca_pem": self._database.ca_pem, "attempts": 2, "timeout": 10}
        return {**usual, "login_user": USER, "login_password": PASSWORD, **options}
