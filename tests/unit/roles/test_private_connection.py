# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role says of the modules stays true when these change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    endpoint_arguments,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments

# Characters of one expression.
LONGEST = 160
ROLE = Path(__file__).resolve().parents[3] / "roles" / "private_connection"


def read(path: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))
    return content


def test_every_option_of_private_endpoint_is_a_variable() -> None:
    options = {**endpoint_arguments(), **shared_arguments(), **wait_arguments(0)}
    decided_by_the_role = {"allow_missing_network", "planned_subnets"}
    variables = {f"private_connection_{option}" for option in options if option not in decided_by_the_role}
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


def test_no_expression_is_longer_than_its_line_and_no_template_decides() -> None:
    """A decision belongs into a filter or a module, where it is typed and tested."""
    assert not (ROLE / "templates").exists()
    for path in sorted((*ROLE.glob("tasks/*.yml"), *ROLE.glob("vars/*.yml"))):
        for value in texts_of(yaml.safe_load(path.read_text(encoding="utf-8"))):
            assert len([part for part in re.findall(r"{{.*?}}", value, re.DOTALL) if len(part) > LONGEST]) == 0, value


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a file of YAML."""
    if isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield value
