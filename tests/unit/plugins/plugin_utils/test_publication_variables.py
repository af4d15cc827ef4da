# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.options import listener_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import publication_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.publication_variables import (
    KINDS,
    PREFIX,
    publication,
)

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
SPECS = Path(__file__).resolve().parents[4] / "roles/service_publication/meta/argument_specs.yml"


def read(fixed_state: str = "", **given: t.Any) -> dict[str, t.Any]:
    values = {"self_hosted_name": "orders", **given}
    return publication({PREFIX + name: value for name, value in values.items()}, fixed_state)


def test_every_option_of_both_modules_is_a_variable_and_the_role_documents_each() -> None:
    options = {*publication_arguments(), *listener_arguments(), *wait_arguments(0)}
    # The role has one name for both, and a list of load balancers. Its lists are exact: it takes nothing back.
    assert options - {"name", "load_balancer_arn", "removed_tags", "withdrawn_principals"} <= KINDS.keys()
    documented = yaml.safe_load(SPECS.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert {PREFIX + name for name in KINDS} == documented.keys()


def test_an_empty_text_counts_as_not_set_for_every_variable() -> None:
    wanted = read(**{name: " " for name in KINDS if name != "self_hosted_name"})
    assert (wanted["problems"], wanted["group"], wanted["balancers"]) == ([], {}, [])
    assert wanted["service"] == {"self_hosted_name": "orders", "state": "present"}


def test_text_of_a_survey_becomes_what_the_modules_take() -> None:
    wanted = read(
        load_balancer_arns=ARN,
        allowed_principals="123456789012, 210987654321",
        targets="10.7.0.10:4001,i-0123456789abcdef0,[2001:db8::1]:4000,2001:db8::2",
        port="4000",
        acceptance_required="false",
        tags='{"team": "data"}',
    )
    assert wanted["problems"] == []
    assert wanted["service"]["allowed_principals"] == ["123456789012", "210987654321"]
    assert (wanted["service"]["acceptance_required"], wanted["service"]["tags"]) == (False, {"team": "data"})
    assert wanted["listener"]["targets"] == [
        {"id": "10.7.0.10", "port": 4001},
        {"id": "i-0123456789abcdef0"},
        {"id": "2001:db8::1", "port": 4000},
        {"id": "2001:db8::2"},
    ]
    assert (wanted["group"], wanted["balancers"]) == ({"region": "us-east-1"}, [ARN])


def test_an_empty_list_is_the_exact_set() -> None:
    wanted = read(load_balancer_arns=[ARN], allowed_principals=[], targets=[])
    assert (wanted["service"]["allowed_principals"], wanted["listener"]["targets"]) == ([], [])


def test_a_load_balancer_that_tags_find_gets_a_listener_only_for_targets() -> None:
    tags = {"service": "orders"}
    assert read(load_balancer_tags=tags)["balancers"] == []
    assert read(load_balancer_tags=tags, targets="10.7.0.10")["balancers"] == [""]
    assert read("absent", load_balancer_tags=tags)["listener"] == {"state": "absent", "name": "orders"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prot": 1}, "no variable service_publication_prot. Did you mean service_publication_port?"),
        ({"{{ 1 }}\n": 1}, "no variable service_publication_{{ 1 }}."),
        ({"port": "x"}, "service_publication_port must be a whole number, not negative; it is 'x'."),
        ({"port": True}, "service_publication_port must be"),
        ({"wait_delay": "nan"}, "service_publication_wait_delay must be"),
        ({"acceptance_required": "perhaps"}, "must be true or false"),
        ({"tags": "x"}, "service_publication_tags must be a mapping"),
        ({"on_connections": "ignore"}, "must be one of refuse, reject"),
        ({"allowed_principals": {"a": 1}}, "must be a list of texts"),
        ({"targets": [{"address": "10.7.0.10"}]}, "service_publication_targets must be a list of"),
        ({"self_hosted_name": ""}, "service_publication_self_hosted_name is missing"),
        ({"targets": "10.7.0.10"}, "A listener needs a load balancer"),
        ({"load_balancer_arns": ARN, "load_balancer_tags": {"a": "b"}}, "exclude each other"),
        ({"load_balancer_arns": [ARN, f"{ARN}0"], "target_group_arn": "arn"}, "serves one load balancer"),
        ({"state": "absent"}, "This playbook is for service_publication_state=present"),
    ],
)
def test_each_value_that_cannot_be_has_a_sentence(given: dict[str, t.Any], said: str) -> None:
    problems = read("present", **given)["problems"]
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].isprintable()


def test_all_problems_come_together_and_no_secret_is_shown() -> None:
    problems = read(port=-1, wait="x", secret_key=["hidden"], aws_config="http://user:hidden@proxy")["problems"]
    assert len(problems) == 4
    assert "hidden" not in " ".join(problems)
