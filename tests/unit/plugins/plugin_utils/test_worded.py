# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's errors name variables of the role that runs it, and its own options elsewhere."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.worded import WordedAction

SAID = {"failed": True, "msg": "Set vpc_id."}
OF_PROVIDER = {"failed": True, "msg": "Set service_id."}


class Worded(WordedAction):
    """A module that fails, in a role of this name or in none."""

    def __init__(self, role: str | None, **arguments: str) -> None:
        named = types.SimpleNamespace(get_name=lambda: role) if role else None
        self._task = types.SimpleNamespace(async_val=0, _role=named, args=arguments)
        self._connection = types.SimpleNamespace(has_native_async=False, _shell=types.SimpleNamespace(tmpdir=""))

    def _execute_module(self, **_arguments: t.Any) -> dict[str, t.Any]:
        return dict(OF_PROVIDER if "self_hosted_name" in self._task.args else SAID)

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


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("tidbcloud.privatelink.private_connection", "Set private_connection_provider_service_id."),
        (None, "Set service_id."),
    ],
)
def test_of_a_service_of_the_users_own_the_providers_variables_are_named(
    monkeypatch: pytest.MonkeyPatch, role: str | None, said: str
) -> None:
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda _self, _tmp, _vars: {})
    assert Worded(role, self_hosted_name="orders").run()["msg"] == said
