# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's errors name variables of the role that runs it, and its own options elsewhere."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.worded import WordedAction

SAID = {"failed": True, "msg": "Set vpc_id."}


class Worded(WordedAction):
    """A module that fails, in a role of this name or in none."""

    def __init__(self, role: str | None) -> None:
        named = types.SimpleNamespace(get_name=lambda: role) if role else None
        self._task = types.SimpleNamespace(async_val=0, _role=named, args={})
        self._connection = types.SimpleNamespace(has_native_async=False, _shell=types.SimpleNamespace(tmpdir=""))

    def _execute_module(self, **_arguments: t.Any) -> dict[str, t.Any]:
        return dict(SAID)

    def _remove_tmp_path(self, *_arguments: t.Any, **_details: t.Any) -> None:
        """Nothing was made."""


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("tidbcloud.privatelink.private_connection", "Set private_connection_vpc_id."),
        (None, "Set vpc_id."),
        ("private_connection", "Set vpc_id."),
        ("somebody.else.private_connection", "Set vpc_id."),
    ],
)
def test_only_in_a_role_of_this_collection_its_variables_are_named(
    monkeypatch: pytest.MonkeyPatch, role: str | None, said: str
) -> None:
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda _self, _tmp, _vars: {})
    assert Worded(role).run() == {**SAID, "msg": said}
