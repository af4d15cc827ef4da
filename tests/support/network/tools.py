# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of the programs that make a network: on the machine, or unpacked by network_packages.sh."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
UNPACKED = ROOT / ".cache/network/packages"
NEEDED = ("ip", "nft", "mariadbd", "unshare", "nsenter")

# Programs for the administrator are not on everybody's PATH.
_DIRECTORIES = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *(str(UNPACKED / part) for part in ("usr/sbin", "sbin", "bin"))]
)


def missing() -> list[str]:
    """The programs that are missing in both places."""
    return [name for name in NEEDED if shutil.which(name, path=_DIRECTORIES) is None]


def program(name: str) -> str:
    """The path of a program that is not missing."""
    return shutil.which(name, path=_DIRECTORIES) or name


def environment() -> dict[str, str]:
    """The environment in which a program finds the others, and an unpacked one its libraries."""
    libraries = [str(path) for path in sorted(UNPACKED.glob("**/lib/*-linux-gnu"))]
    return {"PATH": _DIRECTORIES, "LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": os.pathsep.join(libraries)}
