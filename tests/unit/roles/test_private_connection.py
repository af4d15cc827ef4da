# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role says of the modules stays true when these change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import findings as audit
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    endpoint_arguments,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.status import NOTES
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Modification, Step
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments

ROLE = Path(__file__).resolve().parents[3] / "roles" / "private_connection"


def read(path: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))
    return content


def test_fail_on_may_name_every_status_and_every_finding_and_nothing_else() -> None:
    codes = re.findall(r'_finding\(endpoint, "([a-z_]+)"', Path(audit.__file__).read_text(encoding="utf-8"))
    assert sorted(read("vars/main.yml")["__private_connection_failing_words"]) == sorted({*NOTES, *codes})


def names_of(kind: type[Step]) -> set[str]:
    named = {kind.name} if "name" in vars(kind) else set()
    return named.union(*(names_of(more) for more in kind.__subclasses__()))


def test_what_is_verified_and_undone_is_every_step_that_changes_how_clients_reach_a_live_endpoint() -> None:
    assert set(read("vars/main.yml")["__private_connection_edit_names"]) == names_of(Modification)


def test_every_option_of_private_endpoint_is_a_variable() -> None:
    options = {**endpoint_arguments(), **shared_arguments(), **wait_arguments(0)}
    variables = {f"private_connection_{option}" for option in options if option != "allow_missing_network"}
    assert variables - set(read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]) == set()


def test_every_default_is_the_one_that_is_documented() -> None:
    specs = read("meta/argument_specs.yml")["argument_specs"]
    documented = {
        name: option["default"]
        for spec in specs.values()
        for name, option in spec["options"].items()
        if "default" in option
    }
    assert read("defaults/main.yml") == documented


def test_no_variable_that_is_secret_may_be_shown() -> None:
    secret = re.compile("password|private_key|secret_key|session_token")
    for spec in read("meta/argument_specs.yml")["argument_specs"].values():
        for name, option in spec["options"].items():
            assert bool(secret.search(name)) == bool(option.get("no_log")), name
