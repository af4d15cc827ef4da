# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of TiDB Cloud: whatever its API says of them is exact as data and one line in a sentence."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import FromOutside
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import model
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Cluster, NodeGroup

HOSTILE = "\x1b[2Jname\nok: [localhost]"
NOUNS = [one for one in vars(model).values() if dataclasses.is_dataclass(one)]


def filled(noun: t.Any, text: str) -> t.Any:
    texts = [field.name for field in dataclasses.fields(noun) if str(field.type) in ("str", "str | None")]
    return noun(**dict.fromkeys(texts, text))


@pytest.mark.parametrize("noun", NOUNS)
def test_every_text_is_fit_for_a_sentence(noun: t.Any) -> None:
    assert issubclass(noun, FromOutside)
    one = filled(noun, HOSTILE)
    texts = [value for field in dataclasses.fields(noun) if isinstance(value := getattr(one, field.name), str)]
    assert len(texts) > 2
    assert {f"{text}" for text in texts} == {"[2Jname ok: [localhost]"}
    assert {str.__str__(text) for text in texts} == {HOSTILE}


@pytest.mark.parametrize("noun", NOUNS)
def test_all_but_its_id_may_be_missing_and_nobody_changes_it(noun: t.Any) -> None:
    required = [field for field in dataclasses.fields(noun) if field.default is dataclasses.MISSING]
    assert [field.name for field in required] == [dataclasses.fields(noun)[0].name]
    one = noun("1")
    assert {getattr(one, field.name) for field in dataclasses.fields(noun)[1:]} <= {None, False, ()}
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, required[0].name, "2")


@pytest.mark.parametrize("noun", NOUNS)
def test_equal_ones_are_one_in_a_set(noun: t.Any) -> None:
    assert {filled(noun, "a"), filled(noun, "a"), filled(noun, "b")} == {filled(noun, "a"), filled(noun, "b")}


def test_the_node_groups_of_a_cluster_stay_node_groups() -> None:
    group = NodeGroup("2", HOSTILE)
    assert Cluster("1", node_groups=(group,)).node_groups[0] is group
