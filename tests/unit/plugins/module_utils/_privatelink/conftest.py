# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.unit.plugins.module_utils._privatelink.clouds_played import Clouds


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Clouds:
    # pytest reads this file before the collection can be imported.
    from tests.unit.plugins.module_utils._privatelink.clouds_played import Clouds

    return Clouds(monkeypatch)
