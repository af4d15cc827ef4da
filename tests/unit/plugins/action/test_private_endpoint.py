# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.action.private_endpoint import ActionModule
from ansible_collections.tidbcloud.privatelink.plugins.modules import private_endpoint
from tests.support import module_documents as documents
from tests.support.fake_action import assert_stands_for_the_module_of_its_task


def test_ansible_takes_it_for_the_module_of_that_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert_stands_for_the_module_of_its_task(ActionModule, monkeypatch, tmp_path)


def test_there_is_something_to_wait_for_and_so_to_print() -> None:
    assert documents.options(private_endpoint)["wait"]["default"] is True
