# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.support.tidbcloud_sandbox import World


@pytest.fixture
def world() -> World:
    return World()
