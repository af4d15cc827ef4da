# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of the clouds stays data on its way through a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import foreign
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.foreign import as_data, host_name, printable

TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'id') }}"


class Lazy(Mapping[str, t.Any]):
    """Cannot be built again by its type, as the containers that Ansible 2.19 hands to filters."""

    def __init__(self, *given: t.Any) -> None:
        assert not given

    def __getitem__(self, key: str) -> t.Any:
        return {"name": TEMPLATE, "ports": (1, 2)}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("name", "ports"))

    def __len__(self) -> int:
        return 2


def test_every_text_is_marked_and_every_container_is_a_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marked as ansible-core before 2.19 needs it; later, text is a template only where it is marked as one."""
    monkeypatch.setattr(foreign, "wrap_var", lambda text: f"<{text}>")
    data = as_data([Lazy(), {TEMPLATE: None}])
    assert data == [{"<name>": f"<{TEMPLATE}>", "<ports>": [1, 2]}, {f"<{TEMPLATE}>": None}]
    assert (type(data[0]), type(data[0]["<ports>"])) == (dict, list)


def test_every_text_becomes_one_printable_line_of_bounded_length() -> None:
    assert printable({"a\n": ["x\x1b[2J", ("y" * 5,), 7, None]}, 3) == {"a": ["x…", ["yy…"], 7, None]}


def test_only_a_host_name_is_one() -> None:
    assert host_name("db.example.com") == "db.example.com"
    assert [host_name(value) for value in ("db;id", "", None, "-db", "a..b", "db\n")] == [""] * 6
