# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file behind an error: settings and variables name many, and libraries open them wherever they need them."""

from __future__ import annotations

import os

from .cause import causes
from .text import listed, printable

# What only a file or a program on this host can raise: a connection has none of these.
_OF_A_FILE = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


def file_problem(error: BaseException) -> str | None:
    """Which file of this host cannot be used, why, and which variables of the environment name it, as a clause.

    Null if no file is behind the error.
    """
    found = next((one for one in causes(error) if isinstance(one, _OF_A_FILE) and one.filename), None)
    if found is None:
        return None
    path = os.fsdecode(found.filename) if isinstance(found.filename, (str, bytes)) else str(found.filename)
    named = listed(sorted(name for name, value in os.environ.items() if value == path), " and ")
    by = f", which {named} names," if named else ""
    return f"the file {printable(path)}{by} cannot be used on this host: {found.strerror}"
