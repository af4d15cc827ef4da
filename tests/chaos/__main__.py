# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries to break the promises of the collection.

    python -m tests.chaos [matrix] [races] [model] [hostile] [--seed N] ...

Exit status 1: a promise was broken; each one is listed with the command that reproduces it.
"""

from __future__ import annotations

import importlib
import sys

from tests.chaos.runner import TREE

if __name__ == "__main__":
    # Whatever else is called ansible_collections in this environment.
    sys.path.insert(0, str(TREE))
    sys.exit(importlib.import_module("tests.chaos.command").main(sys.argv[1:]))
