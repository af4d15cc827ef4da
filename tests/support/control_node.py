# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control node: the environment of a process that runs Ansible for a customer of the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.customer import Customer

CHECKOUT = Path(__file__).resolve().parents[2]
# Requests a minute, more than any test sends.
UNLIMITED = 1_000_000


def environment_of(customer: Customer, home: Path) -> dict[str, str]:
    """The environment of a process that runs Ansible for a customer."""
    return {
        **customer.environment,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "no_proxy": "127.0.0.1",
        "PYTHONPATH": str(CHECKOUT),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "tree"),
        "ANSIBLE_ASYNC_DIR": str(home / "async"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
