# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder share."""

from __future__ import annotations

import typing as t

import botocore.loaders
import pytest


@pytest.fixture(autouse=True)
def services_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore reads the description of EC2 (megabytes) again for each session: here it is read once for all tests."""
    monkeypatch.setattr("botocore.session.create_loader", lambda _path=None: _LOADER)


_LOADER = t.cast(t.Any, botocore.loaders).create_loader()
