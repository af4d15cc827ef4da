# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role as people and surveys hand them over."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.role_variables import (
    KINDS,
    given,
    own_tags,
    problems,
)

SPECS = Path(__file__).resolve().parents[4] / "roles/private_connection/meta/argument_specs.yml"


def options() -> dict[str, dict[str, t.Any]]:
    specs = yaml.safe_load(SPECS.read_text(encoding="utf-8"))["argument_specs"]
    return {name: about for spec in specs.values() for name, about in spec["options"].items()}


def test_each_variable_without_a_type_is_checked_here_and_no_other() -> None:
    untyped = {name for name, about in options().items() if about["type"] == "raw"}
    assert untyped == {f"private_connection_{name}" for name in KINDS}


def test_no_variable_refuses_an_empty_text_before_the_role_runs() -> None:
    assert {about["type"] for about in options().values()} == {"raw", "str", "list", "path"}
    assert not [name for name, about in options().items() if "choices" in about]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("private_connection_client_cidr", "private_connection_client_cidrs"),
        ("private_connection_client_cdirs", "private_connection_client_cidrs"),
        ("private_connection_subnets_ids", "private_connection_subnet_ids"),
        ("private_connection_purge_tag", "private_connection_purge_tags"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_nearest_known_one(misspelt: str, meant: str) -> None:
    [sentence] = problems({misspelt: "10.0.0.0/8"})
    assert sentence == (
        f"The role private_connection has no variable {misspelt}. Did you mean {meant}? Nothing was changed."
    )


def test_a_variable_that_resembles_none_is_named_all_the_same() -> None:
    [sentence] = problems({"private_connection_zzzzzz_0000000000000000": 1})
    assert "has no variable private_connection_zzzzzz_0000000000000000." in sentence


def test_what_the_role_hands_on_is_known() -> None:
    handed_on = ("result", "status", "host", "port")
    assert problems({f"private_connection_{name}": "" for name in handed_on}) == []


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_answer_is_not_set_whatever_was_asked(empty: t.Any) -> None:
    assert problems(dict.fromkeys(options(), empty)) == []


@pytest.mark.parametrize(
    ("name", "value", "is_usable"),
    [
        ("wait", "yes", True),
        ("wait", False, True),
        ("wait", "maybe", False),
        ("wait_timeout", "900", True),
        ("wait_timeout", 0, True),
        ("wait_timeout", -1, False),
        ("wait_timeout", "soon", False),
        ("wait_timeout", 604800, True),
        ("wait_timeout", 604801, False),
        ("check_delay", 604801, False),
        ("check_timeout", 3600, True),
        ("check_timeout", 3601, False),
        ("check_timeout", 0, False),
        ("tidbcloud_timeout", 604801, False),
        ("tidbcloud_timeout", 0, False),
        ("wait_delay", "0", False),
        ("wait_timeout", True, False),
        ("check_delay", False, False),
        ("wait_delay", "0.5", True),
        ("wait_delay", "inf", False),
        ("wait_delay", "nan", False),
        ("tags", '{"team": "data"}', True),
        ("tags", "team=data", True),
        ("tags", ["team"], False),
        ("state", "absent", True),
        ("state", "Absent", False),
        ("on_failed_check", "undo", False),
        ("check_tls", "encrypt", True),
        # YAML reads a bare off so.
        ("check_tls", False, True),
        ("check_tls", True, False),
        ("provider_on_connections", "reject", True),
        ("provider_on_connections", "accept", False),
        ("provider_port", "9092", True),
        ("provider_port", "kafka", False),
        ("provider_acceptance_required", "maybe", False),
        ("provider_load_balancer_tags", "app=tidb", True),
    ],
)
def test_a_value_of_another_kind_is_refused_under_the_name_of_its_variable(
    name: str, value: t.Any, is_usable: bool
) -> None:
    found = problems({f"private_connection_{name}": value})
    assert [sentence.split(" must be ")[0] for sentence in found] == (
        [] if is_usable else [f"private_connection_{name}"]
    )


def test_a_mapping_that_is_none_is_not_quoted() -> None:
    [sentence] = problems({"private_connection_aws_config": "proxies https://user:hunter2@proxy"})
    assert "private_connection_aws_config must be a mapping" in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("fixed", "refused"),
    [
        ("", set()),
        ("present", {"absent", "Absent"}),
        ("absent", {"present", "Absent"}),
        ("verify", {"absent", "Absent"}),
        ("status", {"absent", "Absent"}),
    ],
)
def test_what_is_there_for_one_state_refuses_another(fixed: str, refused: set[str]) -> None:
    states = ("", " ", None, "present", "absent", "Absent")
    found = {state: problems({"private_connection_state": state}, fixed) for state in states}
    contradicted = {
        state for state, said in found.items() if any("Leave private_connection_state out" in s for s in said)
    }
    assert contradicted == refused


def test_false_and_zero_are_values() -> None:
    assert [given(value, "otherwise") for value in (False, 0, " a ", "", " ", None)] == [
        *(False, 0, "a"),
        *["otherwise"] * 3,
    ]


def test_tags_may_be_text_and_one_without_a_value_is_not_set() -> None:
    assert own_tags('{"team": "data", "floor": 7}') == {"team": "data", "floor": "7"}
    assert own_tags({"team": None, "empty": "", "aws:made-by": "x", "AWS:b": "x"}) == {"empty": ""}
    assert own_tags("") == own_tags(None) == {}
