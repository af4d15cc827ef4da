# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as a survey hands them over."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.basic import env_fallback

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.given import (
    AnsibleGivenModule,
    as_given,
    texts,
)
from tests.support.module_options import module_arguments

SPEC: dict[str, dict[str, t.Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cluster_id": {"type": "str", "required": True},
    "vpc_id": {"type": "str", "aliases": ["vpc"]},
    "ca_path": {"type": "path"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 1.5},
    "secret": {"type": "str", "no_log": True},
    "access_key": {"type": "str"},
    "plain": {},
    "items": {"type": "list", "elements": "dict", "options": {"region": {"type": "str"}, "ids": {"type": "list"}}},
}


@pytest.mark.parametrize("empty", ["", " ", "\t\n", None])
@pytest.mark.parametrize("option", ["vpc_id", "vpc", "ca_path", "subnet_ids", "tags", "secret", "access_key", "plain"])
def test_what_is_left_empty_is_not_set(option: str, empty: str | None) -> None:
    assert as_given({option: empty}, SPEC) == {}


@pytest.mark.parametrize("items", ["", " , ", [""], [" ", None]])
def test_a_list_of_nothing_but_blanks_is_not_set(items: t.Any) -> None:
    assert as_given({"subnet_ids": items}, SPEC) == {}


def test_a_list_that_is_empty_by_itself_is_the_set_that_was_asked_for() -> None:
    assert as_given({"subnet_ids": []}, SPEC) == {"subnet_ids": []}


@pytest.mark.parametrize("option", ["state", "cluster_id", "wait", "timeout"])
def test_an_empty_text_is_never_the_default_of_a_state_nor_of_what_ansible_refuses(option: str) -> None:
    assert as_given({option: ""}, SPEC) == {option: ""}


def test_blanks_around_texts_and_items_do_not_count() -> None:
    given = {"cluster_id": " 12 ", "vpc": "vpc-1\n", "subnet_ids": "subnet-1, subnet-2 ,"}
    assert as_given(given, SPEC) == {"cluster_id": "12", "vpc": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"]}
    assert as_given({"subnet_ids": [" subnet-1 ", 7, ""]}, SPEC) == {"subnet_ids": ["subnet-1", 7]}


def test_every_character_of_a_secret_and_of_a_tag_counts() -> None:
    given = {"secret": "s3cr3t ", "access_key": "AKIA\n", "tags": {"team": " data "}}
    assert as_given(given, SPEC) == given


def test_the_items_of_a_list_of_options_are_read_the_same() -> None:
    given = {"items": [{"region": "us-east-1 ", "ids": "a, b"}, {"region": "", "ids": [""]}, "no options"]}
    assert as_given(given, SPEC) == {"items": [{"region": "us-east-1", "ids": ["a", "b"]}, {}, "no options"]}


def test_what_is_not_an_option_is_left_to_ansible() -> None:
    given = {"_ansible_check_mode": "", "vpcid": " "}
    assert as_given(given, SPEC) == given


def test_a_tag_without_a_value_is_not_set() -> None:
    assert texts({"team": None, "cost": 1, "empty": ""}) == {"cost": "1", "empty": ""}


def test_a_module_has_its_defaults_and_its_environment_where_an_answer_is_empty(monkeypatch: t.Any) -> None:
    spec = {
        "region": {"type": "str", "fallback": (env_fallback, ["AWS_REGION"])},
        "tls": {"type": "str", "choices": ["verify", "off"], "default": "verify"},
        "statuses": {"type": "list", "elements": "str", "choices": ["active"], "default": []},
    }
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    with module_arguments({"region": " ", "tls": "", "statuses": ""}):
        params = AnsibleGivenModule(argument_spec=spec).params
    assert params == {"region": "eu-central-1", "tls": "verify", "statuses": []}
