# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.action.load_balancer_listener import ActionModule
from tests.support.fake_action import assert_runs_the_module_of_its_task


def test_ansible_takes_it_for_the_module_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_runs_the_module_of_its_task(ActionModule, monkeypatch)
