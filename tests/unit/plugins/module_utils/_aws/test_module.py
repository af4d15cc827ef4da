# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module class of amazon.aws, and who may know that there is amazon.aws."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from ansible.module_utils import basic

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import module
from tests.support.module_options import module_arguments

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"


def imports_amazon(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansible_collections.amazon")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_amazon_aws_is_imported_within_the_folder_for_aws_alone() -> None:
    importing = {str(path.relative_to(PLUGINS)) for path in PLUGINS.rglob("*.py") if imports_amazon(path)}
    assert "module_utils/_aws/module.py" in importing
    assert {name for name in importing if not name.startswith("module_utils/_aws/")} == set()


@pytest.mark.parametrize(
    ("given", "variable", "found"),
    [
        ({}, None, None),
        ({}, "AWS_REGION", "eu-west-1"),
        ({"region": "us-east-1"}, "AWS_REGION", "us-east-1"),
        ({"aws_region": "us-east-2"}, None, "us-east-2"),
    ],
)
def test_a_module_takes_the_options_of_aws_with_their_environment(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], variable: str | None, found: str | None
) -> None:
    for name in ("AWS_REGION", "EC2_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "eu-west-1")
    with module_arguments({**given, "own": "x"}):
        made = module.AnsibleAWSModule(argument_spec={"own": {"type": "str"}}, supports_check_mode=True)
    assert (made.params["region"], made.params["own"]) == (found, "x")
    assert {"profile", "access_key", "secret_key", "session_token", "endpoint_url"} <= set(made.params)
    assert isinstance(made._module, basic.AnsibleModule)
