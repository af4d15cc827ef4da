# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.sandbox import Sandbox
from tests.support.operator import Operator


@pytest.fixture
def operator(moving: Sandbox, tmp_path: Path) -> Operator:
    """Somebody with an empty account."""
    moving.reset()
    return Operator(moving, tmp_path)
