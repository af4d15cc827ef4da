# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module needs where it runs, and the sentence if it is not there.

It must also be imported by a Python that is too old for everything else here.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import typing as t

OLDEST_PYTHON = (3, 9)
# As in requirements.txt.
LIBRARIES = {"boto3": "boto3>=1.34.0", "botocore": "botocore>=1.34.0", "requests": "requests>=2.28"}
NO_AMAZON_AWS = (
    "The collection amazon.aws is missing where Ansible runs. Install it with: ansible-galaxy collection install "
    "'amazon.aws:>=10.0.0'. The Python package ansible has it, too; ansible-core alone does not."
)


def require_python() -> None:
    """End the module, with a sentence, if this Python is too old for what it is about to import."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        give_up(
            f"tidbcloud.privatelink needs Python {_dotted(OLDEST_PYTHON)} or newer on the host that a module runs on,"
            f" but {sys.executable} is Python {_dotted(sys.version_info[:3])}. Set ansible_python_interpreter to a"
            " newer one."
        )


def give_up(sentence: str) -> t.NoReturn:
    """End the module before there is one, as ansible-core does where Python is too old for itself."""
    sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": sentence}) + "\n")
    raise SystemExit(1)


def missing_libraries(names: t.Iterable[str] = tuple(LIBRARIES)) -> str:
    """A sentence about those of the Python libraries that are not installed; empty if all are."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return lacking(missing) if missing else ""


def lacking(names: t.Sequence[str]) -> str:
    """The sentence about Python libraries that are missing. It names all that this collection needs."""
    wanted = " ".join(f"'{LIBRARIES[name]}'" for name in ("boto3", "requests"))
    return (
        f"Python libraries that this collection needs cannot be imported by {sys.executable} on this host:"
        f" {', '.join(names)}. Install them with: {sys.executable} -m pip install {wanted}. Or set"
        " ansible_python_interpreter to a Python that has them."
    )


def _dotted(version: t.Sequence[int]) -> str:
    return ".".join(str(part) for part in version)
