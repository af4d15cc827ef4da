# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors in a role name its variables; what is for a playbook of its own, and what clouds say elsewhere, stays."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.modules import (
    endpoint_info,
    endpoint_ping,
    endpoint_service,
    private_endpoint,
    reachability_info,
)
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.role_words import (
    OTHER,
    PROVIDER,
    PROVIDER_WORDS,
    PUBLICATION,
    ROLES,
    SAME,
    WORDS,
    in_provider_words,
    in_role_words,
)
from tests.support import module_documents as documents

PREFIX = ROLES["tidbcloud.privatelink.private_connection"]
PUBLISHING = ROLES["tidbcloud.privatelink.service_publication"]
ROOT = Path(__file__).resolve().parents[4]
TASK = "tidbcloud.privatelink.private_endpoint: {state: absent, vpc_endpoint_id: vpce-1, region: us-east-1}"


def variables() -> set[str]:
    text = (ROOT / "roles/private_connection/meta/argument_specs.yml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["argument_specs"].values()
    return {name.removeprefix(PREFIX) for entry in entries for name in entry["options"]}


def test_every_word_stands_for_a_variable_that_the_role_has() -> None:
    assert {*SAME, *WORDS, *OTHER.values()} <= variables()
    assert {f"provider_{option}" for option in (*PROVIDER, *PROVIDER_WORDS)} <= variables()


def test_every_option_that_the_provider_has_is_translated_as_the_providers() -> None:
    options = {f"provider_{option}" for option in documents.options(endpoint_service)} & variables()
    keys = {
        "access_key",
        "secret_key",
        "session_token",
        "endpoint_url",
        "aws_ca_bundle",
        "aws_config",
        "validate_certs",
    }
    assert options - {f"provider_{option}" for option in (*PROVIDER, *PROVIDER_WORDS, *keys)} == set()


def test_what_is_said_of_the_provider_names_its_variables_and_those_of_both() -> None:
    said = {"msg": "Give load_balancer_arns, or set port=4000; wait_timeout and self_hosted_name stay."}
    assert in_provider_words(said, PREFIX)["msg"] == (
        "Give private_connection_provider_load_balancer_arns, or set private_connection_provider_port=4000; "
        "private_connection_wait_timeout and private_connection_self_hosted_name stay."
    )


@pytest.mark.parametrize(
    "module", [private_endpoint, endpoint_info, endpoint_service, endpoint_ping, reachability_info]
)
def test_every_option_of_a_module_that_the_role_has_too_is_translated(module: t.Any) -> None:
    options = set(documents.options(module)) & variables()
    assert options - {*SAME, *WORDS, *OTHER, "include_costs"} == set()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Run again with recreate_failed=true.", "Run again with private_connection_recreate_failed=true."),
        ("Give vpc_id, subnet_ids.", "Give private_connection_vpc_id, private_connection_subnet_ids."),
        ("Set region=us-east-1 in this region.", "Set private_connection_region=us-east-1 in this region."),
        (
            "Or with state=absent.",
            "Or with private_connection_state=absent (the playbook disconnect).",
        ),
        (
            "Check login_user and connect_to.",
            "Check private_connection_check_user and private_connection_check_connect_to.",
        ),
        ("Copy it there, or give its text in ca_pem.", "Copy it there."),
        (
            "Give it in ca_path or ca_pem (without them, others count).",
            "Give it in private_connection_check_ca_path (without them, others count).",
        ),
        ("The state is pending, the name is free.", "The state is pending, the name is free."),
        ("Set private_connection_vpc_id.", "Set private_connection_vpc_id."),
        ("Set TIDBCLOUD_PUBLIC_KEY.", "Set TIDBCLOUD_PUBLIC_KEY."),
        (f"Run {TASK}, or set vpc_id.", f"Run {TASK}, or set private_connection_vpc_id."),
    ],
)
def test_a_sentence_names_variables_for_options_and_nothing_else_changes(said: str, shown: str) -> None:
    assert in_role_words({"msg": said}, PREFIX) == {"msg": shown}


def test_it_reaches_what_is_said_at_any_depth_and_no_data() -> None:
    said, shown = "Set wait_timeout.", "Set private_connection_wait_timeout."
    result = {
        "violations": [{"code": "vpc_id", "message": said, "remedy": said}],
        "private_endpoint": {"status_note": said, "tags": {"Name": said}, "vpc_id": "vpc_id"},
        "causes": [said],
        "steps": [{"name": "set_tags", "detail": said}],
        "changed": False,
    }
    assert in_role_words(result, PREFIX) == {
        **result,
        "violations": [{"code": "vpc_id", "message": shown, "remedy": shown}],
        "private_endpoint": {"status_note": shown, "tags": {"Name": said}, "vpc_id": "vpc_id"},
        "causes": [shown],
    }


@dataclass(frozen=True)
class Event:
    msg: str
    formatted_traceback: str | None = None


@dataclass(frozen=True)
class Summary:
    event: Event


def test_what_newer_versions_of_ansible_show_in_place_of_the_message_is_in_the_same_words() -> None:
    result = {"msg": "Set vpc_id.", "exception": Summary(Event("Set vpc_id.", "vpc_id"))}
    assert in_role_words(result, PREFIX) == {
        "msg": "Set private_connection_vpc_id.",
        "exception": Summary(Event("Set private_connection_vpc_id.", "vpc_id")),
    }
    assert in_role_words({"exception": "Traceback: vpc_id"}, PREFIX) == {"exception": "Traceback: vpc_id"}


def test_the_role_that_publishes_has_its_own_words() -> None:
    text = (ROOT / "roles/service_publication/meta/argument_specs.yml").read_text(encoding="utf-8")
    options = {name.removeprefix(PUBLISHING) for name in yaml.safe_load(text)["argument_specs"]["main"]["options"]}
    words = {"targets", "profile", "region", "state", "tags", "wait", "port", "protocol", "load_balancer_arns"}
    # These are words of English, too, or have no sentence.
    assert options - {*PUBLICATION, *words, "health_check"} == set()
    assert set(PUBLICATION) <= options


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Check load_balancer_arn, or load_balancer_tags.", "Check {}load_balancer_arns, or {}load_balancer_tags."),
        ("Run with on_connections=reject.", "Run with {}on_connections=reject."),
        ("Delete it with state=absent.", "Delete it with {}state=absent (the playbook withdraw)."),
        ("Port 4000 has targets of subnet_ids.", "Port 4000 has targets of subnet_ids."),
    ],
)
def test_a_sentence_of_its_modules_names_its_variables(said: str, shown: str) -> None:
    assert in_role_words({"msg": said}, PUBLISHING) == {"msg": shown.replace("{}", PUBLISHING)}
