# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder share."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterator

import pytest
from botocore.loaders import JSONFileLoader

from tests.support.raw_server import RawServer, Speak

if t.TYPE_CHECKING:
    from tests.support.aws_peers import RunEnds


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


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of AWS is set for whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def run() -> RunEnds:
    from tests.support.aws_peers import RunEnds

    return RunEnds()


@pytest.fixture
def peers() -> Iterator[t.Callable[[Speak], RawServer]]:
    """Starts a peer that speaks so to whoever connects."""
    made: list[RawServer] = []

    def make(speak: Speak) -> RawServer:
        made.append(RawServer(speak))
        return made[-1]

    yield make
    for peer in made:
        peer.close()
