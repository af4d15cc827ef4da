# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tests.policies [--check]: the IAM policies in docs, from the calls that the collection makes."""

from __future__ import annotations

import sys
from pathlib import Path

# The collection is imported from its tree, as Ansible does.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".cache" / "tree"))

if __name__ == "__main__":
    from tests.policies.documents import main

    sys.exit(main())
