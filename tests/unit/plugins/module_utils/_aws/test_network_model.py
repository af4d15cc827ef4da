# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of a network: judged in sets and sentences, so they must be whole, hashable and fit to be shown."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_model
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    Interface,
    NetworkAcl,
    NetworkAclEntry,
    Peering,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import FromOutside

HOSTILE = "\x1b[2Jid\nok: [localhost]"
NOUNS = [one for one in vars(network_model).values() if dataclasses.is_dataclass(one)]


def filled(noun: t.Any, text: str) -> t.Any:
    """One whose every text is `text`, in its tuples, too."""
    values = {
        "str": text,
        "str | None": text,
        "tuple[str, ...]": (text,),
        "tuple[str, ...] | None": (text,),
        "frozenset[str]": frozenset({text}),
        "bool": True,
        "int": 1,
        "int | None": 1,
    }
    return noun(**{field.name: values.get(str(field.type), ()) for field in dataclasses.fields(noun)})


@pytest.mark.parametrize("noun", NOUNS)
def test_whatever_a_cloud_calls_it_it_is_one_line_in_a_sentence_and_exact_as_data(noun: t.Any) -> None:
    assert issubclass(noun, FromOutside)
    one = filled(noun, HOSTILE)
    shown = [value for field in dataclasses.fields(noun) if isinstance(value := getattr(one, field.name), str)]
    inner = [
        item
        for field in dataclasses.fields(noun)
        if isinstance(value := getattr(one, field.name), (tuple, frozenset))
        for item in value
    ]
    assert shown
    assert all(f"{text}".isprintable() and str.__str__(text) == HOSTILE for text in [*shown, *inner])


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_frozen_and_equal_ones_are_one_in_a_set(noun: t.Any) -> None:
    one, same, other = filled(noun, "a"), filled(noun, "a"), filled(noun, "b")
    assert {one, same, other} == {one, other}
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, dataclasses.fields(noun)[0].name, "c")


def test_what_a_noun_holds_stays_what_it_was() -> None:
    rule = SecurityGroupRule("tcp", 4000, 4000, (HOSTILE,))
    entry = NetworkAclEntry(100, True, True, "6", HOSTILE)
    route = Route(HOSTILE, "local")
    assert SecurityGroup("sg-1", inbound=(rule,)).inbound == (rule,)
    assert NetworkAcl("acl-1", (), (entry,)).entries[0] is entry
    assert RouteTable("rtb-1", "vpc-1", False, (), (route,)).routes[0].target == "local"
    assert Peering("pcx-1", "active", frozenset({HOSTILE, "vpc-1"})).vpc_ids == {HOSTILE, "vpc-1"}


def test_groups_that_are_not_known_are_not_no_groups() -> None:
    nobody, bare = Interface(None, "s", "v", ("10.0.0.1",), None), Interface("eni-1", "s", "v", (), ())
    assert (nobody.security_group_ids, bare.security_group_ids) == (None, ())
    # A rule that names no port means every port; one of port 0 means that port.
    assert (SecurityGroupRule("-1").from_port, SecurityGroupRule("tcp", 0, 0).from_port) == (None, 0)
