# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.support.scripted_clouds import Clouds


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Clouds:
    # pytest reads this file before the collection can be imported.
    from tests.support.scripted_clouds import Clouds

    return Clouds(monkeypatch)
