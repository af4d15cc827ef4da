# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and tags through every place where they are shown or written: messages, progress, export and inventory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.filter import foreign_text
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import text
from tests.chaos.hostile.odd import hostile_texts, values

TEMPLATES = ("{{", "{%", "{#", "!unsafe")
FIELDS = (
    "vpc_endpoint_id",
    "vpc_id",
    "region",
    "cluster_id",
    "cluster_name",
    "node_group_id",
    "project_id",
    "account_id",
    "host",
    "service_name",
    "status",
    "stage",
    "status_note",
    "endpoint_message",
)
endpoints = st.fixed_dictionaries(
    {
        name: st.none() | hostile_texts | st.sampled_from(["vpce-0a1b2c3d4e5f60718", "1379661944646413143"])
        for name in FIELDS
    },
    optional={
        "tags": st.dictionaries(hostile_texts, hostile_texts, max_size=3),
        "subnet_ids": st.lists(hostile_texts, max_size=3),
        "security_group_ids": values,
        "private_dns_enabled": values,
        "port": values,
    },
)


@given(values)
def test_any_value_is_printable_in_a_sentence(value: Any) -> None:
    for shown in (text.printable(value), text.sentence(value), foreign_text.printable(value)):
        assert str(shown).isprintable()
    json.dumps(text.encodable(value), allow_nan=False).encode()


@given(st.lists(endpoints, max_size=3))
def test_an_export_holds_data_and_nothing_to_run(given_endpoints: list[dict[str, Any]]) -> None:
    written = foreign_text.export_yaml(given_endpoints)
    assert not any(template in written for template in TEMPLATES)
    assert all(line.isprintable() for line in written.splitlines())
    found = yaml.safe_load(written)
    assert isinstance(found, (dict, list, type(None)))


@given(hostile_texts)
def test_a_host_name_is_one_or_nothing(name: str) -> None:
    found = foreign_text.host_name(name)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")


@given(hostile_texts)
def test_a_line_of_progress_is_one_line(line: str) -> None:
    assert text.sentence(line).isprintable()


def test_each_field_of_the_export_is_tested() -> None:
    source = Path(foreign_text.__file__).read_text(encoding="utf-8")
    assert "vpc_endpoint_id" in source
