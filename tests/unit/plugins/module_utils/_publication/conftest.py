# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.support.publishing_world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    # pytest reads this file before the collection can be imported.
    from tests.support.publishing_world import World

    return World(monkeypatch)
