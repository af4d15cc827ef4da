# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder share."""

from __future__ import annotations

import typing as t

import pytest
from botocore.loaders import JSONFileLoader


@pytest.fixture
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that botocore reads from now on; so far it has read none."""
    # The collection can be imported once the tests are collected.
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import descriptions

    read: list[str] = []
    load_file = JSONFileLoader.load_file

    def record(self: JSONFileLoader, file_path: str) -> t.Any:
        found = load_file(self, file_path)
        if found is not None:
            read.append(file_path)
        return found

    descriptions._loader.cache_clear()
    monkeypatch.setattr(JSONFileLoader, "load_file", record)
    return read
